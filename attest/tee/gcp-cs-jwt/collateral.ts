// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { isPedigreeError } from '../../../core/errors.ts';
import { arrayMember, member } from '../../../core/json.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes, parseCertificate } from '../../x509/certificate.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { verifyCertificatePath } from '../../x509/path.ts';
import type { SignatureAlgorithm } from '../../x509/signature-algorithm.ts';
import { anchorCertificates, certificatesOf } from '../endorsements.ts';
import { atStage, failure, unanswered } from '../finding.ts';
import { isJwsSignedBy, jwsError } from '../jws.ts';
import type { Jws, JwsAlgorithm } from '../jws.ts';
import type { TrustAnchor, VerifyInput } from '../scheme.ts';
import { findTokenSigner } from '../verifier-token/signer.ts';

/** Role: the root as supplied (compared, never trusted). */
export const GCP_ROLES: ReadonlySet<string> = new Set(['root']);

const GCP_ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['rsa-sha256']);

/** Leaf, intermediate, root: the PKI has exactly this shape. */
const CHAIN_LENGTH = 3;

const OIDC_ALGORITHMS: ReadonlySet<JwsAlgorithm> = new Set(['RS256']);

/** How a token says who signed it: by a chain in its header, or by the id of a key that Google publishes. */
export type TokenForm = 'pki' | 'oidc';

/** Tokens with certificates are judged by them alone: a key set cannot stand in for a chain that fails. */
export function formOf(jws: Jws): TokenForm {
  return member(jws.header, 'x5c') === undefined ? 'oidc' : 'pki';
}

/**
 * The key that signed the token: of the chain that it carries, or of the key set that the operator trusts.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 */
export function verifySigningKey(jws: Jws, input: VerifyInput): Verdict<KeyObject> {
  const isKeySet = (anchor: TrustAnchor): boolean => anchor.bytes[0] === 0x7b;
  if (formOf(jws) === 'oidc') {
    return findTokenSigner(jws, input.anchors.filter(isKeySet), OIDC_ALGORITHMS);
  }
  const anchors = input.anchors.filter((anchor) => !isKeySet(anchor));
  const signer = verifyTokenSigner(jws, { ...input, anchors });
  if (signer.status !== 'passed') return signer;
  if (!isJwsSignedBy(jws, signer.value.publicKey, OIDC_ALGORITHMS)) {
    const message = 'the token is not signed by the certificate that it carries';
    return failure('signature', 'token-signature', message, { clause: 'RFC 7515 5.2' });
  }
  return passed(signer.value.publicKey);
}

/**
 * The certificate that signed the token, once the chain in its header ends in a trusted root.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 * @see RFC 7515 section 4.1.6
 */
function verifyTokenSigner(jws: Jws, input: VerifyInput): Verdict<Certificate> {
  const read = readCertificates(jws, input);
  if (read.status !== 'passed') return read;
  const { chain, root, supplied } = read.value;
  const anchors = anchorCertificates(input.anchors);
  if (anchors.length === 0) {
    return unanswered('chain', 'no-trust-anchor', 'no Confidential Space root is trusted');
  }
  const anchor = anchors.find((one) => isSameBytes(one.der, root.der));
  const isSuppliedTrusted = supplied.every((one) =>
    anchors.some((a) => isSameBytes(a.der, one.der)),
  );
  if (anchor === undefined || !isSuppliedTrusted) {
    const message = 'the root of the token is not the trusted one';
    return failure('chain', 'root-not-trusted', message, { at: '/x5c/2' });
  }
  const path = { chain, anchor, at: input.at, algorithms: GCP_ALGORITHMS };
  return atStage(verifyCertificatePath(path), 'chain');
}

interface TokenCertificates {
  readonly chain: readonly Certificate[];
  readonly root: Certificate;
  readonly supplied: readonly Certificate[];
}

function readCertificates(jws: Jws, input: VerifyInput): Verdict<TokenCertificates> {
  const x5c = arrayMember(jws.header, 'x5c');
  if (x5c === undefined) {
    return failure('chain', 'certificate-malformed', 'x5c is not a list', { at: '/x5c' });
  }
  try {
    const certificates = x5c.map((item) => parseCertificate(decodeCertificate(item)));
    const root = certificates.at(-1);
    if (root === undefined || certificates.length !== CHAIN_LENGTH) {
      return failure('chain', 'chain-length', 'the chain does not have three certificates');
    }
    const supplied = certificatesOf(input.endorsements, 'root');
    return passed({ chain: certificates.slice(0, -1), root, supplied });
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'certificate-malformed', error.message, { at: '/x5c' });
  }
}

/** x5c holds standard base64, not base64url (RFC 7515 section 4.1.6). */
function decodeCertificate(item: unknown): Uint8Array {
  if (typeof item !== 'string') throw jwsError('x5c holds something other than text');
  const bytes = Buffer.from(item, 'base64');
  if (bytes.toString('base64') !== item) throw jwsError('x5c is not base64');
  return new Uint8Array(bytes);
}
