// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

/** Part of a list that somebody asked for. */
export interface PageRequest {
  /** Most items wanted, 1 to LIMITS.pageItems. */
  readonly first: number;
  /** Key of the item after which the page begins; absent: the beginning. */
  readonly after: string | undefined;
}

export interface PageItem<T> {
  /** Opaque; given back as `after` it means "what follows this item". */
  readonly cursor: string;
  readonly node: T;
}

export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  readonly hasNext: boolean;
  /** Items of the whole list. */
  readonly total: number;
}

/** Items of a page where nobody says how many. */
export const DEFAULT_PAGE_ITEMS = 50;

/**
 * Reads what a caller wrote.
 * @throws {PedigreeError} ERR_LIMIT_ITEMS where the page is too large, ERR_USAGE for another number or a broken cursor
 */
export function pageRequest(
  first: number | null | undefined,
  after: string | null | undefined,
): PageRequest {
  const wanted = first ?? DEFAULT_PAGE_ITEMS;
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new PedigreeError('ERR_USAGE', 'a page has at least one item', { at: '/first' });
  }
  if (wanted > LIMITS.pageItems) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `a page has at most ${LIMITS.pageItems} items`, {
      at: '/first',
      hint: 'ask for less and go on with the cursor of the last item',
    });
  }
  const key = after === null || after === undefined ? undefined : decodeCursor(after);
  return { first: wanted, after: key };
}

export function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** @throws {PedigreeError} ERR_USAGE for anything that encodeCursor did not write */
export function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key === '' || encodeCursor(key) !== cursor) throw badCursor();
  return key;
}

/**
 * A page of a list that was computed as of one log size. Its cursors are positions in that list, so one that comes back
 * with an answer as of another size is refused: nothing is skipped in silence.
 * @throws {PedigreeError} ERR_USAGE for a cursor of another list, or of another log size
 */
export function pageOfAnswer<T>(
  list: readonly T[],
  asOf: number,
  { first, after }: PageRequest,
): Page<T> {
  const start = after === undefined ? 0 : positionIn(after, asOf, list.length) + 1;
  const items = list.slice(start, start + first).map((node, at) => ({
    cursor: encodeCursor(`${asOf}:${start + at}`),
    node,
  }));
  return { items, hasNext: start + items.length < list.length, total: list.length };
}

function positionIn(key: string, asOf: number, length: number): number {
  const [, size, position] = /^(\d{1,15}):(\d{1,15})$/.exec(key) ?? [];
  if (size === undefined || Number(position) >= length) throw badCursor();
  if (Number(size) !== asOf) {
    throw new PedigreeError('ERR_USAGE', `the cursor is of the answer as of ${size} log entries`, {
      at: '/after',
      hint: `ask with asOf: ${size}, or begin again`,
    });
  }
  return Number(position);
}

/** The error for a cursor that means nothing here. */
export function badCursor(): PedigreeError {
  return new PedigreeError('ERR_USAGE', 'the cursor is not one of this list', {
    at: '/after',
    hint: 'cursors are opaque: give one back as it came, or leave it out to begin',
  });
}
