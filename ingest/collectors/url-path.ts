// SPDX-License-Identifier: Apache-2.0

/**
 * A name with slashes as the path of an address, every byte encoded that an address reads otherwise; undefined for a name that
 * no address can hold.
 */
export function findUrlPath(name: string): string | undefined {
  const segments = name.split('/');
  // a client would take them for steps up and down
  if (segments.some((segment) => segment === '.' || segment === '..')) return undefined;
  if (!name.isWellFormed()) return undefined;
  return segments
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}
