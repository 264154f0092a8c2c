// SPDX-License-Identifier: Apache-2.0
import type { DcapTee } from '../../attest/tee/dcap/abi.ts';
import {
  PLATFORM_CA_NAME,
  PROCESSOR_CA_NAME,
  verifyIntelChain,
} from '../../attest/tee/dcap/chain.ts';
import { readDcapCollateral } from '../../attest/tee/dcap/collateral.ts';
import type { DcapCollateral } from '../../attest/tee/dcap/collateral.ts';
import { jsonError, readInstant } from '../../attest/tee/dcap/json-reader.ts';
import { readQeIdentity } from '../../attest/tee/dcap/qe-identity.ts';
import { verifyNotRevoked } from '../../attest/tee/dcap/revocation.ts';
import { verifySignedDocument } from '../../attest/tee/dcap/signed-json.ts';
import { readTcbInfo } from '../../attest/tee/dcap/tcb-info.ts';
import { anchorCertificates } from '../../attest/tee/endorsements.ts';
import type { TrustAnchor } from '../../attest/tee/scheme.ts';
import type { Certificate } from '../../attest/x509/certificate.ts';
import { isPem } from '../../attest/x509/pem.ts';
import { instantFromMs, type Instant } from '../../core/instant.ts';
import { findSpan, parseJson, stringMember } from '../../core/json.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { BoundedFetch, FetchAnswer } from '../collectors/bounded-fetch.ts';
import type { PartDate, Publication, PublishedFacts } from './published-file.ts';

/** Intel's Provisioning Certification Service, and where the root publishes its revocation list. */
export const INTEL_PCS = 'https://api.trustedservices.intel.com';
export const INTEL_CERTIFICATES = 'https://certificates.trustedservices.intel.com';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_CHAIN_CHARS = 64 * 1024;
const MAX_DEPTH = 20;
const EPOCH = instantFromMs(0);

/** The platform whose collateral is wanted. */
export interface IntelSubject {
  readonly tee: DcapTee;
  /** Lower-case hex of 6 bytes. */
  readonly fmspc: string;
  /** Which authority issued its PCK certificate. */
  readonly ca: 'platform' | 'processor';
  /** Not empty. */
  readonly anchors: readonly TrustAnchor[];
  /** Of a mirror with the paths of Intel's service and `/sgx/certification/v4/rootcacrl`. Default: Intel's own hosts. */
  readonly baseUrl?: URL;
}

/**
 * The collateral of a platform: TCB info, QE identity, revocation lists and their chains, one file of nine members.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 * @see Intel PCS API version 4
 */
export function intelPublication(subject: IntelSubject): Publication {
  const { tee, fmspc, baseUrl } = subject;
  const anchors = anchorCertificates(subject.anchors);
  const hosts =
    baseUrl === undefined
      ? [INTEL_PCS, INTEL_CERTIFICATES].map((url) => new URL(url).host)
      : [baseUrl.host];
  const file = {
    name: `intel-${tee}-${fmspc}.json`,
    title: `collateral of FMSPC ${fmspc.toUpperCase()} for ${tee.toUpperCase()}`,
    fetch: (fetch: BoundedFetch) => fetchCollateral(subject, fetch),
    verify: (bytes: Uint8Array, { at }: { readonly at: Instant }) =>
      verifyCollateral(subject, anchors, bytes, at),
    readDates: (bytes: Uint8Array) => readDates(subject, bytes),
  };
  return { files: [file], notPublished: [], hosts };
}

/** Texts are kept exactly as they came, since that is what is signed. */
async function fetchCollateral(
  { tee, fmspc, ca, baseUrl }: IntelSubject,
  fetch: BoundedFetch,
): Promise<Uint8Array> {
  const base = (baseUrl?.href ?? INTEL_PCS).replace(/\/$/, '');
  const get = (url: string): Promise<FetchAnswer> => fetch({ url, maxBytes: MAX_BYTES });
  const service = `${base}/${tee}/certification/v4`;
  const tcb = await get(`${service}/tcb?fmspc=${fmspc.toUpperCase()}`);
  const qe = await get(`${service}/qe/identity`);
  const pckCrl = await get(`${base}/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`);
  const rootCrl = await get(
    baseUrl === undefined
      ? `${INTEL_CERTIFICATES}/IntelSGXRootCA.der`
      : `${base}/sgx/certification/v4/rootcacrl`,
  );
  const tcbInfo = readSigned(tcb, 'tcbInfo');
  const qeIdentity = readSigned(qe, 'enclaveIdentity');
  const collateral = {
    pck_crl_issuer_chain: readChain(pckCrl, 'sgx-pck-crl-issuer-chain'),
    root_ca_crl: crlText(rootCrl.bytes),
    pck_crl: crlText(pckCrl.bytes),
    tcb_info_issuer_chain: readChain(tcb, 'tcb-info-issuer-chain'),
    tcb_info: tcbInfo.text,
    tcb_info_signature: tcbInfo.signature,
    qe_identity_issuer_chain: readChain(qe, 'sgx-enclave-identity-issuer-chain'),
    qe_identity: qeIdentity.text,
    qe_identity_signature: qeIdentity.signature,
  };
  return Buffer.from(`${JSON.stringify(collateral, undefined, 2)}\n`);
}

