// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { verifyCrl } from '../../x509/crl.ts';
import type { CertificateRevocationList } from '../../x509/crl.ts';
import { derError, derSmallInteger, DER_TAG, expectDer, parseDer } from '../../x509/der.ts';
import { nameOf } from '../../x509/path.ts';
import { isSignatureValid } from '../../x509/signature-algorithm.ts';
import type { SignatureAlgorithm } from '../../x509/signature-algorithm.ts';
import { certificatesOf, crlsOf, parseCertificates } from '../endorsements.ts';
import { atStage, failure } from '../finding.ts';
import type { Endorsements } from '../scheme.ts';
import type { SnpCpuid, SnpReport, SnpSigner } from './abi.ts';
import { isZero } from './abi.ts';
import { loadIntermediate } from './roots/load.ts';
import type { SnpProduct } from './roots/load.ts';
import type { SnpTcb } from './tcb.ts';

/** Everything AMD signs is RSA-4096 PSS with SHA-384 (publication 57230). */
export const AMD_ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['rsa-pss-sha384']);

/** Roles: `ek` VCEK or VLEK, `ask` ASK or ASVK, `ark` the root as supplied (compared, never trusted), `crl`. */
export const SNP_ROLES: ReadonlySet<string> = new Set(['ek', 'ask', 'ark', 'crl']);

const AMD_OID = '1.3.6.1.4.1.3704.1';
const OID_PRODUCT_NAME = `${AMD_OID}.2`;
const OID_HWID = `${AMD_OID}.4`;
const OID_CSP_ID = `${AMD_OID}.5`;
const OID_TCB = {
  bootloader: `${AMD_OID}.3.1`,
  tee: `${AMD_OID}.3.2`,
  snp: `${AMD_OID}.3.3`,
  microcode: `${AMD_OID}.3.8`,
  fmc: `${AMD_OID}.3.9`,
} as const;

/** Chip identifiers: 64 bytes, 8 from Turin on. */
const HWID_BYTES: Readonly<Record<SnpProduct, number>> = { Milan: 64, Genoa: 64, Turin: 8 };

/** Product names in certificates, without stepping. Bergamo and Siena parts are of the Genoa line. */
const PRODUCT_OF_NAME: ReadonlyMap<string, SnpProduct> = new Map<string, SnpProduct>([
  ['Milan', 'Milan'],
  ['Genoa', 'Genoa'],
  ['Bergamo', 'Genoa'],
  ['Siena', 'Genoa'],
  ['Turin', 'Turin'],
]);

/** Those of the product that were asked for so far, by product and signer. */
const publishedIntermediates = new Map<string, Certificate>();

/** The certificates that came with a report. */
export interface SnpCollateral {
  readonly ek: Certificate;
  /** Undefined: none was supplied, the published one serves. */
  readonly intermediate: Certificate | undefined;
  readonly suppliedRoots: readonly Certificate[];
}

/** What the extensions of a VCEK or VLEK say. Trustworthy once its chain is verified. */
export interface EkFacts {
  readonly product: SnpProduct;
  readonly tcb: SnpTcb;
  /** Of the chip; VCEK only. */
  readonly hwid: Uint8Array | undefined;
  /** Of the cloud provider; VLEK only. */
  readonly cspId: string | undefined;
}

/**
 * The certificates that belong to this report. Where a role has several files, the one that fits is picked; whether it
 * is genuine is decided later.
 * @returns undefined where no VCEK or VLEK came along
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readSnpCollateral(
  report: SnpReport,
  endorsements: Endorsements,
): SnpCollateral | undefined {
  const eks = certificatesOf(endorsements, 'ek');
  const ek = eks.length === 1 ? eks[0] : (eks.find((one) => isSignedBy(report, one)) ?? eks[0]);
  if (ek === undefined) return undefined;
  return {
    ek,
    intermediate: pickIntermediate(ek, certificatesOf(endorsements, 'ask')),
    suppliedRoots: certificatesOf(endorsements, 'ark'),
  };
}

function pickIntermediate(
  ek: Certificate,
  intermediates: readonly Certificate[],
): Certificate | undefined {
  // where there is no choice the path checks the only one anyway
  if (intermediates.length <= 1) return intermediates[0];
  return intermediates.find((one) => isIssuer(one, ek)) ?? intermediates[0];
}

/** True where the key of the certificate made the report's signature. */
export function isSignedBy(report: SnpReport, ek: Certificate): boolean {
  const isP384 = ek.publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  const { signed, signature } = report;
  return isP384 && isSignatureValid('ecdsa-sha384', ek.publicKey, signed, signature, 'raw');
}

/** The intermediate that AMD publishes. */
export function publishedIntermediate(product: SnpProduct, signer: SnpSigner): Certificate {
  const name = `${product} ${signer}`;
  const known = publishedIntermediates.get(name);
  if (known !== undefined) return known;
  const [certificate] = parseCertificates(loadIntermediate(product, signer));
  if (certificate === undefined) throw derError('the published intermediate holds no certificate');
  publishedIntermediates.set(name, certificate);
  return certificate;
}

/** The product line of a CPUID; undefined for one that has no SEV-SNP roots here. */
export function findProduct(cpuid: SnpCpuid): SnpProduct | undefined {
  const { family, model } = cpuid;
  if (family === 0x19 && model <= 0x0f) return 'Milan';
  if (family === 0x19 && ((model >= 0x10 && model <= 0x1f) || (model >= 0xa0 && model <= 0xaf))) {
    return 'Genoa';
  }
  return family === 0x1a && model <= 0x11 ? 'Turin' : undefined;
}

