// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { parseCrl } from '../x509/crl.ts';
import type { CertificateRevocationList } from '../x509/crl.ts';
import { isPem, parsePem } from '../x509/pem.ts';
import type { Endorsements, TrustAnchor } from './scheme.ts';

const MAX_PER_ROLE = 32;

/** Trust stores are small; what is beyond this is parsed each time. */
const MAX_PARSED_ANCHORS = 64;
/**
 * Trust anchors that were parsed before, by the bytes of their file and of each certificate: every verification asks for
 * the same few, and chains bring their root along. Only what the operator trusts gets in, and never a verdict.
 */
const anchorsByFile = new Map<string, readonly Certificate[]>();
const anchorsByDer = new Map<string, Certificate>();

/**
 * The certificates of a role, PEM or DER, in the order given.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE, ERR_LIMIT_ITEMS
 */
export function certificatesOf(endorsements: Endorsements, role: string): Certificate[] {
  return filesOf(endorsements, role).flatMap(parseCertificates);
}

/**
 * The revocation lists of a role, PEM or DER.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE, ERR_LIMIT_ITEMS
 */
export function crlsOf(endorsements: Endorsements, role: string): CertificateRevocationList[] {
  return filesOf(endorsements, role).flatMap((bytes) => derBlocks(bytes).map(parseCrl));
}

/**
 * All certificates in PEM text, or the one of DER bytes.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseCertificates(bytes: Uint8Array): Certificate[] {
  return derBlocks(bytes).map((der) => anchorsByDer.get(textOf(der)) ?? parseCertificate(der));
}

/**
 * The trust anchors as certificates.
 * @throws {PedigreeError} ERR_TRUST_INVALID for an anchor that is no certificate: the operator's file is at fault
 */
export function anchorCertificates(anchors: readonly TrustAnchor[]): Certificate[] {
  return anchors.flatMap((anchor) => {
    try {
      return parseAnchor(anchor.bytes);
    } catch (cause) {
      const message = `the trust anchor ${anchor.name} is not a certificate`;
      throw new PedigreeError('ERR_TRUST_INVALID', message, { cause, file: anchor.name });
    }
  });
}

function parseAnchor(bytes: Uint8Array): readonly Certificate[] {
  const content = textOf(bytes);
  const known = anchorsByFile.get(content);
  if (known !== undefined) return known;
  const certificates = parseCertificates(bytes);
  if (anchorsByFile.size < MAX_PARSED_ANCHORS) {
    anchorsByFile.set(content, certificates);
    for (const one of certificates) anchorsByDer.set(textOf(one.der), one);
  }
  return certificates;
}

/** The bytes as a key of a map. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function filesOf(endorsements: Endorsements, role: string): readonly Uint8Array[] {
  const files = endorsements.get(role) ?? [];
  if (files.length > MAX_PER_ROLE) {
    throw new PedigreeError(
      'ERR_LIMIT_ITEMS',
      `more than ${MAX_PER_ROLE} endorsements of role ${role}`,
    );
  }
  return files;
}

function derBlocks(bytes: Uint8Array): Uint8Array[] {
  if (!isPem(bytes)) return [bytes];
  return parsePem(Buffer.from(bytes).toString('latin1')).map((block) => block.der);
}
