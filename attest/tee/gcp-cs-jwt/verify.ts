// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure } from '../finding.ts';
import { findTimeFault, parseJws, readJwtClaims, readJwtTimes } from '../jws.ts';
import type { JwsAlgorithm, JwtTimes } from '../jws.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { readConfidentialSpaceContent } from './abi.ts';
import type { ConfidentialSpaceContent } from './abi.ts';
import { formOf, verifySigningKey } from './collateral.ts';
import type { TokenForm } from './collateral.ts';

/** What a genuine Confidential Space token says. */
export interface ConfidentialSpaceClaims extends TeeClaims, ConfidentialSpaceContent, JwtTimes {
  readonly kind: 'gcp-cs-jwt';
  readonly simulated: false;
  /** The digest of the container image, `sha256:<hex>`. */
  readonly measurement: string;
  /** Whether a chain in the token or a key set of the operator's vouches for it. */
  readonly form: TokenForm;
  /** The nonce, where the token has exactly one. */
  readonly binding: string | null;
}

const ALGORITHM: JwsAlgorithm = 'RS256';

/** The value of dbgstat that says that nobody could have looked in. */
export const DEBUG_DISABLED = 'disabled-since-boot';

/**
 * Verifies that Google's attestation service signed the token, and that it is in force: chain to the pinned root
 * or key of a trusted key set, signature, times, claims.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID
 * @see Google Cloud, "Validate PKI tokens"
 */
export function verifyConfidentialSpaceToken(
  input: VerifyInput,
): Verdict<Verified<ConfidentialSpaceClaims>> {
  const jws = parseJws(input.evidence);
  if (jws.algorithm !== ALGORITHM) {
    const message = `the algorithm "${excerpt(jws.algorithm, 20)}" is not accepted`;
    return failure('signature', 'algorithm', message, { at: '/alg', clause: 'RFC 8725 3.1' });
  }
  const signer = verifySigningKey(jws, input);
  if (signer.status !== 'passed') return signer;
  const claims = readJwtClaims(jws);
  const times = readJwtTimes(claims);
  if (times.expiresAt === null) {
    return failure('parse', 'malformed', 'exp is missing', { at: '/exp' });
  }
  const fault = findTimeFault(times, input.at);
  if (fault !== undefined) return fault;
  const content = readConfidentialSpaceContent(claims);
  const [nonce = null, ...more] = content.nonces;
  return passed(
    sealVerified<ConfidentialSpaceClaims>({
      kind: 'gcp-cs-jwt',
      form: formOf(jws),
      simulated: false,
      debug: content.debugStatus !== DEBUG_DISABLED,
      measurement: content.imageDigest,
      binding: more.length === 0 ? nonce : null,
      ...content,
      ...times,
    }),
  );
}
