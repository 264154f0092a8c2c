// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';

/** Rows and cells that are read. */
const MAX_CELLS = 2_000_000;

/**
 * The records of a CSV text as maps from the names of its first line to its values. A cell in quotes may hold commas, line
 * ends and doubled quotes; missing cells are empty, surplus ones are left out.
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function parseCsv(text: string): ReadonlyMap<string, string>[] {
  const [header = [], ...rows] = splitRows(text);
  return rows.map((row) => new Map(header.map((name, at) => [name, row[at] ?? ''])));
}

function splitRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cells = 0;
  for (let at = 0; at <= text.length; at++) {
    const cell = readCell(text, at);
    row.push(cell.value);
    if (++cells > MAX_CELLS) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_CELLS} cells`);
    }
    at = cell.end;
    if (text[at] === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
  }
  return rows;
}

/** The cell that begins at `start`, and the offset of what ends it: a comma, a line end or the end of the text. */
function readCell(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && !',\r\n'.includes(text.charAt(end))) end++;
    return { value: text.slice(start, end), end };
  }
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      let end = quote + 1;
      while (end < text.length && !',\r\n'.includes(text.charAt(end))) end++;
      return { value, end };
    }
    value += '"';
    from = quote + 2;
  }
}
