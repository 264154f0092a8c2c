// SPDX-License-Identifier: Apache-2.0

/** The hash algorithms that are taken, in signatures and as banks of registers. SHA-1 is not among them. */
export type TpmHash = 'sha256' | 'sha384' | 'sha512';

/** Digest sizes in bytes. */
export const HASH_BYTES: Readonly<Record<TpmHash, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

export const TPM_HASHES: readonly TpmHash[] = ['sha256', 'sha384', 'sha512'];

const HASH_OF_ID: ReadonlyMap<number, TpmHash> = new Map<number, TpmHash>([
  [0x000b, 'sha256'],
  [0x000c, 'sha384'],
  [0x000d, 'sha512'],
]);

/** The hash of a TPM_ALG_ID; undefined for one that is not taken. */
export function findHash(id: number): TpmHash | undefined {
  return HASH_OF_ID.get(id);
}

/** A TPM_ALG_ID for messages. */
export function algorithmName(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
