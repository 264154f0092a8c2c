// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member } from '../../core/json.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Cursor } from './collector.ts';

/** Things that a position remembers. What is forgotten is read again, which adds nothing. */
const MAX_SEEN = 50_000;
const SHAPE = 'seen@1';

/** Names of things that were handed in already, as a position: for sources that have no order to stand in. */
export class Seen {
  readonly #names: Set<string>;
  #fresh = 0;

  /** A cursor of another shape counts as none. */
  constructor(cursor: Cursor | null) {
    const names = member(cursor, 'shape') === SHAPE ? (arrayMember(cursor, 'names') ?? []) : [];
    const known = names.filter((name): name is string => typeof name === 'string');
    this.#names = new Set(known.slice(-MAX_SEEN));
  }

  /** True where things have been forgotten, or soon will be. */
  get isFull(): boolean {
    return this.#names.size >= MAX_SEEN;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    // the newest stand last
    this.#names.delete(name);
    this.#names.add(name);
    this.#fresh++;
    if (this.#names.size <= MAX_SEEN) return;
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      break;
    }
  }

  /** The position, where enough was added since the last one to be worth its size; else null. */
  findCursor(): JsonObject | null {
    return this.#fresh * 10 >= this.#names.size && this.#fresh > 0 ? this.cursor() : null;
  }

  cursor(): JsonObject {
    this.#fresh = 0;
    return { shape: SHAPE, names: [...this.#names] };
  }
}
