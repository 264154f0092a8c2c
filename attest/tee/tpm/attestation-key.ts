// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isPedigreeError, PedigreeError } from '../../../core/errors.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { isPem, parsePem } from '../../x509/pem.ts';
import { parsePublicKey } from '../../x509/signature-algorithm.ts';
import { failure, unanswered } from '../finding.ts';
import type { TrustAnchor } from '../scheme.ts';
import { tpmError } from './big-endian.ts';
import { parsePublicArea } from './public-area.ts';
import type { KeyAttributes, PublicArea } from './public-area.ts';

/** An attestation key as somebody wrote it down. */
export interface AttestationKey {
  readonly key: KeyObject;
  /** Undefined for a bare public key, which says nothing about itself. */
  readonly area: PublicArea | undefined;
}

/**
 * Who says that the key is restricted to statements of its TPM: the trust store lists the whole public area, the evidence
 * brings it along unsigned, or nobody does and the operator's word for the key stands in.
 */
export type AttributeSource = 'listed' | 'stated' | 'unknown';

/** A key that the operator trusts to be an attestation key. */
export interface TrustedAttestationKey extends AttestationKey {
  readonly attributes: AttributeSource;
}

const MAX_KEYS = 1024;
const SEQUENCE_TAG = 0x30;

/**
 * Reads a TPM2B_PUBLIC, or a SubjectPublicKeyInfo in PEM or DER.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseAttestationKey(bytes: Uint8Array): AttestationKey {
  const [only, ...more] = parseKeys(bytes);
  if (only === undefined || more.length > 0) throw tpmError('akPublic is not one public key');
  return only;
}

/**
 * The listed key that the evidence names by its public part. A key is trusted because the operator lists it: activating a
 * credential under the endorsement key proves where a key lives only to the one who made the credential, so that
 * it belongs to the enrolment, and nothing of it can be shown later.
 * @throws {PedigreeError} ERR_TRUST_INVALID for an anchor that is no public key
 */
export function findTrustedKey(
  stated: AttestationKey,
  anchors: readonly TrustAnchor[],
): Verdict<TrustedAttestationKey> {
  const listed = anchors.flatMap(readAnchor);
  if (listed.length === 0) {
    const hint =
      'put the TPM2B_PUBLIC or the PEM of each enrolled attestation key into the trust store';
    return unanswered('chain', 'no-trust-anchor', 'no attestation key is trusted', { hint });
  }
  if (listed.length > MAX_KEYS) {
    throw new PedigreeError('ERR_TRUST_INVALID', `more than ${MAX_KEYS} attestation keys`);
  }
  const same = listed.filter((one) => one.key.equals(stated.key));
  const trusted = same.find((one) => one.area !== undefined) ?? same[0];
  if (trusted === undefined) {
    const message = 'the attestation key of the evidence is not a trusted one';
    return failure('chain', 'attestation-key-not-trusted', message, { at: '/akPublic' });
  }
  return judgeKey(stated, trusted);
}

/** The SHA-256 of the key's SubjectPublicKeyInfo. */
export function keyDigest(key: KeyObject): string {
  const spki = key.export({ format: 'der', type: 'spki' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

function judgeKey(stated: AttestationKey, trusted: AttestationKey): Verdict<TrustedAttestationKey> {
  const isOther =
    stated.area !== undefined &&
    trusted.area !== undefined &&
    !isSameBytes(stated.area.name, trusted.area.name);
  if (isOther) {
    const message = 'the evidence states other attributes of the key than the trust store lists';
    return failure('chain', 'attestation-key-name', message, { at: '/akPublic' });
  }
  const area = trusted.area ?? stated.area;
  if (area !== undefined && !isAttestationKey(area.attributes)) {
    const message = 'the key is not a restricted signing key that its TPM made and keeps';
    const clause = 'TPM 2.0 Library, Part 1, 25.1.5';
    const hint = 'a key without these attributes signs whatever it is given';
    return failure('chain', 'attestation-key-attributes', message, {
      at: '/akPublic',
      clause,
      hint,
    });
  }
  const attributes =
    trusted.area !== undefined ? 'listed' : area === undefined ? 'unknown' : 'stated';
  return passed({ key: trusted.key, area, attributes });
}

function isAttestationKey(attributes: KeyAttributes): boolean {
  const { restricted, sign, decrypt, fixedTpm, fixedParent, sensitiveDataOrigin } = attributes;
  return restricted && sign && !decrypt && fixedTpm && fixedParent && sensitiveDataOrigin;
}

function readAnchor(anchor: TrustAnchor): AttestationKey[] {
  const { name } = anchor;
  if (Buffer.from(anchor.bytes).includes('PRIVATE KEY')) {
    throw new PedigreeError('ERR_TRUST_INVALID', `${name} is a private key`, { file: name });
  }
  try {
    return parseKeys(anchor.bytes);
  } catch (cause) {
    if (!isPedigreeError(cause)) throw cause;
    const message = `${name} is neither a TPM2B_PUBLIC nor a public key in PEM`;
    throw new PedigreeError('ERR_TRUST_INVALID', message, { file: name });
  }
}

function parseKeys(bytes: Uint8Array): AttestationKey[] {
  if (isPem(bytes)) {
    return parsePem(Buffer.from(bytes).toString('latin1')).map(({ label, der }) => {
      if (label !== 'PUBLIC KEY') throw tpmError('a PEM block is not a public key');
      return { key: parsePublicKey(der), area: undefined };
    });
  }
  // a TPM2B_PUBLIC begins with its size, which is far below 0x3000
  if (bytes[0] === SEQUENCE_TAG) return [{ key: parsePublicKey(bytes), area: undefined }];
  const area = parsePublicArea(bytes);
  return [{ key: area.key, area }];
}
