// SPDX-License-Identifier: Apache-2.0
// What every collector holds. A collector's own test file says how a source of its kind is made and calls describeCollector.
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../core/digest.ts';
import { instantFromMs } from '../../core/instant.ts';
import { isPedigreeError } from '../../core/errors.ts';
import type { Collected, Credentials, Cursor } from '../../ingest/collectors/collector.ts';
import { runCollectors, type SourceSummary } from '../../ingest/collectors/run.ts';
import { makeBom } from '../cli/support/documents.ts';
import {
  collectAll,
  contextOf,
  digestsOf,
  lastCursor,
  MemoryCursors,
  runSourceOf,
  type Source,
} from '../support/collecting.ts';
import { World } from '../support/world.ts';

/** A source of some kind that the suite can change. */
export interface ContractSource extends Source {
  /** Adds a document, as its owner would. The name ends in .json. */
  readonly add: (name: string, bytes: Uint8Array) => Promise<void>;
  /** Adds something larger than one document may be. It need not be made in full: a declared length will do. */
  readonly addOversized: (name: string) => Promise<void>;
  /** Makes the source fail from now on: a server that is stopped, a folder that is gone. */
  readonly breakDown: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Texts that no message may hold: passwords, tokens, parts of signed addresses. */
  readonly secrets: readonly string[];
  /** Credentials of the same form that the source refuses; absent where it asks for none. */
  readonly wrongCredentials?: Credentials;
}

const DOCUMENTS = 5;

function documentOf(number: number): readonly [string, Uint8Array] {
  return [`bom-${number}.json`, new TextEncoder().encode(makeBom(number))];
}

