// SPDX-License-Identifier: Apache-2.0
import { includesAscii, indexOfByte, isUtf8Text } from '../core/bytes.ts';
import { decodeText, isDecodable, isUtf16, parseJson, type JsonDocument } from '../core/json.ts';
import { parseLargeJson } from '../core/large-json.ts';
import { LIMITS } from '../core/limits.ts';
import type { JsonValue } from '../core/canonical-json-jcs.ts';
import {
  headOf,
  isHeld,
  loadAll,
  type DocumentBytes,
  type StoredBytes,
} from '../core/stored-bytes.ts';

/** Bytes decoded once, before any format looks at them. Stored bytes stay where they are. */
export type Decoded =
  DecodedJson | DecodedText | { readonly kind: 'binary'; readonly bytes: DocumentBytes };

export interface DecodedJson {
  readonly kind: 'json';
  readonly bytes: DocumentBytes;
  readonly json: JsonDocument;
  /** True where a text in it has half a surrogate pair: readers disagree what that is (RFC 8259 section 8.2). */
  readonly hasBrokenText: boolean;
  /** How many values of the bytes are no JSON (NaN, Infinity) and stand as null in the document; absent where all are. */
  readonly notNumbers?: number;
}

/** A text that is no JSON. */
export interface DecodedText {
  readonly kind: 'text';
  readonly bytes: DocumentBytes;
  readonly text: string;
  /** UTF-8 that is decoded whole only once somebody asks for the text: whoever can, reads the bytes piece by piece. */
  readonly isLarge?: true;
}

/** What detection says of a document: its format and the version that the document names. */
export interface Detected {
  readonly format: string;
  /** As the document writes it; null where it names none. */
  readonly version: string | null;
}

/** Recognises one format by content, cheaply. Returns undefined where the bytes are something else. */
export type Detector = (decoded: Decoded) => Detected | undefined;

/**
 * Decodes bytes: text that opens as JSON does must be JSON, other text stays text, bytes with NUL or broken encoding are
 * binary.
 * @param largeBytes JSON objects and texts from this size on are not held whole; what they say is the same
 * @throws {PedigreeError} ERR_PARSE_JSON, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY for text that opens like JSON and is not;
 * ERR_STORE_UNAVAILABLE where stored bytes cannot be read back
 */
export function decode(bytes: DocumentBytes, largeBytes: number = LARGE_BYTES): Decoded {
  const json = bytes.length < largeBytes ? undefined : findLargeJson(bytes, largeBytes);
  if (json !== undefined) return decodedJson(bytes, json);
  const large = bytes.length < largeBytes ? undefined : findLargeText(bytes);
  if (large !== undefined) return large;
  const text = findText(bytes);
  if (text === undefined) return { kind: 'binary', bytes };
  if (!opensLikeJson(text)) return { kind: 'text', bytes, text };
  return decodedJson(bytes, parseJson(text));
}

/** What the bytes are once they are parsed. */
export function decodedJson(bytes: DocumentBytes, json: JsonDocument): DecodedJson {
  const hasBrokenText = mayEscapeSurrogates(bytes) && isBroken(json.value);
  return { kind: 'json', bytes, json, hasBrokenText };
}

const BACKSLASH = 0x5c;

/** Looks at the bytes, since the text of a large document is not at hand. In UTF-16 they are not looked for. */
function mayEscapeSurrogates(bytes: DocumentBytes): boolean {
  if ((headOf(bytes, 1)[0] ?? 0) >= 0xfe) return true;
  if (indexOfByte(bytes, BACKSLASH) < 0) return false;
  return includesAscii(bytes, '\\ud') || includesAscii(bytes, '\\uD');
}

/** Item by item, as the items of a large document are not held. Nesting is bounded before this. */
function isBroken(value: JsonValue): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (isBroken(item)) return true;
    return false;
  }
  return Object.entries(value).some(
    ([key, item]) => !key.isWellFormed() || isBroken(item as JsonValue),
  );
}

/** Smaller documents are held and read at once: that is faster, and what it takes is soon given back. */
export const LARGE_BYTES = 4 * 1024 * 1024;
const OPEN_BRACE = 0x7b;
/** Bytes of the mark; whether they are one is looked at where they are read. */
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf]);

function findLargeJson(bytes: DocumentBytes, largeBytes: number): JsonDocument | undefined {
  const first = headOf(bytes, 4096).find((byte) => byte > 0x20 && !BYTE_ORDER_MARK.has(byte));
  if (first !== OPEN_BRACE || indexOfByte(bytes, 0) >= 0) return undefined;
  return parseLargeJson(bytes, LIMITS.depth, largeBytes === LARGE_BYTES ? undefined : largeBytes);
}

/** Longest head of a text, in characters. */
const HEAD_CHARS = 65_536;

/** The first characters of a text, at most 65,536, without decoding a large one. */
export function textHead(decoded: DecodedText): string {
  return decoded.isLarge === true ? headTextOf(decoded.bytes) : decoded.text.slice(0, HEAD_CHARS);
}

function headTextOf(bytes: DocumentBytes): string {
  // a character has at most four bytes; the last one may be cut
  return new TextDecoder().decode(headOf(bytes, 4 * HEAD_CHARS)).slice(0, HEAD_CHARS);
}

function findLargeText(bytes: DocumentBytes): DecodedText | undefined {
  if (!isUtf8Text(bytes) || indexOfByte(bytes, 0) >= 0) return undefined;
  if (opensLikeJson(headTextOf(bytes))) return undefined;
  let text: string | undefined;
  return {
    kind: 'text',
    bytes,
    isLarge: true,
    get text() {
      return (text ??= decodeText(loadAll(bytes)));
    },
  };
}

function findText(bytes: DocumentBytes): string | undefined {
  if (!isHeld(bytes) && !isStoredText(bytes)) return undefined;
  const held = loadAll(bytes);
  let text: string;
  try {
    text = decodeText(held);
  } catch {
    return undefined;
  }
  // a NUL has a zero byte in every encoding, and bytes are searched faster
  return indexOfByte(held, 0) >= 0 && text.includes('\u0000') ? undefined : text;
}

/** False for most of what is no text, so that it need not be loaded. Only UTF-16 has zero bytes where there is no NUL. */
function isStoredText(bytes: StoredBytes): boolean {
  return isDecodable(bytes) && (isUtf16(bytes) || indexOfByte(bytes, 0) < 0);
}

/**
 * JSON documents open with `{` or `[` and with what JSON allows after it: `[section]` of a configuration, `[INST]` of a prompt
 * and `{{ x }}` of a template are text. Several JSON values on lines of their own are handled by unpacking before this.
 */
function opensLikeJson(text: string): boolean {
  const start = text.slice(0, 4096).trimStart();
  if (!/^[{[]/.test(start)) return false;
  const inner = start.replace(/^[[\s]+/, '');
  if (inner.startsWith('{')) return /^\{\s*(?:["}]|$)/.test(inner);
  return JSON_SCALAR.test(inner);
}

/** What may follow the brackets that open an array; a number or a word is one only with its end, or where the text ends in it. */
const JSON_SCALAR =
  /^(?:["\]]|$|(?:-?\d[\d.eE+-]*|true|false|null)\s*(?:[,\]]|$)|(?:-|tr?u?|fa?l?s?|nu?l?)$)/;
