// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BytePieces } from '../../core/byte-pieces.ts';
import { parseDigest, sha256, type Digest } from '../../core/digest.ts';
import { parseInstant } from '../../core/instant.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { packFacts } from '../../graph/domain/facts-codec.ts';
import { digestLines, edgeLine } from '../../graph/domain/state-lines.ts';
import { EMPTY_HEAD, type Commit, type GraphStore } from '../../graph/port/store.ts';
import {
  allOf,
  documentOf,
  documentsArbitrary,
  edgeOf,
  expectedLines,
  factsOf,
  headOf,
  inColumns,
  linesOf,
  nodeOf,
  ODD_TEXTS,
  STANDINGS,
  TestLog,
} from './store-documents.ts';

/** A fresh, empty store. */
export interface StoreUnderTest {
  readonly store: GraphStore;
  /** One more handle on the same contents; the suite closes it. */
  reopen(): Promise<GraphStore>;
  /** Called when the test is over and every handle is closed. */
  dispose(): Promise<void>;
}

export interface ContractOptions {
  /** Random cases for each property. */
  readonly runs: number;
  readonly timeoutMs: number;
}

/** The code of what a call throws; undefined where it succeeds. */
export async function codeOf(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return isPedigreeError(error) ? error.code : `not a PedigreeError: ${String(error)}`;
  }
}

