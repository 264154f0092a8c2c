// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { HASH_BYTES } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';
import type { RegisterSelection } from './quote.ts';

/** Platform configuration registers of a PC Client TPM. */
export const REGISTER_COUNT = 24;

/** Values of registers, by bank and index. */
export type Registers = ReadonlyMap<TpmHash, ReadonlyMap<number, Uint8Array>>;

/** Registers that software may set back whenever it likes: 16 for debugging, 23 for applications (PC Client PTP, 4.6). */
const RESETTABLE: ReadonlySet<number> = new Set([16, 23]);

const MEASUREMENT_DOMAIN = 'pedigree/tpm-measurement/v1';

/** True where the values are those of exactly the selected registers, no more and no fewer. */
export function isSelection(
  registers: Registers,
  selections: readonly RegisterSelection[],
): boolean {
  return (
    registers.size === selections.length &&
    selections.every(({ bank, indices }) => {
      const values = registers.get(bank);
      return values?.size === indices.length && indices.every((index) => values.has(index));
    })
  );
}

/**
 * The digest that a quote over these registers carries: all values, one after the other, in the order of the selection.
 * @param hash the hash of the signature scheme
 * @see TPM 2.0 Library, Part 3, clause 18.4 (TPM2_Quote)
 */
export function digestRegisters(
  hash: TpmHash,
  registers: Registers,
  selections: readonly RegisterSelection[],
): Uint8Array {
  const digest = createHash(hash);
  for (const { bank, indices } of selections) {
    for (const index of indices) {
      digest.update(registers.get(bank)?.get(index) ?? new Uint8Array());
    }
  }
  return new Uint8Array(digest.digest());
}

/** A line `<bank>:<index>:<hex>` for each register, banks and indices in ascending order. */
export function registerLines(registers: Registers): string[] {
  return [...registers]
    .toSorted(([one], [other]) => HASH_BYTES[one] - HASH_BYTES[other])
    .flatMap(([bank, values]) =>
      [...values]
        .toSorted(([one], [other]) => one - other)
        .map(([index, value]) => `${bank}:${index}:${Buffer.from(value).toString('hex')}`),
    );
}

/**
 * One digest for what was measured: SHA-256 over the domain, a zero byte and the register lines, each ended by a newline.
 * The digest inside the quote will not do: it does not say which registers it is of.
 */
export function measureRegisters(registers: Registers): string {
  const lines = registerLines(registers).map((line) => `${line}\n`);
  return createHash('sha256')
    .update(`${MEASUREMENT_DOMAIN}\0${lines.join('')}`)
    .digest('hex');
}

/** Selected registers that can be set back while the machine runs, as `<bank>:<index>`. */
export function findResettable(selections: readonly RegisterSelection[]): string[] {
  return selections.flatMap(({ bank, indices }) =>
    indices.filter((index) => RESETTABLE.has(index)).map((index) => `${bank}:${index}`),
  );
}
