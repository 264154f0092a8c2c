// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { isPedigreeError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { isSignatureValid, parsePublicKey } from '../../x509/signature-algorithm.ts';
import { anchorCertificates, parseCertificates } from '../endorsements.ts';
import { failure, teeFinding, unanswered } from '../finding.ts';
import type { TeeFinding } from '../finding.ts';
import type { VerifyInput } from '../scheme.ts';
import type { DcapQuote, DcapTee } from './abi.ts';
import { PCK_NAME, PLATFORM_CA_NAME, PROCESSOR_CA_NAME, verifyIntelChain } from './chain.ts';
import type { VerifiedChain } from './chain.ts';
import { readDcapCollateral } from './collateral.ts';
import type { DcapCollateral } from './collateral.ts';
import type { LevelFacts } from './json-reader.ts';
import { readPckFacts } from './pck.ts';
import type { PckFacts } from './pck.ts';
import { findQeMismatch, readQeIdentity } from './qe-identity.ts';
import type { QeIdentity } from './qe-identity.ts';
import { verifyNotRevoked } from './revocation.ts';
import { verifySignedDocument } from './signed-json.ts';
import type { VerifiedDocument } from './signed-json.ts';
import { readTcbInfo } from './tcb-info.ts';
import type { TcbInfo } from './tcb-info.ts';
import { selectLevels } from './tcb-level.ts';
import type { PlatformLevels, SeamFacts, SelectedLevels } from './tcb-level.ts';
import { mergeTcbStatus, relaunchStatus } from './tcb-status.ts';
import type { TcbStatus, WholeTcbStatus } from './tcb-status.ts';

/** A status with the date of the level that it belongs to. */
export interface TcbPart {
  readonly status: TcbStatus;
  readonly date: Instant;
}

export interface TcbModulePart extends TcbPart {
  readonly id: string;
}

/** How up to date the platform of a quote is, after Intel's word. */
export interface DcapTcb {
  /** What is wrong with any part is wrong with the whole. */
  readonly status: WholeTcbStatus;
  readonly platform: TcbPart;
  /** Null for SGX, and for TDX modules that have no level of their own (major version 0). */
  readonly module: TcbModulePart | null;
  /** Of now, where platform and module are those of the start of the TD. Null where the report does not tell: SGX, TDX 1.0. */
  readonly current: { readonly platform: TcbPart; readonly module: TcbModulePart | null } | null;
  readonly qe: TcbPart;
  /** Ids of the advisories that the levels name, sorted. */
  readonly advisories: readonly string[];
  /** The lower one of TCB info and QE identity. */
  readonly evaluationDataNumber: number;
  /** While TCB info and QE identity both are in force. */
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** What every genuine DCAP quote says of the machine that it comes from. */
export interface DcapFacts {
  readonly fmspc: string;
  readonly pceId: string;
  readonly pckIssuer: 'platform' | 'processor';
  readonly tcb: DcapTcb;
}

/** QE vendor id of Intel: 939a7233-f79c-4ca9-940a-0db3957f0607. */
const INTEL_QE_VENDOR = Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex');
/** SubjectPublicKeyInfo of an uncompressed P-256 point, up to its coordinates. */
const P256_SPKI_PREFIX = Buffer.from(
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  'hex',
);

const TCB_INFO_ID: Readonly<Record<DcapTee, string>> = { sgx: 'SGX', tdx: 'TDX' };
const QE_IDENTITY_ID: Readonly<Record<DcapTee, string>> = { sgx: 'QE', tdx: 'TD_QE' };
const TCB_INFO_VERSION = 3;
const QE_IDENTITY_VERSION = 2;

const QUOTE_CLAUSE = 'Intel SGX ECDSA QuoteLibReference, appendix A.4';

/** Intel's word about a platform, verified. */
interface VerifiedCollateral {
  readonly tcbInfo: VerifiedDocument<TcbInfo>;
  readonly qeIdentity: VerifiedDocument<QeIdentity>;
}

/**
 * Verifies that a platform of Intel's signed the quote, and finds its TCB status: PCK chain to a trusted root, revocation,
 * TCB info and QE identity, QE report, attestation key, quote signature, QE identity, FMSPC, TCB levels, in this order.
 * @param seam members of the TD report; undefined for SGX
 * @throws {PedigreeError} ERR_TRUST_INVALID for a malformed anchor
 * @see Intel SGX QVL 4.1.2.4, Intel TDX DCAP Quoting Library API
 */
export function verifyDcapQuote(
  quote: DcapQuote,
  seam: SeamFacts | undefined,
  input: VerifyInput,
): Verdict<DcapFacts> {
  const chain = verifyPckChain(quote, input);
  if (chain.status !== 'passed') return chain;
  const pck = readFacts(chain.value.leaf);
  if (pck.status !== 'passed') return pck;
  const collateral = verifyCollateral(quote.tee, chain.value, pck.value, input);
  if (collateral.status !== 'passed') return collateral;
  const { tcbInfo, qeIdentity } = collateral.value;
  const fault =
    findSignatureFault(quote, chain.value.leaf) ??
    findQeFault(quote, qeIdentity.value) ??
    findPlatformFault(pck.value, tcbInfo.value);
  if (fault !== undefined) return fault;
  const documents = { tcbInfo: tcbInfo.value, qeIdentity: qeIdentity.value };
  const levels = selectLevels(pck.value, seam, quote.qeReport, documents);
  if (levels.status !== 'passed') return levels;
  const tcb = tcbOf(levels.value, collateral.value);
  if (tcb.status === 'Revoked') {
    const message =
      'a TCB level of the platform is revoked: its keys may be in the hands of others';
    return failure('tcb', 'tcb-revoked', message);
  }
  const { fmspc, pceId } = pck.value;
  const isPlatform = chain.value.issuer.commonName === PLATFORM_CA_NAME;
  return passed({ fmspc, pceId, pckIssuer: isPlatform ? 'platform' : 'processor', tcb });
}

/** Bytes behind the quote are common and signed by nobody; anything but zeroes is worth a word. */
export function trailingWarning({ trailing }: DcapQuote): TeeFinding[] {
  if (trailing.every((byte) => byte === 0)) return [];
  const message = `${trailing.length} bytes behind the quote are not part of it and were ignored`;
  return [teeFinding('parse', 'trailing-bytes', message)];
}

function verifyPckChain(quote: DcapQuote, input: VerifyInput): Verdict<VerifiedChain> {
  const anchors = anchorCertificates(input.anchors);
  if (anchors.length === 0) {
    return unanswered('chain', 'no-trust-anchor', 'no Intel SGX root is trusted');
  }
  let certificates: readonly Certificate[];
  try {
    certificates = parseCertificates(quote.pckChain);
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'certificate-malformed', error.message);
  }
  const names = [[PCK_NAME], [PLATFORM_CA_NAME, PROCESSOR_CA_NAME]];
  const supplied = { certificates, names, what: 'PCK chain', stage: 'chain' as const };
  return verifyIntelChain(supplied, anchors, input.at);
}

