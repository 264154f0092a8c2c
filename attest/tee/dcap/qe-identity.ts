// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import type { EnclaveReport } from './enclave-report.ts';
import { readBytes, readInteger } from './json-reader.ts';
import { readIsvLevels } from './tcb-info.ts';
import type { IsvLevel } from './tcb-info.ts';
import { QE_STATUSES } from './tcb-status.ts';

/** What a quoting enclave of Intel looks like. */
export interface QeIdentity {
  /** 4 bytes each, in the order of the report. */
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  /** 16 bytes each. */
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  /** 32 bytes. */
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  /** Best first, as Intel sorts them. */
  readonly levels: readonly IsvLevel[];
}

/**
 * Reads an enclave identity of version 2, apart from what signed-json.ts reads of every signed document.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Intel PCS API version 4, "Enclave Identity V2"
 */
export function readQeIdentity(identity: JsonValue): QeIdentity {
  return {
    miscSelect: readBytes(identity, 'miscselect', 4),
    miscSelectMask: readBytes(identity, 'miscselectMask', 4),
    attributes: readBytes(identity, 'attributes', 16),
    attributesMask: readBytes(identity, 'attributesMask', 16),
    mrSigner: readBytes(identity, 'mrsigner', 32),
    isvProdId: readInteger(identity, 'isvprodid', 0xffff),
    levels: readIsvLevels(identity, QE_STATUSES),
  };
}

/** The first member in which the report is not what the identity says; undefined where it is. */
export function findQeMismatch(report: EnclaveReport, identity: QeIdentity): string | undefined {
  const { miscSelect, miscSelectMask, attributes, attributesMask } = identity;
  if (!isSameUnderMask(report.miscSelect, miscSelect, miscSelectMask)) return 'MISCSELECT';
  if (!isSameUnderMask(report.attributes, attributes, attributesMask)) return 'ATTRIBUTES';
  if (!isSameBytes(report.mrSigner, identity.mrSigner)) return 'MRSIGNER';
  return report.isvProdId === identity.isvProdId ? undefined : 'ISVPRODID';
}

/** True where the value, under the mask, is the expected one. An expectation outside its mask is never met. */
export function isSameUnderMask(
  value: Uint8Array,
  expected: Uint8Array,
  mask: Uint8Array,
): boolean {
  const masked = Uint8Array.from(value, (byte, index) => byte & (mask[index] ?? 0));
  return isSameBytes(masked, expected);
}
