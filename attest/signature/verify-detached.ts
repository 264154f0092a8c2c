// SPDX-License-Identifier: Apache-2.0
import type { Identity } from '../../core/identity.ts';
import { passed } from '../../core/verdict.ts';
import type { NonEmpty, Verdict } from '../../core/verdict.ts';
import type { TrustRoots } from '../trust/roots.ts';
import { sealVerified } from '../verified.ts';
import type { Verified } from '../verified.ts';
import { judgeContent } from './judge.ts';

/** A signature that is kept apart from the bytes it is over (cosign sign-blob). */
export interface DetachedSignature {
  /** The whole signed file: its digest alone proves nothing. */
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  /** Names a key; never an identity. Null: nothing names one. */
  readonly publicKeyHint: string | null;
}

/** Bytes and who signed them. */
export interface SignedFile {
  readonly bytes: Uint8Array;
  readonly signers: NonEmpty<Identity>;
}

/** Says which trusted key signed the file. Outcomes as verifyEnvelope has them. */
export function verifyDetached(
  detached: DetachedSignature,
  roots: TrustRoots,
): Verdict<Verified<SignedFile>> {
  const bytes = Uint8Array.from(detached.bytes);
  const signature = Uint8Array.from(detached.signature);
  const signatures = [{ keyId: detached.publicKeyHint, signature }];
  const judged = judgeContent({ signedBytes: bytes, signatures }, roots);
  if (!('signers' in judged)) return judged;
  return passed(sealVerified({ bytes, signers: judged.signers }), judged.warnings);
}
