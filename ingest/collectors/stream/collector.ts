// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { receiveStream } from '../../receive/files.ts';
import type { Spool } from '../../receive/spool.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';

/** One document on a stream such as standard input. It has no position: a stream is read once. */
export function createStreamCollector(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  spool?: Spool,
): Collector {
  return {
    kind: 'stream',
    source,
    collect: (context) => collectStream(stream, source, context, spool),
  };
}

async function* collectStream(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  { signal }: CollectContext,
  spool: Spool | undefined,
): AsyncGenerator<Collected> {
  // a reader that waits for a writer would keep the process
  const stop = (): void => {
    if (stream instanceof Readable) stream.destroy();
  };
  if (signal.aborted) return;
  signal.addEventListener('abort', stop, { once: true });
  try {
    const received = await receiveStream(stream, source, spool);
    if (!signal.aborted) yield { received, cursor: null };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
