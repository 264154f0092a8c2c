// SPDX-License-Identifier: Apache-2.0

/** A number from 0 (included) to 1. */
export type Random = () => number;

/** Values that lengths, counts and versions break at. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
const MAX_RUN = 64;
const MAX_EDITS = 4;

/** A whole number below the bound. */
export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/**
 * The bytes with something changed: in the outer bytes, or inside a base64 part of a JSON text or token.
 * @param others bytes of other documents, to splice from
 */
export function mutate(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  for (;;) {
    const inner = random() < 0.6 ? mutatePart(bytes, others, random) : undefined;
    const mutated = inner ?? mutateBytes(bytes, others, random);
    // writing zeroes over zeroes is no mutation
    if (!Buffer.from(mutated).equals(bytes)) return mutated;
  }
}

type Edit = (bytes: Buffer, others: readonly Uint8Array[], random: Random) => Buffer;

const flipBit: Edit = (bytes, _others, random) => {
  const at = below(random, bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  return bytes;
};

const writeEdges: Edit = (bytes, _others, random) => {
  const at = below(random, bytes.length);
  const end = Math.min(bytes.length, at + pick(random, [1, 2, 4, 8]));
  return bytes.fill(pick(random, EDGES), at, end);
};

const truncate: Edit = (bytes, _others, random) => bytes.subarray(0, below(random, bytes.length));

const append: Edit = (bytes, _others, random) =>
  Buffer.concat([bytes, Buffer.alloc(1 + below(random, MAX_RUN), pick(random, EDGES))]);

const remove: Edit = (bytes, _others, random) => {
  const at = below(random, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, MAX_RUN))]);
};

const repeat: Edit = (bytes, _others, random) => {
  const at = below(random, bytes.length);
  const run = bytes.subarray(at, at + 1 + below(random, MAX_RUN));
  return Buffer.concat([bytes.subarray(0, at), run, bytes.subarray(at)]);
};

const splice: Edit = (bytes, others, random) => {
  const other = pick(random, others);
  const at = below(random, bytes.length);
  const from = below(random, Math.max(1, other.length));
  const run = other.subarray(from, from + 1 + below(random, MAX_RUN));
  bytes.set(run.subarray(0, bytes.length - at), at);
  return bytes;
};

const EDITS: readonly Edit[] = [
  flipBit,
  flipBit,
  flipBit,
  writeEdges,
  writeEdges,
  truncate,
  append,
  remove,
  repeat,
  splice,
];

function mutateBytes(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let edited: Buffer = Buffer.from(bytes);
  const edits = 1 + below(random, random() < 0.7 ? 1 : MAX_EDITS);
  for (let edit = 0; edit < edits && edited.length > 0; edit++) {
    edited = pick(random, EDITS)(edited, others, random);
  }
  return new Uint8Array(edited);
}

/** Undefined where the bytes hold no base64 part. */
function mutatePart(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const first = text[0];
  const isText = first === '{' || first === 'e' || first === '-';
  const parts = isText ? [...text.matchAll(/[A-Za-z0-9_+/-]{16,}={0,2}/g)] : [];
  if (parts.length === 0) return undefined;
  const part = pick(random, parts);
  const encoding = /[_-]/.test(part[0]) || text.startsWith('e') ? 'base64url' : 'base64';
  const inner = mutateBytes(Buffer.from(part[0], encoding), others, random);
  const written = Buffer.from(inner).toString(encoding);
  const end = part.index + part[0].length;
  return Buffer.from(`${text.slice(0, part.index)}${written}${text.slice(end)}`, 'latin1');
}
