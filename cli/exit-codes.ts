// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode, PedigreeError } from '../core/errors.ts';

/** What the process says to a script (DESIGN.md 7). No failure exits 0. */
export const EXIT = {
  /** Yes, or done. */
  yes: 0,
  /** No: denied, affected, not genuine, no path. */
  no: 1,
  /** Cannot say: possible, pending, quarantined, undetermined, unknown REF. */
  unsure: 2,
  usage: 64,
  /** Input not readable as what it claims. */
  input: 65,
  /** Service or collateral unavailable. */
  unavailable: 69,
  /** Our own fault. */
  fault: 70,
} as const;

const BY_CODE: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ['ERR_NOT_FOUND', EXIT.unsure],
  ['ERR_AMBIGUOUS_REF', EXIT.unsure],
  ['ERR_USAGE', EXIT.usage],
  ['ERR_NOT_AUTHORISED', EXIT.no],
  ['ERR_STORE_UNAVAILABLE', EXIT.unavailable],
  ['ERR_STORE_CONFLICT', EXIT.unavailable],
  ['ERR_SOURCE_UNAVAILABLE', EXIT.unavailable],
  ['ERR_STORE_CORRUPT', EXIT.fault],
  ['ERR_STORE_UNSUPPORTED', EXIT.usage],
  ['ERR_LOG_CORRUPT', EXIT.fault],
  ['ERR_INTERNAL', EXIT.fault],
]);

/** Exit code for an error that ended a command: faults of documents and files count as input. */
export function exitCodeOf({ code, file }: Pick<PedigreeError, 'code' | 'file'>): number {
  // a file that is not there is no answer to a question about a REF
  if (code === 'ERR_NOT_FOUND' && file !== undefined) return EXIT.input;
  return BY_CODE.get(code) ?? EXIT.input;
}
