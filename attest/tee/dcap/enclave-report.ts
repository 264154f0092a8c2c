// SPDX-License-Identifier: Apache-2.0
import { quoteError } from './byte-reader.ts';

/** REPORTBODY of an SGX enclave (Intel SDM volume 3D, table 39-22): of the quoting enclave, or of a quoted one. */
export const ENCLAVE_REPORT_BYTES = 384;

/** A parsed report body: nothing about it is verified yet. Byte fields are views in their order in the report. */
export interface EnclaveReport {
  readonly bytes: Uint8Array;
  readonly cpuSvn: Uint8Array;
  readonly miscSelect: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrEnclave: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly configId: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

/**
 * Parses a report body of exactly its size.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseEnclaveReport(bytes: Uint8Array): EnclaveReport {
  if (bytes.length !== ENCLAVE_REPORT_BYTES) {
    throw quoteError(`an enclave report has ${ENCLAVE_REPORT_BYTES} bytes`, 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    bytes,
    cpuSvn: bytes.subarray(0, 16),
    miscSelect: bytes.subarray(16, 20),
    attributes: bytes.subarray(48, 64),
    mrEnclave: bytes.subarray(64, 96),
    mrSigner: bytes.subarray(128, 160),
    configId: bytes.subarray(192, 256),
    isvProdId: view.getUint16(256, true),
    isvSvn: view.getUint16(258, true),
    reportData: bytes.subarray(320, 384),
  };
}
