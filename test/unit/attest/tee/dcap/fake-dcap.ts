// SPDX-License-Identifier: Apache-2.0
import { createHash, sign } from 'node:crypto';
import { parseInstant } from '../../../../../core/instant.ts';
import type { BodyForm, DcapTee } from '../../../../../attest/tee/dcap/abi.ts';
import type { VerifyInput } from '../../../../../attest/tee/scheme.ts';
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCrl,
  oid,
  sequence,
  tlv,
  toPem,
} from '../support/fake-pki.ts';
import type { FakeCertificate, FakeCrl, KeyPair } from '../support/fake-pki.ts';

/** A whole Intel-like PKI that really signs: quotes, collateral, revocation lists; one field overridden per test. */
export interface DcapKeys {
  readonly root: KeyPair;
  readonly ca: KeyPair;
  readonly pck: KeyPair;
  readonly tcbSigning: KeyPair;
  readonly attestation: KeyPair;
}

export interface FakePck {
  readonly fmspc?: string;
  readonly pceId?: string;
  readonly components?: readonly number[];
  readonly pceSvn?: number;
  /** DER of the whole extension value in place of the above. */
  readonly extension?: Uint8Array;
}

type Json = Record<string, unknown>;

export interface FakeDcap {
  readonly keys: DcapKeys;
  readonly tee?: DcapTee;
  readonly version?: 3 | 4 | 5;
  readonly form?: 'sgx' | 'td10' | 'td15' | 'td15ex';
  readonly caName?: string;
  readonly pck?: FakePck;
  readonly authData?: Uint8Array;
  /** X and Y of the attestation key as the quote carries them, which the QE vouches for. */
  readonly attestationPoint?: Uint8Array;
  readonly vendor?: Uint8Array;
  readonly trailing?: Uint8Array;
  readonly editBody?: (body: Buffer) => void;
  readonly editQeReport?: (report: Buffer) => void;
  /** The quote before it is signed, header included. */
  readonly editSigned?: (signed: Buffer) => void;
  readonly tcbInfo?: (info: Json) => Json;
  readonly qeIdentity?: (identity: Json) => Json;
  readonly certificates?: {
    readonly root?: Partial<FakeCertificate>;
    readonly ca?: Partial<FakeCertificate>;
    readonly pck?: Partial<FakeCertificate>;
    readonly tcbSigning?: Partial<FakeCertificate>;
  };
  readonly rootCrl?: Partial<FakeCrl>;
  readonly pckCrl?: Partial<FakeCrl>;
  /** Members of the collateral to replace; undefined withholds one. */
  readonly collateral?: Readonly<Record<string, unknown>>;
  readonly at?: string;
  /** PEM text of the chain in the quote, in place of leaf, CA and root. */
  readonly chain?: (pem: { leaf: string; ca: string; root: string }) => string;
  /** Who signs the QE report, the quote, the TCB info, the QE identity; the right key where absent. */
  readonly qeReportKey?: KeyPair;
  readonly quoteKey?: KeyPair;
  readonly tcbInfoKey?: KeyPair;
  readonly qeIdentityKey?: KeyPair;
}

