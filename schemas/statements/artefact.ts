// SPDX-License-Identifier: Apache-2.0
import { findDigest, isStrongAlgorithm, parseDigest } from '../../core/digest.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { optionalText, refuse, strictObject } from './strict.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/**
 * A thing that a statement of ours names: an in-toto resource descriptor with at least one strong digest. Algorithms:
 * sha256, sha384, sha512, blake3, `oms` (the root of a model signature); md5 and sha1 only beside one of them.
 */
export interface Artefact {
  readonly name?: string;
  readonly uri?: string;
  /** Algorithm to lower-case hex. */
  readonly digest: Readonly<Record<string, string>>;
}

const WEAK_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
]);

/**
 * Parses an artefact strictly.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where a member is unknown or a digest is weak, misspelt or a placeholder
 */
export function parseArtefact(value: JsonValue | undefined, at: string): Artefact {
  const object = strictObject(value, ['name', 'uri', 'digest'], at);
  const name = optionalText(object, 'name', at);
  const uri = optionalText(object, 'uri', at);
  return {
    ...(name !== undefined && { name }),
    ...(uri !== undefined && { uri }),
    digest: parseDigests(member(object, 'digest'), pointerJoin(at, 'digest')),
  };
}

/**
 * An artefact from a ref: `sha256:<hex>`, `oms:<hex>` and so on.
 * @throws {PedigreeError} ERR_PARSE_DIGEST
 */
export function artefactOf(ref: string, name?: string): Artefact {
  const isOms = ref.startsWith('oms:');
  const digest = parseDigest(isOms ? `sha256:${ref.slice(4)}` : ref);
  const hex = digest.slice(digest.indexOf(':') + 1);
  const algorithm = isOms ? 'oms' : digest.slice(0, digest.indexOf(':'));
  return { ...(name !== undefined && { name }), digest: { [algorithm]: hex } };
}

/** True where both name the same content: one strong digest in common, and none that disagrees. */
export function isSameContent(a: Artefact, b: Artefact): boolean {
  const shared = Object.keys(a.digest).filter((algorithm) => Object.hasOwn(b.digest, algorithm));
  const agrees = shared.every((algorithm) => a.digest[algorithm] === b.digest[algorithm]);
  return agrees && shared.some(isIdentifying);
}

/** The plain JSON of an artefact. */
export function artefactJson(artefact: Artefact): JsonObject {
  const { name, uri, digest } = artefact;
  return { ...(name !== undefined && { name }), ...(uri !== undefined && { uri }), digest };
}

function parseDigests(value: JsonValue | undefined, at: string): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) throw refuse(at, 'the digest must be a map of algorithm to hex');
  const entries = Object.keys(value).map((algorithm): [string, string] => {
    const hex = member(value, algorithm);
    if (typeof hex !== 'string' || !isCanonicalDigest(algorithm, hex)) {
      throw refuse(
        pointerJoin(at, algorithm),
        'not a digest of a known algorithm in lower-case hex',
      );
    }
    return [algorithm, hex];
  });
  if (!entries.some(([algorithm]) => isIdentifying(algorithm))) {
    throw refuse(at, 'no strong digest', 'give sha256, sha384, sha512, blake3 or oms');
  }
  return Object.fromEntries(entries);
}

function isIdentifying(algorithm: string): boolean {
  return algorithm === 'oms' || isStrongAlgorithm(algorithm);
}

function isCanonicalDigest(algorithm: string, hex: string): boolean {
  const weakLength = WEAK_LENGTHS.get(algorithm);
  if (weakLength !== undefined) return hex.length === weakLength && /^[0-9a-f]+$/.test(hex);
  const strong = algorithm === 'oms' ? 'sha256' : algorithm;
  return findDigest(strong, hex) === `${strong}:${hex}`;
}
