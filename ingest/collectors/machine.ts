// SPDX-License-Identifier: Apache-2.0
import type { Spool } from '../receive/spool.ts';

/** What collectors may use of the machine that they run on. */
export interface Machine {
  /** Environment of this process; programs that are run get a few named variables of it and no others. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder of ours for what need not be fetched twice. May be emptied at any time. */
  readonly cacheFolder: string;
  /** Where large documents are set aside while they are read; absent: they are held in memory. */
  readonly spool?: Spool;
}
