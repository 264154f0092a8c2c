// SPDX-License-Identifier: Apache-2.0
import { parseJsonNumbers } from '../../core/exact-json.ts';
import { numberEnd, startsNumber, writesNumbersPlainly } from '../../core/json-text.ts';
import { valueAt, type JsonDocument } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** Names that are looked for one by one; where there are more, the whole text is looked at once. */
const FEW_NAMES = 4;
const QUOTE = 0x22;
const SPACE = 0x20;
const COLON = 0x3a;

/**
 * How a document writes its numbers. They are parsed a second time, as text, once one is asked for that may be written
 * otherwise than its value: few documents need it. Most reports are asked for numbers of one name or two, and to find all
 * members of a name takes a fraction of looking at each character.
 */
export class WrittenNumbers {
  readonly #json: JsonDocument;
  readonly #plainNames = new Map<string, boolean>();
  #isPlain: boolean | undefined;
  #written: JsonValue | undefined;

  /** @param json that parseJson has accepted */
  constructor(json: JsonDocument) {
    this.#json = json;
  }

  /**
   * A number as it is written; undefined where that is how String() writes it, and for what is no number.
   * @param name of the member that it is the value of; undefined for an item of a list
   */
  textOf(pointerOf: () => string, name: string | undefined): string | undefined {
    if (this.#isPlain ?? this.#isPlainOfName(name) ?? this.#isAllPlain()) return undefined;
    this.#written ??= parseJsonNumbers(this.#json.text, String) as JsonValue;
    const text = valueAt(this.#written, pointerOf());
    return typeof text === 'string' ? text : undefined;
  }

  #isAllPlain(): boolean {
    this.#isPlain ??= writesNumbersPlainly(this.#json.text);
    return this.#isPlain;
  }

  /** Undefined where the name does not tell. */
  #isPlainOfName(name: string | undefined): boolean | undefined {
    if (name === undefined) return undefined;
    const known = this.#plainNames.get(name);
    if (known !== undefined || this.#plainNames.size >= FEW_NAMES) return known;
    const { text } = this.#json;
    if (!canFindName(text, name)) return undefined;
    const isPlain = writesNumbersOfNamePlainly(text, name);
    this.#plainNames.set(name, isPlain);
    return isPlain;
  }
}

/** Letters and digits are written as they are, or as `\\u` and their code. */
function canFindName(text: string, name: string): boolean {
  return /^\w+$/.test(name) && !text.includes('\\u');
}

/** True where all numbers that are values of members of this name are written as String() writes them. Linear in the text. */
function writesNumbersOfNamePlainly(text: string, name: string): boolean {
  const ending = `${name}"`;
  for (let at = text.indexOf(ending); at >= 0; at = text.indexOf(ending, at + 1)) {
    if (text.charCodeAt(at - 1) !== QUOTE) continue;
    const colon = afterSpace(text, at + ending.length);
    if (text.charCodeAt(colon) !== COLON) continue;
    const start = afterSpace(text, colon + 1);
    if (!startsNumber(text.charCodeAt(start))) continue;
    const number = text.slice(start, numberEnd(text, start));
    if (String(Number(number)) !== number) return false;
  }
  return true;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= SPACE) at++;
  return at;
}
