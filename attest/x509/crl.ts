// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../core/instant.ts';
import { failed, passed, undetermined } from '../../core/verdict.ts';
import type { Finding, Verdict } from '../../core/verdict.ts';
import { isSameBytes, parseExtensions, parseSerial, parseTime } from './certificate.ts';
import type { Certificate, X509Extension } from './certificate.ts';
import {
  derBitStringBytes,
  derChildren,
  derError,
  derSmallInteger,
  DER_TAG,
  expectDer,
  parseDer,
} from './der.ts';
import type { DerNode } from './der.ts';
import { nameOf } from './path.ts';
import { isSignatureValid, parseSignatureAlgorithm } from './signature-algorithm.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';

/** One revocation list in bytes. Those of the hardware vendors stay under 100 KiB. */
export const MAX_CRL_BYTES = 2 * 1024 * 1024;

/** A parsed certificate revocation list: nothing about it is verified yet. */
export interface CertificateRevocationList {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdate: Instant;
  /** Absent in a list that never says when the next one comes; such a list is not used. */
  readonly nextUpdate: Instant | undefined;
  /** Serial numbers as parseSerial writes them. */
  readonly revoked: ReadonlySet<string>;
  /** An extension, of the list or an entry, that changes its meaning and is not understood here. */
  readonly hasUnknownCritical: boolean;
}

/** Extensions of a list that change nothing about which serials it names. */
const HARMLESS = new Set(['2.5.29.20', '2.5.29.35', '2.5.29.21']);

/**
 * Parses one DER certificate revocation list.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see RFC 5280 section 5.1
 */
export function parseCrl(der: Uint8Array): CertificateRevocationList {
  if (der.length > MAX_CRL_BYTES) throw derError('the revocation list is too large');
  const copy = Uint8Array.from(der);
  const outer = derChildren(expectDer(parseDer(copy), DER_TAG.sequence, 'revocation list'));
  const tbs = expectDer(outer[0], DER_TAG.sequence, 'signed part of the revocation list');
  const algorithm = expectDer(outer[1], DER_TAG.sequence, 'signature algorithm');
  const signature = derBitStringBytes(outer[2], 'revocation list signature');
  if (outer.length !== 3) throw derError('a revocation list has three parts');
  const fields = derChildren(tbs);
  if (derSmallInteger(fields.shift(), 'revocation list version') !== 1) {
    throw derError('only version 2 revocation lists are accepted');
  }
  const inner = expectDer(fields.shift(), DER_TAG.sequence, 'signature algorithm');
  if (!isSameBytes(inner.bytes, algorithm.bytes))
    throw derError('the two signature algorithms differ');
  const issuer = expectDer(fields.shift(), DER_TAG.sequence, 'revocation list issuer');
  const thisUpdate = parseTime(fields.shift(), 'thisUpdate');
  const nextUpdate = isTime(fields[0]) ? parseTime(fields.shift(), 'nextUpdate') : undefined;
  const entries = fields[0]?.tag === DER_TAG.sequence ? derChildren(fields[0]) : [];
  if (fields[0]?.tag === DER_TAG.sequence) fields.shift();
  const extensions = parseListExtensions(fields);
  const { revoked, hasUnknownEntry } = parseEntries(entries);
  return {
    der: copy,
    tbs: tbs.bytes,
    signatureAlgorithm: parseSignatureAlgorithm(algorithm),
    signature,
    issuer: issuer.bytes,
    thisUpdate,
    nextUpdate,
    revoked,
    hasUnknownCritical: hasUnknownEntry || hasUnknown(extensions),
  };
}

/**
 * Whether the list is one of this issuer, and in force at the given time. A list out of its window, or one with
 * parts that are not understood, cannot say who is *not* revoked: undetermined.
 * @see RFC 5280 section 6.3.3
 */