function readFacts(leaf: Certificate): Verdict<PckFacts> {
  try {
    return passed(readPckFacts(leaf));
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'pck-extensions', error.message);
  }
}

function verifyCollateral(
  tee: DcapTee,
  pck: VerifiedChain,
  { fmspc }: PckFacts,
  { endorsements, at }: VerifyInput,
): Verdict<VerifiedCollateral> {
  const read = readDcapCollateral(endorsements, { tee, fmspc, at });
  if (read.status !== 'passed') return read;
  const revocation = verifyRevocation(pck, read.value, at);
  if (revocation.status !== 'passed') return revocation;
  const context = { anchor: pck.anchor, rootCrl: read.value.rootCrl, at };
  const tcbInfo = verifySignedDocument(
    read.value.tcbInfo,
    {
      what: 'TCB info',
      id: TCB_INFO_ID[tee],
      version: TCB_INFO_VERSION,
      read: (document) => readTcbInfo(document, tee),
    },
    context,
  );
  if (tcbInfo.status !== 'passed') return tcbInfo;
  const qeIdentity = verifySignedDocument(
    read.value.qeIdentity,
    {
      what: 'QE identity',
      id: QE_IDENTITY_ID[tee],
      version: QE_IDENTITY_VERSION,
      read: readQeIdentity,
    },
    context,
  );
  if (qeIdentity.status !== 'passed') return qeIdentity;
  return passed({ tcbInfo: tcbInfo.value, qeIdentity: qeIdentity.value });
}

/** The root's list for the authorities, and the list of the PCK certificate's own issuer for the PCK certificate. */
function verifyRevocation(
  { leaf, issuer, anchor }: VerifiedChain,
  { rootCrl, pckCrl, pckCrlChain }: DcapCollateral,
  at: Instant,
): Verdict<unknown> {
  // a root that revokes itself is not to be trusted, although RFC 5280 asks nothing of trust anchors
  const authorities = verifyNotRevoked(rootCrl, anchor, [issuer, anchor], at);
  if (authorities.status !== 'passed') return authorities;
  // the authority that came with the list has issued the PCK certificate, or it is another authority's list
  const names = [[PCK_NAME], [PLATFORM_CA_NAME, PROCESSOR_CA_NAME]];
  const supplied = {
    certificates: [leaf, ...pckCrlChain],
    names,
    what: 'issuer chain of the PCK revocation list',
    stage: 'collateral' as const,
  };
  const chain = verifyIntelChain(supplied, [anchor], at);
  if (chain.status !== 'passed') return chain;
  const listIssuer = verifyNotRevoked(rootCrl, anchor, [chain.value.issuer], at);
  if (listIssuer.status !== 'passed') return listIssuer;
  return verifyNotRevoked(pckCrl, issuer, [leaf], at);
}

