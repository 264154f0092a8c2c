// SPDX-License-Identifier: Apache-2.0
import { ByteReader, quoteError } from './byte-reader.ts';
import { ENCLAVE_REPORT_BYTES, parseEnclaveReport } from './enclave-report.ts';
import type { EnclaveReport } from './enclave-report.ts';

/** Real quotes stay under 10 KiB; the lengths inside could claim 4 GiB. */
const MAX_QUOTE_BYTES = 256 * 1024;

const HEADER_BYTES = 48;
const SIGNATURE_BYTES = 64;
const PUBLIC_KEY_BYTES = 64;
export const TD_REPORT_10_BYTES = 584;
export const TD_REPORT_15_BYTES = 648;
/** sgx_report2_body_v1_5_ex_t of Intel's sgx_quote_5.h: the report of TDX 1.5 and what follows. */
export const TD_REPORT_15_EX_BYTES = 885;

/** ECDSA-256-with-P-256 curve. */
const ECDSA_P256 = 2;
/**
 * Certification data types: the PCK certificate chain as PEM, and a quoting enclave's report with its own. Types 1 to 4 do not
 * bring the chain: they name the certificate, for those who may ask Intel or the cloud for it.
 */
const PCK_CERT_CHAIN = 5;
const QE_REPORT_CERTIFICATION_DATA = 6;

/** What was quoted: an enclave, or a trust domain. */
export type DcapTee = 'sgx' | 'tdx';

const TEE_OF_TYPE: ReadonlyMap<number, DcapTee> = new Map<number, DcapTee>([
  [0x00, 'sgx'],
  [0x81, 'tdx'],
]);

/** How the quoted report is laid out. */
export type BodyForm = 'sgx' | 'td10' | 'td15' | 'td15ex';

interface BodyLayout {
  readonly form: BodyForm;
  readonly tee: DcapTee;
  readonly sizeBytes: number;
}

const SGX_BODY: BodyLayout = { form: 'sgx', tee: 'sgx', sizeBytes: ENCLAVE_REPORT_BYTES };
const TD10_BODY: BodyLayout = { form: 'td10', tee: 'tdx', sizeBytes: TD_REPORT_10_BYTES };
const TD15_BODY: BodyLayout = { form: 'td15', tee: 'tdx', sizeBytes: TD_REPORT_15_BYTES };
const TD15_EX_BODY: BodyLayout = {
  form: 'td15ex',
  tee: 'tdx',
  sizeBytes: TD_REPORT_15_EX_BYTES,
};

/** Body descriptor types of version 5. */
const BODY_OF_TYPE: ReadonlyMap<number, BodyLayout> = new Map([
  [1, SGX_BODY],
  [2, TD10_BODY],
  [3, TD15_BODY],
  [4, TD15_EX_BODY],
]);

/** A parsed quote of DCAP: nothing about it is verified yet. */
export interface DcapQuote {
  readonly version: number;
  readonly tee: DcapTee;
  readonly qeVendorId: Uint8Array;
  readonly form: BodyForm;
  readonly body: Uint8Array;
  /** The bytes that the quote's signature covers. */
  readonly signed: Uint8Array;
  /** R ‖ S, big-endian. */
  readonly signature: Uint8Array;
  /** X ‖ Y of the P-256 key that signed the quote. */
  readonly attestationKey: Uint8Array;
  readonly qeReport: EnclaveReport;
  readonly qeReportSignature: Uint8Array;
  readonly qeAuthData: Uint8Array;
  /** The PCK certificate chain as the quote carries it: PEM text, leaf first. */
  readonly pckChain: Uint8Array;
  /** What stands behind the declared end. Nothing signs it. */
  readonly trailing: Uint8Array;
}

interface SignatureData {
  readonly signature: Uint8Array;
  readonly attestationKey: Uint8Array;
  readonly qeReport: EnclaveReport;
  readonly qeReportSignature: Uint8Array;
  readonly qeAuthData: Uint8Array;
  readonly pckChain: Uint8Array;
}

/**
 * Parses an ECDSA quote: version 3 (SGX), 4 (SGX, TDX) or 5 (body descriptor).
 * @param expected what the quote must be of
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Intel SGX ECDSA QuoteLibReference, appendix A; Intel TDX DCAP Quoting Library API, appendix A
 */
