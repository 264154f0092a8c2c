// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { trailingWarning, verifyDcapQuote } from '../dcap/verify.ts';
import type { DcapFacts } from '../dcap/verify.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseTdxQuote } from './abi.ts';
import type { TdReport, TdxQuote } from './abi.ts';

/** What a genuine TDX quote says. Byte fields are lower-case hex in the order of the report. */
export interface TdxClaims extends TeeClaims, DcapFacts {
  readonly kind: 'tdx';
  readonly simulated: false;
  /** MRTD: what was in the TD's memory when it was built, which is its firmware. 48 bytes. */
  readonly measurement: string;
  /** REPORTDATA, 64 bytes. */
  readonly binding: string;
  readonly quoteVersion: number;
  readonly teeTcbSvn: string;
  readonly mrSeam: string;
  readonly mrSignerSeam: string;
  readonly tdAttributes: {
    readonly raw: string;
    /** Whether touching a page that is not accepted is kept from the guest's exception handlers. */
    readonly septVeDisable: boolean;
    readonly migratable: boolean;
    /** Whether one of the bits is set that had no meaning when this was written. */
    readonly reserved: boolean;
  };
  readonly xfam: string;
  readonly mrConfigId: string;
  readonly mrOwner: string;
  readonly mrOwnerConfig: string;
  /** RTMR0 to RTMR3: what the firmware, and the software after it, measured. 48 bytes each. */
  readonly rtmrs: readonly string[];
  /** Null in reports of TDX 1.0, which do not say. */
  readonly teeTcbSvn2: string | null;
  /** Null in reports of TDX 1.0, which do not say; all zero where no service TD is bound. */
  readonly mrServiceTd: string | null;
  /** Null but in extended reports of TDX 1.5: the service TDs that are bound now, where mrServiceTd has those of the start. */
  readonly currentServiceTd: string | null;
}

/**
 * Verifies that an Intel platform signed the quote, and finds its TCB status (dcap/verify.ts).
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for a malformed quote, ERR_TRUST_INVALID for a malformed anchor
 * @see Intel TDX DCAP Quoting Library API, appendix A
 */
export function verifyTdxQuote(input: VerifyInput): Verdict<Verified<TdxClaims>> {
  const parsed = parseTdxQuote(input.evidence);
  const facts = verifyDcapQuote(parsed.quote, parsed.report, input);
  if (facts.status !== 'passed') return facts;
  const claims = claimsOfQuote(parsed, facts.value);
  return passed(sealVerified(claims), trailingWarning(parsed.quote));
}

function claimsOfQuote({ quote, report }: TdxQuote, facts: DcapFacts): TdxClaims {
  return {
    kind: 'tdx',
    simulated: false,
    debug: isUnderDebug(report),
    measurement: hex(report.mrTd),
    binding: hex(report.reportData),
    quoteVersion: quote.version,
    ...facts,
    teeTcbSvn: hex(report.teeTcbSvn),
    mrSeam: hex(report.mrSeam),
    mrSignerSeam: hex(report.mrSignerSeam),
    tdAttributes: {
      raw: hex(report.tdAttributes),
      septVeDisable: hasBit(report.tdAttributes, 28),
      migratable: hasBit(report.tdAttributes, 29),
      reserved: hasReservedBit(report),
    },
    xfam: hex(report.xfam),
    mrConfigId: hex(report.mrConfigId),
    mrOwner: hex(report.mrOwner),
    mrOwnerConfig: hex(report.mrOwnerConfig),
    rtmrs: report.rtmrs.map(hex),
    teeTcbSvn2: hexOrNull(report.teeTcbSvn2),
    mrServiceTd: hexOrNull(report.mrServiceTd),
    currentServiceTd: hexOrNull(report.currentServiceTd),
  };
}

/** TDX module ABI, ATTRIBUTES: bits 7:0 are the TUD group; a TD with any of them set is not to be trusted. */
function isUnderDebug({ tdAttributes }: TdReport): boolean {
  return tdAttributes[0] !== 0;
}

/** TDX module ABI 1.5, ATTRIBUTES: the bits above the TUD group that mean something. */
const KNOWN_ATTRIBUTES = new Set([16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 62, 63]);

function hasReservedBit({ tdAttributes }: TdReport): boolean {
  return Array.from({ length: 56 }, (_, index) => index + 8).some(
    (bit) => !KNOWN_ATTRIBUTES.has(bit) && hasBit(tdAttributes, bit),
  );
}

function hasBit(attributes: Uint8Array, bit: number): boolean {
  return (((attributes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

function hexOrNull(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : hex(bytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
