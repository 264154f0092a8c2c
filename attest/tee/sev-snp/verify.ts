// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Finding, Verdict } from '../../../core/verdict.ts';
import { isPedigreeError } from '../../../core/errors.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { nameOf, verifyCertificatePath } from '../../x509/path.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { anchorCertificates } from '../endorsements.ts';
import { atStage, failure, teeFinding, unanswered } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseSnpReport } from './abi.ts';
import type { SnpFirmware, SnpReport, SnpSigner } from './abi.ts';
import {
  AMD_ALGORITHMS,
  findProduct,
  isOfChip,
  isSignedBy,
  publishedIntermediate,
  readEkFacts,
  readSnpCollateral,
  verifyNotRevoked,
} from './collateral.ts';
import type { EkFacts, SnpCollateral } from './collateral.ts';
import type { SnpProduct } from './roots/load.ts';
import { findBelow, isSameTcb, isTcbReservedZero, readTcb, TCB_COMPONENTS } from './tcb.ts';
import type { SnpTcb } from './tcb.ts';

/** What a genuine SEV-SNP report says. Byte fields are lower-case hex, 64-bit fields hex with 0x. */
export interface SnpClaims extends TeeClaims {
  readonly kind: 'sev-snp';
  readonly simulated: false;
  /** Launch digest, 48 bytes. */
  readonly measurement: string;
  /** REPORT_DATA, 64 bytes. */
  readonly binding: string;
  readonly version: number;
  readonly product: SnpProduct;
  readonly signer: SnpSigner;
  readonly guestSvn: number;
  readonly vmpl: number;
  readonly guestPolicy: {
    readonly raw: string;
    readonly abiMajor: number;
    readonly abiMinor: number;
    readonly smtAllowed: boolean;
    readonly migrationAgentAllowed: boolean;
    readonly singleSocketRequired: boolean;
    readonly cxlAllowed: boolean;
    readonly aes256XtsRequired: boolean;
    readonly raplDisabled: boolean;
    readonly ciphertextHidingRequired: boolean;
    readonly pageSwapDisabled: boolean;
  };
  readonly platformInfo: string;
  readonly hostData: string;
  readonly familyId: string;
  readonly imageId: string;
  readonly idKeyDigest: string;
  /** Null where the report says that it carries none. */
  readonly authorKeyDigest: string | null;
  readonly reportId: string;
  readonly reportIdMa: string;
  /** 64 bytes; all zero where the host masks it. */
  readonly chipId: string;
  /** Cloud provider of a VLEK; null for a VCEK. */
  readonly cspId: string | null;
  readonly tcb: {
    readonly reported: SnpTcb;
    readonly current: SnpTcb;
    readonly committed: SnpTcb;
    readonly launch: SnpTcb;
  };
  /** Bits of the mitigations that were in force at launch and are now, hex with 0x. Null before version 5 of the report. */
  readonly mitigations: { readonly launch: string; readonly current: string } | null;
  readonly firmware: { readonly current: SnpFirmware; readonly committed: SnpFirmware };
  /** Whether a revocation list of AMD, in force, was there to ask. */
  readonly revocation: 'checked' | 'not-checked';
}

const TCB_CLAUSE = 'AMD 56860, SNP_COMMIT and SNP_CONFIG';
const CERTIFICATE_CLAUSE = 'AMD 57230, certificate extensions';

/** The endorsements of a report once its chain is verified. */
interface EndorsedBy {
  readonly product: SnpProduct;
  readonly ek: Certificate;
  readonly facts: EkFacts;
  readonly revocation: 'checked' | 'not-checked';
}

/**
 * Verifies that a chip or cloud of AMD's signed the report: format, chain to the pinned root, revocation, signature,
 * chip and TCB, in this order.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for a malformed report, ERR_TRUST_INVALID for a malformed anchor
 * @see AMD publications 56860 (report) and 57230 (certificates)
 */
export function verifySnpReport(input: VerifyInput): Verdict<Verified<SnpClaims>> {
  const report = parseSnpReport(input.evidence);
  const endorsed = verifyEndorsements(report, input);
  if (endorsed.status !== 'passed') return endorsed;
  const fault = findReportFault(report, endorsed.value);
  if (fault !== undefined) return fault;
  return passed(
    sealVerified(claimsOfReport(report, endorsed.value)),
    warningsOf(report, endorsed.value),
  );
}

