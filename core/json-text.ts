// SPDX-License-Identifier: Apache-2.0
// What can be told of a JSON text without parsing it.
import { PedigreeError } from './errors.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Offset of the closing quote of the string that opens at `open`, or the end of the text. */
export function stringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close < 0 ? text.length : close;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  for (let back = at - 1; text.charCodeAt(back) === BACKSLASH; back--) backslashes++;
  return backslashes % 2 === 1;
}

/** Offset after the number that starts at `start`. */
export function numberEnd(text: string, start: number): number {
  let end = start + 1;
  while (isOfNumber(text.charCodeAt(end))) end++;
  return end;
}

/** True for what a number may start with (RFC 8259 section 6). */
export function startsNumber(code: number): boolean {
  return code === MINUS || isDigit(code);
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}

/** What may follow the first character of a number (RFC 8259 section 6): digits, `.`, `e`, `E`, `+`, `-`. */
function isOfNumber(code: number): boolean {
  return (
    isDigit(code) ||
    code === DOT ||
    code === LOWER_E ||
    code === UPPER_E ||
    code === PLUS ||
    code === MINUS
  );
}

/** 1-based number of the line that an offset is on. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/**
 * Counts member separators outside strings and bounds the nesting; reads each character at most once.
 * @throws {PedigreeError} ERR_PARSE_DEPTH
 */
export function countMembers(text: string, maxDepth: number): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // indentation is most of what stands outside strings
    if (code <= SPACE) continue;
    switch (code) {
      case QUOTE:
        at = stringEnd(text, at);
        break;
      case COLON:
        members++;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth) {
          throw new PedigreeError('ERR_PARSE_DEPTH', `nested more than ${maxDepth} deep`, {
            line: lineAt(text, at),
          });
        }
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      default:
    }
  }
  return members;
}

/**
 * Places where the name of a member may end: a quote, and spaces at most between it and a colon. All members have one, and
 * some texts look as if they had: never fewer than countMembers finds, and found several times faster. Linear in the text.
 */
export function countNamePlaces(text: string): number {
  let places = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (text.charCodeAt(before) <= SPACE) before--;
    if (text.charCodeAt(before) === QUOTE) places++;
  }
  return places;
}

/** Nesting up to this depth takes JSON.parse little time and memory. */
const MANY_BRACKETS = 50_000;

/** True where so many brackets open in a text that it may nest very deep. */
export function hasManyBrackets(text: string): boolean {
  if (text.length <= MANY_BRACKETS) return false;
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MANY_BRACKETS) return true;
    }
  }
  return false;
}

/**
 * True where every number of a JSON text that parseJson has accepted is written as String() writes its value: then how it was
 * written need not be looked up. Linear in the text.
 */
export function writesNumbersPlainly(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (startsNumber(code)) {
      const end = numberEnd(text, at);
      const number = text.slice(at, end);
      if (String(Number(number)) !== number) return false;
      at = end - 1;
    }
  }
  return true;
}
