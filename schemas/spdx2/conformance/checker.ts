// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import {
  arrayMember,
  isJsonObject,
  member,
  pointerJoin,
  stringMember,
} from '../../../core/json.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { SpdxProblem } from '../model.ts';

const MAX_LISTED = 20;
/** Mandatory, and taken empty by the JSON schema and by spdx-tools. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['name', 'fileName', 'comment']);

/** What stands behind an identifier: an unanalysed package is one of which nobody looked at the files. */
export type ElementKind = 'document' | 'package' | 'unanalysed-package' | 'file' | 'snippet';

/** What the rules know of the document they look at, and what they found. */
export class Checker {
  readonly problems: SpdxProblem[] = [];
  /** True in JSON, which writes data types; YAML, XML and the others leave them to their readers. */
  readonly isTyped: boolean;
  /** True in JSON and YAML, which hold every member of a document, those that carry no lineage too. */
  readonly isWhole: boolean;
  readonly isBefore23: boolean;
  /** The elements that were looked at so far. */
  readonly elements = new Map<string, ElementKind>();
  /** Identifiers of the documents that this one refers to. */
  readonly externalDocuments = new Set<string>();
  /** Identifiers of the licences that the document itself describes. */
  readonly licenses = new Set<string>();

  constructor(format: string, version: string | undefined) {
    this.isTyped = format === 'spdx2-json';
    this.isWhole = this.isTyped || format === 'spdx2-yaml';
    this.isBefore23 = version !== 'SPDX-2.3';
  }

  /** True where no further problem would be listed. */
  get isFull(): boolean {
    return this.problems.length >= MAX_LISTED;
  }

  /** Of one place the first fault is told: what is no text is of no form either. */
  fault(pointer: string, message: string): void {
    if (this.isFull || this.problems.some((problem) => problem.pointer === pointer)) return;
    this.problems.push({ code: 'spdx2:rule', pointer, message: excerpt(message, 160) });
  }

  /** A member is there and says something. */
  text(item: JsonObject, key: string, pointer: string): void {
    const text = stringMember(item, key);
    if (text === undefined || (text === '' && !MAY_BE_EMPTY.has(key))) {
      this.fault(`${pointer}/${key}`, 'is mandatory');
    }
  }

  texts(item: JsonObject, keys: readonly string[], pointer: string): void {
    for (const key of keys) this.text(item, key, pointer);
  }

  /** A member that is there and not empty is of a form. */
  form(
    item: JsonObject,
    key: string,
    pointer: string,
    isRight: (text: string) => boolean,
    fault: string,
  ): void {
    const text = stringMember(item, key);
    if (text !== undefined && text !== '' && !isRight(text)) {
      this.fault(`${pointer}/${key}`, `${fault}: "${text}"`);
    }
  }

  /** A member that is there and not empty is one of the listed terms. */
  term(item: JsonObject, key: string, pointer: string, terms: ReadonlySet<string>): void {
    this.form(item, key, pointer, (text) => terms.has(text), 'not a listed term');
  }

  /** Looks at the objects of a list one by one; that it is a list of objects is a matter of types. */
  each(
    from: JsonObject,
    key: string,
    pointer: string,
    check: (item: JsonObject, pointer: string) => void,
  ): void {
    let at = 0;
    for (const item of itemsOf(from, key)) {
      if (this.isFull) return;
      if (isJsonObject(item)) check(item, pointerJoin(pointer, key, at));
      at++;
    }
  }
}

/** A list; empty where there is none. */
export function itemsOf(from: JsonValue | undefined, key: string): readonly JsonValue[] {
  return arrayMember(from, key) ?? [];
}

/** True where a member is there: null is absence. */
export function isGiven(item: JsonObject, key: string): boolean {
  return (member(item, key) ?? null) !== null;
}