function verifyEndorsements(report: SnpReport, input: VerifyInput): Verdict<EndorsedBy> {
  let collateral: SnpCollateral | undefined;
  let facts: EkFacts;
  try {
    collateral = readSnpCollateral(report, input.endorsements);
    if (collateral === undefined) return missingEk(report);
    const expected = `SEV-${report.signer}`;
    if (collateral.ek.commonName !== expected) {
      const message = `the report is signed with a ${report.signer}, the certificate is of ${nameOf(collateral.ek)}`;
      return failure('chain', 'endorsement-key-kind', message, { at: '0x48' });
    }
    facts = readEkFacts(collateral.ek);
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'endorsement-malformed', error.message);
  }
  const product = productOf(report, facts);
  if (product === undefined) {
    const message = `the processor of the report is not of the line ${facts.product}, which the certificate names`;
    return failure('chain', 'product-mismatch', message, { at: '0x188' });
  }
  return verifyChain(report, product, collateral, facts, input);
}

/** Reports before version 3 do not say their processor; there the certificate does, once its chain holds. */
function productOf(report: SnpReport, facts: EkFacts): SnpProduct | undefined {
  const product = report.cpuid === undefined ? facts.product : findProduct(report.cpuid);
  return product === facts.product ? product : undefined;
}

function verifyChain(
  report: SnpReport,
  product: SnpProduct,
  collateral: SnpCollateral,
  facts: EkFacts,
  input: VerifyInput,
): Verdict<EndorsedBy> {
  const root = anchorCertificates(input.anchors).find((one) => one.commonName === `ARK-${product}`);
  if (root === undefined) {
    const hint = 'add the product root key to the trust store';
    return unanswered('chain', 'no-trust-anchor', `no root key ARK-${product} is trusted`, {
      hint,
    });
  }
  const { ek, suppliedRoots } = collateral;
  if (suppliedRoots.length > 0 && !suppliedRoots.some((one) => isSameBytes(one.der, root.der))) {
    const message = `the root that came with the report is not the trusted ARK-${product}`;
    return failure('chain', 'root-not-trusted', message);
  }
  const intermediate = collateral.intermediate ?? publishedIntermediate(product, report.signer);
  const path = verifyCertificatePath({
    chain: [ek, intermediate],
    anchor: root,
    at: input.at,
    algorithms: AMD_ALGORITHMS,
  });
  if (path.status !== 'passed') return atStage(path, 'chain');
  const expected = report.signer === 'VCEK' ? `SEV-${product}` : `SEV-VLEK-${product}`;
  if (intermediate.commonName !== expected) {
    const message = `${nameOf(intermediate)} does not issue ${report.signer} certificates of ${product}`;
    return failure('chain', 'intermediate-kind', message);
  }
  const revocation = verifyNotRevoked(intermediate, root, input.endorsements, input.at);
  if (revocation.status !== 'passed') return revocation;
  return passed({ product, ek, facts, revocation: revocation.value });
}

function findReportFault(report: SnpReport, by: EndorsedBy): Verdict<never> | undefined {
  if (!isSignedBy(report, by.ek)) {
    const message = `the report is not signed by the ${report.signer} supplied`;
    const hint = 'the report was changed, or the certificate is of another chip or TCB';
    const clause = 'AMD 56860, ATTESTATION_REPORT';
    return failure('signature', 'report-signature', message, { at: '0x2a0', clause, hint });
  }
  if (report.signer === 'VCEK') {
    if (by.facts.hwid === undefined) {
      return failure('chain', 'chip-id', 'the VCEK certificate names no chip', { at: '0x1a0' });
    }
    if (isOfChip(report, by.facts.hwid) === false) {
      const message = 'the VCEK certificate is of another chip than the report';
      return failure('chain', 'chip-id', message, { at: '0x1a0', clause: CERTIFICATE_CLAUSE });
    }
  }
  const reported = readTcb(by.product, report.reportedTcb);
  const isReservedZero = isTcbReservedZero(by.product, report.reportedTcb);
  if (!isSameTcb(by.facts.tcb, reported) || !isReservedZero) {
    const message = `the ${report.signer} certificate is of another TCB than the report`;
    return failure('tcb', 'tcb-mismatch', message, { at: '0x180', clause: CERTIFICATE_CLAUSE });
  }
  return findTcbInconsistency(report, by.product);
}

