// SPDX-License-Identifier: Apache-2.0

/** One signature over an envelope's signed bytes, as written. */
export interface EnvelopeSignature {
  /** A hint of the writer's, never an identity. */
  readonly keyId: string | null;
  readonly signature: Uint8Array;
}

/**
 * A document that wraps another: DSSE, in-toto metablock, sigstore bundle with a DSSE inside, attested statement.
 * The payload becomes a document of its own; signatures are judged in attest/.
 */
export interface SignedEnvelope {
  readonly envelopeType: 'dsse' | 'in-toto-metablock';
  readonly payloadType: string;
  /** Exactly the bytes that the signer meant (for a metablock: the canonical form of `signed`). */
  readonly payload: Uint8Array;
  /** Exactly the bytes under the signature: DSSE PAE, or the canonical form. */
  readonly signedBytes: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
  /** Key or certificate material that came along (sigstore bundle), DER. Never trusted by itself. */
  readonly material?: {
    readonly publicKeyHint?: string;
    readonly certificates?: readonly Uint8Array[];
  };
}

/** TEE evidence that came along with a statement. */
export interface AttachedEvidence {
  /** Evidence kind: `sev-snp`, `simulated`… */
  readonly kind: string;
  readonly evidence: Uint8Array;
  /** Endorsements by file name (`ek`, `ask`, `ark`, `crl`…). */
  readonly endorsements: ReadonlyMap<string, Uint8Array>;
}
