// SPDX-License-Identifier: Apache-2.0
import { parseJson } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { placeOf, type Place } from './place.ts';

/** Longest first line that is looked at. */
const MAX_FIRST_LINE = 1024 * 1024;

/** The first line of a text, where it opens like a JSON object and is short enough to look at. */
export function findFirstLine(text: string): string | undefined {
  if (text[0] !== '{') return undefined;
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  return end > MAX_FIRST_LINE ? undefined : text.slice(0, end);
}

/** The value of a line; undefined where it is no JSON. */
export function findJson(line: string): unknown {
  try {
    return parseJson(line).value;
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

/**
 * The values of JSON Lines, pointers beginning with the number of the line, 1-based.
 * @param isWanted looks at a line before it is parsed; lines that are not wanted cost nothing
 * @throws {PedigreeError} ERR_PARSE_JSON and its kin, ERR_LIMIT_ITEMS
 */
export function parseLines(text: string, isWanted: (line: string) => boolean): Place[] {
  const places: Place[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.trim();
    if (line === '' || !isWanted(line)) continue;
    if (places.length >= LIMITS.archiveMembers) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.archiveMembers} lines`);
    }
    places.push(placeOf(parseJson(line)).under(number));
  }
  return places;
}
