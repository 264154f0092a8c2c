// SPDX-License-Identifier: Apache-2.0
// Opens a home in a fresh process and prints what that took: node --expose-gc bench/support/reopen.ts HOME
import { setTimeout as sleep } from 'node:timers/promises';
import { openHomeAt } from './home.ts';
import { spend } from './measure.ts';

/** What opening took, beside loading the program. */
export interface Reopened {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Heap and array buffers that an open home holds. */
  readonly heldBytes: number;
}

const home = process.argv[2] ?? '';
const before = await heldBytes();
const { result: opened, wallMs, cpuMs } = await spend(() => openHomeAt(home));
const reopened: Reopened = { wallMs, cpuMs, heldBytes: (await heldBytes()) - before };
process.stdout.write(JSON.stringify(reopened));
await opened.close();

async function heldBytes(): Promise<number> {
  // buffers are given back a moment after their objects are
  globalThis.gc?.();
  await sleep(200);
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
