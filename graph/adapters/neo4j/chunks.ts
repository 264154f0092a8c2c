// SPDX-License-Identifier: Apache-2.0

/** Rows of one statement: bounds the message to the server, and what the server holds of it. */
const ROWS_A_STATEMENT = 5000;

/** Rows in order, in pieces for one statement each. */
export function chunksOf<T>(rows: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    chunks.push(rows.slice(at, at + ROWS_A_STATEMENT));
  }
  return chunks;
}
