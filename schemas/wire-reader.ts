// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../core/errors.ts';
import { isJsonObject, member } from '../core/json.ts';
import { isLongList, mapLongList } from '../core/large-json.ts';
import { LIMITS } from '../core/limits.ts';
import type { JsonObject, JsonValue } from '../core/canonical-json-jcs.ts';
import type { SchemaProblem } from './intoto/problem.ts';

/** An object of the document and where it stands. */
export interface Located {
  readonly value: JsonObject;
  readonly pointer: string;
}

/** An object below another. Its pointer is joined only when asked for, since nearly all are never asked. */
class Below implements Located {
  readonly value: JsonObject;
  readonly #from: Located;
  readonly #key: string;
  /** Position in the list; undefined where the member is the object. */
  readonly #at: number | undefined;
  #pointer: string | undefined;

  constructor(value: JsonObject, from: Located, key: string, at?: number) {
    this.value = value;
    this.#from = from;
    this.#key = key;
    this.#at = at;
  }

  get pointer(): string {
    this.#pointer ??= placeOf(this.#from, this.#key, this.#at);
    return this.#pointer;
  }
}

/** What is made of an item; undefined leaves it out. */
type ReadItem<T> = (item: Located, reader: WireReader) => T | undefined;

/**
 * Reads members of untrusted JSON. A member of the wrong type counts as missing and is listed; nothing is converted except
 * where a method says so.
 */
export class WireReader {
  readonly #problems: SchemaProblem[] = [];
  /** What is read again has been listed. */
  #isQuiet = false;

  get problems(): readonly SchemaProblem[] {
    return this.#problems;
  }

  /** An item of a large document is read that has been read before. */
  get isReadingAgain(): boolean {
    return this.#isQuiet;
  }

  /** Lists a problem; beyond the limit the last one stands for the rest. */
  problem(code: string, pointer: string, message: string): void {
    if (this.#isQuiet) return;
    if (this.#problems.length < LIMITS.problems) {
      this.#problems.push({ code, pointer, message: excerpt(message, 200) });
    } else if (this.#problems.at(-1)?.code !== 'more-problems') {
      const message200 = `more than ${LIMITS.problems} problems; the rest are not listed`;
      this.#problems[LIMITS.problems - 1] = {
        code: 'more-problems',
        pointer: '',
        message: message200,
      };
    }
  }

  /** Text, or undefined where the member is missing, empty or no text. Empty text says nothing, so it is not listed. */
  text(from: Located, key: string): string | undefined {
    return this.asText(member(from.value, key), from, key);
  }

  /** The same of a member that is at hand. */
  asText(found: JsonValue | undefined, from: Located, key: string): string | undefined {
    if (typeof found === 'string') return found === '' ? undefined : found;
    if (found !== undefined) this.wrongType(from, key, 'text');
    return undefined;
  }

  /** Text, or a number as JSON writes it back (listed: some tools write versions and scores as numbers). */
  textOrNumber(from: Located, key: string): string | undefined {
    return this.asTextOrNumber(member(from.value, key), from, key);
  }

  /** The same of a member that is at hand. */
  asTextOrNumber(found: JsonValue | undefined, from: Located, key: string): string | undefined {
    if (typeof found !== 'number') return this.asText(found, from, key);
    this.problem('number-for-text', placeOf(from, key), `${key} is a number, not text`);
    return String(found);
  }

  /** The member as an object; undefined where it is missing or something else. */
  object(from: Located, key: string): Located | undefined {
    const found = member(from.value, key);
    if (found === undefined) return undefined;
    if (isJsonObject(found)) return new Below(found, from, key);
    this.wrongType(from, key, 'an object');
    return undefined;
  }

  /** The member as a list; empty where it is missing or something else. */
  list(from: Located, key: string): readonly JsonValue[] {
    const found = member(from.value, key);
    if (Array.isArray(found)) return found as readonly JsonValue[];
    if (found !== undefined) this.wrongType(from, key, 'a list');
    return NOTHING;
  }

  /**
   * What `read` makes of each object of a list; other items and undefined results are left out. Of a list of a large document
   * nothing is held: it is read again, quietly, whenever an item is asked for.
   * @param isAside objects that nothing is made of; most of some lists are
   */
  each<T>(
    from: Located,
    key: string,
    read: ReadItem<T>,
    isAside?: (item: JsonObject) => boolean,
  ): readonly T[] {
    const items = this.list(from, key);
    if (items.length === 0) return NOTHING as readonly never[];
    if (isLongList(items)) return this.#eachAgain(items, from, key, read, isAside);
    const found: T[] = [];
    for (let at = 0; at < items.length; at++) {
      const result = this.#item(items[at], at, from, key, read, isAside);
      if (result !== undefined) found.push(result);
    }
    return found;
  }

  #eachAgain<T>(
    items: readonly JsonValue[],
    from: Located,
    key: string,
    read: ReadItem<T>,
    isAside: ((item: JsonObject) => boolean) | undefined,
  ): readonly T[] {
    const make = (value: JsonValue | undefined, at: number): T | undefined =>
      this.#item(value, at, from, key, read, isAside);
    return mapLongList(items, make, (value, at) => this.#quietly(() => make(value, at))) ?? [];
  }

  #item<T>(
    value: JsonValue | undefined,
    at: number,
    from: Located,
    key: string,
    read: ReadItem<T>,
    isAside: ((item: JsonObject) => boolean) | undefined,
  ): T | undefined {
    if (isJsonObject(value)) {
      return isAside?.(value) === true ? undefined : read(new Below(value, from, key, at), this);
    }
    this.problem('wrong-type', placeOf(from, key, at), 'not an object');
    return undefined;
  }

  #quietly<T>(work: () => T): T {
    const wasQuiet = this.#isQuiet;
    this.#isQuiet = true;
    try {
      return work();
    } finally {
      this.#isQuiet = wasQuiet;
    }
  }

  /** The texts of a list; other items are listed and left out. */
  texts(from: Located, key: string): readonly string[] {
    const items = this.list(from, key);
    if (items.every(isText)) return items;
    items.forEach((item, at) => {
      if (!isText(item)) this.problem('wrong-type', placeOf(from, key, at), 'not text');
    });
    return items.filter(isText);
  }

  wrongType(from: Located, key: string, wanted: string): void {
    this.problem('wrong-type', placeOf(from, key), `${key} is not ${wanted}`);
  }
}

/** Keys here are names from the specification, which have nothing that a JSON Pointer escapes. */
function placeOf(from: Located, key: string, at?: number): string {
  return at === undefined ? `${from.pointer}/${key}` : `${from.pointer}/${key}/${at}`;
}

const NOTHING: readonly JsonValue[] = [];

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}
