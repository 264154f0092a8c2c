// SPDX-License-Identifier: Apache-2.0
import { assertNever, isPedigreeError } from '../../core/errors.ts';
import type { Identity } from '../../core/identity.ts';
import { parseJson } from '../../core/json.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { NonEmpty, Verdict } from '../../core/verdict.ts';
import { preAuthenticationEncoding } from '../../schemas/dsse/pae.ts';
import { canonicalizeOlpc } from '../../schemas/intoto/canonical-json-olpc.ts';
import type { SignedEnvelope } from '../../schemas/envelope.ts';
import type { TrustRoots } from '../trust/roots.ts';
import { sealVerified } from '../verified.ts';
import type { Verified } from '../verified.ts';
import { judgeContent } from './judge.ts';

/** A payload and who signed it. */
export interface SignedStatement {
  readonly envelopeType: SignedEnvelope['envelopeType'];
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signedBytes: Uint8Array;
  /** Distinct identities whose signature holds, in order of their text. Thresholds count these. */
  readonly signers: NonEmpty<Identity>;
}

/**
 * Says which trusted keys signed the envelope.
 *
 * Passed: at least one did; signatures that no trusted key made are warnings, since anybody can add one.
 * Failed: nobody signed it, the signed bytes are not those of the payload, no signature is readable, or one claims a trusted
 * key (by key id or hint) that did not make it.
 * Undetermined: the signers are not among the trusted keys, or only a certificate names them; nobody can say they are false.
 */
export function verifyEnvelope(
  envelope: SignedEnvelope,
  roots: TrustRoots,
): Verdict<Verified<SignedStatement>> {
  const copy = snapshot(envelope);
  if (!coversPayload(copy)) {
    const message = 'the signed bytes are not the signed form of the payload';
    return failed({ code: 'payload-not-signed', message, at: '/payload' });
  }
  if (copy.signatures.length === 0) {
    return failed({
      code: 'unsigned-envelope',
      message: 'the envelope carries no signature',
      at: '/signatures',
    });
  }
  const judged = judgeContent(copy, roots);
  if (!('signers' in judged)) return judged;
  const { envelopeType, payloadType, payload, signedBytes } = copy;
  const { signers, warnings } = judged;
  return passed(
    sealVerified({ envelopeType, payloadType, payload, signedBytes, signers }),
    warnings,
  );
}

/** The seal says that the payload was signed, so the bytes under the signature are made from it here, not taken on trust. */
function coversPayload({
  envelopeType,
  payloadType,
  payload,
  signedBytes,
}: SignedEnvelope): boolean {
  switch (envelopeType) {
    case 'dsse':
      return isEqual(signedBytes, preAuthenticationEncoding(payloadType, payload));
    case 'in-toto-metablock':
      return isEqual(signedBytes, findMetablockBytes(payload));
    default:
      return assertNever(envelopeType);
  }
}

function findMetablockBytes(payload: Uint8Array): Uint8Array | undefined {
  try {
    return new TextEncoder().encode(canonicalizeOlpc(parseJson(payload).value));
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

/** What is checked is what is used: the caller keeps no hold of these bytes. */
function snapshot(envelope: SignedEnvelope): SignedEnvelope {
  return {
    ...envelope,
    payload: Uint8Array.from(envelope.payload),
    signedBytes: Uint8Array.from(envelope.signedBytes),
    signatures: envelope.signatures.map(({ keyId, signature }) => {
      return { keyId, signature: Uint8Array.from(signature) };
    }),
  };
}
