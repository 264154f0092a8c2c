// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Located, WireReader } from '../wire-reader.ts';

/** An id of an element, and the place that names it. */
export interface Reference {
  readonly pointer: string;
  readonly id: string;
}

/** A list of ids in a document. What refers to an element, and where, is put together when it is walked over. */
export class References {
  readonly #ids: readonly JsonValue[];
  readonly #pointer: string;

  /** @param pointer of the list; unused where the list is empty */
  constructor(ids: readonly JsonValue[], pointer: string) {
    this.#ids = ids;
    this.#pointer = pointer;
  }

  get isEmpty(): boolean {
    return this.#ids.length === 0;
  }

  /** In order, repetitions included. Items that are no text are left out. */
  each(take: (id: string, pointer: string) => void): void {
    this.#ids.forEach((id, at) => {
      if (typeof id === 'string') take(id, `${this.#pointer}/${at}`);
    });
  }

  toArray(): readonly Reference[] {
    const found: Reference[] = [];
    this.each((id, pointer) => found.push({ id, pointer }));
    return found;
  }
}

const NONE = new References([], '');

/** Reads a list of ids. Items that are no text are listed. */
export function readReferences(read: WireReader, from: Located, key: string): References {
  const ids = read.list(from, key);
  if (ids.length === 0) return NONE;
  const pointer = `${from.pointer}/${key}`;
  ids.forEach((id, at) => {
    if (typeof id !== 'string') read.problem('wrong-type', `${pointer}/${at}`, 'not text');
  });
  return new References(ids, pointer);
}