export function parseDcapQuote(bytes: Uint8Array, expected: DcapTee): DcapQuote {
  if (bytes.length > MAX_QUOTE_BYTES) {
    throw quoteError(`a quote has at most ${MAX_QUOTE_BYTES} bytes`, 0);
  }
  const reader = new ByteReader(bytes);
  const { version, tee, qeVendorId } = parseHeader(reader.takeReader(HEADER_BYTES, 'the header'));
  if (tee !== expected) throw quoteError(`the quote is of ${tee}, not of ${expected}`, 4);
  const layout = readBodyLayout(reader, version, tee);
  const body = reader.take(layout.sizeBytes, 'the report');
  const signed = bytes.subarray(0, reader.offset);
  const sizeBytes = reader.takeUint32('the length of the signature data');
  const part = reader.takeReader(sizeBytes, 'the signature data');
  const data = parseSignatureData(part, version);
  part.assertEnd('the signature data');
  const { form } = layout;
  return { version, tee, qeVendorId, form, body, signed, ...data, trailing: reader.takeRest() };
}

function parseHeader(reader: ByteReader): {
  version: number;
  tee: DcapTee;
  qeVendorId: Uint8Array;
} {
  const version = reader.takeUint16('the version');
  if (version < 3 || version > 5) throw quoteError(`quote version ${version} is not 3, 4 or 5`, 0);
  const keyType = reader.takeUint16('the attestation key type');
  if (keyType !== ECDSA_P256) {
    throw quoteError(`attestation key type ${keyType} is not ECDSA with P-256`, 2);
  }
  const teeType = reader.takeUint32('the TEE type');
  const tee = TEE_OF_TYPE.get(teeType);
  if (tee === undefined) throw quoteError(`TEE type ${teeType} is neither SGX nor TDX`, 4);
  if (version === 3 && tee !== 'sgx') throw quoteError('quote version 3 is of SGX only', 4);
  // version 3 writes the SVNs of QE and PCE here, later ones keep it free
  reader.take(4, 'the reserved field');
  return { version, tee, qeVendorId: reader.take(16, 'the vendor id') };
}

function readBodyLayout(reader: ByteReader, version: number, tee: DcapTee): BodyLayout {
  if (version < 5) return tee === 'sgx' ? SGX_BODY : TD10_BODY;
  const at = reader.offset;
  const type = reader.takeUint16('the body type');
  const sizeBytes = reader.takeUint32('the body size');
  const layout = BODY_OF_TYPE.get(type);
  if (layout?.tee !== tee) throw quoteError(`body type ${type} is none of ${tee}`, at);
  if (layout.sizeBytes !== sizeBytes) {
    throw quoteError(`a body of type ${type} has ${layout.sizeBytes} bytes, not ${sizeBytes}`, at);
  }
  return layout;
}

function parseSignatureData(reader: ByteReader, version: number): SignatureData {
  const signature = reader.take(SIGNATURE_BYTES, 'the signature');
  const attestationKey = reader.take(PUBLIC_KEY_BYTES, 'the attestation key');
  if (version === 3) return { signature, attestationKey, ...parseQeReport(reader) };
  const nested = takeCertificationData(reader, QE_REPORT_CERTIFICATION_DATA);
  const qe = parseQeReport(nested);
  nested.assertEnd('the certification data');
  return { signature, attestationKey, ...qe };
}

function parseQeReport(reader: ByteReader): Omit<SignatureData, 'signature' | 'attestationKey'> {
  const qeReport = parseEnclaveReport(reader.take(ENCLAVE_REPORT_BYTES, 'the QE report'));
  const qeReportSignature = reader.take(SIGNATURE_BYTES, 'the signature of the QE report');
  const authBytes = reader.takeUint16('the length of the QE authentication data');
  const qeAuthData = reader.take(authBytes, 'the QE authentication data');
  const pckChain = takeCertificationData(reader, PCK_CERT_CHAIN).takeRest();
  return { qeReport, qeReportSignature, qeAuthData, pckChain };
}

function takeCertificationData(reader: ByteReader, expected: number): ByteReader {
  const at = reader.offset;
  const type = reader.takeUint16('the certification data type');
  if (type !== expected) {
    const what = expected === PCK_CERT_CHAIN ? 'the PCK certificate chain' : 'the QE report';
    throw quoteError(`certification data of type ${type}, not ${what} (type ${expected})`, at);
  }
  const sizeBytes = reader.takeUint32('the length of the certification data');
  return reader.takeReader(sizeBytes, 'the certification data');
}
