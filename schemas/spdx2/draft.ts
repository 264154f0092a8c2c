// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** An object of the JSON form that is put together piece by piece, with the place in the document that it comes from. */
export class Draft {
  /** A place in the document: `/line/12`, a path of elements. */
  readonly place: string;
  readonly #texts = new Map<string, string>();
  readonly #objects = new Map<string, Draft>();
  readonly #textLists = new Map<string, string[]>();
  readonly #objectLists = new Map<string, Draft[]>();

  constructor(place: string) {
    this.place = place;
  }

  /** Sets a text, unless it is set already. @returns false where it was */
  setText(key: string, value: string): boolean {
    if (this.#texts.has(key)) return false;
    this.#texts.set(key, value);
    return true;
  }

  findText(key: string): string | undefined {
    return this.#texts.get(key);
  }

  setObject(key: string, value: Draft): void {
    this.#objects.set(key, value);
  }

  addText(key: string, value: string): void {
    const known = this.#textLists.get(key);
    if (known === undefined) this.#textLists.set(key, [value]);
    else known.push(value);
  }

  addObject(key: string, value: Draft): void {
    const known = this.#objectLists.get(key);
    if (known === undefined) this.#objectLists.set(key, [value]);
    else known.push(value);
  }

  /** @param places receives the place of each object that is made */
  toJson(places: WeakMap<object, string>): JsonObject {
    const made: JsonObject = Object.fromEntries<JsonValue>([
      ...this.#texts,
      ...this.#textLists,
      ...mapped(this.#objects, (draft) => draft.toJson(places)),
      ...mapped(this.#objectLists, (drafts) => drafts.map((draft) => draft.toJson(places))),
    ]);
    places.set(made, this.place);
    return made;
  }
}

/** The place of the innermost object that a pointer leads into. */
export function placeInside(
  json: JsonValue,
  places: WeakMap<object, string>,
  pointer: string,
): string {
  return innermost(json, pointer.split('/').slice(1), (value) => places.get(value)) ?? '';
}

/** What is known of the innermost object on a way that something is known of; undefined where there is none. */
export function innermost<T>(
  json: JsonValue,
  way: readonly string[],
  known: (value: object) => T | undefined,
): T | undefined {
  let value: JsonValue | undefined = json;
  let found = isJsonObject(value) ? known(value) : undefined;
  for (const token of way) {
    const list: readonly JsonValue[] | undefined = Array.isArray(value) ? value : undefined;
    value = list === undefined ? member(value, token) : list[Number(token)];
    if (isJsonObject(value)) found = known(value) ?? found;
  }
  return found;
}

function mapped<T>(
  from: ReadonlyMap<string, T>,
  make: (value: T) => JsonValue,
): [string, JsonValue][] {
  return [...from].map(([key, value]) => [key, make(value)]);
}
