// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { excerpt } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { member, stringMember } from '../../../core/json.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure, unanswered } from '../finding.ts';
import {
  findTimeFault,
  isJwsSignedBy,
  jwsError,
  parseJws,
  readJwtClaims,
  readJwtTimes,
  readTexts,
} from '../jws.ts';
import type { Jws, JwsAlgorithm, JwtTimes } from '../jws.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { readEarContent } from './abi.ts';
import type { EarContent } from './abi.ts';
import { findCandidates, readVerifierKeys } from './collateral.ts';

/** What a verifier's attestation result says. It speaks of evidence that we have not seen ourselves. */
export interface EarClaims extends TeeClaims, EarContent, JwtTimes {
  readonly kind: 'ear';
  readonly simulated: false;
  readonly measurement: null;
  /** The nonce, where the token has exactly one. */
  readonly binding: string | null;
  readonly issuer: string | null;
  readonly audiences: readonly string[];
  readonly nonces: readonly string[];
  /** `sha256:<hex>` of the SubjectPublicKeyInfo that signed. */
  readonly keyId: string;
}

const EAR_ALGORITHMS: ReadonlySet<JwsAlgorithm> = new Set([
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'PS384',
  'EdDSA',
]);

/**
 * Verifies that a trusted verifier signed the result and that it is in force.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID for a malformed key
 * @see draft-ietf-rats-ear, RFC 9711, RFC 8725
 */
export function verifyEar(input: VerifyInput): Verdict<Verified<EarClaims>> {
  const jws = parseJws(input.evidence);
  const signer = findSigner(jws, input);
  if (signer.status !== 'passed') return signer;
  const claims = readJwtClaims(jws);
  const content = readEarContent(claims);
  const times = readEatTimes(claims);
  const fault = findTimeFault(times, input.at);
  if (fault !== undefined) return fault;
  const nonces = readNonces(claims);
  return passed(
    sealVerified<EarClaims>({
      kind: 'ear',
      simulated: false,
      // debug states are the verifier's business here: they show in the tier
      debug: false,
      measurement: null,
      binding: nonces.length === 1 ? (nonces[0] ?? null) : null,
      ...content,
      ...times,
      issuer: stringMember(claims, 'iss') ?? null,
      audiences: readTexts(claims, 'aud'),
      nonces,
      keyId: keyIdOf(signer.value),
    }),
  );
}

/** RFC 9711 section 4.1: in JSON a nonce has 8 to 88 characters. */
function readNonces(claims: JsonObject): string[] {
  const nonces = readTexts(claims, 'eat_nonce');
  const isSized = nonces.every(({ length }) => length >= 8 && length <= 88);
  if (!isSized) throw jwsError('eat_nonce does not have 8 to 88 characters');
  return nonces;
}

/** EAT disallows fractions of a second (RFC 9711 section 4.3.1; draft-ietf-rats-ear section 3: MUST consider it an error). */
function readEatTimes(claims: JsonObject): JwtTimes {
  for (const name of ['iat', 'nbf', 'exp']) {
    const value = member(claims, name);
    if (value !== undefined && !Number.isInteger(value)) throw jwsError(`${name} is no integer`);
  }
  return readJwtTimes(claims);
}

function findSigner(jws: Jws, input: VerifyInput): Verdict<KeyObject> {
  const keys = readVerifierKeys(input.anchors);
  if (keys.length === 0) {
    const hint = 'name the public key of the verifier whose results you trust';
    return unanswered('chain', 'no-trust-anchor', 'no verifier key is trusted', { hint });
  }
  if (![...EAR_ALGORITHMS].some((one) => one === jws.algorithm)) {
    const message = `the algorithm "${excerpt(jws.algorithm, 20)}" is not accepted`;
    return failure('signature', 'algorithm', message, { at: '/alg', clause: 'RFC 8725 3.1' });
  }
  const candidates = findCandidates(keys, jws);
  if (candidates.length === 0) {
    const message = 'no trusted key has the key id and algorithm of the token';
    return failure('chain', 'key-not-trusted', message, { at: '/kid' });
  }
  const signer = candidates.find((one) => isJwsSignedBy(jws, one.key, EAR_ALGORITHMS));
  if (signer === undefined) {
    const message = 'the token is not signed by a trusted verifier key';
    return failure('signature', 'token-signature', message, { clause: 'RFC 7515 5.2' });
  }
  return passed(signer.key);
}

function keyIdOf(key: KeyObject): string {
  const spki = key.export({ format: 'der', type: 'spki' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}
