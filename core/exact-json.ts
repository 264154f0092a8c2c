// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from './canonical-json-jcs.ts';
import { numberEnd, startsNumber, stringEnd } from './json-text.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;

/**
 * What JSON.parse should give. V8 compares a member name that is written with an escape as it is written with the name that
 * objects parsed before let it expect, and may take it for that one: one document can hide a member from the next (seen in
 * 13.6 and 14.6, nodejs/node#63785). A text with such a name is therefore read here; its syntax JSON.parse judges rightly.
 * @throws {SyntaxError} that of JSON.parse
 */
export function parseExactJson(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  return hasEscapedName(text) ? (readAccepted(text, Number) as JsonValue) : value;
}

/**
 * Parses a text with whatever `numberOf` makes of each number as it is written.
 * @throws {SyntaxError} that of JSON.parse
 */
export function parseJsonNumbers(text: string, numberOf: (written: string) => unknown): unknown {
  JSON.parse(text);
  return readAccepted(text, numberOf);
}

/** True where a member name of a text that JSON.parse has accepted has a backslash. Jumps from one string with a backslash to the next. */
function hasEscapedName(text: string): boolean {
  let at = text.indexOf('\\');
  while (at >= 0) {
    const close = stringEnd(text, at);
    if (text.charCodeAt(afterSpace(text, close + 1)) === COLON) return true;
    at = text.indexOf('\\', close);
  }
  return false;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** RFC 8259 section 2. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

type Container = unknown[] | Record<string, unknown>;

/** By their first letter. */
const LITERALS: ReadonlyMap<number, { readonly value: boolean | null; readonly length: number }> =
  new Map([
    [0x74, { value: true, length: 4 }],
    [0x66, { value: false, length: 5 }],
    [0x6e, { value: null, length: 4 }],
  ]);

/** Reads a text that JSON.parse has accepted, without recursion. */
function readAccepted(text: string, numberOf: (written: string) => unknown): unknown {
  const root: unknown[] = [];
  const open: Container[] = [root];
  /** The name whose value comes next. */
  let name: string | undefined;
  const put = (value: unknown): void => {
    const container = open.at(-1);
    if (Array.isArray(container)) container.push(value);
    else if (container !== undefined && name !== undefined) setOwn(container, name, value);
    name = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const close = stringEnd(text, at);
      const string = readString(text.slice(at, close + 1));
      if (name === undefined && !Array.isArray(open.at(-1))) name = string;
      else put(string);
      at = close;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      const container = code === OPEN_BRACE ? {} : [];
      put(container);
      open.push(container);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      open.pop();
    } else if (startsNumber(code)) {
      const end = numberEnd(text, at);
      put(numberOf(text.slice(at, end)));
      at = end - 1;
    } else {
      // what remains are spaces, commas and colons, and an accepted text has them where they belong
      const literal = LITERALS.get(code);
      if (literal === undefined) continue;
      put(literal.value);
      at += literal.length - 1;
    }
  }
  return root[0];
}

/** As a value a string is read rightly, escapes and all. */
function readString(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

/** As JSON.parse does it: `__proto__` is a name like any other, and of two members of one name the last one counts. */
function setOwn(container: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') container[name] = value;
  else {
    Object.defineProperty(container, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}
