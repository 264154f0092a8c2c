// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Finding, Verdict } from '../../core/verdict.ts';
import { isSameBytes, OID_BASIC_CONSTRAINTS, OID_KEY_USAGE } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { isSignatureValid } from './signature-algorithm.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';

export interface CertificatePath {
  /** Leaf first; each is issued by the next one, the last by the anchor. The anchor itself is not among them. */
  readonly chain: readonly Certificate[];
  /** The pinned root. Its key and name are trusted; its own signature means nothing. */
  readonly anchor: Certificate;
  /** Every certificate of the path, the anchor included, must be valid at this time. */
  readonly at: Instant;
  readonly algorithms: ReadonlySet<SignatureAlgorithm>;
  /** Critical extensions, by OID, that the caller itself enforces. */
  readonly handledExtensions?: ReadonlySet<string>;
  /** True where the lowest certificate is itself an authority, asked about without anything that it issued. */
  readonly endsInAuthority?: boolean;
}

/** A chain longer than this is refused before any signature is checked. */
const MAX_PATH = 10;

const PATH_EXTENSIONS: ReadonlySet<string> = new Set([OID_BASIC_CONSTRAINTS, OID_KEY_USAGE]);

/**
 * Certificate path validation from a pinned root down to the leaf; stops at the first fault.
 * Passes with the leaf. Revocation is checked apart (crl.ts).
 * @see RFC 5280 section 6.1. Names are compared as bytes, and policies and name constraints are not processed:
 * a critical extension for them is therefore refused.
 */
export function verifyCertificatePath(path: CertificatePath): Verdict<Certificate> {
  const leaf = path.chain[0];
  if (leaf === undefined || path.chain.length > MAX_PATH) {
    return failed(pathFinding('path-length', 'the chain is empty or too long', '6.1'));
  }
  const anchorFault = validityFault(path.anchor, path.at);
  if (anchorFault !== undefined) return failed(anchorFault);
  let issuer = path.anchor;
  for (let index = path.chain.length - 1; index >= 0; index--) {
    const certificate = path.chain[index] ?? leaf;
    const fault = findFault(certificate, issuer, index, path);
    if (fault !== undefined) return failed(fault);
    issuer = certificate;
  }
  return passed(leaf);
}

/** @param index place in the chain, which is also the number of certificates below this one */
function findFault(
  certificate: Certificate,
  issuer: Certificate,
  index: number,
  path: CertificatePath,
): Finding | undefined {
  const isLowest = index === 0;
  return (
    issuerFault(issuer, index) ??
    linkFault(certificate, issuer, path.algorithms) ??
    validityFault(certificate, path.at) ??
    (isLowest && path.endsInAuthority === true
      ? issuerFault(certificate, 0)
      : usageFault(certificate, isLowest)) ??
    criticalFault(certificate, path.handledExtensions)
  );
}

/** What the issuer must be for this certificate to lie below it. */
function issuerFault(issuer: Certificate, below: number): Finding | undefined {
  const name = nameOf(issuer);
  if (issuer.basicConstraints?.isCa !== true) {
    return pathFinding('not-a-ca', `${name} is not a certificate authority`, '6.1.4 (k)');
  }
  if (issuer.keyUsage?.keyCertSign === false) {
    return pathFinding('key-usage', `the key of ${name} may not sign certificates`, '6.1.4 (n)');
  }
  const bound = issuer.basicConstraints.pathLength;
  if (bound !== undefined && below > bound) {
    return pathFinding(
      'path-length',
      `${name} allows ${bound} intermediates below it`,
      '6.1.4 (m)',
    );
  }
  return undefined;
}

function linkFault(
  certificate: Certificate,
  issuer: Certificate,
  algorithms: ReadonlySet<SignatureAlgorithm>,
): Finding | undefined {
  const name = nameOf(certificate);
  if (!isSameBytes(certificate.issuer, issuer.subject)) {
    const message = `${name} does not name ${nameOf(issuer)} as its issuer`;
    return pathFinding('issuer-name', message, '6.1.3 (a)(4)');
  }
  const algorithm = certificate.signatureAlgorithm;
  if (!algorithms.has(algorithm)) {
    const message = `${name} is signed with ${algorithm}, which is not accepted here`;
    return pathFinding('algorithm', message, '6.1.3 (a)(1)');
  }
  if (!isSignatureValid(algorithm, issuer.publicKey, certificate.tbs, certificate.signature)) {
    const message = `${name} is not signed by the key of ${nameOf(issuer)}`;
    return pathFinding('certificate-signature', message, '6.1.3 (a)(1)');
  }
  return undefined;
}

function validityFault(certificate: Certificate, at: Instant): Finding | undefined {
  const name = nameOf(certificate);
  if (at < certificate.notBefore) {
    const message = `${name} is valid from ${certificate.notBefore}, which is after ${at}`;
    return pathFinding('certificate-not-yet-valid', message, '6.1.3 (a)(2)');
  }
  if (at > certificate.notAfter) {
    const message = `${name} was valid until ${certificate.notAfter}, which is before ${at}`;
    return pathFinding('certificate-expired', message, '6.1.3 (a)(2)');
  }
  return undefined;
}

function usageFault(certificate: Certificate, isLeaf: boolean): Finding | undefined {
  if (!isLeaf) return undefined;
  if (certificate.basicConstraints?.isCa === true) {
    return pathFinding(
      'leaf-is-ca',
      `${nameOf(certificate)} is an authority, not a leaf`,
      '4.2.1.9',
    );
  }
  if (certificate.keyUsage?.digitalSignature === false) {
    const message = `the key of ${nameOf(certificate)} may not make signatures`;
    return pathFinding('key-usage', message, '4.2.1.3');
  }
  return undefined;
}

function criticalFault(
  certificate: Certificate,
  handled: ReadonlySet<string> | undefined,
): Finding | undefined {
  for (const [oid, extension] of certificate.extensions) {
    if (!extension.critical || PATH_EXTENSIONS.has(oid) || handled?.has(oid) === true) continue;
    const message = `${nameOf(certificate)} has the critical extension ${oid}, which is not understood`;
    return pathFinding('critical-extension', message, '6.1.4 (o)');
  }
  return undefined;
}

/** The common name for messages, bounded. */
export function nameOf(certificate: Certificate): string {
  return `"${excerpt(certificate.commonName ?? 'certificate without a common name', 60)}"`;
}

function pathFinding(code: string, message: string, section: string): Finding {
  return { code, message, clause: `RFC 5280 ${section}` };
}