/** What is reported or committed is never newer than what runs: firmware that says so is not AMD's. */
function findTcbInconsistency(report: SnpReport, product: SnpProduct): Verdict<never> | undefined {
  const current = readTcb(product, report.currentTcb);
  const others = [
    ['REPORTED_TCB', report.reportedTcb],
    ['COMMITTED_TCB', report.committedTcb],
  ] as const;
  for (const [name, bytes] of others) {
    const [component] = findBelow(current, readTcb(product, bytes));
    if (component === undefined) continue;
    const message = `CURRENT_TCB is below ${name} (${component})`;
    return failure('tcb', 'tcb-inconsistent', message, { at: '0x38', clause: TCB_CLAUSE });
  }
  const { currentFirmware, committedFirmware } = report;
  if (orderOf(committedFirmware) <= orderOf(currentFirmware)) return undefined;
  const message = 'the committed firmware is newer than the one that runs';
  return failure('tcb', 'tcb-inconsistent', message, { at: '0x1e8', clause: TCB_CLAUSE });
}

function orderOf({ major, minor, build }: SnpFirmware): number {
  return major * 0x1_0000 + minor * 0x100 + build;
}

function warningsOf(report: SnpReport, by: EndorsedBy): Finding[] {
  const warnings: Finding[] = [];
  if (by.revocation === 'not-checked') {
    const hint = "supply AMD's revocation list of the product (role crl)";
    const message = 'no revocation list was supplied, so nobody asked whether the ASK is revoked';
    warnings.push(teeFinding('collateral', 'revocation-not-checked', message, { hint }));
  }
  if (
    report.signer === 'VCEK' &&
    by.facts.hwid !== undefined &&
    isOfChip(report, by.facts.hwid) === undefined
  ) {
    const message = 'the host masks the chip id, so it was not compared with the certificate';
    warnings.push(teeFinding('chain', 'chip-id-masked', message, { at: '0x1a0' }));
  }
  return warnings;
}

/** Where AMD publishes the VCEK of a report, so that an operator can fetch it. */
function missingEk(report: SnpReport): Verdict<never> {
  const product = report.cpuid === undefined ? undefined : findProduct(report.cpuid);
  const path = product === undefined ? '' : ` (AMD KDS path ${kdsPath(report, product)})`;
  const hint = `supply the ${report.signer} certificate as role ek${path}`;
  const message = `no ${report.signer} certificate was supplied`;
  return unanswered('chain', 'endorsement-missing', message, { hint });
}

/** Path and query of the certificate of a report at the AMD Key Distribution Service. @see AMD publication 57230 */
export function kdsPath(report: SnpReport, product: SnpProduct): string {
  const tcb = readTcb(product, report.reportedTcb);
  const names = {
    bootloader: 'blSPL',
    tee: 'teeSPL',
    snp: 'snpSPL',
    microcode: 'ucodeSPL',
    fmc: 'fmcSPL',
  };
  const query = TCB_COMPONENTS.flatMap((part) => {
    const level = tcb[part];
    return level === undefined ? [] : [`${names[part]}=${String(level).padStart(2, '0')}`];
  });
  const chip = hex(report.chipId.subarray(0, product === 'Turin' ? 8 : 64));
  const subject =
    report.signer === 'VCEK' ? `vcek/v1/${product}/${chip}` : `vlek/v1/${product}/cert`;
  return `/${subject}?${query.join('&')}`;
}

function claimsOfReport(report: SnpReport, by: EndorsedBy): SnpClaims {
  const tcb = (bytes: Uint8Array): SnpTcb => readTcb(by.product, bytes);
  const { raw, debugAllowed, ...guestPolicy } = report.policy;
  return {
    kind: 'sev-snp',
    simulated: false,
    debug: debugAllowed,
    measurement: hex(report.measurement),
    binding: hex(report.reportData),
    version: report.version,
    product: by.product,
    signer: report.signer,
    guestSvn: report.guestSvn,
    vmpl: report.vmpl,
    guestPolicy: { raw: hex64(raw), ...guestPolicy },
    platformInfo: hex64(report.platformInfo),
    hostData: hex(report.hostData),
    familyId: hex(report.familyId),
    imageId: hex(report.imageId),
    idKeyDigest: hex(report.idKeyDigest),
    authorKeyDigest: report.authorKeyEnabled ? hex(report.authorKeyDigest) : null,
    reportId: hex(report.reportId),
    reportIdMa: hex(report.reportIdMa),
    chipId: hex(report.chipId),
    cspId: by.facts.cspId ?? null,
    tcb: {
      reported: tcb(report.reportedTcb),
      current: tcb(report.currentTcb),
      committed: tcb(report.committedTcb),
      launch: tcb(report.launchTcb),
    },
    mitigations:
      report.mitigations === undefined
        ? null
        : {
            launch: hex64(report.mitigations.launch),
            current: hex64(report.mitigations.current),
          },
    firmware: { current: report.currentFirmware, committed: report.committedFirmware },
    revocation: by.revocation,
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function hex64(value: bigint): string {
  return `0x${value.toString(16)}`;
}
