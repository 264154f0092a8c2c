// SPDX-License-Identifier: Apache-2.0

const MAX_CHARS = 8192;

/**
 * Where a list goes on: the target of `Link: <…>; rel="next"`, relative to the page that says so. Undefined at the end.
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
export function findNextLink(header: string | undefined, page: URL): URL | undefined {
  const text = (header ?? '').slice(0, MAX_CHARS);
  for (const [, target = '', parameters = ''] of text.matchAll(/<([^<>]*)>([^<>]*)/g)) {
    if (!/;\s?rel=(?:"next"|next(?=[;,\s]|$))/i.test(parameters)) continue;
    return URL.parse(target, page) ?? undefined;
  }
  return undefined;
}
