// SPDX-License-Identifier: Apache-2.0
import { decodeText, parseJson, type JsonDocument } from '../core/json.ts';

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
 * Decodes bytes: text that opens with a brace or bracket must be JSON, other text stays text, bytes with NUL or broken
 * encoding are binary.
 * @throws {PedigreeError} ERR_PARSE_JSON, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY for text that opens like JSON and is not
 */
export function decode(bytes: Uint8Array): Decoded {
  const text = findText(bytes);
  if (text === undefined) return { kind: 'binary', bytes };
  if (!opensLikeJson(text)) return { kind: 'text', bytes, text };
  return { kind: 'json', bytes, json: parseJson(text) };
}

function findText(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch {
    return undefined;
  }
  return text.includes('\u0000') ? undefined : text;
}

/** JSON documents open with `{` or `[`; several JSON values on lines of their own are handled by unpacking before this. */
function opensLikeJson(text: string): boolean {
  const match = /^\s*([{[])/.exec(text.slice(0, 4096));
  return match !== null;
}
