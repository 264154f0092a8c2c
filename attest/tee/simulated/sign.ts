// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalizeJcs } from '../../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import { platformKeyId, SIMULATED_KIND, simulatedSigningBytes } from './abi.ts';
import type { SimulatedStatement } from './abi.ts';

export interface SimulatedEvidenceInput {
  /** 48 bytes, SHA-384 of what the simulated platform runs. */
  readonly measurement: Uint8Array;
  /** 64 bytes, see bind.ts. */
  readonly reportData: Uint8Array;
  readonly issuedAt: Instant;
  /** Ed25519 private key of the simulated platform. */
  readonly platformKey: KeyObject;
}

/**
 * Makes simulated evidence, for trying things out without hardware. It proves nothing about any machine, and its
 * claims say so.
 * @returns RFC 8785 JSON text
 * @throws {PedigreeError} ERR_USAGE for a field of the wrong length or a key of another type
 */
export function signSimulatedEvidence(input: SimulatedEvidenceInput): Uint8Array {
  const { measurement, reportData, issuedAt, platformKey } = input;
  if (platformKey.type !== 'private' || platformKey.asymmetricKeyType !== 'ed25519') {
    throw new PedigreeError('ERR_USAGE', 'a simulated platform signs with an Ed25519 private key');
  }
  if (measurement.length !== 48) throw new PedigreeError('ERR_USAGE', 'a measurement has 48 bytes');
  if (reportData.length !== 64) throw new PedigreeError('ERR_USAGE', 'report data has 64 bytes');
  const statement: SimulatedStatement = {
    kind: SIMULATED_KIND,
    platformKeyId: platformKeyId(createPublicKey(platformKey)),
    measurement: Buffer.from(measurement).toString('hex'),
    reportData: Buffer.from(reportData).toString('hex'),
    issuedAt,
  };
  const signature = sign(null, simulatedSigningBytes(statement), platformKey);
  const evidence = { ...statement, signature: signature.toString('base64url') };
  return new TextEncoder().encode(canonicalizeJcs(evidence));
}
