// SPDX-License-Identifier: Apache-2.0
import { isUtf8Text } from './bytes.ts';
import { excerpt, PedigreeError } from './errors.ts';
import { parseExactJson } from './exact-json.ts';
import { countMembers, countNamePlaces, hasManyBrackets, lineAt, stringEnd } from './json-text.ts';
import { LIMITS } from './limits.ts';
import { headOf, type DocumentBytes } from './stored-bytes.ts';
import type { JsonObject, JsonValue } from './canonical-json-jcs.ts';

/** A parsed JSON text that can still say how a value was written and on which line. */
export interface JsonDocument {
  readonly value: JsonValue;
  readonly text: string;
}

export interface JsonSpan {
  /** The source text of the value, exactly as written. */
  readonly source: string;
  /** 1-based. */
  readonly line: number;
}

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Keeps nothing from one call to the next; making one costs more than decoding a short document. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes text as UTF-8, or as UTF-16 where a byte-order mark says so.
 * @throws {PedigreeError} ERR_PARSE_ENCODING
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  const decoder = encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding, { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_ENCODING', `not ${encoding} text`, { cause });
  }
}

/** True where a byte-order mark says UTF-16. */
export function isUtf16(bytes: DocumentBytes): boolean {
  return encodingOf(headOf(bytes, 2)) !== 'utf-8';
}

/** False where decodeText would refuse the bytes, without loading them. Of UTF-16 it knows no more than the mark. */
export function isDecodable(bytes: DocumentBytes): boolean {
  return isUtf16(bytes) || isUtf8Text(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/**
 * Parses JSON that every reader must read alike: nesting is bounded before anything recursive runs, and an
 * object that names a member twice is refused (RFC 8259 section 4 leaves its meaning open).
 * @throws {PedigreeError} ERR_PARSE_JSON, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY, ERR_PARSE_ENCODING
 */
export function parseJson(
  input: Uint8Array | string,
  maxDepth: number = LIMITS.depth,
): JsonDocument {
  const text = typeof input === 'string' ? input : decodeText(input);
  // what nests very deep would take JSON.parse long
  if (hasManyBrackets(text)) countMembers(text, maxDepth);
  let value: JsonValue;
  try {
    value = parseExactJson(text);
  } catch (cause) {
    countMembers(text, maxDepth); // nesting is what is told first
    throw syntaxError(text, cause);
  }
  const keys = countKeys(value, maxDepth);
  // each member is written at one of these places: where they are no more than the keys, no member is written twice
  if (keys !== countNamePlaces(text) && keys !== countMembers(text, maxDepth)) {
    throw duplicateError(text);
  }
  return { value, text };
}

/** True for an object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own member of an object, never an inherited one; undefined where the value is no object or lacks it. */
export function member(value: unknown, key: string): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  const found = value[key];
  // most of what is asked for is not there, and that is told faster so
  return found !== undefined && Object.hasOwn(value, key) ? found : undefined;
}

export function stringMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The member as an array; undefined where it is missing or no array. */
export function arrayMember(value: unknown, key: string): readonly JsonValue[] | undefined {
  const found = member(value, key);
  return Array.isArray(found) ? (found as readonly JsonValue[]) : undefined;
}

/** One reference token of a JSON Pointer, escaped (RFC 6901 section 3). */
export function pointerToken(key: string | number): string {
  if (typeof key === 'number') return String(key);
  // nearly no key has anything to escape, and this is asked for every member that is looked at
  if (!key.includes('~') && !key.includes('/')) return key;
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Appends tokens to a JSON Pointer. */
export function pointerJoin(base: string, ...keys: (string | number)[]): string {
  let pointer = base;
  for (const key of keys) pointer += `/${pointerToken(key)}`;
  return pointer;
}

/** The value at a pointer, or undefined. */
export function valueAt(root: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === '') return root;
  let current: JsonValue | undefined = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(current)) current = (current as readonly JsonValue[])[Number(key)];
    else current = member(current, key);
    if (current === undefined) return undefined;
  }
  return current;
}