/** @param open makes an empty source; documents are added one by one */
export function describeCollector(name: string, open: () => Promise<ContractSource>): void {
  describe(`collector contract: ${name}`, () => {
    const opened: ContractSource[] = [];
    const worlds: World[] = [];
    afterEach(async () => {
      for (const source of opened.splice(0)) await source.close();
      for (const world of worlds.splice(0)) await world.close();
    });

    async function openFilled(): Promise<ContractSource & { digests: string[] }> {
      const source = await open();
      opened.push(source);
      const digests: string[] = [];
      for (let number = 0; number < DOCUMENTS; number++) {
        const [file, bytes] = documentOf(number);
        await source.add(file, bytes);
        digests.push(sha256(bytes));
      }
      return { ...source, digests };
    }

    async function openWorld(): Promise<World> {
      const world = await World.open();
      worlds.push(world);
      return world;
    }

    async function runInto(
      world: World,
      source: Source,
      cursors: MemoryCursors,
      stopAfter = Number.POSITIVE_INFINITY,
    ): Promise<SourceSummary[]> {
      let batches = 0;
      return runCollectors({
        sources: [runSourceOf(source)],
        ingest: (batch) => {
          if (++batches > stopAfter) throw new Error('killed');
          return world.ingest([...batch] as Parameters<World['ingest']>[0]);
        },
        cursors,
        scope: 'contract',
        clock: () => instantFromMs(Date.now()),
        credentials: () => source.credentials,
        signal: new AbortController().signal,
      });
    }

    test('gives every document byte for byte, and says where it is', async () => {
      const source = await openFilled();
      const found = await collectAll(source);
      expect(digestsOf(found)).toEqual(expect.arrayContaining(source.digests));
      expect(found.filter(({ received }) => 'refused' in received)).toEqual([]);
      expect(lastCursor(found)).not.toBeNull();
    });

    test('from its last position it gives nothing new', async () => {
      const source = await openFilled();
      const found = await collectAll(source);
      const again = await collectAll(source, { cursor: lastCursor(found) });
      expect(digestsOf(again)).toEqual([]);
    });

    test('from its last position it gives what was added since', async () => {
      const source = await openFilled();
      const cursor = lastCursor(await collectAll(source));
      const [file, bytes] = documentOf(DOCUMENTS);
      await source.add(file, bytes);
      const again = digestsOf(await collectAll(source, { cursor }));
      expect(again).toContain(sha256(bytes));
      expect(again.filter((digest) => source.digests.includes(digest))).toEqual([]);
    });

    test('from any position nothing is left out', async () => {
      const source = await openFilled();
      const found = await collectAll(source);
      for (const [at, { cursor }] of found.entries()) {
        if (cursor === null) continue;
        const before = digestsOf(found.slice(0, at + 1));
        const rest = digestsOf(await collectAll(source, { cursor }));
        expect([...before, ...rest]).toEqual(expect.arrayContaining(source.digests));
      }
    });

    test.each([
      ['text', 'x'],
      ['a number', 7],
      ['a list', [null]],
      ['an object', { v: 'x' }],
    ])('a position that is not its own (%s) counts as none', async (_, cursor: Cursor) => {
      const source = await openFilled();
      const found = await collectAll(source, { cursor });
      expect(digestsOf(found)).toEqual(expect.arrayContaining(source.digests));
    });

    test('two runs add what one does', async () => {
      const source = await openFilled();
      const world = await openWorld();
      const cursors = new MemoryCursors();
      const [first] = await runInto(world, source, cursors);
      expect(first).toMatchObject({ status: 'done', resumed: false, refused: 0 });
      const { size } = world.pedigree.head();
      const [second] = await runInto(world, source, cursors);
      expect(second).toMatchObject({ status: 'done', resumed: true, learnt: 0 });
      expect(world.pedigree.head().size).toBe(size);
    });

    test('a run that is killed is gone on with: the state is the same', async () => {
      const source = await openFilled();
      const straight = await openWorld();
      await runInto(straight, source, new MemoryCursors());
      const broken = await openWorld();
      const cursors = new MemoryCursors();
      await expect(runInto(broken, source, cursors, 0)).rejects.toThrow('killed');
      await runInto(broken, source, cursors);
      expect(await broken.pedigree.stateDigest()).toBe(await straight.pedigree.stateDigest());
    });

    test('once told to stop it gives nothing more', async () => {
      const source = await openFilled();
      const stop = new AbortController();
      const found: Collected[] = [];
      try {
        for await (const one of source.collector.collect(
          contextOf(source, { signal: stop.signal }),
        )) {
          found.push(one);
          stop.abort();
        }
      } catch (error) {
        expect(codeOf(error)).toBe('ERR_SOURCE_UNAVAILABLE');
      }
      expect(found).toHaveLength(1);
    });

    test('told to stop before it began it gives nothing', async () => {
      const source = await openFilled();
      const found = await collectAll(source, { signal: AbortSignal.abort() }).catch((error) => {
        expect(codeOf(error)).toBe('ERR_SOURCE_UNAVAILABLE');
        return [];
      });
      expect(found).toEqual([]);
    });

    test('what is larger than a document is refused, and the rest goes on', async () => {
      const source = await openFilled();
      await source.addOversized('aaa-large.json');
      const found = await collectAll(source);
      expect(digestsOf(found)).toEqual(expect.arrayContaining(source.digests));
      const refused = found.flatMap(({ received }) =>
        'refused' in received ? [received.refused.code] : [],
      );
      expect(refused).toEqual(['ERR_LIMIT_SIZE']);
    });

    test('no secret is in a label, a position or a message', async () => {
      const source = await openFilled();
      const texts = [JSON.stringify(source.collector), source.collector.source];
      const look = async (options: Parameters<typeof collectAll>[1]): Promise<void> => {
        try {
          for await (const { received, cursor } of source.collector.collect(
            contextOf(source, options),
          )) {
            texts.push(received.source, JSON.stringify(cursor));
            if ('refused' in received) texts.push(...wordsOf(received.refused));
          }
        } catch (error) {
          texts.push(...wordsOf(error));
        }
      };
      await look({});
      await look({ credentials: source.wrongCredentials });
      await look({ credentials: undefined });
      await source.breakDown();
      await look({});
      expect(texts.join('\n')).not.toBe('');
      for (const secret of source.secrets) expect(texts.join('\n')).not.toContain(secret);
    });

    test('a source that is not there fails by a code, not by an accident', async () => {
      const source = await openFilled();
      await source.breakDown();
      const codes: string[] = [];
      try {
        for (const { received } of await collectAll(source)) {
          if ('refused' in received) codes.push(received.refused.code);
        }
      } catch (error) {
        codes.push(codeOf(error));
      }
      expect(codes).not.toEqual([]);
      for (const code of codes)
        expect(['ERR_SOURCE_UNAVAILABLE', 'ERR_NOT_FOUND', 'ERR_LIMIT_TIME']).toContain(code);
    });
  });
}

function codeOf(error: unknown): string {
  return isPedigreeError(error) ? error.code : `not ours: ${String(error)}`;
}

/** Everything that a log or a screen could show of an error. */
function wordsOf(error: unknown): string[] {
  if (!isPedigreeError(error)) return [String(error)];
  const { message, hint, file, stack, cause } = error;
  return [message, hint ?? '', file ?? '', stack ?? '', String(cause)];
}
