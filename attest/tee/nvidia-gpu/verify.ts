// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Finding, Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { isSignatureValid } from '../../x509/signature-algorithm.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure, teeFinding } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseGpuReport } from './abi.ts';
import type { GpuReport } from './abi.ts';
import { verifyDeviceChain } from './collateral.ts';
import type { GpuArchitecture, GpuDevice } from './collateral.ts';

/**
 * What a genuine NVIDIA GPU says. It counts only together with CPU evidence that binds the same statement: a GPU knows
 * nothing of the machine it is in.
 */
export interface GpuClaims extends TeeClaims {
  readonly kind: 'nvidia-gpu';
  readonly simulated: false;
  /** Firmware identity, 48 bytes. Null where the device names none. */
  readonly measurement: string | null;
  /** The nonce of the request, 32 bytes. */
  readonly binding: string;
  readonly architecture: GpuArchitecture | null;
  /** Of the device certificate. */
  readonly deviceSerial: string;
  readonly driverVersion: string | null;
  readonly vbiosVersion: string | null;
  /** By index, hex of 48 bytes each. */
  readonly measurements: Readonly<Record<string, string>>;
}

/**
 * Verifies that an NVIDIA device signed the report: format, chain to the pinned root, firmware identity, signature.
 * The measurements are not compared with NVIDIA's reference manifests (RIM), and revocation needs its OCSP service:
 * both are warnings.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE, ERR_TRUST_INVALID
 */
export function verifyGpuReport(input: VerifyInput): Verdict<Verified<GpuClaims>> {
  const report = parseGpuReport(input.evidence);
  const device = verifyDeviceChain(input);
  if (device.status !== 'passed') return device;
  const { leaf, fwid } = device.value;
  if (report.fwid !== undefined && (fwid === undefined || !isSameBytes(report.fwid, fwid))) {
    const message = 'the device certificate is of another firmware than the report';
    return failure('chain', 'firmware-identity', message, { at: 'opaque data, FWID' });
  }
  const { signed, signature } = report;
  // 96 bytes are a signature on P-384 and on no other curve
  if (!isSignatureValid('ecdsa-sha384', leaf.publicKey, signed, signature, 'raw')) {
    const message = 'the report is not signed by the device of the chain';
    return failure('signature', 'report-signature', message, { clause: 'DSP0274 MEASUREMENTS' });
  }
  return passed(sealVerified(claimsOfReport(report, device.value)), warnings());
}

function warnings(): Finding[] {
  const revocation = 'nobody asked whether the device certificates are revoked';
  const reference = 'the measurements were not compared with reference values of NVIDIA';
  const hint = 'name the expected measurements in the policy';
  return [
    teeFinding('collateral', 'revocation-not-checked', revocation),
    teeFinding('tcb', 'reference-values-not-checked', reference, { hint }),
  ];
}

function claimsOfReport(report: GpuReport, device: GpuDevice): GpuClaims {
  const measurements = [...report.measurements].map(([index, value]) => [
    String(index),
    hex(value),
  ]);
  const { fwid } = device;
  return {
    kind: 'nvidia-gpu',
    simulated: false,
    // whether developer tools are on shows in the measurements only
    debug: false,
    measurement: fwid === undefined ? null : hex(fwid),
    binding: hex(report.nonce),
    architecture: device.architecture,
    deviceSerial: device.leaf.serial,
    driverVersion: report.driverVersion ?? null,
    vbiosVersion: report.vbiosVersion === undefined ? null : hex(report.vbiosVersion),
    measurements: Object.fromEntries(measurements) as Record<string, string>,
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
