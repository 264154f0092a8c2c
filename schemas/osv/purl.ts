// SPDX-License-Identifier: Apache-2.0
import { withoutQuery } from '../../core/text.ts';

/** How an ecosystem's packages are spelled as purls. A name is split at `separator` into namespace and name. */
interface PurlRule {
  readonly type: string;
  readonly namespace?: string;
  readonly separator?: string;
}

/** The ecosystems whose purl follows from the name alone (purl-spec types). */
const RULES: ReadonlyMap<string, PurlRule> = new Map<string, PurlRule>([
  ['PyPI', { type: 'pypi' }],
  ['npm', { type: 'npm', separator: '/' }],
  ['Go', { type: 'golang', separator: '/' }],
  ['Maven', { type: 'maven', separator: ':' }],
  ['crates.io', { type: 'cargo' }],
  ['NuGet', { type: 'nuget' }],
  ['RubyGems', { type: 'gem' }],
  ['Packagist', { type: 'composer', separator: '/' }],
  ['Hex', { type: 'hex', separator: '/' }],
  ['Pub', { type: 'pub' }],
  ['Hackage', { type: 'hackage' }],
  ['CRAN', { type: 'cran' }],
  ['ConanCenter', { type: 'conan' }],
  ['Bitnami', { type: 'bitnami' }],
  ['SwiftURL', { type: 'swift', separator: '/' }],
  ['Debian', { type: 'deb', namespace: 'debian' }],
  ['Ubuntu', { type: 'deb', namespace: 'ubuntu' }],
  ['Alpine', { type: 'apk', namespace: 'alpine' }],
  ['Wolfi', { type: 'apk', namespace: 'wolfi' }],
  ['Chainguard', { type: 'apk', namespace: 'chainguard' }],
]);

/**
 * The purl of a package, without version, or undefined where its ecosystem has no rule.
 * @param written the purl that the advisory itself gives
 */
export function findPackagePurl(
  ecosystem: string | undefined,
  name: string | undefined,
  written?: string,
): string | undefined {
  if (written !== undefined) return written;
  const rule = RULES.get(ecosystem?.split(':', 1)[0] ?? '');
  if (rule === undefined || name === undefined || name === '') return undefined;
  const at = rule.separator === undefined ? -1 : name.lastIndexOf(rule.separator);
  const parts = at < 0 ? [name] : [...name.slice(0, at).split('/'), name.slice(at + 1)];
  const path = [...(rule.namespace === undefined ? [] : [rule.namespace]), ...parts];
  return `pkg:${rule.type}/${path.map(escaped).join('/')}`;
}

/**
 * Writes the purls of versions of a package, qualifiers (`arch=source`) kept; undefined for a purl that already names a
 * version. A package is taken apart once, as there may be hundreds of versions.
 */
export function findVersionWriter(purl: string): ((version: string) => string) | undefined {
  const path = withoutQuery(purl);
  if (path.lastIndexOf('@') > path.lastIndexOf('/')) return undefined;
  const query = purl.slice(path.length);
  return (version) => `${path}@${escaped(version)}${query}`;
}

/** Nearly all names and versions have nothing to escape, and to look is faster than to escape. */
function escaped(text: string): string {
  return /^[\w.-]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

/** The purl of one version of a package; undefined for a purl that already names a version. */
export function withVersion(purl: string, version: string): string | undefined {
  return findVersionWriter(purl)?.(version);
}