/** What every store must do (graph/port/store.ts), whichever it is. */
export function describeGraphStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  options: ContractOptions,
): void {
  describe(`graph store ${name}`, { timeout: options.timeoutMs }, () => {
    let subject: StoreUnderTest;
    let store: GraphStore;
    let log: TestLog;
    const handles: GraphStore[] = [];

    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
      log = new TestLog();
    }, options.timeoutMs);

    afterEach(async () => {
      for (const handle of handles.splice(0)) await handle.close();
      await store.close();
      await subject.dispose();
    }, options.timeoutMs);

    async function reopen(): Promise<GraphStore> {
      const handle = await subject.reopen();
      handles.push(handle);
      return handle;
    }

    const model = nodeOf('sha256:aa', ['Model']);
    const dataset = nodeOf('sha256:bb', ['Dataset']);
    const training = documentOf(
      'training',
      factsOf([model, dataset], [edgeOf(0, 'trainedOn', 1, { role: 'train' })]),
    );
    const scan = documentOf(
      'scan',
      factsOf(
        [nodeOf('sha256:aa', ['File']), nodeOf('pkg:pypi/torch@2')],
        [edgeOf(0, 'contains', 1)],
      ),
    );

    /** Nothing at all was written. */
    async function expectUntouched(commit: Commit): Promise<void> {
      expect(await store.head()).toEqual(EMPTY_HEAD);
      expect(await allOf(store.entries(0))).toEqual([]);
      expect(await store.blobs(commit.blobs.map(({ digest }) => digest))).toEqual(new Map());
      expect(await linesOf(store)).toEqual([]);
    }

    describe('commit', () => {
      test('an empty store has the empty head, no entries and no state', async () => {
        expect(store.name).toBe(name);
        expect(await store.head()).toEqual(EMPTY_HEAD);
        expect(await allOf(store.entries(0))).toEqual([]);
        expect(await linesOf(store)).toEqual([]);
      });

      test('gives back what was committed', async () => {
        const commit = log.commitOf([training, scan]);
        await store.commit(commit);
        expect(await store.head()).toEqual(commit.next);
        expect(await allOf(store.entries(0))).toEqual(commit.entries);
        const blobs = await store.blobs(commit.blobs.map(({ digest }) => digest));
        expect([...blobs.values()].map((bytes) => sha256(bytes)).sort()).toEqual(
          commit.blobs.map(({ digest }) => digest).sort(),
        );
        expect(await linesOf(store)).toEqual(expectedLines(commit.placements));
      });

      test('a commit on another head conflicts, may be tried again, and writes nothing', async () => {
        await log.accept(store, [training]);
        const before = await linesOf(store);
        const late = new TestLog().commitOf([scan]);
        await expect(store.commit(late)).rejects.toMatchObject({
          code: 'ERR_STORE_CONFLICT',
          retryable: true,
        });
        expect(await store.head()).toEqual(log.head);
        expect((await allOf(store.entries(0))).length).toBe(1);
        expect((await store.blobs(late.blobs.map(({ digest }) => digest))).size).toBe(0);
        expect(await linesOf(store)).toEqual(before);
      });

      test.each([
        ['another root', { frontier: ['00'.repeat(32)] }],
        ['another time', { time: parseInstant('2026-11-21T11:59:59Z') }],
        ['a shorter frontier', { frontier: [] }],
      ])('a head of the same size with %s conflicts', async (_, change) => {
        await log.accept(store, [training]);
        const commit = log.commitOf([scan]);
        const other = { ...commit, expected: { ...commit.expected, ...change } };
        expect(await codeOf(() => store.commit(other))).toBe('ERR_STORE_CONFLICT');
        expect(await store.head()).toEqual(log.head);
      });

      test('a commit may bring entries alone', async () => {
        const commit: Commit = { ...log.commitOf([training]), blobs: [], placements: [] };
        await store.commit(commit);
        expect(await allOf(store.entries(0))).toEqual(commit.entries);
        expect(await linesOf(store)).toEqual([]);
      });

      test('a blob that is not what its digest says: nothing is written', async () => {
        const commit = log.commitOf([training, scan]);
        const faulty = { digest: sha256('one thing'), bytes: new TextEncoder().encode('another') };
        const planted: Commit = { ...commit, blobs: [...commit.blobs, faulty] };
        expect(await codeOf(() => store.commit(planted))).toBe('ERR_INTERNAL');
        await expectUntouched(planted);
      });

      test('a fault that shows only after the first writes: nothing is written', async () => {
        const commit = log.commitOf([training, scan]);
        const [first] = commit.blobs;
        const planted: Commit = { ...commit, blobs: first === undefined ? [] : [first] };
        expect(await codeOf(() => store.commit(planted))).toBe('ERR_NOT_FOUND');
        await expectUntouched(commit);
      });

      test('two documents with one ordinal: nothing is written', async () => {
        const commit = log.commitOf([training, scan]);
        const planted: Commit = {
          ...commit,
          placements: commit.placements.map((placement) => ({ ...placement, ordinal: 0 })),
        };
        expect(await codeOf(() => store.commit(planted))).toBe('ERR_INTERNAL');
        await expectUntouched(commit);
      });

      const commit = new TestLog().commitOf([training]);
      const [placement] = commit.placements;
      const [entry] = commit.entries;
      const badFacts = (facts: typeof training.facts): Partial<Commit> => {
        const bad = new TestLog().commitOf([documentOf('bad', facts)]);
        return { blobs: bad.blobs, placements: bad.placements };
      };
      test.each<[string, string, Partial<Commit>]>([
        ['a next head that is too large', 'ERR_INTERNAL', { next: headOf(3) }],
        ['a next head that is too small', 'ERR_INTERNAL', { next: headOf(0) }],
        [
          'an entry at another index',
          'ERR_INTERNAL',
          { entries: [{ ...entry, index: 1 } as never] },
        ],
        [
          'facts of another digest',
          'ERR_INTERNAL',
          {
            placements: [{ ...placement, facts: scan.facts } as never],
          },
        ],
        [
          'a live placement without its facts',
          'ERR_INTERNAL',
          {
            placements: [{ ...placement, facts: null } as never],
          },
        ],
        [
          'facts without their digest',
          'ERR_INTERNAL',
          {
            placements: [{ ...placement, factsDigest: null } as never],
          },
        ],
        [
          'an edge to no node',
          'ERR_EXTRACT_FACTS',
          badFacts(factsOf([model], [edgeOf(0, 'used', 1)])),
        ],
        [
          'an edge from no node',
          'ERR_EXTRACT_FACTS',
          badFacts(factsOf([model], [edgeOf(-1, 'used', 0)])),
        ],
        [
          'an edge of no relation',
          'ERR_EXTRACT_FACTS',
          badFacts(factsOf([model], [edgeOf(0, 'toString' as never, 0)])),
        ],
        ['a node without a ref', 'ERR_EXTRACT_FACTS', badFacts(factsOf([nodeOf('')]))],
        [
          'a ref with a lone surrogate',
          'ERR_EXTRACT_FACTS',
          badFacts(factsOf([nodeOf('a\ud800b')])),
        ],
        [
          'a qualifier with a lone surrogate',
          'ERR_EXTRACT_FACTS',
          badFacts(factsOf([model], [edgeOf(0, 'used', 0, { role: '\udc00' })])),
        ],
        ['a ref that is too long', 'ERR_LIMIT_SIZE', badFacts(factsOf([nodeOf('x'.repeat(2049))]))],
        [
          'a project name that is too long',
          'ERR_LIMIT_SIZE',
          {
            placements: [{ ...placement, project: 'p'.repeat(513) } as never],
          },
        ],
      ])('refuses %s', async (_, code, change) => {
        const planted = { ...commit, ...change };
        expect(await codeOf(() => store.commit(planted))).toBe(code);
        await expectUntouched(planted);
      });

      test('the time of the log does not decrease', async () => {
        await log.accept(store, [training]);
        const next = log.commitOf([scan]);
        const earlier = {
          ...next,
          next: { ...next.next, time: parseInstant('2026-11-21T11:00:00Z') },
        };
        expect(await codeOf(() => store.commit(earlier))).toBe('ERR_INTERNAL');
        expect(await store.head()).toEqual(log.head);
      });

      test('of two commits on one head, one goes in and one conflicts', async () => {
        const other = await reopen();
        const mine = log.fork().commitOf([training]);
        const theirs = log.fork().commitOf([scan]);
        const codes = await Promise.all([
          codeOf(() => store.commit(mine)),
          codeOf(() => other.commit(theirs)),
        ]);
        expect([...codes].sort()).toEqual(['ERR_STORE_CONFLICT', undefined]);
        const winner = codes[0] === undefined ? mine : theirs;
        for (const handle of [store, other]) {
          expect(await allOf(handle.entries(0))).toEqual(winner.entries);
          expect(await linesOf(handle)).toEqual(expectedLines(winner.placements));
        }
      });

      test('committers that read on and try again all get in, once each', async () => {
        const writers = [store, await reopen(), await reopen()];
        const documents = Array.from({ length: 4 }, (_, round) =>
          writers.map((_writer, at) =>
            documentOf(
              `writer ${at} round ${round}`,
              factsOf([nodeOf(`sha256:${at}${round}`), model]),
            ),
          ),
        );
        await Promise.all(
          writers.map(async (writer, at) => {
            for (const round of documents) {
              await commitUntilIn(writer, round.slice(at, at + 1));
            }
          }),
        );
        const entries = await allOf(store.entries(0));
        expect(entries.map(({ index }) => index)).toEqual(
          Array.from({ length: 12 }, (_, at) => at),
        );
        expect(new Set(entries.map(({ event }) => event)).size).toBe(12);
        const standings = (await linesOf(store)).filter((line) =>
          line.includes('"line":"standing"'),
        );
        expect(standings.length).toBe(12);
      });
    });

    describe('log and blobs', () => {
      test('entries come in order from any index, over several pages', async () => {
        const entries = Array.from({ length: 2501 }, (_, index) => ({
          index,
          event: JSON.stringify({ note: ODD_TEXTS[index % 17], number: index }),
          salt: sha256(String(index)).slice('sha256:'.length),
        }));
        await store.commit({
          expected: EMPTY_HEAD,
          next: headOf(2501),
          entries,
          blobs: [],
          placements: [],
        });
        expect(await allOf(store.entries(0))).toEqual(entries);
        for (const from of [1, 999, 1000, 1001, 2500]) {
          const rest = await allOf(store.entries(from));
          expect(rest).toEqual(entries.slice(from));
        }
        expect(await allOf(store.entries(2501))).toEqual([]);
        expect(await allOf(store.entries(9999))).toEqual([]);
      });

      test('a reader that leaves early leaves the store usable', async () => {
        await log.accept(store, [training, scan]);
        expect(await firstOf(store.entries(0))).toMatchObject({ index: 0 });
        expect(await firstOf(store.stateLines())).toContain('"line"');
        await log.accept(store, [documentOf('third', factsOf([model]))]);
        expect(await store.head()).toEqual(log.head);
      });

      test('blobs of every size come back as they were, absent ones do not', async () => {
        const contents = [
          new Uint8Array(0),
          new TextEncoder().encode('short'),
          new TextEncoder().encode('again and again '.repeat(60_000)),
          Uint8Array.from({ length: 70_000 }, (_, at) => (at * 2654435761) >>> 13),
          Uint8Array.from({ length: 256 }, (_, at) => at),
        ];
        const blobs = contents.map((bytes) => ({ digest: sha256(bytes), bytes }));
        await store.commit({
          expected: EMPTY_HEAD,
          next: EMPTY_HEAD,
          entries: [],
          blobs,
          placements: [],
        });
        const asked = [...blobs.map(({ digest }) => digest), sha256('never stored')];
        const found = await store.blobs(asked);
        expect(found.size).toBe(blobs.length);
        for (const { digest, bytes } of blobs) {
          const kept = found.get(digest);
          expect(kept).toBeInstanceOf(Uint8Array);
          expect(Buffer.from(kept ?? [])).toEqual(Buffer.from(bytes));
        }
      });

      test('a blob may come twice, in one commit and in the next', async () => {
        const bytes = new TextEncoder().encode('policy: text '.repeat(50));
        const blob = { digest: sha256(bytes), bytes };
        const commit = { expected: EMPTY_HEAD, next: EMPTY_HEAD, entries: [], placements: [] };
        await store.commit({ ...commit, blobs: [blob, blob] });
        await store.commit({ ...commit, blobs: [blob] });
        expect((await store.blobs([blob.digest, blob.digest])).size).toBe(1);
      });

      test('a blob that comes in pieces, each written over the one before, is kept as a whole', async () => {
        for (const parts of [
          ['one piece'],
          MANY_PIECES,
          ['', 'a', ''],
          [RANDOM_PIECE, 'and more'],
        ]) {
          const bytes = new TextEncoder().encode(parts.join(''));
          const blob = { digest: sha256(bytes), bytes: overwritingPieces(parts) };
          const commit = { expected: EMPTY_HEAD, next: EMPTY_HEAD, entries: [], placements: [] };
          await store.commit({ ...commit, blobs: [blob, blob] });
          await store.commit({ ...commit, blobs: [{ ...blob, bytes }] });
          expect((await store.blobs([blob.digest])).get(blob.digest)).toEqual(bytes);
        }
      });

      test('a blob in pieces that are not those of its digest is refused', async () => {
        const commit = { expected: EMPTY_HEAD, next: EMPTY_HEAD, entries: [], placements: [] };
        const digest = sha256('one two');
        for (const parts of [['one', 'two'], ['one ', 'two', '!'], ['one '], ['two', 'one ']]) {
          const blob = { digest, bytes: overwritingPieces(parts) };
          const code = await codeOf(() => store.commit({ ...commit, blobs: [blob] }));
          expect(code).toBe('ERR_INTERNAL');
        }
        expect((await store.blobs([digest])).size).toBe(0);
      });

      test('blobs under a sha512 are checked by it', async () => {
        const bytes = new TextEncoder().encode('abc');
        const digest = parseDigest(
          'sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
            '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
        );
        const commit = { expected: EMPTY_HEAD, next: EMPTY_HEAD, entries: [], placements: [] };
        await store.commit({ ...commit, blobs: [{ digest, bytes }] });
        expect([...(await store.blobs([digest])).keys()]).toEqual([digest]);
        const wrong = { digest, bytes: new TextEncoder().encode('abd') };
        expect(await codeOf(() => store.commit({ ...commit, blobs: [wrong] }))).toBe(
          'ERR_INTERNAL',
        );
      });

      test('at most 1000 blobs a call', async () => {
        const digests: Digest[] = Array.from({ length: 1001 }, (_, at) => sha256(String(at)));
        expect(await codeOf(() => store.blobs(digests))).toBe('ERR_LIMIT_ITEMS');
        expect((await store.blobs(digests.slice(1))).size).toBe(0);
      });
    });

    describe('placement', () => {
      test('placing again changes nothing', async () => {
        await log.accept(store, [training, scan]);
        const before = await linesOf(store);
        await store.place([
          log.placementOf(training),
          log.placementOf(training),
          log.placementOf(scan),
        ]);
        expect(await linesOf(store)).toEqual(before);
      });

      test.each(STANDINGS)(
        'a changed standing (%s) is written, the facts stay',
        async (standing) => {
          await log.accept(store, [training]);
          const changed = log.placementOf(training, { standing, source: 'elsewhere' });
          await store.place([changed]);
          expect(await linesOf(store)).toEqual(expectedLines([changed]));
        },
      );

      test('of several placements of one document, the last counts', async () => {
        await log.accept(store, [training, scan]);
        await store.place([
          log.retractionOf(training),
          log.placementOf(training),
          log.retractionOf(scan),
        ]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(training), log.retractionOf(scan)]),
        );
      });

      test('a document without facts has a standing and nothing else', async () => {
        const opaque = {
          ...log.placementOf(training, { standing: 'opaque' }),
          factsDigest: null,
          facts: null,
        };
        await store.place([opaque]);
        expect(await linesOf(store)).toEqual(expectedLines([opaque]));
      });

      test('facts of a document that is not live are not in the graph', async () => {
        const commit = log.commitOf([training]);
        const quarantined = log.placementOf(training, { live: false, standing: 'quarantined' });
        await store.commit({ ...commit, placements: [quarantined] });
        expect(await linesOf(store)).toEqual(expectedLines([quarantined]));
        expect((await linesOf(store)).length).toBe(1);
      });

      test('retraction takes its own edges and nodes, and what others state stays', async () => {
        await log.accept(store, [training, scan]);
        await store.place([log.retractionOf(training)]);
        const lines = await linesOf(store);
        expect(lines).toEqual(expectedLines([log.retractionOf(training), log.placementOf(scan)]));
        // sha256:aa was Model by the one and File by the other
        expect(lines.filter((line) => line.includes('"ref":"sha256:aa"'))).toEqual([
          '{"kinds":["File"],"line":"node","project":"default","ref":"sha256:aa"}',
        ]);
        expect(lines.some((line) => line.includes('sha256:bb'))).toBe(false);
      });

      test('kinds are the union while both stand, in either order', async () => {
        for (const order of [
          [training, scan],
          [scan, training],
        ]) {
          for (const document of order) await log.accept(store, [document]);
          const lines = await linesOf(store);
          expect(lines).toContain(
            '{"kinds":["File","Model"],"line":"node","project":"default","ref":"sha256:aa"}',
          );
          await store.clearGraph();
        }
      });

      test('a reinstated document stands as before', async () => {
        await log.accept(store, [training, scan]);
        const before = await linesOf(store);
        await store.place([log.retractionOf(training)]);
        await store.place([log.placementOf(training)]);
        expect(await linesOf(store)).toEqual(before);
      });

      test('a retraction of a document that never stood leaves its standing alone', async () => {
        const commit = log.commitOf([training]);
        await store.commit({ ...commit, placements: [log.retractionOf(training)] });
        expect(await linesOf(store)).toEqual(expectedLines([log.retractionOf(training)]));
      });

      test('other facts of one document replace the old ones', async () => {
        await log.accept(store, [training, scan]);
        const again = {
          ...training,
          facts: factsOf([model, nodeOf('sha256:cc', ['Dataset'])], [edgeOf(0, 'trainedOn', 1)]),
        };
        const blob = packFacts(again.facts);
        await store.commit({
          expected: log.head,
          next: log.head,
          entries: [],
          blobs: [blob],
          placements: [log.placementOf(again)],
        });
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(again), log.placementOf(scan)]),
        );
      });

      test('facts by column are kept as those that are objects', async () => {
        const byColumn = { ...training, facts: inColumns(training.facts) };
        await log.accept(store, [byColumn, scan]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(training), log.placementOf(scan)]),
        );
        const { digest, bytes } = packFacts(training.facts);
        expect((await store.blobs([digest])).get(digest)).toEqual(bytes);
      });

      test('one document in two projects: each has its own nodes, and leaves alone', async () => {
        const here = { ...training, project: 'here' };
        const there = { ...training, project: 'there' };
        await log.accept(store, [here, there]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(here), log.placementOf(there)]),
        );
        await store.place([log.retractionOf(here)]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.retractionOf(here), log.placementOf(there)]),
        );
      });

      test('a document may state one ref twice, loops and equal edges', async () => {
        const odd = documentOf(
          'odd',
          factsOf(
            [nodeOf('a', ['Model']), nodeOf('a', ['File']), nodeOf('b')],
            [
              edgeOf(0, 'contains', 0),
              edgeOf(0, 'contains', 2),
              edgeOf(1, 'contains', 2),
              edgeOf(1, 'contains', 2),
              edgeOf(2, 'dependsOn', 0),
            ],
          ),
        );
        await log.accept(store, [odd, scan]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(odd), log.placementOf(scan)]),
        );
        await store.place([log.retractionOf(odd)]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.retractionOf(odd), log.placementOf(scan)]),
        );
      });

      test('raw dependsOn pairs are not in the state', async () => {
        const facts = { ...factsOf([nodeOf('a'), nodeOf('b')]), dependsOn: [[0, 1] as const] };
        await log.accept(store, [documentOf('bom', facts)]);
        expect((await linesOf(store)).filter((line) => line.includes('"line":"edge"'))).toEqual([]);
      });

      test('odd text everywhere comes back as it was, and is never run', async () => {
        const nodes = ODD_TEXTS.map((text) => ({
          ...nodeOf(text, ['File', 'Name']),
          names: [text],
        }));
        const edges = ODD_TEXTS.map((text, at) => ({
          ...edgeOf(at, 'contains', (at + 1) % ODD_TEXTS.length),
          qualifiers: Object.fromEntries([
            [text, text],
            ['', ''],
          ]),
          pointers: [text, `/${text}`],
        }));
        const documents = ODD_TEXTS.slice(0, 16).map((project) =>
          documentOf('odd text', factsOf(nodes, edges), project),
        );
        await log.accept(store, documents);
        const placements = documents.map((document) =>
          log.placementOf(document, { source: ODD_TEXTS[3] ?? '' }),
        );
        await store.place(placements);
        const lines = await linesOf(store);
        expect(lines).toEqual(expectedLines(placements));
        expect(lines).toContain(
          edgeLine({
            project: "o'clock",
            from: '__proto__',
            relation: 'contains',
            to: 'constructor',
            strength: 'explicit',
            qualifiers: Object.fromEntries([
              ['__proto__', '__proto__'],
              ['', ''],
            ]),
            document: sha256('document odd text'),
            pointers: ['__proto__', '/__proto__'],
          }),
        );
      });

      test('the longest names and refs fit', async () => {
        const long = documentOf('long', factsOf([nodeOf('模'.repeat(2048))]), '例'.repeat(512));
        await log.accept(store, [long]);
        expect(await linesOf(store)).toEqual(expectedLines([log.placementOf(long)]));
      });

      test('a document of 10 000 edges goes in and out whole', async () => {
        const nodes = Array.from({ length: 10_001 }, (_, at) => nodeOf(`pkg:npm/p${at}@1`));
        const edges = Array.from({ length: 10_000 }, (_, at) => edgeOf(0, 'contains', at + 1));
        const large = documentOf('large', factsOf(nodes, edges));
        await log.accept(store, [scan, large]);
        const both = expectedLines([log.placementOf(scan), log.placementOf(large)]);
        expect(both.length).toBe(20_000 + 1 + 2 + 3);
        expect(await linesOf(store)).toEqual(both);
        await store.place([log.retractionOf(large)]);
        expect(await linesOf(store)).toEqual(
          expectedLines([log.placementOf(scan), log.retractionOf(large)]),
        );
      });
    });

    describe('properties', () => {
      test('what is retracted is gone as if it had never been there', async () => {
        const property = fc.asyncProperty(
          documentsArbitrary,
          fc.infiniteStream(fc.boolean()),
          async (documents, coins) => {
            await store.clearGraph();
            await log.accept(store, documents);
            const gone = documents.filter(() => coins.next().value === true);
            for (const document of gone) await store.place([log.retractionOf(document)]);
            const rest = documents.filter((document) => !gone.includes(document));
            expect(await linesOf(store)).toEqual(
              expectedLines([
                ...rest.map((document) => log.placementOf(document)),
                ...gone.map((document) => log.retractionOf(document)),
              ]),
            );
          },
        );
        await fc.assert(property, { numRuns: options.runs });
      });

      test('any order and any repetition of placements comes to the same state', async () => {
        const property = fc.asyncProperty(
          documentsArbitrary.chain((documents) =>
            fc.tuple(
              fc.constant(documents),
              fc.shuffledSubarray([...documents, ...documents], { minLength: documents.length }),
              fc.nat({ max: 3 }),
            ),
          ),
          async ([documents, order, cut]) => {
            await store.clearGraph();
            await log.accept(store, documents);
            const digest = await digestLines(store.stateLines());
            await store.clearGraph();
            const placements = order.map((document) => log.placementOf(document));
            await store.place(placements.slice(0, cut));
            await store.place(placements.slice(cut));
            await store.place(documents.map((document) => log.placementOf(document)));
            expect(await digestLines(store.stateLines())).toBe(digest);
          },
        );
        await fc.assert(property, { numRuns: options.runs });
      });
    });

    describe('rebuild and reopening', () => {
      test('clearGraph drops the graph and keeps log, blobs and head', async () => {
        await log.accept(store, [training, scan]);
        const entries = await allOf(store.entries(0));
        await store.clearGraph();
        expect(await linesOf(store)).toEqual([]);
        expect(await store.head()).toEqual(log.head);
        expect(await allOf(store.entries(0))).toEqual(entries);
        expect((await store.blobs([packFacts(training.facts).digest])).size).toBe(1);
      });

      test('clearGraph and place give the same state digest', async () => {
        await log.accept(store, [training, scan]);
        await store.place([log.retractionOf(scan)]);
        const digest = await digestLines(store.stateLines());
        await store.clearGraph();
        expect(await digestLines(store.stateLines())).not.toBe(digest);
        await store.place([log.retractionOf(scan), log.placementOf(training)]);
        expect(await digestLines(store.stateLines())).toBe(digest);
      });

      test('place refuses facts that the store does not keep', async () => {
        expect(await codeOf(() => store.place([log.placementOf(training)]))).toBe('ERR_NOT_FOUND');
        expect(await linesOf(store)).toEqual([]);
      });

      test('everything is there after closing and opening again', async () => {
        await log.accept(store, [training, scan]);
        const before = await linesOf(store);
        await store.close();
        const again = await reopen();
        expect(await again.head()).toEqual(log.head);
        expect((await allOf(again.entries(0))).length).toBe(2);
        expect(await linesOf(again)).toEqual(before);
        await log.accept(again, [documentOf('third', factsOf([model]))]);
        expect(await again.head()).toEqual(log.head);
      });

      test('a closed store answers nothing, and closes twice', async () => {
        await store.close();
        await store.close();
        expect(await codeOf(() => store.head())).toBe('ERR_STORE_UNAVAILABLE');
        expect(await codeOf(() => store.commit(log.commitOf([training])))).toBe(
          'ERR_STORE_UNAVAILABLE',
        );
        expect(await codeOf(() => store.blobs([sha256('a')]))).toBe('ERR_STORE_UNAVAILABLE');
      });
    });
  });
}

