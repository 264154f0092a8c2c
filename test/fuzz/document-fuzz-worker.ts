// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from 'node:worker_threads';
import { DocumentFuzzer } from './document-fuzzer.ts';
import { readDocumentSeeds } from './document-seeds.ts';

/** What the worker is told: the run that it is at stands in `at`, for whoever watches over it. */
export interface FuzzJob {
  readonly from: number;
  readonly at: Int32Array;
}

/** What the worker says of each run; the bytes of one that is well are made again from its number. */
export interface FuzzReport {
  readonly run: number;
  readonly id: string;
  readonly kind: string;
  readonly standing: string;
  readonly milliseconds: number;
  /** Bytes outside of the heap after the run, where it took long enough to be worth looking. */
  readonly outsideBytes: number;
  readonly problem: string | null;
}

const LOOK_AFTER_MS = 30;
const { from, at } = workerData as FuzzJob;
const fuzzer = new DocumentFuzzer(readDocumentSeeds());
for (let run = from; ; run++) {
  Atomics.store(at, 0, run);
  const { bytes: _made, ...result } = await fuzzer.run(run);
  const isLong = result.milliseconds > LOOK_AFTER_MS;
  const outsideBytes = isLong ? process.memoryUsage().arrayBuffers : 0;
  parentPort?.postMessage({ ...result, outsideBytes } satisfies FuzzReport);
  // lets the main thread's messages through
  if (run % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
}