/**
 * Reads the AMD extensions of an endorsement key's certificate.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see AMD publication 57230, "VCEK/VLEK certificate extensions"
 */
export function readEkFacts(ek: Certificate): EkFacts {
  const name = readIa5(ek, OID_PRODUCT_NAME).split('-')[0] ?? '';
  const product = PRODUCT_OF_NAME.get(name);
  if (product === undefined) throw derError('the endorsement key names no known product');
  const tcb = {
    bootloader: readLevel(ek, OID_TCB.bootloader),
    tee: readLevel(ek, OID_TCB.tee),
    snp: readLevel(ek, OID_TCB.snp),
    microcode: readLevel(ek, OID_TCB.microcode),
  };
  return {
    product,
    tcb: product === 'Turin' ? { ...tcb, fmc: readLevel(ek, OID_TCB.fmc) } : tcb,
    hwid: ek.extensions.has(OID_HWID) ? readHwid(ek, product) : undefined,
    cspId: ek.extensions.has(OID_CSP_ID) ? readIa5(ek, OID_CSP_ID) : undefined,
  };
}

/**
 * Whether the intermediate is on a revocation list of the root. Without any list the answer is that nobody asked,
 * which the claims say. A list that names the intermediate counts even after its window: revocation is for good.
 * @returns passed with 'checked' or 'not-checked'
 */
export function verifyNotRevoked(
  intermediate: Certificate,
  root: Certificate,
  endorsements: Endorsements,
  at: Instant,
): Verdict<'checked' | 'not-checked'> {
  let crls: readonly CertificateRevocationList[];
  try {
    crls = crlsOf(endorsements, 'crl');
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('collateral', 'endorsement-malformed', error.message);
  }
  const verdicts = crls.map((crl) => verifyCrl(crl, root, at, AMD_ALGORITHMS));
  // a list that is out of its window, and so undetermined, is still one of the root's
  const ours = crls.filter((_crl, index) => verdicts[index]?.status !== 'failed');
  if (ours.some((crl) => crl.revoked.has(intermediate.serial) && crl.thisUpdate <= at)) {
    const message = `${nameOf(intermediate)} is on AMD's revocation list`;
    return failure('collateral', 'intermediate-revoked', message, { clause: 'RFC 5280 6.3.3' });
  }
  if (verdicts.some((verdict) => verdict.status === 'passed')) return passed('checked');
  const unusable = verdicts.filter((verdict) => verdict.status !== 'passed');
  // "one of ours, but stale" says more than "of somebody else"
  const gap = unusable.find((verdict) => verdict.status === 'undetermined') ?? unusable[0];
  return gap === undefined ? passed('not-checked') : atStage<never>(gap, 'collateral');
}

/** The part an endorsement plays, told from its content. */
export function findSnpRole(bytes: Uint8Array): string | undefined {
  try {
    const [certificate] = parseCertificates(bytes);
    const name = certificate?.commonName ?? '';
    if (name === 'SEV-VCEK' || name === 'SEV-VLEK') return 'ek';
    if (name.startsWith('SEV-')) return 'ask';
    return name.startsWith('ARK-') ? 'ark' : undefined;
  } catch {
    return isCrl(bytes) ? 'crl' : undefined;
  }
}

function isCrl(bytes: Uint8Array): boolean {
  try {
    return crlsOf(new Map([['crl', [bytes]]]), 'crl').length > 0;
  } catch {
    return false;
  }
}

function isIssuer(issuer: Certificate, certificate: Certificate): boolean {
  return (
    isSameBytes(issuer.subject, certificate.issuer) &&
    isSignatureValid(
      certificate.signatureAlgorithm,
      issuer.publicKey,
      certificate.tbs,
      certificate.signature,
    )
  );
}

function readExtension(certificate: Certificate, oid: string): Uint8Array {
  const extension = certificate.extensions.get(oid);
  if (extension === undefined) throw derError(`the endorsement key lacks the extension ${oid}`);
  return extension.value;
}

function readIa5(certificate: Certificate, oid: string): string {
  const node = parseDer(readExtension(certificate, oid));
  const { content } = expectDer(node, DER_TAG.ia5String, oid);
  if (content.some((byte) => byte < 0x20 || byte > 0x7e))
    throw derError(`${oid} is not plain text`);
  return Buffer.from(content).toString('latin1');
}

function readLevel(certificate: Certificate, oid: string): number {
  const level = derSmallInteger(parseDer(readExtension(certificate, oid)), oid);
  if (level > 255) throw derError(`${oid} is above 255`);
  return level;
}

/** AMD writes the bare bytes; a DER OCTET STRING around them has been announced and is read too. */
function readHwid(certificate: Certificate, product: SnpProduct): Uint8Array {
  const size = HWID_BYTES[product];
  const value = readExtension(certificate, OID_HWID);
  if (value.length === size) return value;
  const { content } = expectDer(parseDer(value), DER_TAG.octetString, 'hardware id');
  if (content.length !== size) throw derError(`the hardware id does not have ${size} bytes`);
  return content;
}

/**
 * Whether the report comes from the chip that the VCEK is for; undefined where the host masks the chip id.
 */
export function isOfChip(report: SnpReport, hwid: Uint8Array): boolean | undefined {
  if (isZero(report.chipId)) return undefined;
  return isSameBytes(report.chipId.subarray(0, hwid.length), hwid);
}
