// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

// The definitions of RFC 6962 section 2.1, written down as they stand there, over the list of all leaves. Shares nothing
// with the product: the oracle that the product is compared with.

function sha256(...parts: Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** k: "the largest power of two smaller than n". */
function splitOf(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

export class NaiveTree {
  readonly #data: readonly Uint8Array[];
  readonly #known = new Map<string, Buffer>();

  constructor(data: readonly Uint8Array[]) {
    this.#data = data;
  }

  /** MTH(D[from:to]) */
  mth(from: number, to: number): Buffer {
    const key = `${from}:${to}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hash = this.#mth(from, to);
    this.#known.set(key, hash);
    return hash;
  }

  #mth(from: number, to: number): Buffer {
    const n = to - from;
    if (n === 0) return sha256();
    if (n === 1) return sha256(Uint8Array.of(0), this.#data[from] ?? new Uint8Array());
    const k = splitOf(n);
    return sha256(Uint8Array.of(1), this.mth(from, from + k), this.mth(from + k, to));
  }

  /** PATH(m, D[from:to]), section 2.1.1 */
  path(m: number, from: number, to: number): Buffer[] {
    const n = to - from;
    if (n === 1) return [];
    const k = splitOf(n);
    return m < k
      ? [...this.path(m, from, from + k), this.mth(from + k, to)]
      : [...this.path(m - k, from + k, to), this.mth(from, from + k)];
  }

  /** PROOF(m, D[n]), section 2.1.2 */
  proof(m: number, n: number): Buffer[] {
    return this.#subproof(m, 0, n, true);
  }

  #subproof(m: number, from: number, to: number, b: boolean): Buffer[] {
    const n = to - from;
    if (m === n) return b ? [] : [this.mth(from, to)];
    const k = splitOf(n);
    return m <= k
      ? [...this.#subproof(m, from, from + k, b), this.mth(from + k, to)]
      : [...this.#subproof(m - k, from + k, to, false), this.mth(from, from + k)];
  }
}

export function hexes(hashes: readonly Buffer[]): string[] {
  return hashes.map((hash) => hash.toString('hex'));
}
