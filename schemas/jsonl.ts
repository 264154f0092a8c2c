// SPDX-License-Identifier: Apache-2.0
import { indexOfByte } from '../core/bytes.ts';
import { isPedigreeError } from '../core/errors.ts';
import { decodeText, isDecodable, parseJson } from '../core/json.ts';
import { ByteView, isHeld, loadAll, type DocumentBytes } from '../core/stored-bytes.ts';

/** One line of a JSON Lines file, a document of its own. */
export interface JsonLine {
  /** `line-<number>`, 1-based. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The lines of JSON Lines (several JSON objects or arrays, one a line), or undefined where the bytes are anything else:
 * one JSON document, pretty-printed or not, other text, binary. Only the first line must parse: a broken later line is a
 * document of its own that fails by itself, so it cannot take its neighbours into quarantine.
 * @see https://jsonlines.org
 */
export function splitJsonLines(bytes: DocumentBytes): readonly JsonLine[] | undefined {
  if (!mayBeLines(bytes)) return undefined;
  const text = findJsonText(loadAll(bytes));
  if (text === undefined || !opensWithJsonLine(text)) return undefined;
  const lines: { name: string; text: string }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (line[0] !== '{' && line[0] !== '[') return undefined;
    lines.push({ name: `line-${index + 1}`, text: line });
  }
  if (lines.length < 2) return undefined;
  return lines.map((line) => ({ name: line.name, bytes: new TextEncoder().encode(line.text) }));
}

const LINE_FEED = 0x0a;
const CLOSERS = new Set([0x5d, 0x7d]);

/**
 * False, cheaply, for most large documents: in UTF-8 the first line that says anything must end in a bracket or brace. One
 * that does is looked at as text.
 */
function mayBeLines(bytes: DocumentBytes): boolean {
  const view = new ByteView(bytes);
  if ((view.at(0) ?? 0) >= 0x80) return isHeld(bytes) || isDecodable(bytes);
  const start = afterSpace(view, 0);
  const end = indexOfByte(bytes, LINE_FEED, start);
  if (end < 0) return false;
  let last = end - 1;
  while (last > start && isSpace(view.at(last))) last--;
  if (!CLOSERS.has(view.at(last) ?? 0)) return false;
  // one document on one line
  return afterSpace(view, end) < view.length;
}

/** Position of the first byte from `from` on that is no space, or the end. */
function afterSpace(view: ByteView, from: number): number {
  let at = from;
  while (at < view.length && isSpace(view.at(at))) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && byte <= 0x20;
}

/** Looks at the first line alone, so that one large JSON document is not parsed twice. */
function opensWithJsonLine(text: string): boolean {
  const body = text.trimStart();
  const end = body.indexOf('\n');
  return end > 0 && body.slice(end).trim() !== '' && isJson(body.slice(0, end));
}

function findJsonText(bytes: Uint8Array): string | undefined {
  try {
    return decodeText(bytes);
  } catch {
    return undefined;
  }
}

/** True where the text is one JSON value; a member written twice does not make it less of one. */
function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (error) {
    return isPedigreeError(error) && error.code === 'ERR_PARSE_DUPLICATE_KEY';
  }
}
