// SPDX-License-Identifier: Apache-2.0
import type { ByteReader } from '../dcap/byte-reader.ts';
import { PedigreeError } from '../../../core/errors.ts';

// TPM 2.0 structures are big-endian (Part 2, clause 4.2); only the event log is not. Every function throws
// ERR_PARSE_EVIDENCE where the bytes end too early.

/** UINT16. */
export function takeUint16(reader: ByteReader, what: string): number {
  const [high = 0, low = 0] = reader.take(2, what);
  return high * 0x100 + low;
}

/** UINT32. */
export function takeUint32(reader: ByteReader, what: string): number {
  return takeUint16(reader, what) * 0x1_0000 + takeUint16(reader, what);
}

/** UINT64. */
export function takeUint64(reader: ByteReader, what: string): bigint {
  return (BigInt(takeUint32(reader, what)) << 32n) | BigInt(takeUint32(reader, what));
}

/** A TPM2B: two bytes of size, then that many bytes. */
export function takeSized(reader: ByteReader, maxBytes: number, what: string): Uint8Array {
  const sizeBytes = takeUint16(reader, `size of ${what}`);
  if (sizeBytes > maxBytes) {
    throw tpmError(`${what} says it has ${sizeBytes} bytes, the limit is ${maxBytes}`);
  }
  return reader.take(sizeBytes, what);
}

/** Always ERR_PARSE_EVIDENCE. */
export function tpmError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
