// SPDX-License-Identifier: Apache-2.0
import { pageOfAnswer, pageRequest, type Page } from '../service/page.ts';
import { builder } from './builder.ts';

/** Arguments of every connection: forward only, bounded. */
export const pageArgs = builder.args((t) => ({
  first: t.int({ description: 'Most items wanted: 50 where absent, 500 at most.' }),
  after: t.string({ description: 'Cursor of the item after which the page begins.' }),
}));

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount: number;
}

/** A page as Relay writes it. */
export function toConnection<T>({ items, hasNext, total }: Page<T>): Connection<T> {
  return {
    edges: items.map(({ cursor, node }) => ({ cursor, node })),
    pageInfo: {
      hasNextPage: hasNext,
      // only forward pages are handed out, and Relay lets such a server say no
      hasPreviousPage: false,
      startCursor: items[0]?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    },
    totalCount: total,
  };
}

/** A page of a list that is all there, as of one log size. @throws {PedigreeError} ERR_USAGE, ERR_LIMIT_ITEMS */
export function connectionOf<T>(list: readonly T[], asOf: number, args: PageArgs): Connection<T> {
  return toConnection(pageOfAnswer(list, asOf, pageRequest(args.first, args.after)));
}
