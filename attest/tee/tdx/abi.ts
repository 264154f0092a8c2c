// SPDX-License-Identifier: Apache-2.0
import { parseDcapQuote } from '../dcap/abi.ts';
import type { DcapQuote } from '../dcap/abi.ts';
import type { SeamFacts } from '../dcap/tcb-level.ts';

const RTMR_COUNT = 4;
const REGISTER_BYTES = 48;

/** A parsed TD report (TDX module ABI, TDREPORT_STRUCT, as quotes carry it): nothing about it is verified yet. */
export interface TdReport extends SeamFacts {
  readonly mrSeam: Uint8Array;
  readonly tdAttributes: Uint8Array;
  readonly xfam: Uint8Array;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  /** Four runtime measurement registers. */
  readonly rtmrs: readonly Uint8Array[];
  readonly reportData: Uint8Array;
  /** TDX 1.5 only: the service TDs that are bound to this one; in the extended report, that were when it was made. */
  readonly mrServiceTd: Uint8Array | undefined;
  /** Extended report only: the service TDs that are bound now. */
  readonly currentServiceTd: Uint8Array | undefined;
}

/** A quote of a trust domain. */
export interface TdxQuote {
  readonly quote: DcapQuote;
  readonly report: TdReport;
}

/**
 * Parses a TDX quote: version 4, or version 5 with a report of TDX 1.0 or 1.5.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseTdxQuote(bytes: Uint8Array): TdxQuote {
  const quote = parseDcapQuote(bytes, 'tdx');
  return { quote, report: parseTdReport(quote) };
}

function parseTdReport({ body, form }: DcapQuote): TdReport {
  const field = (start: number, sizeBytes: number): Uint8Array =>
    body.subarray(start, start + sizeBytes);
  const isTdx15 = form === 'td15' || form === 'td15ex';
  return {
    teeTcbSvn: field(0, 16),
    mrSeam: field(16, REGISTER_BYTES),
    mrSignerSeam: field(64, REGISTER_BYTES),
    seamAttributes: field(112, 8),
    tdAttributes: field(120, 8),
    xfam: field(128, 8),
    mrTd: field(136, REGISTER_BYTES),
    mrConfigId: field(184, REGISTER_BYTES),
    mrOwner: field(232, REGISTER_BYTES),
    mrOwnerConfig: field(280, REGISTER_BYTES),
    rtmrs: Array.from({ length: RTMR_COUNT }, (_, index) =>
      field(328 + index * REGISTER_BYTES, REGISTER_BYTES),
    ),
    reportData: field(520, 64),
    teeTcbSvn2: isTdx15 ? field(584, 16) : undefined,
    mrServiceTd: isTdx15 ? field(600, REGISTER_BYTES) : undefined,
    currentServiceTd: form === 'td15ex' ? field(829, REGISTER_BYTES) : undefined,
  };
}