export const AT = '2025-07-01T00:00:00Z';
export const FMSPC = '00a06d080000';
export const COMPONENTS: readonly number[] = [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
export const TEE_TCB_SVN: readonly number[] = [6, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
export const PCE_SVN = 13;
export const QE_SVN = 8;
export const MEASURED = {
  td: 'ee'.repeat(48),
  enclave: 'cc'.repeat(32),
  reportData: 'dd'.repeat(64),
};

const ROOT_NAME = 'Intel SGX Root CA';
const SGX_OID = '1.2.840.113741.1.13.1';
const QE_SIGNER = Buffer.alloc(32, 0xa5);
const VENDOR = Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex');

export function makeDcapKeys(): DcapKeys {
  const [root, ca, pck] = [ecKey('P-256'), ecKey('P-256'), ecKey('P-256')];
  return { root, ca, pck, tcbSigning: ecKey('P-256'), attestation: ecKey('P-256') };
}

/** A quote with its collateral, anchored in its own root. Everything in order, apart from what is overridden. */
export function makeDcapInput(fake: FakeDcap): VerifyInput {
  const certificates = makeCertificates(fake);
  return {
    evidence: makeQuote(fake, certificates),
    endorsements: new Map([['collateral', [makeCollateral(fake, certificates)]]]),
    anchors: [{ name: 'own root', bytes: certificates.root }],
    at: parseInstant(fake.at ?? AT),
  };
}

interface Certificates {
  readonly root: Uint8Array;
  readonly ca: Uint8Array;
  readonly pck: Uint8Array;
  readonly tcbSigning: Uint8Array;
}

function makeCertificates(fake: FakeDcap): Certificates {
  const { keys, certificates = {} } = fake;
  const caName = caNameOf(fake);
  const algorithm = 'ecdsa-sha256' as const;
  const authority = { isCa: true, keyUsage: KEY_CERT_SIGN | CRL_SIGN, algorithm };
  const signer = { isCa: false, keyUsage: DIGITAL_SIGNATURE, algorithm };
  return {
    root: makeCertificate({
      subject: ROOT_NAME,
      issuer: ROOT_NAME,
      key: keys.root,
      issuerKey: keys.root,
      pathLength: 1,
      serial: [0x11],
      ...authority,
      ...certificates.root,
    }),
    ca: makeCertificate({
      subject: caName,
      issuer: ROOT_NAME,
      key: keys.ca,
      issuerKey: keys.root,
      pathLength: 0,
      serial: [0x22],
      ...authority,
      ...certificates.ca,
    }),
    pck: makeCertificate({
      subject: 'Intel SGX PCK Certificate',
      issuer: caName,
      key: keys.pck,
      issuerKey: keys.ca,
      serial: [0x33],
      ...signer,
      extensions: [{ oid: SGX_OID, value: fake.pck?.extension ?? sgxExtension(fake.pck ?? {}) }],
      ...certificates.pck,
    }),
    tcbSigning: makeCertificate({
      subject: 'Intel SGX TCB Signing',
      issuer: ROOT_NAME,
      key: keys.tcbSigning,
      issuerKey: keys.root,
      serial: [0x44],
      ...signer,
      ...certificates.tcbSigning,
    }),
  };
}

function caNameOf(fake: FakeDcap): string {
  return fake.caName ?? 'Intel SGX PCK Platform CA';
}

/** The SGX extensions of a PCK certificate. */
export function sgxExtension(pck: FakePck): Uint8Array {
  const attribute = (arc: string, value: Uint8Array): Uint8Array =>
    sequence(oid(`${SGX_OID}.${arc}`), value);
  const octets = (hex: string): Uint8Array => tlv(0x04, Buffer.from(hex, 'hex'));
  const components = pck.components ?? COMPONENTS;
  const tcb = sequence(
    ...components.map((svn, index) => attribute(`2.${index + 1}`, integer(svn))),
    attribute('2.17', integer(pck.pceSvn ?? PCE_SVN)),
    attribute('2.18', octets(Buffer.from(components).toString('hex'))),
  );
  return sequence(
    attribute('1', octets('ab'.repeat(16))),
    attribute('2', tcb),
    attribute('3', octets(pck.pceId ?? '0000')),
    attribute('4', octets(pck.fmspc ?? FMSPC)),
    attribute('5', tlv(0x0a, Buffer.from([1]))),
  );
}

function makeQuote(fake: FakeDcap, certificates: Certificates): Uint8Array {
  const version = fake.version ?? 4;
  const form = fake.form ?? (fake.tee === 'sgx' ? 'sgx' : 'td10');
  const signed = makeSigned(fake, version, form);
  const attestationKey = fake.attestationPoint ?? rawKey(fake.keys.attestation);
  const authData = fake.authData ?? Buffer.alloc(32, 0x77);
  const qeReport = makeQeReport(fake, attestationKey, authData);
  const qe = Buffer.concat([
    qeReport,
    signRaw(fake.qeReportKey ?? fake.keys.pck, qeReport),
    uint16(authData.length),
    authData,
    certification(5, Buffer.from(makeChain(fake, certificates), 'latin1')),
  ]);
  const data = Buffer.concat([
    signRaw(fake.quoteKey ?? fake.keys.attestation, signed),
    attestationKey,
    version === 3 ? qe : certification(6, qe),
  ]);
  return Buffer.concat([signed, uint32(data.length), data, fake.trailing ?? Buffer.alloc(0)]);
}

function makeSigned(fake: FakeDcap, version: number, form: BodyForm): Buffer {
  const tee = fake.tee ?? 'tdx';
  const header = Buffer.alloc(48);
  header.writeUInt16LE(version, 0);
  header.writeUInt16LE(2, 2);
  header.writeUInt32LE(tee === 'tdx' ? 0x81 : 0, 4);
  header.set(fake.vendor ?? VENDOR, 12);
  const body = form === 'sgx' ? makeEnclaveBody() : makeTdBody(form);
  fake.editBody?.(body);
  const type = { sgx: 1, td10: 2, td15: 3, td15ex: 4 }[form];
  const descriptor = version < 5 ? [] : [uint16(type), uint32(body.length)];
  const signed = Buffer.concat([header, ...descriptor, body]);
  fake.editSigned?.(signed);
  return signed;
}

function makeTdBody(form: Exclude<BodyForm, 'sgx'>): Buffer {
  const body = Buffer.alloc({ td10: 584, td15: 648, td15ex: 885 }[form]);
  body.set(TEE_TCB_SVN, 0);
  // nothing was updated since the start
  if (form !== 'td10') body.set(TEE_TCB_SVN, 584);
  body.fill(0x5e, 16, 64);
  body[123] = 0x10;
  body.set([0xe7, 0x02, 0x06], 128);
  body.fill(0xee, 136, 184);
  for (let index = 0; index < 4; index++) {
    body.fill(0xb0 + index, 328 + 48 * index, 376 + 48 * index);
  }
  body.fill(0xdd, 520, 584);
  return body;
}

function makeEnclaveBody(): Buffer {
  const body = Buffer.alloc(384);
  body.set([0x05, 0, 0, 0, 0, 0, 0, 0, 0xe7], 48);
  body.fill(0xcc, 64, 96);
  body.fill(0x51, 128, 160);
  body.writeUInt16LE(7, 256);
  body.writeUInt16LE(9, 258);
  body.fill(0xdd, 320, 384);
  return body;
}

function makeQeReport(fake: FakeDcap, key: Uint8Array, authData: Uint8Array): Buffer {
  const report = Buffer.alloc(384);
  report.set([0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7], 48);
  report.set(QE_SIGNER, 128);
  report.writeUInt16LE(2, 256);
  report.writeUInt16LE(QE_SVN, 258);
  report.set(createHash('sha256').update(key).update(authData).digest(), 320);
  fake.editQeReport?.(report);
  return report;
}

function makeChain(fake: FakeDcap, { pck, ca, root }: Certificates): string {
  const pem = { leaf: toPem(pck), ca: toPem(ca), root: toPem(root) };
  return fake.chain === undefined ? `${pem.leaf}${pem.ca}${pem.root}\0` : fake.chain(pem);
}

function makeCollateral(fake: FakeDcap, { root, ca, tcbSigning }: Certificates): Uint8Array {
  const { keys } = fake;
  const tee = fake.tee ?? 'tdx';
  const tcbInfo = JSON.stringify((fake.tcbInfo ?? same)(makeTcbInfo(tee)));
  const qeIdentity = JSON.stringify((fake.qeIdentity ?? same)(makeQeIdentity(tee)));
  const window = {
    thisUpdate: '2025-06-15T00:00:00Z',
    nextUpdate: '2025-07-15T00:00:00Z',
    algorithm: 'ecdsa-sha256' as const,
  };
  const rootCrl = { issuer: ROOT_NAME, issuerKey: keys.root, ...window, ...fake.rootCrl };
  const pckCrl = { issuer: caNameOf(fake), issuerKey: keys.ca, ...window, ...fake.pckCrl };
  const signers = toPem(tcbSigning) + toPem(root);
  const collateral = {
    pck_crl_issuer_chain: toPem(ca) + toPem(root),
    root_ca_crl: hex(makeCrl(rootCrl)),
    pck_crl: hex(makeCrl(pckCrl)),
    tcb_info_issuer_chain: signers,
    tcb_info: tcbInfo,
    tcb_info_signature: hex(signRaw(fake.tcbInfoKey ?? keys.tcbSigning, Buffer.from(tcbInfo))),
    qe_identity_issuer_chain: signers,
    qe_identity: qeIdentity,
    qe_identity_signature: hex(
      signRaw(fake.qeIdentityKey ?? keys.tcbSigning, Buffer.from(qeIdentity)),
    ),
    ...fake.collateral,
  };
  return Buffer.from(JSON.stringify(collateral));
}

function same(json: Json): Json {
  return json;
}

/** A TCB level at these minimums. */
export function tcbLevel(
  status: string,
  minimums: {
    readonly sgx?: readonly number[];
    readonly tdx?: readonly number[];
    readonly pceSvn?: number;
    readonly advisories?: readonly string[];
  } = {},
): Json {
  const svns = (list: readonly number[]): Json[] => list.map((svn) => ({ svn }));
  return {
    tcb: {
      sgxtcbcomponents: svns(minimums.sgx ?? COMPONENTS),
      pcesvn: minimums.pceSvn ?? PCE_SVN,
      tdxtcbcomponents: svns(minimums.tdx ?? [0, 0, ...TEE_TCB_SVN.slice(2)]),
    },
    tcbDate: '2025-03-01T00:00:00Z',
    tcbStatus: status,
    ...(minimums.advisories === undefined ? {} : { advisoryIDs: minimums.advisories }),
  };
}

/** A level of a module or enclave from this ISVSVN on. */
export function isvLevel(isvsvn: number, status: string, advisoryIDs?: readonly string[]): Json {
  const level = { tcb: { isvsvn }, tcbDate: '2025-03-01T00:00:00Z', tcbStatus: status };
  return advisoryIDs === undefined ? level : { ...level, advisoryIDs };
}

export function moduleIdentity(id: string, ...levels: Json[]): Json {
  return { id, ...MODULE, tcbLevels: levels };
}

const MODULE = {
  mrsigner: '00'.repeat(48),
  attributes: '00'.repeat(8),
  attributesMask: 'FF'.repeat(8),
};

function makeTcbInfo(tee: DcapTee): Json {
  const info = {
    id: tee === 'tdx' ? 'TDX' : 'SGX',
    version: 3,
    issueDate: '2025-06-20T00:00:00Z',
    nextUpdate: '2025-07-20T00:00:00Z',
    fmspc: FMSPC.toUpperCase(),
    pceId: '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 18,
    tcbLevels: [tcbLevel('UpToDate')],
  };
  if (tee === 'sgx') return info;
  const identity = moduleIdentity('TDX_01', isvLevel(6, 'UpToDate'), isvLevel(2, 'OutOfDate'));
  return { ...info, tdxModule: MODULE, tdxModuleIdentities: [identity] };
}

function makeQeIdentity(tee: DcapTee): Json {
  return {
    id: tee === 'tdx' ? 'TD_QE' : 'QE',
    version: 2,
    issueDate: '2025-06-21T00:00:00Z',
    nextUpdate: '2025-07-21T00:00:00Z',
    tcbEvaluationDataNumber: 17,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: hex(QE_SIGNER).toUpperCase(),
    isvprodid: 2,
    tcbLevels: [isvLevel(QE_SVN, 'UpToDate'), isvLevel(5, 'OutOfDate', ['INTEL-SA-00615'])],
  };
}

export function rawKey(key: KeyPair): Buffer {
  return key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-64);
}

export function signRaw(key: KeyPair, data: Uint8Array): Buffer {
  return sign('sha256', data, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
}

function certification(type: number, data: Uint8Array): Buffer {
  return Buffer.concat([uint16(type), uint32(data.length), data]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