function readSigned(
  { bytes }: FetchAnswer,
  key: string,
): { readonly text: string; readonly signature: string } {
  const document = parseJson(bytes, MAX_DEPTH);
  const text = findSpan(document, `/${key}`)?.source;
  const signature = stringMember(document.value, 'signature');
  if (text === undefined || signature === undefined) {
    throw jsonError(`the answer has no ${key} with a signature`);
  }
  return { text, signature };
}

/** Chains come percent-encoded in a header. */
function readChain({ headers }: FetchAnswer, name: string): string {
  const value = headers.get(name);
  if (value === undefined || value.length > MAX_CHAIN_CHARS) {
    throw jsonError(`the answer has no header ${name}`);
  }
  try {
    return decodeURIComponent(value);
  } catch {
    throw jsonError(`the header ${name} is not percent-encoded`);
  }
}

/** Intel writes DER; caches of its service write the hex of it. PEM stays as it is. */
function crlText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes);
  if (isPem(bytes)) return text.toString('latin1');
  const asText = text.toString('latin1').trim();
  return /^[0-9a-fA-F]+$/.test(asText) ? asText : text.toString('hex');
}

function verifyCollateral(
  subject: IntelSubject,
  anchors: readonly Certificate[],
  bytes: Uint8Array,
  at: Instant,
): Verdict<PublishedFacts> {
  const read = readParts(subject, bytes, at);
  if (read.status !== 'passed') return read;
  const { pckCrlChain, rootCrl, pckCrl, tcbInfo, qeIdentity } = read.value;
  const name = subject.ca === 'platform' ? PLATFORM_CA_NAME : PROCESSOR_CA_NAME;
  const what = 'issuer chain of the PCK revocation list';
  const supplied = {
    certificates: pckCrlChain,
    names: [[name]],
    what,
    stage: 'collateral' as const,
    endsInAuthority: true,
  };
  const chain = verifyIntelChain(supplied, anchors, at);
  if (chain.status !== 'passed') return chain;
  const { leaf: ca, anchor } = chain.value;
  const authorities = verifyNotRevoked(rootCrl, anchor, [ca, anchor], at);
  if (authorities.status !== 'passed') return authorities;
  const list = verifyNotRevoked(pckCrl, ca, [], at);
  if (list.status !== 'passed') return list;
  const isTdx = subject.tee === 'tdx';
  const context = { anchor, rootCrl, at };
  const tcb = verifySignedDocument(
    tcbInfo,
    {
      what: 'TCB info',
      id: isTdx ? 'TDX' : 'SGX',
      version: 3,
      read: (document) => readTcbInfo(document, subject.tee),
    },
    context,
  );
  if (tcb.status !== 'passed') return tcb;
  if (tcb.value.value.fmspc !== subject.fmspc) {
    const message = `the TCB info is of FMSPC ${tcb.value.value.fmspc}`;
    return failed({ code: 'collateral-platform', message });
  }
  const qe = verifySignedDocument(
    qeIdentity,
    { what: 'QE identity', id: isTdx ? 'TD_QE' : 'QE', version: 2, read: readQeIdentity },
    context,
  );
  if (qe.status !== 'passed') return qe;
  const [nextUpdate] = [
    rootCrl.nextUpdate,
    pckCrl.nextUpdate,
    tcb.value.nextUpdate,
    qe.value.nextUpdate,
  ]
    .filter((one) => one !== undefined)
    .toSorted();
  return passed({ nextUpdate });
}

function readParts(
  { tee, fmspc }: IntelSubject,
  bytes: Uint8Array,
  at: Instant,
): Verdict<DcapCollateral> {
  return readDcapCollateral(new Map([['collateral', [bytes]]]), { tee, fmspc, at });
}

function readDates(subject: IntelSubject, bytes: Uint8Array): PartDate[] {
  // one file: no choice is made by the time
  const read = readParts(subject, bytes, EPOCH);
  if (read.status !== 'passed') throw jsonError('the collateral is not readable');
  const { rootCrl, pckCrl, tcbInfo, qeIdentity } = read.value;
  return [
    { part: 'root revocation list', date: rootCrl.thisUpdate },
    { part: 'PCK revocation list', date: pckCrl.thisUpdate },
    { part: 'TCB info', date: issueDate(tcbInfo.text) },
    { part: 'QE identity', date: issueDate(qeIdentity.text) },
  ];
}

function issueDate(text: string): Instant {
  return readInstant(parseJson(text, MAX_DEPTH).value, 'issueDate');
}
