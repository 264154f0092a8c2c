// SPDX-License-Identifier: Apache-2.0
import { parseDcapQuote } from '../dcap/abi.ts';
import type { DcapQuote } from '../dcap/abi.ts';
import { parseEnclaveReport } from '../dcap/enclave-report.ts';
import type { EnclaveReport } from '../dcap/enclave-report.ts';

/** A quote of an enclave: nothing about it is verified yet. */
export interface SgxQuote {
  readonly quote: DcapQuote;
  readonly report: EnclaveReport;
}

/**
 * Parses an SGX quote: version 3, 4 or 5.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseSgxQuote(bytes: Uint8Array): SgxQuote {
  const quote = parseDcapQuote(bytes, 'sgx');
  return { quote, report: parseEnclaveReport(quote.body) };
}
