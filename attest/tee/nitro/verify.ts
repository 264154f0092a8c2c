// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../../core/instant.ts';
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSignatureValid } from '../../x509/signature-algorithm.ts';
import { sealVerified } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { failure } from '../finding.ts';
import type { TeeClaims, VerifyInput } from '../scheme.ts';
import { parseNitroDocument } from './abi.ts';
import type { NitroDocument } from './abi.ts';
import { verifyNitroSigner } from './collateral.ts';

/** What a genuine AWS Nitro attestation document says. Byte fields are lower-case hex. */
export interface NitroClaims extends TeeClaims {
  readonly kind: 'nitro';
  readonly simulated: false;
  /** PCR0, the enclave image. Null where the document has none. */
  readonly measurement: string | null;
  /** user_data. */
  readonly binding: string | null;
  readonly moduleId: string;
  /** When the hypervisor says it made the document. Not a proof of freshness: that is what the nonce is for. */
  readonly timestamp: Instant;
  /** By index, 0 to 31. */
  readonly pcrs: Readonly<Record<string, string>>;
  readonly nonce: string | null;
  /** As the enclave gave it; null where it gave none. */
  readonly publicKey: string | null;
}

/**
 * Verifies that the AWS Nitro hypervisor signed the document: format, chain to the pinned root, signature. The
 * signing certificate lives three hours, so that an old document verifies only at a trusted time of the past.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE, ERR_TRUST_INVALID
 * @see AWS Nitro Enclaves, "Verifying the root of trust"
 */
export function verifyNitroDocument(input: VerifyInput): Verdict<Verified<NitroClaims>> {
  const document = parseNitroDocument(input.evidence);
  const signer = verifyNitroSigner(document, input);
  if (signer.status !== 'passed') return signer;
  const leaf = signer.value;
  const isP384 = leaf.publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  const { signed, signature, timestamp } = document;
  if (!isP384 || !isSignatureValid('ecdsa-sha384', leaf.publicKey, signed, signature, 'raw')) {
    const message = 'the document is not signed by the certificate that it carries';
    return failure('signature', 'document-signature', message, { clause: 'RFC 9052 4.4' });
  }
  if (timestamp < leaf.notBefore || timestamp > leaf.notAfter) {
    const message = `the document was made at ${timestamp}, outside the life of its certificate`;
    return failure('freshness', 'timestamp', message, { at: '/timestamp' });
  }
  return passed(sealVerified(claimsOfDocument(document)));
}

function claimsOfDocument(document: NitroDocument): NitroClaims {
  const pcrs = [...document.pcrs].map(([index, value]) => [String(index), hex(value)]);
  const image = document.pcrs.get(0);
  return {
    kind: 'nitro',
    simulated: false,
    // a debug enclave reports zeroes instead of its measurements; one without PCR0 shows none either
    debug: image === undefined || image.every((byte) => byte === 0),
    measurement: image === undefined ? null : hex(image),
    binding: hexOrNull(document.userData),
    moduleId: document.moduleId,
    timestamp: document.timestamp,
    pcrs: Object.fromEntries(pcrs) as Record<string, string>,
    nonce: hexOrNull(document.nonce),
    publicKey: hexOrNull(document.publicKey),
  };
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : hex(bytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
