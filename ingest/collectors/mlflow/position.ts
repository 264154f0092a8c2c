// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import type { Cursor } from '../collector.ts';
import { Seen } from '../seen.ts';

const SHAPE = 'mlflow@1';
/** A client sets the end of its run by its own clock. */
const MARGIN_MS = 24 * 60 * 60 * 1000;
const MAX_EXPERIMENTS = 20_000;

/** What was read of a tracking server: things as they were, and how far the runs of each experiment were read. */
export class Position {
  readonly seen: Seen;
  readonly #ends: Map<string, number>;

  constructor(cursor: Cursor | null) {
    const isOurs = stringMember(cursor, 'shape') === SHAPE;
    this.seen = new Seen(isOurs ? (member(cursor, 'seen') ?? null) : null);
    const ends = isOurs ? member(cursor, 'ends') : undefined;
    this.#ends = new Map(
      Object.entries(isJsonObject(ends) ? ends : {}).flatMap(([id, ms]) =>
        typeof ms === 'number' && Number.isSafeInteger(ms) ? [[id, ms] as const] : [],
      ),
    );
  }

  /** Runs of the experiment that ended before this were all read. */
  endOf(experiment: string): number {
    return Math.max(0, (this.#ends.get(experiment) ?? 0) - MARGIN_MS);
  }

  /** Runs are read in the order in which they ended. */
  readUpTo(experiment: string, endMs: number): void {
    const known = this.#ends.get(experiment) ?? 0;
    this.#ends.delete(experiment);
    this.#ends.set(experiment, Math.max(known, endMs));
    if (this.#ends.size <= MAX_EXPERIMENTS) return;
    for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      break;
    }
  }

  findCursor(): JsonObject | null {
    const seen = this.seen.findCursor();
    return seen === null ? null : { shape: SHAPE, seen, ends: Object.fromEntries(this.#ends) };
  }

  cursor(): JsonObject {
    return { shape: SHAPE, seen: this.seen.cursor(), ends: Object.fromEntries(this.#ends) };
  }
}
