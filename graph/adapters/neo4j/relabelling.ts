// SPDX-License-Identifier: Apache-2.0
import type { Transaction } from './connection.ts';
import { ALL_KIND_LABELS, labelsOf } from './vocabulary.ts';

/** An Entity whose kinds are to be exactly these. */
export interface Relabelling {
  /** elementId, good inside this transaction. */
  readonly id: string;
  readonly mask: number;
}

/** Gives entities their kinds, as labels and as the number. */
export async function relabel(
  transaction: Transaction,
  changes: readonly Relabelling[],
): Promise<void> {
  const byMask = Map.groupBy(changes, ({ mask }) => mask);
  for (const [mask, alike] of byMask) {
    await transaction.run({
      text: `
        MATCH (n) WHERE elementId(n) IN $ids
        REMOVE n${ALL_KIND_LABELS}
        SET n.kinds = $kinds${mask === 0 ? '' : `, n${labelsOf(mask)}`}`,
      parameters: { ids: alike.map(({ id }) => id), kinds: BigInt(mask) },
    });
  }
}
