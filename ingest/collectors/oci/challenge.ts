// SPDX-License-Identifier: Apache-2.0

/** What a registry asks for before it answers. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service: string | undefined };

const MAX_CHARS = 4096;

/**
 * The challenge of a WWW-Authenticate header that we can meet; undefined for any other. A scope that the registry asks for is
 * not looked at: we ask for reading and nothing else.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export function findChallenge(header: string | undefined): Challenge | undefined {
  const text = (header ?? '').slice(0, MAX_CHARS);
  const bearer = /(?:^|,)\s{0,8}bearer\s+/i.exec(text);
  if (bearer !== null) {
    const parameters = parametersOf(text.slice(bearer.index + bearer[0].length));
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (realm !== null) return { scheme: 'bearer', realm, service: parameters.get('service') };
  }
  return /(?:^|,)\s{0,8}basic(?:\s|$)/i.test(text) ? { scheme: 'basic' } : undefined;
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([a-z]{1,20})="([^"]{0,2048})"/gi)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, value);
  }
  return found;
}
