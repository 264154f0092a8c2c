// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf, sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { failure } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { isZero, parseSnpReport } from '../sev-snp/abi.ts';
import { verifySnpReport } from '../sev-snp/verify.ts';
import type { SnpClaims } from '../sev-snp/verify.ts';
import { keyDigest } from '../tpm/attestation-key.ts';
import { parseContainer, readBase64, readQuoteEvidence } from '../tpm/evidence.ts';
import { registerLines } from '../tpm/registers.ts';
import type { Registers } from '../tpm/registers.ts';
import { verifyQuote } from '../tpm/verify-quote.ts';
import type { QuoteClaims } from '../tpm/verify-quote.ts';
import { parseHclReport, parseRuntimeData } from './abi.ts';
import type { RuntimeData } from './abi.ts';

/** The name of the kind, in evidence and everywhere else. */
export const AZURE_SNP_KIND = 'azure-snp-vtpm';

/** What a genuine quote of an Azure confidential machine says. Byte fields are lower-case hex. */
export interface AzureSnpClaims extends TeeClaims, QuoteClaims {
  readonly kind: typeof AZURE_SNP_KIND;
  readonly simulated: false;
  /** Of the SEV-SNP guest policy. */
  readonly debug: boolean;
  /** SHA-256 over the launch digest of the paravisor and the quoted registers (measureAzure). */
  readonly measurement: string;
  /** extraData of the quote, up to 66 bytes. Null where it is empty. */
  readonly binding: string | null;
  /** `sha256:<hex>` of the SubjectPublicKeyInfo of the virtual TPM's key. */
  readonly attestationKey: string;
  /** The paravisor's own words about the machine: secure-boot, console-enabled and the like. */
  readonly configuration: RuntimeData['configuration'];
  readonly userData: string | null;
  /** The processor's report, which the paravisor asked for. */
  readonly snp: SnpClaims;
}

const MEASUREMENT_DOMAIN = 'pedigree/azure-snp-vtpm-measurement/v1';
const DIGEST_BYTES = 32;

/**
 * Verifies the way from the processor to the guest's statement: a genuine SEV-SNP report, asked for by the paravisor at
 * VMPL 0, holds the digest of the runtime data; the runtime data names the key of the virtual TPM; that key signed the quote.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID for a malformed anchor
 * @see DESIGN.md 6; AMD publication 56860; TPM 2.0 Library, Part 3, clause 18.4
 */
export function verifyAzureSnp(input: VerifyInput): Verdict<Verified<AzureSnpClaims>> {
  const container = parseContainer(input.evidence, ['hclReport']);
  const evidence = readQuoteEvidence(container);
  const { snpReport, runtimeJson } = parseHclReport(readBase64(container, 'hclReport'));
  const genuine = verifySnpReport({ ...input, evidence: snpReport });
  if (genuine.status !== 'passed') return genuine;
  const fault = findBindingFault(snpReport, runtimeJson);
  if (fault !== undefined) return fault;
  const runtime = parseRuntimeData(runtimeJson);
  const key = { key: runtime.attestationKey, area: undefined };
  const quote = verifyQuote(evidence, key);
  if (quote.status !== 'passed') return quote;
  const snp = claimsOf(genuine.value);
  const { extraData } = evidence.quote;
  const claims: AzureSnpClaims = {
    kind: AZURE_SNP_KIND,
    simulated: false,
    debug: snp.debug,
    measurement: measureAzure(snp.measurement, evidence.registers),
    binding: extraData.length === 0 ? null : Buffer.from(extraData).toString('hex'),
    attestationKey: keyDigest(runtime.attestationKey),
    configuration: runtime.configuration,
    userData: runtime.userData,
    snp,
    ...quote.value,
  };
  return passed(sealVerified(claims), [...genuine.warnings, ...quote.warnings]);
}

/**
 * One digest for what was measured: SHA-256 over the domain, a zero byte, the line `snp:<launch digest>` and the register
 * lines, each ended by a newline. Either half alone says nothing about the other.
 */
export function measureAzure(launchDigest: string, registers: Registers): string {
  const lines = [`snp:${launchDigest}`, ...registerLines(registers)].map((line) => `${line}\n`);
  return createHash('sha256')
    .update(`${MEASUREMENT_DOMAIN}\0${lines.join('')}`)
    .digest('hex');
}

function findBindingFault(
  snpReport: Uint8Array,
  runtimeJson: Uint8Array,
): Verdict<never> | undefined {
  const { vmpl, reportData } = parseSnpReport(snpReport);
  // the guest runs at a lower level and may ask for reports too, with a key of its own in them
  if (vmpl !== 0) {
    const message = `the report was requested at VMPL ${vmpl}, so not by the paravisor`;
    return failure('signature', 'paravisor-level', message, { at: '/hclReport' });
  }
  const digest = createHash('sha256').update(runtimeJson).digest();
  const isBound =
    isSameBytes(reportData.subarray(0, DIGEST_BYTES), digest) &&
    isZero(reportData.subarray(DIGEST_BYTES));
  if (isBound) return undefined;
  const message = 'REPORT_DATA is not the digest of the runtime data';
  return failure('signature', 'runtime-data', message, { at: '/hclReport' });
}
