// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../core/digest.ts';
import { PedigreeError } from '../core/errors.ts';
import { parseExactJson } from '../core/exact-json.ts';
import { packFacts, unpackFacts } from './domain/facts-codec.ts';
import type { AdministrationEvent, LogEvent } from './domain/log-event.ts';
import type { Draft, Ledger } from './ledger.ts';
import { rootOf } from './log/merkle.ts';
import { verifyLog } from './log/verify-log.ts';
import type { GraphStore } from './port/store.ts';

const PAGE = 200;

/**
 * Copies a log and what it names into an empty store. The copy is a log of its own: entry 0 has a new origin and commits to
 * the origin, size and root that were left; every later event follows unchanged, receipt times included, so the current
 * state is the same and the two logs cannot be taken for one another (DESIGN.md 4).
 * @param origin of the new log; never one that was used before
 * @returns entries written
 * @throws {PedigreeError} ERR_USAGE where the target is not empty; ERR_LOG_CORRUPT where the source does not verify;
 *   ERR_STORE_CORRUPT where something it names is missing
 */
export async function migrateLog(
  source: GraphStore,
  target: Ledger,
  origin: string,
  onProgress?: (done: number, total: number) => void,
): Promise<number> {
  await target.refresh();
  if (target.head.size > 0) {
    throw new PedigreeError(
      'ERR_USAGE',
      `the target store has a log of ${target.head.size} entries`,
      {
        hint: 'migrate into an empty store',
      },
    );
  }
  const report = await verifyLog(source);
  if (report.status !== 'passed') {
    throw new PedigreeError('ERR_LOG_CORRUPT', 'the log to be copied does not verify', {
      hint: 'run `pedigree log verify` to see what is wrong with it',
    });
  }
  const head = await source.head();
  let page: LogEvent[] = [];
  let done = 0;
  for await (const entry of source.entries(0)) {
    const event = parseExactJson(entry.event) as unknown as LogEvent;
    page.push(
      entry.index === 0 ? continued(event, origin, head.size, rootOf(head.frontier)) : event,
    );
    if (page.length >= PAGE) {
      done += await appendPage(source, target, page);
      page = [];
      onProgress?.(done, head.size);
    }
  }
  done += await appendPage(source, target, page);
  onProgress?.(done, head.size);
  return done;
}

function continued(
  event: LogEvent,
  origin: string,
  size: number,
  root: string,
): AdministrationEvent {
  if (event.type !== 'administration') {
    throw new PedigreeError('ERR_LOG_CORRUPT', 'the log does not begin with its genesis');
  }
  return { ...event, origin, former: { origin: event.origin, size, root } };
}

async function appendPage(
  source: GraphStore,
  target: Ledger,
  page: readonly LogEvent[],
): Promise<number> {
  if (page.length === 0) return 0;
  const blobs = await source.blobs([...new Set(page.flatMap(namedBlobs))]);
  await target.append(() => page.map((event) => toDraft(event, blobs)));
  return page.length;
}

/** Blobs that an entry names; evidence bytes are kept beside the store and stay where they are. */
function namedBlobs(event: LogEvent): Digest[] {
  if ('facts' in event) return event.facts === null ? [] : [event.facts];
  if (event.type === 'policy') return [event.content];
  return event.type === 'decision' ? [event.decision] : [];
}

function toDraft(event: LogEvent, blobs: ReadonlyMap<Digest, Uint8Array>): Draft {
  const named = namedBlobs(event).map((digest) => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) {
      throw new PedigreeError('ERR_STORE_CORRUPT', `the blob ${digest} is missing from the store`);
    }
    return { digest, bytes };
  });
  const [packed] = named;
  if (!('facts' in event) || packed === undefined) return { event, blobs: named };
  const facts = unpackFacts(packed.bytes);
  if (packFacts(facts).digest !== packed.digest) {
    throw new PedigreeError(
      'ERR_STORE_CORRUPT',
      `the facts ${packed.digest} do not pack to themselves`,
    );
  }
  return { event, facts };
}
