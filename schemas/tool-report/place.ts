// SPDX-License-Identifier: Apache-2.0
import {
  isJsonObject,
  member,
  pointerJoin,
  pointerToken,
  type JsonDocument,
} from '../../core/json.ts';
import { textAt } from './members.ts';
import { WrittenNumbers } from './written-numbers.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/**
 * How scalars of a document were written, where that is known beside the values: a score is quoted, never read through a
 * double.
 */
export type ScalarText = (pointer: string) => string | undefined;

/**
 * How a scalar was written; its place is asked for only where it matters: it has to be put together. The name is that of the
 * member that it is the value of.
 */
type TextOf = (pointerOf: () => string, name: string | undefined) => string | undefined;

/**
 * A value together with where it stands. Every question about a missing or mistyped value has an empty answer, so that a
 * reader of somebody else's format says what it wants and nothing about what may be wrong on the way.
 */
export class Place {
  readonly value: unknown;
  readonly #textOf: TextOf | undefined;
  /** Undefined until it is asked for: most places are only passed through. */
  #pointer: string | undefined;
  readonly #up: Place | undefined;
  readonly #key: string | number;

  constructor(
    value: unknown,
    pointer: string | undefined = '',
    textOf?: TextOf,
    up?: Place,
    key: string | number = '',
  ) {
    this.value = value;
    this.#pointer = up === undefined ? pointer : undefined;
    this.#textOf = textOf;
    this.#up = up;
    this.#key = key;
  }

  /** JSON Pointer. */
  get pointer(): string {
    this.#pointer ??=
      this.#up === undefined ? '' : `${this.#up.pointer}/${pointerToken(this.#key)}`;
    return this.#pointer;
  }

  /** The value below these keys; a place without a value where there is none. Own members only. */
  at(...keys: (string | number)[]): Place {
    let place: Place | undefined;
    for (const key of keys) place = (place ?? this).#child(key);
    return place ?? this;
  }

  /** `at(key).text`, and no place is made for it: most members are asked for their text alone. */
  textAt(key: string): string | undefined {
    return textAt(this.value, key);
  }

  /** `at(key).written`, and no place is made for a text. */
  writtenAt(key: string): string | undefined {
    const found = member(this.value, key);
    if (typeof found === 'string') return found === '' ? undefined : found;
    return found === undefined ? undefined : this.at(key).written;
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isObject(): boolean {
    return isJsonObject(this.value);
  }

  get isArray(): boolean {
    return Array.isArray(this.value);
  }

  /** A string that is not empty. */
  get text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : undefined;
  }

  /** The scalar as text, numbers as the document writes them. */
  get written(): string | undefined {
    if (typeof this.value === 'string') return this.value === '' ? undefined : this.value;
    if (typeof this.value === 'number' || typeof this.value === 'boolean') {
      const name = typeof this.#key === 'string' ? this.#key : undefined;
      return this.#textOf?.(() => this.pointer, name) ?? String(this.value);
    }
    return undefined;
  }

  /** The number exactly as written; undefined for everything else. */
  get numeral(): string | undefined {
    return typeof this.value === 'number' ? this.written : undefined;
  }

  /** The number by value. */
  get number(): number | undefined {
    const { numeral } = this;
    return numeral === undefined ? undefined : Number(numeral);
  }

  get flag(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : undefined;
  }

  /** Members of an array in order; nothing for any other value. */
  get items(): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) return [];
    return (value as unknown[]).map((item, at) => this.#under(item, at));
  }

  /** How many members an array has; none for any other value. */
  get length(): number {
    return Array.isArray(this.value) ? this.value.length : 0;
  }

  /** The texts of an array that are not empty; nothing for any other value. */
  get texts(): string[] {
    const { value } = this;
    if (!Array.isArray(value)) return [];
    return (value as unknown[]).filter(
      (item): item is string => typeof item === 'string' && item !== '',
    );
  }

  /** `written` of all members of an array, those left out that have none; no place is made for a text. */
  get writtenItems(): string[] {
    const { value } = this;
    if (!Array.isArray(value)) return [];
    return (value as unknown[]).flatMap((item, at) =>
      typeof item === 'string' && item !== '' ? item : (this.#under(item, at).written ?? []),
    );
  }

  /** Members of an object in order; nothing for any other value. */
  get entries(): [string, Place][] {
    if (!this.isObject) return [];
    return Object.entries(this.value as Record<string, unknown>).map(([key, value]) => [
      key,
      this.#under(value, key),
    ]);
  }

  get keys(): string[] {
    return this.isObject ? Object.keys(this.value as object) : [];
  }

  /** The same value as if it stood one level deeper: a line of a file of lines. */
  under(key: string | number): Place {
    const prefix = pointerJoin('', key);
    const textOf = this.#textOf;
    return new Place(this.value, prefix + this.pointer, (pointerOf, name) =>
      textOf?.(() => pointerOf().slice(prefix.length), name),
    );
  }

  #child(key: string | number): Place {
    const { value } = this;
    if (typeof key === 'number') {
      return this.#under(Array.isArray(value) ? (value as unknown[])[key] : undefined, key);
    }
    return this.#under(member(value, key), key);
  }

  #under(value: unknown, key: string | number): Place {
    return new Place(value, undefined, this.#textOf, this, key);
  }
}

/**
 * The root of a document that parseJson has accepted. How its numbers are written is looked for when the first of them is asked
 * for.
 */
export function placeOf(json: JsonDocument): Place {
  const numbers = new WrittenNumbers(json);
  return new Place(json.value, '', (pointerOf, name) => numbers.textOf(pointerOf, name));
}

/** The root of a YAML document. */
export function placeOfYaml(document: { readonly value: JsonValue; textAt: ScalarText }): Place {
  return new Place(document.value, '', (pointerOf) => document.textAt(pointerOf()));
}
