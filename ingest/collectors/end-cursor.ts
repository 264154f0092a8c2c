// SPDX-License-Identifier: Apache-2.0
import type { Collected, Cursor } from './collector.ts';

/**
 * Gives the last of several things the position that holds after all of them. One thing is held back meanwhile: only what is
 * stored can carry a position.
 * @param end asked once everything has been looked at
 */
export async function* withEndCursor(
  things: AsyncIterable<Collected>,
  signal: AbortSignal,
  end: () => Cursor,
): AsyncGenerator<Collected> {
  let held: Collected | undefined;
  for await (const thing of things) {
    if (signal.aborted) return;
    if (held !== undefined) yield held;
    held = thing;
  }
  if (held !== undefined && !signal.aborted) yield { ...held, cursor: end() };
}
