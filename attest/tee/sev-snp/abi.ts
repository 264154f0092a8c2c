// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';

/** ATTESTATION_REPORT of AMD SEV-SNP firmware ABI (publication 56860), versions 2 to 5. */
export const SNP_REPORT_BYTES = 0x4a0;
const SIGNED_BYTES = 0x2a0;
const SIGNATURE_R = 0x2a0;
const SIGNATURE_S = 0x2e8;
const SIGNATURE_END = 0x330;
/** R and S are 72-byte little-endian fields; a P-384 number fills the first 48. */
const SCALAR_FIELD_BYTES = 72;
const P384_BYTES = 48;

const MIN_VERSION = 2;
const MAX_VERSION = 5;
const ECDSA_P384_SHA384 = 1;

/** Which endorsement key signed: of the chip and its TCB, or of the cloud provider. */
export type SnpSigner = 'VCEK' | 'VLEK';

/** Guest policy, table "guest policy structure". */
export interface SnpGuestPolicy {
  readonly raw: bigint;
  readonly abiMinor: number;
  readonly abiMajor: number;
  readonly smtAllowed: boolean;
  readonly migrationAgentAllowed: boolean;
  readonly debugAllowed: boolean;
  readonly singleSocketRequired: boolean;
  readonly cxlAllowed: boolean;
  readonly aes256XtsRequired: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHidingRequired: boolean;
  readonly pageSwapDisabled: boolean;
}

export interface SnpFirmware {
  readonly build: number;
  readonly minor: number;
  readonly major: number;
}

