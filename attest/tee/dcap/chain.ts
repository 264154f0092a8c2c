// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../../core/instant.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { nameOf, verifyCertificatePath } from '../../x509/path.ts';
import { isSignatureValid } from '../../x509/signature-algorithm.ts';
import type { SignatureAlgorithm } from '../../x509/signature-algorithm.ts';
import { atStage, failure } from '../finding.ts';

/** Everything Intel signs here is ECDSA P-256 with SHA-256. */
export const INTEL_ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['ecdsa-sha256']);

export const PCK_NAME = 'Intel SGX PCK Certificate';
export const PLATFORM_CA_NAME = 'Intel SGX PCK Platform CA';
export const PROCESSOR_CA_NAME = 'Intel SGX PCK Processor CA';
export const TCB_SIGNING_NAME = 'Intel SGX TCB Signing';

/** A chain of certificates as it was supplied, and what it has to be. */
export interface SuppliedChain {
  /** Leaf first, with or without the root at the end. */
  readonly certificates: readonly Certificate[];
  /** The common names that are right at each place, leaf first, without the root. */
  readonly names: readonly (readonly string[])[];
  /** What the chain is, for messages. */
  readonly what: string;
  /** Where a fault belongs. */
  readonly stage: 'chain' | 'collateral';
  /** True where the lowest one is itself an authority. */
  readonly endsInAuthority?: boolean;
}

/** A chain that ends in a trusted root. */
export interface VerifiedChain {
  readonly leaf: Certificate;
  /** The issuer of the leaf: an intermediate or the root. */
  readonly issuer: Certificate;
  readonly anchor: Certificate;
}

/**
 * Verifies a chain of Intel's PKI: length, path to a trusted root at the given time, P-256 keys, names. A root that is
 * supplied is compared with the trusted ones and never trusted.
 * @param anchors not empty
 * @see Intel SGX PCK Certificate and CRL Profile Specification, section 1
 */
export function verifyIntelChain(
  supplied: SuppliedChain,
  anchors: readonly Certificate[],
  at: Instant,
): Verdict<VerifiedChain> {
  const { certificates, names, what, stage, endsInAuthority = false } = supplied;
  const chain = certificates.slice(0, names.length);
  const [leaf] = chain;
  const top = chain.at(-1);
  const [root, ...more] = certificates.slice(names.length);
  if (leaf === undefined || top === undefined || chain.length < names.length || more.length > 0) {
    const message = `the ${what} has ${certificates.length} certificates, it takes ${names.length} and a root`;
    return failure(stage, 'chain-length', message);
  }
  const anchor = findAnchor(top, root, anchors);
  if (anchor === undefined) {
    return failure(stage, 'root-not-trusted', `the ${what} does not end in a trusted root`);
  }
  const path = { chain, anchor, at, algorithms: INTEL_ALGORITHMS, endsInAuthority };
  const verified = verifyCertificatePath(path);
  if (verified.status !== 'passed') return atStage(verified, stage);
  const fault = findNameFault(chain, names);
  if (fault !== undefined) {
    const message = `${nameOf(fault)} has no place in the ${what}`;
    return failure(stage, 'certificate-name', message);
  }
  return passed({ leaf, issuer: chain[1] ?? anchor, anchor });
}

/** True for a P-256 key, the one kind in Intel's PKI. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function findAnchor(
  top: Certificate,
  root: Certificate | undefined,
  anchors: readonly Certificate[],
): Certificate | undefined {
  if (root !== undefined) return anchors.find((anchor) => isRootOf(anchor, root));
  const named = anchors.filter((anchor) => isSameBytes(anchor.subject, top.issuer));
  return named.find((anchor) => hasSigned(anchor, top)) ?? named[0];
}

/** The trusted root itself, or another certificate that its key made for the same name and key. Intel has issued two. */
function isRootOf(anchor: Certificate, root: Certificate): boolean {
  if (isSameBytes(anchor.der, root.der)) return true;
  return (
    isSameBytes(anchor.spki, root.spki) &&
    isSameBytes(anchor.subject, root.subject) &&
    isSameBytes(anchor.subject, root.issuer) &&
    hasSigned(anchor, root)
  );
}

function hasSigned(issuer: Certificate, certificate: Certificate): boolean {
  const { signatureAlgorithm, tbs, signature } = certificate;
  return (
    INTEL_ALGORITHMS.has(signatureAlgorithm) &&
    isSignatureValid(signatureAlgorithm, issuer.publicKey, tbs, signature)
  );
}

function findNameFault(
  chain: readonly Certificate[],
  names: readonly (readonly string[])[],
): Certificate | undefined {
  return chain.find((one, index) => {
    const isNamed = one.commonName !== undefined && names[index]?.includes(one.commonName) === true;
    return !isNamed || !isP256(one.publicKey);
  });
}