export function verifyCrl(
  crl: CertificateRevocationList,
  issuer: Certificate,
  at: Instant,
  algorithms: ReadonlySet<SignatureAlgorithm>,
): Verdict<CertificateRevocationList> {
  const fault = findCrlFault(crl, issuer, algorithms);
  if (fault !== undefined) return failed(fault);
  const gap = findCrlGap(crl, issuer, at);
  return gap === undefined ? passed(crl) : undetermined(gap);
}

/** True where the list comes from this issuer's key, whatever its window. What it names was revoked for good. */
export function isCrlOf(
  crl: CertificateRevocationList,
  issuer: Certificate,
  algorithms: ReadonlySet<SignatureAlgorithm>,
): boolean {
  return findCrlFault(crl, issuer, algorithms) === undefined;
}

function findCrlFault(
  crl: CertificateRevocationList,
  issuer: Certificate,
  algorithms: ReadonlySet<SignatureAlgorithm>,
): Finding | undefined {
  const name = nameOf(issuer);
  if (!isSameBytes(crl.issuer, issuer.subject)) {
    return crlFinding('crl-issuer', `the revocation list is not one of ${name}`, '6.3.3 (b)');
  }
  if (issuer.keyUsage?.cRLSign === false) {
    return crlFinding('crl-key-usage', `the key of ${name} may not sign lists`, '6.3.3 (f)');
  }
  const { signatureAlgorithm: algorithm } = crl;
  if (
    !algorithms.has(algorithm) ||
    !isSignatureValid(algorithm, issuer.publicKey, crl.tbs, crl.signature)
  ) {
    const message = `the revocation list is not signed by the key of ${name}`;
    return crlFinding('crl-signature', message, '6.3.3 (g)');
  }
  return undefined;
}

function findCrlGap(
  crl: CertificateRevocationList,
  issuer: Certificate,
  at: Instant,
): Finding | undefined {
  const name = nameOf(issuer);
  if (crl.hasUnknownCritical) {
    const message = `the revocation list of ${name} has a critical part that is not understood`;
    return crlFinding('crl-critical', message, '5.2');
  }
  if (at < crl.thisUpdate) {
    const message = `the revocation list of ${name} begins at ${crl.thisUpdate}, after ${at}`;
    return crlFinding('crl-not-yet-valid', message, '5.1.2.4');
  }
  if (crl.nextUpdate === undefined || at > crl.nextUpdate) {
    const message = `the revocation list of ${name} was to be replaced by ${crl.nextUpdate ?? 'now'}`;
    return crlFinding('crl-stale', message, '5.1.2.5');
  }
  return undefined;
}

function isTime(node: DerNode | undefined): boolean {
  return node?.tag === DER_TAG.utcTime || node?.tag === DER_TAG.generalizedTime;
}

function parseListExtensions(rest: readonly DerNode[]): ReadonlyMap<string, X509Extension> {
  const [tagged, ...more] = rest;
  if (tagged === undefined) return new Map();
  if (more.length > 0) throw derError('the revocation list has a field of no known meaning');
  return parseExtensions(parseDer(expectDer(tagged, 0xa0, 'list extensions').content));
}

function parseEntries(entries: readonly DerNode[]): {
  revoked: Set<string>;
  hasUnknownEntry: boolean;
} {
  const revoked = new Set<string>();
  let hasUnknownEntry = false;
  for (const entry of entries) {
    const [serial, date, extensions] = derChildren(expectDer(entry, DER_TAG.sequence, 'entry'));
    revoked.add(parseSerial(serial, 'revoked serial number'));
    parseTime(date, 'revocation date');
    if (hasUnknown(parseExtensions(extensions))) hasUnknownEntry = true;
  }
  return { revoked, hasUnknownEntry };
}

function hasUnknown(extensions: ReadonlyMap<string, X509Extension>): boolean {
  return [...extensions].some(([oid, extension]) => extension.critical && !HARMLESS.has(oid));
}

function crlFinding(code: string, message: string, section: string): Finding {
  return { code, message, clause: `RFC 5280 ${section}`, hint: 'fetch the current list' };
}
