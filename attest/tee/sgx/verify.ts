// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { trailingWarning, verifyDcapQuote } from '../dcap/verify.ts';
import type { DcapFacts } from '../dcap/verify.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseSgxQuote } from './abi.ts';
import type { SgxQuote } from './abi.ts';

/** What a genuine SGX quote says. Byte fields are lower-case hex in the order of the report. */
export interface SgxClaims extends TeeClaims, DcapFacts {
  readonly kind: 'sgx';
  readonly simulated: false;
  /** MRENCLAVE: the code and data that the enclave was built from. 32 bytes. */
  readonly measurement: string;
  /** REPORTDATA, 64 bytes. */
  readonly binding: string;
  readonly quoteVersion: number;
  /** Hash of the key that signed the enclave, 32 bytes. */
  readonly mrSigner: string;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly attributes: string;
  readonly miscSelect: string;
  readonly configId: string;
  readonly cpuSvn: string;
}

/** SGX ATTRIBUTES, bit 1: the enclave can be read and changed with the debug instructions. */
const DEBUG_BIT = 0x02;

/**
 * Verifies that an Intel platform signed the quote, and finds its TCB status (dcap/verify.ts).
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for a malformed quote, ERR_TRUST_INVALID for a malformed anchor
 * @see Intel SGX ECDSA QuoteLibReference, appendix A.4
 */
export function verifySgxQuote(input: VerifyInput): Verdict<Verified<SgxClaims>> {
  const parsed = parseSgxQuote(input.evidence);
  const facts = verifyDcapQuote(parsed.quote, undefined, input);
  if (facts.status !== 'passed') return facts;
  const claims = claimsOfQuote(parsed, facts.value);
  return passed(sealVerified(claims), trailingWarning(parsed.quote));
}

function claimsOfQuote({ quote, report }: SgxQuote, facts: DcapFacts): SgxClaims {
  return {
    kind: 'sgx',
    simulated: false,
    debug: ((report.attributes[0] ?? DEBUG_BIT) & DEBUG_BIT) !== 0,
    measurement: hex(report.mrEnclave),
    binding: hex(report.reportData),
    quoteVersion: quote.version,
    ...facts,
    mrSigner: hex(report.mrSigner),
    isvProdId: report.isvProdId,
    isvSvn: report.isvSvn,
    attributes: hex(report.attributes),
    miscSelect: hex(report.miscSelect),
    configId: hex(report.configId),
    cpuSvn: hex(report.cpuSvn),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
