// SPDX-License-Identifier: Apache-2.0
import { decodeText, parseJson } from '../../core/json.ts';
import { stringEnd } from '../../core/json-text.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { detectToolReport } from './detect.ts';
import { decodedJson, type Decoded, type Detected } from '../decoded.ts';

/**
 * The report of a tool that is JSON but for numbers that JSON has no word for: Python writes `NaN`, `Infinity` and `-Infinity`
 * unless it is told not to. They are read as null. Undefined for everything else: where readers could disagree about a
 * statement, nobody gets to read it.
 * @see https://docs.python.org/3/library/json.html#infinite-and-nan-number-values
 */
export function findNotANumberReport(
  bytes: Uint8Array,
): { readonly decoded: Decoded; readonly detected: Detected } | undefined {
  try {
    const text = decodeText(bytes);
    const words = findWords(text);
    if (words.length === 0 || words.length > MAX_WORDS) return undefined;
    const json = parseJson(withNulls(text, words));
    const decoded: Decoded = { ...decodedJson(bytes, json), notNumbers: words.length };
    const detected = detectToolReport(decoded);
    return detected === undefined ? undefined : { decoded, detected };
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

/** A table of numbers may have many. */
const MAX_WORDS = 1_000_000;

interface Word {
  readonly start: number;
  readonly end: number;
}

/** The words outside strings; no more of them than one too many. */
function findWords(text: string): Word[] {
  const words: Word[] = [];
  const pattern = /"|NaN|-?Infinity/g;
  for (let token = pattern.exec(text); token !== null; token = pattern.exec(text)) {
    const [found] = token;
    if (found === '"') pattern.lastIndex = stringEnd(text, token.index) + 1;
    else words.push({ start: token.index, end: token.index + found.length });
    if (words.length > MAX_WORDS) return words;
  }
  return words;
}

function withNulls(text: string, words: readonly Word[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of words) {
    parts.push(text.slice(from, start), 'null');
    from = end;
  }
  return parts.join('') + text.slice(from);
}
