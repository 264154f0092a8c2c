// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { identityOfKey } from '../../core/identity.ts';
import type { Head } from '../port/store.ts';
import { verifyCheckpoint } from './checkpoint.ts';
import { LogAudit } from './log-audit.ts';
import type { LogReport } from './log-report.ts';
import type { LogSource } from './log-source.ts';

/** What a log is compared with, besides its own head. */
export interface VerifyLogOptions {
  /** Newest checkpoint known from outside the store. Absent: whoever can write the store could rewrite the log unseen. */
  readonly checkpoint?: {
    readonly text: string;
    readonly publicKey: KeyObject;
    readonly name: string;
  };
  /** Leaf hashes as published, e.g. from the tiles. With them an altered entry is named exactly, else as a range. */
  readonly leaves?: AsyncIterable<string>;
  /** Called now and then with entries read and entries expected. */
  readonly onProgress?: (done: number, total: number) => void;
}

const PROGRESS_STEP = 1000;

/**
 * Reads a whole log and checks that it is what its head and a checkpoint say: canonical events, contiguous indices,
 * times that never go back, recomputed leaves and root. Streams: memory does not grow with the log.
 * @throws {PedigreeError} only what the source throws (it could not be read, so nothing was learned), and
 * ERR_PARSE_KEY or ERR_USAGE for a key or name that cannot be meant
 */
export async function verifyLog(
  source: LogSource,
  options: VerifyLogOptions = {},
): Promise<LogReport> {
  const head = await source.head();
  const audit = startAudit(head, options.checkpoint);
  const published = new PublishedLeaves(options.leaves);
  try {
    for await (const entry of source.entries(0)) {
      if (audit.size === head.size) {
        await checkBeyondHead(source, audit, head);
        break;
      }
      audit.add(entry, await published.at(entry.index));
      if (audit.size % PROGRESS_STEP === 0) options.onProgress?.(audit.size, head.size);
    }
    if (options.leaves !== undefined) await checkPublished(source, audit, published);
  } finally {
    await published.close();
  }
  options.onProgress?.(audit.size, head.size);
  return audit.finish();
}

function startAudit(head: Head, given: VerifyLogOptions['checkpoint']): LogAudit {
  if (given === undefined) return new LogAudit(head, undefined);
  const verdict = verifyCheckpoint(given.text, given.publicKey, given.name);
  if (verdict.status === 'passed') {
    const { origin, size, root } = verdict.value;
    return new LogAudit(head, {
      head: { origin, size, root },
      signer: identityOfKey(given.publicKey),
    });
  }
  const audit = new LogAudit(head, undefined);
  audit.fault('checkpoint-invalid', null, verdict.findings[0].message);
  return audit;
}

/** Entries behind the head are a fault, unless somebody has committed since the head was read. */
async function checkBeyondHead(source: LogSource, audit: LogAudit, head: Head): Promise<void> {
  if ((await source.head()).size > head.size) return;
  const place = { from: head.size, to: head.size };
  audit.fault('entries-beyond-head', place, `the head says ${head.size} entries, there are more`);
}

/** As many leaves must be published as were signed, and no more than the store has (or has by now). */
async function checkPublished(
  source: LogSource,
  audit: LogAudit,
  published: PublishedLeaves,
): Promise<void> {
  const signed = audit.signedSize;
  await published.at(Math.max(signed - 1, audit.size)); // one more than was read shows that there is more
  if (published.count < signed) {
    const place = { from: published.count, to: signed - 1 };
    audit.fault(
      'published-leaves-missing',
      place,
      `only ${published.count} leaves were published of ${signed}`,
    );
  }
  const now = (await source.head()).size;
  if (published.count > now) {
    const place = { from: now, to: published.count - 1 };
    audit.fault(
      'store-behind',
      place,
      `${published.count} entries were published, the store has ${now}`,
    );
  }
}

/** Reads published leaves forward, by index. */
class PublishedLeaves {
  readonly #leaves: AsyncIterator<string> | undefined;
  #ended = false;
  /** Leaves read so far. */
  count = 0;

  constructor(leaves: AsyncIterable<string> | undefined) {
    this.#leaves = leaves?.[Symbol.asyncIterator]();
  }

  /** The leaf of this index; undefined where it was passed already or never published. */
  async at(index: number): Promise<string | undefined> {
    while (this.#leaves !== undefined && !this.#ended && this.count <= index) {
      const next = await this.#leaves.next();
      if (next.done === true) {
        this.#ended = true;
        return undefined;
      }
      this.count++;
      if (this.count === index + 1) return next.value;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.#leaves?.return?.();
  }
}