/** CPUID family and model, extended parts added. Reports carry it from version 3 on. */
export interface SnpCpuid {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/** A parsed report: nothing about it is verified yet. */
export interface SnpReport {
  readonly version: number;
  readonly guestSvn: number;
  readonly policy: SnpGuestPolicy;
  readonly familyId: Uint8Array;
  readonly imageId: Uint8Array;
  readonly vmpl: number;
  readonly platformInfo: bigint;
  readonly signer: SnpSigner;
  readonly authorKeyEnabled: boolean;
  readonly reportData: Uint8Array;
  readonly measurement: Uint8Array;
  readonly hostData: Uint8Array;
  readonly idKeyDigest: Uint8Array;
  readonly authorKeyDigest: Uint8Array;
  readonly reportId: Uint8Array;
  readonly reportIdMa: Uint8Array;
  /** TCB_VERSION structures, 8 bytes each; their layout depends on the product (collateral.ts). */
  readonly currentTcb: Uint8Array;
  readonly reportedTcb: Uint8Array;
  readonly committedTcb: Uint8Array;
  readonly launchTcb: Uint8Array;
  readonly cpuid: SnpCpuid | undefined;
  /** 64 bytes, all zero where the host masks it. */
  readonly chipId: Uint8Array;
  readonly currentFirmware: SnpFirmware;
  readonly committedFirmware: SnpFirmware;
  /** Mitigations in force, a bit each; from version 5 on. */
  readonly mitigations: { readonly launch: bigint; readonly current: bigint } | undefined;
  /** The bytes that the signature covers. */
  readonly signed: Uint8Array;
  /** R ‖ S, big-endian, 48 bytes each. */
  readonly signature: Uint8Array;
}

/**
 * Parses an attestation report of exactly its size.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseSnpReport(bytes: Uint8Array): SnpReport {
  if (bytes.length !== SNP_REPORT_BYTES) {
    const size = `${bytes.length} bytes, an SEV-SNP report has ${SNP_REPORT_BYTES}`;
    throw snpError(`the evidence has ${size}`, 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(0x00, true);
  if (version < MIN_VERSION || version > MAX_VERSION) {
    throw snpError(`report version ${version} is not one of ${MIN_VERSION} to ${MAX_VERSION}`, 0);
  }
  if (view.getUint32(0x34, true) !== ECDSA_P384_SHA384) {
    throw snpError('the signature algorithm is not ECDSA P-384 with SHA-384', 0x34);
  }
  assertReservedZero(bytes, version);
  const keyInfo = parseKeyInfo(view.getUint32(0x48, true));
  return {
    version,
    guestSvn: view.getUint32(0x04, true),
    policy: parseGuestPolicy(view.getBigUint64(0x08, true)),
    familyId: bytes.subarray(0x10, 0x20),
    imageId: bytes.subarray(0x20, 0x30),
    vmpl: view.getUint32(0x30, true),
    currentTcb: bytes.subarray(0x38, 0x40),
    platformInfo: view.getBigUint64(0x40, true),
    ...keyInfo,
    reportData: bytes.subarray(0x50, 0x90),
    measurement: bytes.subarray(0x90, 0xc0),
    hostData: bytes.subarray(0xc0, 0xe0),
    idKeyDigest: bytes.subarray(0xe0, 0x110),
    authorKeyDigest: bytes.subarray(0x110, 0x140),
    reportId: bytes.subarray(0x140, 0x160),
    reportIdMa: bytes.subarray(0x160, 0x180),
    reportedTcb: bytes.subarray(0x180, 0x188),
    cpuid: version < 3 ? undefined : parseCpuid(view),
    chipId: bytes.subarray(0x1a0, 0x1e0),
    committedTcb: bytes.subarray(0x1e0, 0x1e8),
    currentFirmware: parseFirmware(view, 0x1e8),
    committedFirmware: parseFirmware(view, 0x1ec),
    launchTcb: bytes.subarray(0x1f0, 0x1f8),
    mitigations:
      version < 5
        ? undefined
        : {
            launch: view.getBigUint64(0x1f8, true),
            current: view.getBigUint64(0x200, true),
          },
    signed: bytes.subarray(0, SIGNED_BYTES),
    signature: parseSignature(bytes),
  };
}

/** True where every byte is zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function parseGuestPolicy(raw: bigint): SnpGuestPolicy {
  const bit = (at: bigint): boolean => ((raw >> at) & 1n) === 1n;
  if (!bit(17n)) throw snpError('guest policy bit 17 is reserved and must be one', 0x08);
  if (raw >> 26n !== 0n)
    throw snpError('guest policy bits 63:26 are reserved and must be zero', 0x08);
  return {
    raw,
    abiMinor: Number(raw & 0xffn),
    abiMajor: Number((raw >> 8n) & 0xffn),
    smtAllowed: bit(16n),
    migrationAgentAllowed: bit(18n),
    debugAllowed: bit(19n),
    singleSocketRequired: bit(20n),
    cxlAllowed: bit(21n),
    aes256XtsRequired: bit(22n),
    raplDisabled: bit(23n),
    ciphertextHidingRequired: bit(24n),
    pageSwapDisabled: bit(25n),
  };
}

function parseKeyInfo(raw: number): { signer: SnpSigner; authorKeyEnabled: boolean } {
  if (raw >>> 5 !== 0)
    throw snpError('key information bits 31:5 are reserved and must be zero', 0x48);
  const signingKey = (raw >>> 2) & 0b111;
  // 7 means that no key signed the report
  if (signingKey > 1) throw snpError(`signing key ${signingKey} is neither VCEK nor VLEK`, 0x48);
  return { signer: signingKey === 0 ? 'VCEK' : 'VLEK', authorKeyEnabled: (raw & 1) === 1 };
}

function parseCpuid(view: DataView): SnpCpuid {
  return {
    family: view.getUint8(0x188),
    model: view.getUint8(0x189),
    stepping: view.getUint8(0x18a),
  };
}

function parseFirmware(view: DataView, at: number): SnpFirmware {
  return {
    build: view.getUint8(at),
    minor: view.getUint8(at + 1),
    major: view.getUint8(at + 2),
  };
}

/** Reserved fields must be zero. Those behind the signature are not signed: anything there was put by somebody else. */
function assertReservedZero(bytes: Uint8Array, version: number): void {
  const reserved = [
    [0x4c, 0x50],
    [version < 3 ? 0x188 : 0x18b, 0x1a0],
    [0x1eb, 0x1ec],
    [0x1ef, 0x1f0],
    [0x208, SIGNED_BYTES],
    [SIGNATURE_END, SNP_REPORT_BYTES],
  ] as const;
  for (const [start, end] of reserved) {
    if (!isZero(bytes.subarray(start, end))) {
      throw snpError(`the reserved bytes at 0x${start.toString(16)} are not zero`, start);
    }
  }
}

function parseSignature(bytes: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * P384_BYTES);
  for (const [index, start] of [SIGNATURE_R, SIGNATURE_S].entries()) {
    const field = bytes.subarray(start, start + SCALAR_FIELD_BYTES);
    if (!isZero(field.subarray(P384_BYTES))) {
      throw snpError('a signature number is longer than 48 bytes', start);
    }
    signature.set(Uint8Array.from(field.subarray(0, P384_BYTES)).reverse(), index * P384_BYTES);
  }
  return signature;
}

function snpError(message: string, offset: number): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', `${message} (offset 0x${offset.toString(16)})`);
}
