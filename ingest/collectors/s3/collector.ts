// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { excerpt } from '../../../core/errors.ts';
import { findInstant, instantFromMs, instantToMs, type Instant } from '../../../core/instant.ts';
import { member, stringMember } from '../../../core/json.ts';
import { LIMITS } from '../../../core/limits.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import { withEndCursor } from '../end-cursor.ts';
import { tooLarge } from '../../receive/files.ts';
import { Misses, refusedThing } from '../misses.ts';
import { Seen } from '../seen.ts';
import type { CollectorKind } from '../source-spec.ts';
import { parseBucketAddress, type BucketAddress } from './address.ts';
import { BucketClient } from './bucket-client.ts';
import type { ListedObject } from './listing.ts';

/** Objects of an S3-compatible bucket. */
export const s3Kind: CollectorKind = {
  kind: 's3',
  schemes: ['s3:'],
  hostsOf: (spec) => [new URL(parseBucketAddress(spec).base).host],
  create: (spec) => createS3Collector(parseBucketAddress(spec)),
};

const SHAPE = 's3@1';
/** An upload in parts bears the time at which it was begun; and clocks differ. */
const MARGIN_MS = 24 * 60 * 60 * 1000;

export function createS3Collector(address: BucketAddress): Collector {
  return {
    kind: 's3',
    source: address.label,
    collect: (context) => {
      const walk = new BucketWalk(address, context);
      return withEndCursor(walk.run(), context.signal, () => walk.endCursor());
    },
  };
}

/** One look at every key of the bucket. */
interface Pass {
  /** Where it goes on; null: at the beginning. */
  readonly after: string | null;
  readonly startedAt: Instant;
  /** Objects that have not changed since were read in an earlier pass. */
  readonly since: Instant | null;
}

/**
 * What is known of a bucket: the objects seen last, by key and ETag, and, for buckets with more of them than can be
 * remembered, the time since which everything is known.
 */
class BucketWalk {
  readonly #address: BucketAddress;
  readonly #context: CollectContext;
  readonly #client: BucketClient;
  readonly #seen: Seen;
  readonly #misses = new Misses();
  #pass: Pass;
  #done = 0;

  constructor(address: BucketAddress, context: CollectContext) {
    const { cursor, clock } = context;
    const isOurs = stringMember(cursor, 'shape') === SHAPE;
    this.#address = address;
    this.#context = context;
    this.#client = new BucketClient(context, address);
    this.#seen = new Seen(isOurs ? (member(cursor, 'seen') ?? null) : null);
    this.#pass = {
      after: (isOurs ? stringMember(cursor, 'after') : undefined) ?? null,
      startedAt: (isOurs ? timeIn(cursor, 'startedAt') : undefined) ?? clock(),
      since: (isOurs ? timeIn(cursor, 'since') : undefined) ?? null,
    };
  }

  /** A pass that was broken off is finished; then everything is looked at from the beginning. */
  async *run(): AsyncGenerator<Collected> {
    if (this.#pass.after !== null) {
      yield* this.#read();
      this.#pass = { ...this.#pass, since: before(this.#pass.startedAt) };
    }
    this.#pass = { ...this.#pass, after: null, startedAt: this.#context.clock() };
    yield* this.#read();
  }

  endCursor(): JsonObject {
    const { startedAt } = this.#pass;
    return { shape: SHAPE, seen: this.#seen.cursor(), since: before(startedAt) };
  }

  async *#read(): AsyncGenerator<Collected> {
    let last = '';
    let inOrder = true;
    for await (const page of this.#client.list(this.#pass.after)) {
      for (const object of page) {
        if (this.#context.signal.aborted) return;
        if (++this.#done > LIMITS.folderFiles) {
          yield refusedThing(
            this.#labelOf(''),
            'ERR_LIMIT_ITEMS',
            `more than ${LIMITS.folderFiles} objects`,
          );
          return;
        }
        // not every store lists by key; then there is no place to go on from
        inOrder &&= compareKeys(last, object.key) < 0;
        last = object.key;
        yield* this.#object(object, inOrder);
      }
      this.#context.onProgress({ done: this.#done });
    }
  }

  async *#object(object: ListedObject, inOrder: boolean): AsyncGenerator<Collected> {
    const { key, sizeBytes } = object;
    const name = nameOf(object);
    const isFolderMark = key.endsWith('/') && sizeBytes === 0;
    if (isFolderMark || this.#seen.has(name) || this.#isOld(object)) return;
    if (sizeBytes > LIMITS.documentBytes) {
      const source = this.#labelOf(key);
      yield { received: { source, refused: tooLarge(source) }, cursor: null };
      return;
    }
    try {
      const bytes = await this.#client.getObject(key, LIMITS.documentBytes);
      this.#misses.clear();
      this.#seen.add(name);
      this.#context.onProgress({ done: this.#done });
      const cursor = inOrder ? this.#cursorAt(key) : null;
      yield { received: { source: this.#labelOf(key), bytes }, cursor };
    } catch (error) {
      yield this.#misses.refuse(this.#labelOf(key), error);
    }
  }

  /** Times are somebody's word: they count only where there are more objects than can be remembered. */
  #isOld({ lastModified }: ListedObject): boolean {
    if (!this.#seen.isFull) return false;
    const { since } = this.#pass;
    const changed = findInstant(lastModified);
    return since !== null && changed !== undefined && changed < since;
  }

  #cursorAt(key: string): JsonObject | null {
    const seen = this.#seen.findCursor();
    const { startedAt, since } = this.#pass;
    return seen === null ? null : { shape: SHAPE, seen, after: key, startedAt, since };
  }

  #labelOf(key: string): string {
    return `s3://${this.#address.bucket}/${excerpt(key, 400)}`;
  }
}

/** Changes where the object does. */
function nameOf({ key, etag, lastModified, sizeBytes }: ListedObject): string {
  return hexOf(sha256(JSON.stringify([key, etag, lastModified, sizeBytes]))).slice(0, 32);
}

/** By UTF-8 bytes, as S3 lists. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function before(time: Instant): Instant {
  return instantFromMs(instantToMs(time) - MARGIN_MS);
}

function timeIn(cursor: unknown, key: string): Instant | undefined {
  return findInstant(stringMember(cursor, key) ?? '');
}
