// SPDX-License-Identifier: Apache-2.0
import { indexOfByte } from '../core/bytes.ts';
import { decodeText, parseJson, type JsonDocument } from '../core/json.ts';
import { parseLargeJson } from '../core/large-json.ts';
import { LIMITS } from '../core/limits.ts';

/** Bytes decoded once, before any format looks at them. */
export type Decoded =
  | { readonly kind: 'json'; readonly bytes: Uint8Array; readonly json: JsonDocument }
  | { readonly kind: 'text'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

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
 * @param largeBytes JSON objects from this size on are not held whole; what they say is the same
 * @throws {PedigreeError} ERR_PARSE_JSON, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY for text that opens like JSON and is not
 */
export function decode(bytes: Uint8Array, largeBytes: number = LARGE_BYTES): Decoded {
  const json = bytes.length < largeBytes ? undefined : findLargeJson(bytes, largeBytes);
  if (json !== undefined) return { kind: 'json', bytes, json };
  const text = findText(bytes);
  if (text === undefined) return { kind: 'binary', bytes };
  if (!opensLikeJson(text)) return { kind: 'text', bytes, text };
  return { kind: 'json', bytes, json: parseJson(text) };
}

/** Smaller documents are read at once: that is faster, and what it takes is soon given back. */
const LARGE_BYTES = 4 * 1024 * 1024;
const OPEN_BRACE = 0x7b;

function findLargeJson(bytes: Uint8Array, largeBytes: number): JsonDocument | undefined {
  const start = bytes.subarray(0, 4096).findIndex((byte) => byte > 0x20);
  if (bytes[start] !== OPEN_BRACE || indexOfByte(bytes, 0) >= 0) return undefined;
  return parseLargeJson(bytes, LIMITS.depth, largeBytes === LARGE_BYTES ? undefined : largeBytes);
}

function findText(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch {
    return undefined;
  }
  // a NUL has a zero byte in every encoding, and bytes are searched faster
  return indexOfByte(bytes, 0) >= 0 && text.includes('\u0000') ? undefined : text;
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