/** From the PCK key over the quoting enclave's report and the attestation key down to the quote. */
function findSignatureFault(quote: DcapQuote, pck: Certificate): Verdict<never> | undefined {
  const { qeReport, qeReportSignature, attestationKey, qeAuthData } = quote;
  const algorithm = 'ecdsa-sha256';
  if (!isSignatureValid(algorithm, pck.publicKey, qeReport.bytes, qeReportSignature, 'raw')) {
    const message = 'the report of the quoting enclave is not signed by the PCK key';
    return failure('chain', 'qe-report-signature', message, { clause: QUOTE_CLAUSE });
  }
  const digest = createHash('sha256').update(attestationKey).update(qeAuthData).digest();
  if (!isSameBytes(qeReport.reportData, Buffer.concat([digest, Buffer.alloc(32)]))) {
    const message = 'the quoting enclave does not vouch for the attestation key';
    return failure('chain', 'attestation-key', message, { clause: QUOTE_CLAUSE });
  }
  if (!isSignedByAttestationKey(quote)) {
    const message = 'the quote is not signed by its attestation key';
    return failure('signature', 'quote-signature', message, { clause: QUOTE_CLAUSE });
  }
  return undefined;
}

function isSignedByAttestationKey({ attestationKey, signed, signature }: DcapQuote): boolean {
  try {
    const key = parsePublicKey(Buffer.concat([P256_SPKI_PREFIX, attestationKey]));
    return isSignatureValid('ecdsa-sha256', key, signed, signature, 'raw');
  } catch (error) {
    // a point that is not on the curve is no key
    if (!isPedigreeError(error)) throw error;
    return false;
  }
}

function findQeFault(quote: DcapQuote, identity: QeIdentity): Verdict<never> | undefined {
  if (!isSameBytes(quote.qeVendorId, INTEL_QE_VENDOR)) {
    const message = 'the quoting enclave is of another vendor than Intel';
    return failure('chain', 'qe-vendor', message, { at: '12' });
  }
  const mismatch = findQeMismatch(quote.qeReport, identity);
  if (mismatch === undefined) return undefined;
  const message = `the quoting enclave is not the one of the QE identity (${mismatch})`;
  return failure('chain', 'qe-identity', message, {
    clause: 'Intel PCS API version 4, Enclave Identity V2',
  });
}

function findPlatformFault(pck: PckFacts, tcbInfo: TcbInfo): Verdict<never> | undefined {
  if (pck.fmspc === tcbInfo.fmspc && pck.pceId === tcbInfo.pceId) return undefined;
  const message = `the TCB info is of FMSPC ${tcbInfo.fmspc}, PCEID ${tcbInfo.pceId}; the platform has ${pck.fmspc}, ${pck.pceId}`;
  return failure('collateral', 'collateral-platform', message);
}

function tcbOf(
  { platform, module, current, qe }: SelectedLevels,
  { tcbInfo, qeIdentity }: VerifiedCollateral,
): DcapTcb {
  const atStart = [...levelsOf({ platform, module }), qe];
  const now = current === undefined ? atStart : [...levelsOf(current), qe];
  const advisories = new Set([...atStart, ...now].flatMap((level) => level.advisories));
  const documents = [tcbInfo, qeIdentity];
  const [notBefore = tcbInfo.issueDate] = documents
    .map((one) => one.issueDate)
    .toSorted()
    .reverse();
  const [notAfter = tcbInfo.nextUpdate] = documents.map((one) => one.nextUpdate).toSorted();
  return {
    status: relaunchStatus(statusOf(atStart), statusOf(now)),
    ...partsOf({ platform, module }),
    current: current === undefined ? null : partsOf(current),
    qe: partOf(qe),
    advisories: [...advisories].toSorted(),
    evaluationDataNumber: Math.min(...documents.map((one) => one.evaluationDataNumber)),
    notBefore,
    notAfter,
  };
}

function levelsOf({ platform, module }: PlatformLevels): LevelFacts[] {
  return module === undefined ? [platform] : [platform, module];
}

function statusOf(levels: readonly LevelFacts[]): TcbStatus {
  return mergeTcbStatus(...levels.map((level) => level.status));
}

function partsOf({ platform, module }: PlatformLevels): Pick<DcapTcb, 'platform' | 'module'> {
  return {
    platform: partOf(platform),
    module: module === undefined ? null : { id: module.id, ...partOf(module) },
  };
}

function partOf({ status, date }: LevelFacts): TcbPart {
  return { status, date };
}
