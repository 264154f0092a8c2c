// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { excerpt } from '../../../core/errors.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { findCandidates, readVerifierKeys } from '../ear/collateral.ts';
import { failure, unanswered } from '../finding.ts';
import { isJwsSignedBy } from '../jws.ts';
import type { Jws, JwsAlgorithm } from '../jws.ts';
import type { TrustAnchor } from '../scheme.ts';

/**
 * The key of the operator's key set that signed the token. A key set says whom to believe, so that it is a trust anchor: one
 * that came along with the token would prove nothing.
 * @param algorithms what the service signs with
 * @throws {PedigreeError} ERR_TRUST_INVALID for a key set that cannot be read
 * @see RFC 7515 section 5.2, RFC 7517, RFC 8725 section 3.1
 */
export function findTokenSigner(
  jws: Jws,
  anchors: readonly TrustAnchor[],
  algorithms: ReadonlySet<JwsAlgorithm>,
): Verdict<KeyObject> {
  const keys = readVerifierKeys(anchors);
  if (keys.length === 0) {
    const hint = 'save the key set (JWKS) of the service and name its folder with --roots';
    return unanswered('chain', 'no-trust-anchor', 'no key set of the service is trusted', { hint });
  }
  if (![...algorithms].some((one) => one === jws.algorithm)) {
    const message = `the algorithm "${excerpt(jws.algorithm, 20)}" is not accepted`;
    return failure('signature', 'algorithm', message, { at: '/alg', clause: 'RFC 8725 3.1' });
  }
  const candidates = findCandidates(keys, jws);
  if (candidates.length === 0) {
    const hint = 'services change their keys: save the current key set';
    const message = 'the trusted key set has no key with the id of the token';
    return failure('chain', 'key-not-trusted', message, { at: '/kid', hint });
  }
  const signer = candidates.find((one) => isJwsSignedBy(jws, one.key, algorithms));
  if (signer === undefined) {
    const message = 'the token is not signed by a key of the trusted key set';
    return failure('signature', 'token-signature', message, { clause: 'RFC 7515 5.2' });
  }
  return passed(signer.key);
}
