// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../../core/errors.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes, parseCertificate } from '../../x509/certificate.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { verifyCertificatePath } from '../../x509/path.ts';
import type { SignatureAlgorithm } from '../../x509/signature-algorithm.ts';
import { anchorCertificates } from '../endorsements.ts';
import { atStage, failure, unanswered } from '../finding.ts';
import type { VerifyInput } from '../scheme.ts';
import type { NitroDocument } from './abi.ts';

/** The AWS Nitro attestation PKI signs with ECDSA P-384 and SHA-384 only. */
const NITRO_ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['ecdsa-sha384']);

/** The certificates that a document brings, leaf first, without the root. */
interface NitroChain {
  readonly root: Certificate | undefined;
  readonly chain: readonly Certificate[];
}

/**
 * The signing certificate, once the bundle chains to a trusted root.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 */
export function verifyNitroSigner(
  document: NitroDocument,
  input: VerifyInput,
): Verdict<Certificate> {
  const read = readChain(document);
  if (read.status !== 'passed') return read;
  const anchors = anchorCertificates(input.anchors);
  if (anchors.length === 0) {
    return unanswered('chain', 'no-trust-anchor', 'no AWS Nitro root is trusted');
  }
  const { root, chain } = read.value;
  const anchor = anchors.find((one) => root !== undefined && isSameBytes(one.der, root.der));
  if (anchor === undefined) {
    const message = 'the root in the document is not the trusted one';
    return failure('chain', 'root-not-trusted', message, { at: '/cabundle/0' });
  }
  const path = { chain, anchor, at: input.at, algorithms: NITRO_ALGORITHMS };
  return atStage(verifyCertificatePath(path), 'chain');
}

function readChain(document: NitroDocument): Verdict<NitroChain> {
  try {
    // the bundle is written root first
    const [root, ...intermediates] = document.cabundle.map(parseCertificate);
    const leaf = parseCertificate(document.certificate);
    return passed({ root, chain: [leaf, ...intermediates.toReversed()] });
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failure('chain', 'certificate-malformed', error.message, { at: '/cabundle' });
  }
}
