// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, pointerJoin, type JsonDocument } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** A number that still knows how it was written: a score is quoted, never read through a double. */
class WrittenNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** How scalars of a document were written, where its parser keeps that apart from the values. */
export type ScalarText = (pointer: string) => string | undefined;

/**
 * A value together with where it stands. Every question about a missing or mistyped value has an empty answer, so that a
 * reader of somebody else's format says what it wants and nothing about what may be wrong on the way.
 */
export class Place {
  readonly value: unknown;
  /** JSON Pointer. */
  readonly pointer: string;
  readonly #textOf: ScalarText | undefined;

  constructor(value: unknown, pointer = '', textOf?: ScalarText) {
    this.value = value;
    this.pointer = pointer;
    this.#textOf = textOf;
  }

  /** The value below these keys; a place without a value where there is none. Own members only. */
  at(...keys: (string | number)[]): Place {
    return keys.reduce<Place>((place, key) => place.#child(key), this);
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isObject(): boolean {
    return isJsonObject(this.value) && !(this.value instanceof WrittenNumber);
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
    if (this.value instanceof WrittenNumber) return this.value.source;
    if (typeof this.value === 'string') return this.value === '' ? undefined : this.value;
    if (typeof this.value === 'number' || typeof this.value === 'boolean') {
      return this.#textOf?.(this.pointer) ?? String(this.value);
    }
    return undefined;
  }

  /** The number exactly as written; undefined for everything else. */
  get numeral(): string | undefined {
    if (this.value instanceof WrittenNumber) return this.value.source;
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
    return new Place(this.value, pointerJoin('', key) + this.pointer, this.#textOf);
  }

  #child(key: string | number): Place {
    const { value } = this;
    if (typeof key === 'number') {
      return this.#under(Array.isArray(value) ? (value as unknown[])[key] : undefined, key);
    }
    const isOwn = this.isObject && Object.hasOwn(value as object, key);
    return this.#under(isOwn ? (value as Record<string, unknown>)[key] : undefined, key);
  }

  #under(value: unknown, key: string | number): Place {
    return new Place(value, pointerJoin(this.pointer, key), this.#textOf);
  }
}

/** A reviver that is told the source text of a primitive (ECMAScript proposal JSON.parse source text access). */
type SourceReviver = (
  key: string,
  value: unknown,
  context: { readonly source?: string },
) => unknown;

/** The root of a document that parseJson has accepted, with every number kept as it was written. */
export function placeOf(json: JsonDocument): Place {
  const revive: SourceReviver = (_key, value, context) =>
    typeof value === 'number' ? new WrittenNumber(context.source ?? String(value)) : value;
  return new Place(
    (JSON.parse as (source: string, reviver: SourceReviver) => unknown)(json.text, revive),
  );
}

/** The root of a YAML document. */
export function placeOfYaml(document: { readonly value: JsonValue; textAt: ScalarText }): Place {
  return new Place(document.value, '', (pointer) => document.textAt(pointer));
}
