// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../../core/errors.ts';
import { arrayMember, isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import type { Jws } from '../jws.ts';
import type { TrustAnchor } from '../scheme.ts';

/** A key of a verifier whose results are trusted. */
export interface VerifierKey {
  /** As the operator's key set names it. Absent: the key serves tokens of any key id. */
  readonly kid: string | undefined;
  /** The only algorithm that the key set allows. Absent: any that fits the key. */
  readonly alg: string | undefined;
  readonly key: KeyObject;
}

const MAX_KEYS = 32;

/**
 * The trusted keys: each anchor is a JWK, a JWK Set or a PEM public key.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 */
export function readVerifierKeys(anchors: readonly TrustAnchor[]): VerifierKey[] {
  const keys = anchors.flatMap(readAnchor);
  if (keys.length > MAX_KEYS) throw trustError('the trust store', `more than ${MAX_KEYS} keys`);
  return keys;
}

/** The keys that a token may be signed with. Its header only chooses among them; keys that it carries are not read. */
export function findCandidates(keys: readonly VerifierKey[], jws: Jws): VerifierKey[] {
  const kid = stringMember(jws.header, 'kid');
  return keys.filter(
    (one) =>
      (one.kid === undefined || kid === undefined || one.kid === kid) &&
      (one.alg === undefined || one.alg === jws.algorithm),
  );
}

function readAnchor(anchor: TrustAnchor): VerifierKey[] {
  const text = Buffer.from(anchor.bytes).toString('utf8').trim();
  if (text.includes('PRIVATE KEY')) throw trustError(anchor.name, 'a private key');
  if (!text.startsWith('{')) {
    return [{ kid: undefined, alg: undefined, key: createKey({ key: text }, anchor.name) }];
  }
  const value = readJson(text, anchor.name);
  const members = arrayMember(value, 'keys') ?? [value];
  return members.map((one) => {
    if (!isJsonObject(one)) throw trustError(anchor.name, 'a key is not an object');
    return readJwk(one, anchor.name);
  });
}

function readJson(text: string, name: string): unknown {
  try {
    return parseJson(text, 8).value;
  } catch (cause) {
    throw trustError(name, 'not readable as JSON', cause);
  }
}

function readJwk(jwk: JsonObject, name: string): VerifierKey {
  if (member(jwk, 'd') !== undefined || member(jwk, 'k') !== undefined) {
    throw trustError(name, 'a secret key, where a public one belongs');
  }
  const use = stringMember(jwk, 'use');
  if (use !== undefined && use !== 'sig')
    throw trustError(name, 'a key that is not for signatures');
  return {
    kid: stringMember(jwk, 'kid'),
    alg: stringMember(jwk, 'alg'),
    key: createKey(keyInputOf(jwk), name),
  };
}

/** Some key sets hold certificates in place of the numbers of the key; then the first one's key is meant (RFC 7517 4.7). */
function keyInputOf(jwk: JsonObject): Parameters<typeof createPublicKey>[0] {
  const [first] = arrayMember(jwk, 'x5c') ?? [];
  const hasNumbers = member(jwk, 'n') !== undefined || member(jwk, 'x') !== undefined;
  if (hasNumbers || typeof first !== 'string')
    return { key: { ...jwk } as JsonWebKey, format: 'jwk' };
  const label = 'CERTIFICATE';
  return { key: `-----BEGIN ${label}-----\n${first}\n-----END ${label}-----\n` };
}

function createKey(input: Parameters<typeof createPublicKey>[0], name: string): KeyObject {
  try {
    return createPublicKey(input);
  } catch (cause) {
    throw trustError(name, 'not a public key', cause);
  }
}

function trustError(name: string, problem: string, cause?: unknown): PedigreeError {
  const message = `${name} is no trusted verifier key: ${problem}`;
  return new PedigreeError('ERR_TRUST_INVALID', message, { file: name, cause });
}
