// SPDX-License-Identifier: Apache-2.0
import { verify } from 'node:crypto';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import type { Instant } from '../../../core/instant.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure, teeFinding, unanswered } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseSimulatedEvidence, simulatedSigningBytes } from './abi.ts';
import { readPlatformKeys } from './collateral.ts';

/** What simulated evidence says. No hardware stands behind any of it. */
export interface SimulatedClaims extends TeeClaims {
  readonly kind: 'simulated';
  readonly simulated: true;
  readonly measurement: string;
  /** Report data: hex of 64 bytes. */
  readonly binding: string;
  readonly platformKeyId: string;
  readonly issuedAt: Instant;
}

/**
 * Verifies that the given simulated platform signed the evidence, not after the time of verification.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID for a malformed key
 */
export function verifySimulated(input: VerifyInput): Verdict<Verified<SimulatedClaims>> {
  const { statement, signature } = parseSimulatedEvidence(input.evidence);
  const keys = readPlatformKeys(input.anchors);
  if (keys.size === 0) {
    const hint = 'simulated evidence is verified only under a simulated platform key that is named';
    return unanswered('chain', 'no-trust-anchor', 'no simulated platform key is trusted', { hint });
  }
  const key = keys.get(statement.platformKeyId);
  if (key === undefined) {
    const message = 'the evidence names a platform key that is not trusted';
    return failure('chain', 'platform-key-not-trusted', message, { at: '/platformKeyId' });
  }
  if (!verify(null, simulatedSigningBytes(statement), key, signature)) {
    const message = 'the evidence is not signed by the platform key that it names';
    return failure('signature', 'evidence-signature', message, { at: '/signature' });
  }
  if (statement.issuedAt > input.at) {
    const message = `the evidence was issued at ${statement.issuedAt}, after ${input.at}`;
    return failure('freshness', 'not-yet-issued', message, { at: '/issuedAt' });
  }
  const { kind, measurement, reportData, platformKeyId, issuedAt } = statement;
  const claims: SimulatedClaims = {
    kind,
    simulated: true,
    debug: false,
    measurement,
    binding: reportData,
    platformKeyId,
    issuedAt,
  };
  const message = 'simulated evidence proves nothing about a machine';
  return passed(sealVerified(claims), [teeFinding('policy', 'simulated', message)]);
}