/** Pieces in one buffer, as whoever makes them one by one hands them out. */
function overwritingPieces(parts: readonly string[]): BytePieces {
  const pieces = parts.map((part) => new TextEncoder().encode(part));
  const buffer = new Uint8Array(Math.max(...pieces.map(({ length }) => length)));
  return {
    length: pieces.reduce((sum, { length }) => sum + length, 0),
    *pieces() {
      for (const piece of pieces) {
        buffer.fill(0x23);
        buffer.set(piece);
        yield buffer.subarray(0, piece.length);
      }
    },
  };
}

const MANY_PIECES = Array.from({ length: 300 }, (_, at) => `piece ${at} `.repeat(at));
/** Nothing in it comes again, so that it takes as many bytes as it has. */
const RANDOM_PIECE = Array.from({ length: 3000 }, (_, at) => sha256(String(at)).slice(-40)).join(
  '',
);

/** The first item; the rest is left unread. */
async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  await iterator.return?.();
  return first.done === true ? undefined : first.value;
}

/** Builds the commit on the newest head until it goes in. */
async function commitUntilIn(
  store: GraphStore,
  documents: Parameters<TestLog['commitOf']>[0],
): Promise<void> {
  for (;;) {
    const log = new TestLog();
    log.head = await store.head();
    const code = await codeOf(() => store.commit(log.commitOf(documents)));
    if (code === undefined) return;
    if (code !== 'ERR_STORE_CONFLICT') throw new Error(`commit failed with ${code}`);
  }
}
