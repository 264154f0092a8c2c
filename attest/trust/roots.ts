// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { sha256 } from '../../core/digest.ts';
import type { Digest } from '../../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import {
  arrayMember,
  isJsonObject,
  parseJson,
  pointerJoin,
  stringMember,
} from '../../core/json.ts';
import { parsePublicKeyDer } from '../../schemas/policy/public-key.ts';
import { distinctKeys, toTrustedKey } from './keys.ts';
import type { TrustedKey } from './keys.ts';

/** What the operator trusts. Never taken from a policy or a document. */
export interface TrustRoots {
  readonly keys: readonly TrustedKey[];
}

const FORMAT = 'pedigree/trust-roots/v1';
const MEMBERS: ReadonlySet<string> = new Set(['format', 'keys']);
const KEY_MEMBERS: ReadonlySet<string> = new Set(['algorithm', 'identity', 'spki']);

/** Trust roots of these keys, each once, in the order of their identities. */
export function createTrustRoots(keys: readonly TrustedKey[]): TrustRoots {
  const distinct = distinctKeys(keys);
  return { keys: distinct.toSorted((a, b) => (a.identity < b.identity ? -1 : 1)) };
}

/** RFC 8785 text; the same keys give the same text whatever their order. */
export function formatTrustRoots(roots: TrustRoots): string {
  const keys = createTrustRoots(roots.keys).keys.map(({ identity, algorithm, key }) => {
    const spki = key.export({ format: 'der', type: 'spki' }).toString('base64');
    return { identity, algorithm, spki };
  });
  return canonicalizeJcs({ format: FORMAT, keys });
}

/** Digest of the canonical text, as log entries pin it. */
export function digestTrustRoots(roots: TrustRoots): Digest {
  return sha256(formatTrustRoots(roots));
}

/**
 * Reads what formatTrustRoots writes. Identities and algorithms are computed again; ones that are stated otherwise are refused.
 * @throws {PedigreeError} ERR_TRUST_INVALID, ERR_PARSE_JSON, ERR_PARSE_DUPLICATE_KEY, ERR_PARSE_DEPTH
 */
export function parseTrustRoots(text: string): TrustRoots {
  const { value } = parseJson(text, 4);
  const entries = arrayMember(value, 'keys');
  if (!isJsonObject(value) || entries === undefined || stringMember(value, 'format') !== FORMAT) {
    throw trustError('not a trust roots document', '');
  }
  assertKnownMembers(value, MEMBERS, '');
  const keys = entries.map((entry, index) => parseEntry(entry, pointerJoin('/keys', index)));
  const roots = createTrustRoots(keys);
  if (roots.keys.length !== keys.length) throw trustError('a key is listed twice', '/keys');
  return roots;
}

function parseEntry(entry: unknown, at: string): TrustedKey {
  assertKnownMembers(entry, KEY_MEMBERS, at);
  const spki = stringMember(entry, 'spki') ?? '';
  const der = Buffer.from(spki, 'base64');
  if (der.toString('base64') !== spki) throw trustError('spki is not base64', at);
  const key = readKey(der, at);
  if (stringMember(entry, 'identity') !== key.identity) {
    throw trustError('the identity stated is not that of the key', at);
  }
  if (stringMember(entry, 'algorithm') !== key.algorithm) {
    throw trustError('the algorithm stated is not that of the key', at);
  }
  return key;
}

function readKey(der: Uint8Array, at: string): TrustedKey {
  try {
    return toTrustedKey(parsePublicKeyDer(der));
  } catch (cause) {
    const reason = isPedigreeError(cause) ? cause.message : 'the key cannot be read';
    throw new PedigreeError('ERR_TRUST_INVALID', reason, { at, cause });
  }
}

function assertKnownMembers(value: unknown, known: ReadonlySet<string>, at: string): void {
  if (!isJsonObject(value)) throw trustError('must be an object', at);
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) throw trustError('unknown member', pointerJoin(at, unknown));
}

function trustError(message: string, at: string): PedigreeError {
  return new PedigreeError('ERR_TRUST_INVALID', message, { at });
}
