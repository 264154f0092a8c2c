// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../../core/json.ts';
import { classOfIndividual } from '../classes/individuals.ts';
import { idOf } from '../flatten.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { ClassRule, Edition } from '../classes/edition.ts';

/** Prefixes of the context of SPDX, and those that a document declares beside it, and what they stand for. */
export type Prefixes = ReadonlyMap<string, string>;

/** What the ids of a document stand for: the class of each, and nothing of the objects themselves. */
export class Definitions {
  readonly #edition: Edition;
  readonly #prefixes: Prefixes;
  readonly #classes = new Map<string, ClassRule>();
  readonly #imported = new Set<string>();
  readonly #repeated = new Set<string>();

  constructor(edition: Edition, prefixes: Prefixes) {
    this.#edition = edition;
    this.#prefixes = prefixes;
  }

  /** Learns the ids of an object and of all that stands inside of it. Nesting is bounded by the JSON reader. */
  collect(value: JsonValue): void {
    if (Array.isArray(value)) {
      for (const item of value as readonly JsonValue[]) {
        if (typeof item === 'object') this.collect(item);
      }
    } else if (isJsonObject(value)) {
      this.#define(value);
      for (const item of Object.values(value)) {
        if (typeof item === 'object') this.collect(item);
      }
    }
  }

  /** The class of what an id names: an object of the document, or an individual of the model. */
  classOf(reference: string): ClassRule | undefined {
    const id = this.expand(reference);
    const found = this.#classes.get(id);
    if (found !== undefined) return found;
    const name = classOfIndividual(id);
    return name === undefined ? undefined : this.#edition.classes.get(name);
  }

  /** True where the document says that the element is defined elsewhere. */
  isImported(reference: string): boolean {
    return this.#imported.has(reference) || this.#imported.has(this.expand(reference));
  }

  /** True where more than one object has the id. */
  isRepeated(reference: string): boolean {
    return this.#repeated.has(this.expand(reference));
  }

  /** The IRI that an id with a declared prefix is short for (JSON-LD 1.1, 4.1.5). */
  expand(reference: string): string {
    const colon = reference.indexOf(':');
    if (colon < 0 || reference.startsWith('//', colon + 1)) return reference;
    const start = this.#prefixes.get(reference.slice(0, colon));
    return start === undefined ? reference : start + reference.slice(colon + 1);
  }

  #define(value: JsonObject): void {
    const type = stringMember(value, 'type');
    const rule = type === undefined ? undefined : this.#edition.classes.get(type);
    if (rule?.name === 'ExternalMap') {
      this.#imported.add(stringMember(value, 'externalSpdxId') ?? '');
    }
    const written = idOf(value);
    if (rule === undefined || written === undefined) return;
    const id = this.expand(written);
    if (this.#classes.has(id)) this.#repeated.add(id);
    else this.#classes.set(id, rule);
  }
}
