// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import { flipped } from '../unit/attest/tee/dcap/genuine.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { slotsOf } from './slots.ts';
import type { Slot } from './slots.ts';
import { findCutReason, findReason, findTailReason, unsignedRanges } from './unsigned.ts';

/** Every byte of every file, and of everything written inside in a text encoding, with one bit the other way round. */
export function* flipBytes(piece: Piece): Iterable<Mutation> {
  for (const slot of encodedSlots(piece)) {
    const ranges = unsignedRanges(slot);
    for (let at = 0; at < slot.bytes.length; at++) {
      yield {
        what: `${slot.name}: byte ${at}`,
        // each bit has its turn; in text the sixth one changes the case of a letter
        input: () => slot.put(flipped(slot.bytes, at, at % 8)),
        harmless: () => findReason(ranges, at),
      };
    }
  }
}

/** The files, and what is written inside of them in another way. */
function encodedSlots(piece: Piece): Slot[] {
  return slotsOf(piece).filter(({ isVerbatim }) => isVerbatim !== true);
}

/** Every slot cut at every length. */
export function* cut(piece: Piece): Iterable<Mutation> {
  for (const slot of encodedSlots(piece)) {
    for (let size = 0; size < slot.bytes.length; size++) {
      yield {
        what: `${slot.name}: cut to ${size}`,
        input: () => slot.put(slot.bytes.subarray(0, size)),
        harmless: () => findCutReason(slot, size),
      };
    }
  }
}

const TAILS = [[0x00], [0xff], [0x20], [0x0a], Array<number>(64).fill(0)];

/** Every slot with something behind it, and twice. */
export function* stretch(piece: Piece): Iterable<Mutation> {
  for (const slot of slotsOf(piece)) {
    const tails = [...TAILS.map((tail) => Uint8Array.from(tail)), slot.bytes];
    for (const [index, tail] of tails.entries()) {
      const input = (): RunInput => slot.put(Buffer.concat([slot.bytes, tail]));
      // whatever stands behind a PEM file or a quote is read by nobody, but another certificate of a chain is
      const isTwice = tail === slot.bytes && !['pem', 'dcap-quote'].includes(slot.form);
      const harmless = (): string | undefined =>
        isTwice ? undefined : findTailReason(slot.form, tail);
      yield { what: `${slot.name}: ${tail.length} bytes behind it (${index})`, input, harmless };
    }
  }
}