/** Where a pointer's value stands in the text and how it is written there; undefined where there is none. Linear in the text. */
export function findSpan(document: JsonDocument, pointer: string): JsonSpan | undefined {
  let start = -1;
  let end = -1;
  walkTokens(document.text, {
    enter: (path, at) => {
      if (start < 0 && pathPointer(path) === pointer) start = at;
    },
    leave: (path, at) => {
      if (end < 0 && start >= 0 && pathPointer(path) === pointer) end = at;
    },
  });
  if (start < 0 || end < 0) return undefined;
  return { source: document.text.slice(start, end), line: lineAt(document.text, start) };
}

/** How many members the objects of a value have; not a number where it is nested deeper than it may. */
function countKeys(value: JsonValue, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) {
      if (typeof item === 'object') count += countKeys(item, depth - 1);
    }
    return count;
  }
  // parsed objects inherit nothing that could be enumerated; a member more would be refused, never overlooked
  const members = value as JsonObject;
  for (const key in members) {
    count++;
    const item = members[key];
    if (typeof item === 'object') count += countKeys(item, depth - 1);
  }
  return count;
}

function syntaxError(text: string, cause: unknown): PedigreeError {
  const reason = cause instanceof Error ? cause.message : 'syntax error';
  const position = /position (\d+)/.exec(reason);
  const truncated = /end of JSON/i.test(reason);
  return new PedigreeError(
    'ERR_PARSE_JSON',
    truncated ? 'JSON ends in the middle (truncated?)' : `not JSON: ${excerpt(reason, 120)}`,
    {
      cause,
      line: lineAt(text, truncated ? text.length : Number(position?.[1] ?? 0)),
    },
  );
}

function duplicateError(text: string): PedigreeError {
  let found: { pointer: string; at: number } | undefined;
  const seen: Set<string>[] = [];
  walkTokens(text, {
    key: (path, key, at) => {
      const keys = (seen[path.length] ??= new Set());
      if (keys.has(key)) found ??= { pointer: pointerJoin(pathPointer(path), key), at };
      keys.add(key);
    },
    enter: (path) => {
      seen[path.length] = new Set();
    },
  });
  return new PedigreeError(
    'ERR_PARSE_DUPLICATE_KEY',
    `the member ${excerpt(found?.pointer ?? '')} is written twice`,
    {
      at: found?.pointer ?? '',
      line: lineAt(text, found?.at ?? 0),
      hint: 'readers disagree which one counts; write the document again without the repetition',
    },
  );
}

interface TokenVisitor {
  enter?(path: readonly (string | number)[], at: number): void;
  leave?(path: readonly (string | number)[], end: number): void;
  key?(path: readonly (string | number)[], key: string, at: number): void;
}

function pathPointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${pointerToken(key)}`).join('');
}

/** Walks a text that JSON.parse has already accepted. */
function walkTokens(text: string, visitor: TokenVisitor): void {
  const path: (string | number)[] = [];
  const kinds: ('object' | 'array')[] = [];
  let expectKey = false;
  const scalarEnd = /[\s,\]}]/g;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === COLON) continue;
    if (code === COMMA) {
      if (kinds.at(-1) === 'array') path[path.length - 1] = (path.at(-1) as number) + 1;
      else {
        path.pop();
        expectKey = true;
      }
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      const kind = kinds.pop();
      if (kind === 'array' || !expectKey) path.pop();
      expectKey = false;
      visitor.leave?.(path, at + 1);
    } else if (code === QUOTE && expectKey) {
      const end = stringEnd(text, at);
      const key = JSON.parse(text.slice(at, end + 1)) as string;
      visitor.key?.(path, key, at);
      path.push(key);
      expectKey = false;
      at = end;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      visitor.enter?.(path, at);
      const isArray = code === OPEN_BRACKET;
      kinds.push(isArray ? 'array' : 'object');
      expectKey = !isArray;
      if (isArray) path.push(0);
    } else {
      visitor.enter?.(path, at);
      let end = code === QUOTE ? stringEnd(text, at) + 1 : text.length;
      if (code !== QUOTE) {
        scalarEnd.lastIndex = at;
        end = scalarEnd.exec(text)?.index ?? text.length;
      }
      visitor.leave?.(path, end);
      at = end - 1;
    }
  }
}
