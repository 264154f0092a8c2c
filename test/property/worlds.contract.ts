// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LedgerGateFacts } from '../../api/service/gate-facts.ts';
import { isDigest, sha256, type Digest } from '../../core/digest.ts';
import { digestLines } from '../../graph/domain/state-lines.ts';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { Ledger } from '../../graph/ledger.ts';
import { migrateLog } from '../../graph/migrate.ts';
import { View } from '../../graph/lineage/view.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { allAnswers, clearRefs, gateAnswers, severities } from '../support/answers.ts';
import {
  regrouped,
  strangeWorldArbitrary,
  worldArbitrary,
  WORLD_MODEL,
  WORLD_TARGETS,
  WORLD_TEST_SET,
} from '../support/arbitrary-world.ts';
import { MemoryBlobs } from '../support/memory-blobs.ts';
import { tarOf } from '../support/test-documents.ts';
import {
  countingBytes,
  handed,
  inWorld,
  KEYS,
  PROJECT,
  trustedRoles,
  type Handed,
  type World,
  type WorldOptions,
} from '../support/world.ts';

export interface WorldRuns {
  readonly runs: number;
  readonly timeoutMs: number;
}

/** A planted fault is found by the first case that shows it. */
const PLANTED = { numRuns: 200, endOnFailure: true };

type OpenStore = (folder: string) => Promise<GraphStore>;

function gateOf(world: World): LedgerGateFacts {
  const scope = world.pedigree.scope({ minClass: 'trusted' });
  return new LedgerGateFacts(world.ledger, world.pedigree.blobs, scope);
}

interface Told {
  readonly digest: string;
  readonly answers: readonly string[];
  readonly gate: readonly unknown[];
}

/** Everything that a world tells: its state digest, all answers, what the gate hears. */
async function tell(world: World): Promise<Told> {
  await world.ledger.refresh();
  const views = (['unsigned', 'trusted'] as const).map((minClass) =>
    world.ledger.view(world.pedigree.scope({ minClass })),
  );
  return {
    digest: await world.pedigree.stateDigest(),
    answers: views.flatMap((view) => allAnswers(view, WORLD_TARGETS)),
    gate: await gateAnswers(gateOf(world), WORLD_TARGETS),
  };
}

async function ingestGroups(world: World, groups: readonly (readonly Handed[])[]): Promise<void> {
  for (const group of groups) await world.ingest(group);
}

/** Digest of a document that was handed in. */
function digestOf({ bytes }: Handed): Digest {
  return sha256(bytes);
}

/** Invariants 1 to 4 and 6 over random whole worlds on one kind of store. */
export function describeWorlds(
  name: string,
  openStore: OpenStore,
  { runs, timeoutMs }: WorldRuns,
): void {
  const onDisk: WorldOptions = { openStore };
  // a folder of evidence costs two syncs a document; one test below looks at the bytes in it
  const options: WorldOptions = { openStore, wrapBlobs: () => new MemoryBlobs() };
  const check = { numRuns: runs, interruptAfterTimeLimit: timeoutMs };

  describe(`worlds on ${name}: 1. evidence is the truth`, { timeout: timeoutMs }, () => {
    function rebuildIsExact(rebuild: (world: World) => Promise<unknown>) {
      return fc.asyncProperty(worldArbitrary, async (documents) =>
        inWorld(options, async (world) => {
          await ingestGroups(world, [documents]);
          const before = await tell(world);
          await rebuild(world);
          expect(await tell(world)).toEqual(before);
          await world.restart();
          expect(await tell(world)).toEqual(before);
        }),
      );
    }

    test('rebuild and restart give the same state digest and the same answers', async () => {
      await fc.assert(
        rebuildIsExact((world) => world.ledger.rebuild()),
        check,
      );
    });

    test('planted fault: a rebuild that forgets a document is noticed', async () => {
      const forgetful = rebuildIsExact(async (world) => {
        await world.ledger.rebuild();
        const [first] = world.ledger.knowledge.documents;
        if (first === undefined) return;
        await world.store.place([
          {
            project: first.project,
            document: first.digest,
            ordinal: first.firstIndex,
            standing: 'retracted',
            format: 'opaque',
            source: '',
            live: false,
            factsDigest: null,
            facts: null,
          },
        ]);
      });
      expect((await fc.check(forgetful, PLANTED)).failed).toBe(true);
    });

    test('every edge names a document that is kept byte for byte', async () => {
      await fc.assert(
        fc.asyncProperty(worldArbitrary, async (documents) =>
          inWorld(onDisk, async (world) => {
            await ingestGroups(world, [documents]);
            const named = new Set<Digest>(documents.map(digestOf));
            for await (const line of world.store.stateLines()) {
              const { document } = JSON.parse(line) as { document?: string };
              if (document !== undefined && isDigest(document)) named.add(document);
            }
            for (const digest of named) {
              const bytes = await world.pedigree.blobs.find(digest);
              expect(bytes === undefined ? 'missing' : sha256(bytes)).toBe(digest);
            }
          }),
        ),
        check,
      );
    });

    test('replayed into another store and back: the same current digest and answers', async () => {
      await fc.assert(
        fc.asyncProperty(worldArbitrary, async (documents) =>
          inWorld(options, async (world) => {
            await ingestGroups(world, [documents]);
            const { digest } = await tell(world);
            const other = await openEmbeddedStore(`${world.folder}/other`);
            const copy = new Ledger(other, countingBytes());
            await migrateLog(world.store, copy, 'example.org/copy');
            expect(await digestLines(other.stateLines())).toBe(digest);
            const view = copy.view(world.pedigree.scope());
            const original = world.ledger.view(world.pedigree.scope());
            expect(allAnswers(view, WORLD_TARGETS)).toEqual(allAnswers(original, WORLD_TARGETS));
            await world.ledger.close();
            const back = await openStore(`${world.folder}/back`);
            const again = new Ledger(back, countingBytes());
            await migrateLog(other, again, 'example.org/back');
            expect(await digestLines(back.stateLines())).toBe(digest);
            await copy.close();
            await again.close();
            await world.reopenWith(() => openStore(`${world.folder}/back`));
          }),
        ),
        check,
      );
    });
  });

  describe(`worlds on ${name}: 2. order-free`, { timeout: timeoutMs }, () => {
    function orderFree(handIn: (world: World, groups: Handed[][]) => Promise<void>) {
      const worlds = worldArbitrary.chain((documents) =>
        fc.tuple(fc.constant(documents), regrouped(documents)),
      );
      return fc.asyncProperty(worlds, async ([documents, groups]) => {
        const straight = await inWorld(options, async (world) => {
          await ingestGroups(world, [documents]);
          return tell(world);
        });
        const shuffled = await inWorld(options, async (world) => {
          await handIn(world, groups);
          return tell(world);
        });
        expect(shuffled).toEqual(straight);
      });
    }

    test('any order, repetition and grouping: the same digest, answers and gate', async () => {
      await fc.assert(orderFree(ingestGroups), check);
    });

    test('planted fault: a writer that takes only what comes first under a path is noticed', async () => {
      const firstWins = orderFree(async (world, groups) => {
        const seen = new Set<string>();
        for (const group of groups) {
          const taken = group.filter(({ bytes }) => {
            const shape = String(bytes.length % 7);
            return seen.has(shape) ? false : seen.add(shape);
          });
          await world.ingest(taken);
        }
      });
      expect((await fc.check(firstWins, PLANTED)).failed).toBe(true);
    });
  });

  describe(`worlds on ${name}: 3. exact retraction`, { timeout: timeoutMs }, () => {
    /** State lines without standings, which differ by design. */
    async function liveLines(world: World): Promise<string[]> {
      const lines: string[] = [];
      for await (const line of world.store.stateLines()) {
        if (!line.includes('"line":"standing"')) lines.push(line);
      }
      return lines.sort();
    }

    async function outcome(world: World): Promise<unknown> {
      const { answers, gate } = await tell(world);
      return { answers, gate, lines: await liveLines(world) };
    }

    function isHeldElsewhere(world: World, digest: Digest): boolean {
      const document = world.ledger.knowledge.findDocument(PROJECT, digest);
      return document === undefined || document.envelopes.length > 0;
    }

    const cases = fc
      .tuple(worldArbitrary, fc.nat())
      .map(([documents, pick]) => ({ documents, gone: documents[pick % documents.length] }));

    function retractionIsExact(retract: (world: World, digest: Digest) => Promise<unknown>) {
      return fc.asyncProperty(cases, fc.boolean(), async ({ documents, gone }, isAgain) => {
        if (gone === undefined) return;
        const never = await inWorld(options, async (world) => {
          await ingestGroups(world, [documents.filter((one) => one !== gone)]);
          return outcome(world);
        });
        await inWorld(options, async (world) => {
          await ingestGroups(world, [documents]);
          // a tombstone takes a statement wherever it stands, inside other people's envelopes as well
          if (isHeldElsewhere(world, digestOf(gone))) return;
          const size = world.ledger.head.size;
          const before = allAnswers(world.ledger.view(world.pedigree.scope()), WORLD_TARGETS);
          await retract(world, digestOf(gone));
          // what an archive or envelope held is gone with it, unless it also came otherwise
          expect(await outcome(world)).toEqual(never);
          if (isAgain) {
            await world.ingest([gone]);
            expect(await outcome(world)).toEqual(never);
          }
          const then = world.ledger.view(world.pedigree.scope({ asOf: size }));
          expect(allAnswers(then, WORLD_TARGETS)).toEqual(before);
          await world.reinstate(digestOf(gone));
          const now = world.ledger.view(world.pedigree.scope());
          expect(allAnswers(now, WORLD_TARGETS)).toEqual(before);
        });
      });
    }

    test('as if it had never come; a later ingest changes nothing; history keeps both; reinstated it is back', async () => {
      await fc.assert(
        retractionIsExact((world, digest) => world.retract(digest)),
        check,
      );
    });

    test('planted fault: a retraction that forgets members is noticed', async () => {
      const forgetful = retractionIsExact(async (world, digest) => {
        const { ledger } = world;
        const document = ledger.knowledge.findDocument(PROJECT, digest);
        const members = [...(document?.members ?? [])];
        for (const id of members) {
          const member = ledger.knowledge.documents[id];
          if (member === undefined) continue;
          // as if each member had been submitted by itself
          member.sources.push({ index: 0, parent: null });
        }
        await world.retract(digest);
      });
      expect((await fc.check(forgetful, PLANTED)).failed).toBe(true);
    });

    test('planted fault: a retraction that never happens is noticed', async () => {
      const deaf = retractionIsExact(async (world) => world.retract(sha256('x')).catch(() => -1));
      expect((await fc.check(deaf, PLANTED)).failed).toBe(true);
    });

    test('members of an archive leave with it, and stay where others submitted them', async () => {
      await fc.assert(
        fc.asyncProperty(worldArbitrary, fc.nat(), async (documents, pick) => {
          const [own] = documents.slice(pick % documents.length);
          if (own === undefined) return;
          const members = documents.map(({ bytes }, at) => ({ name: `m${at}.json`, bytes }));
          const archive = handed(tarOf(members));
          const alone = await inWorld(options, async (world) => {
            await world.ingest([own]);
            return outcome(world);
          });
          await inWorld(options, async (world) => {
            await ingestGroups(world, pick % 2 === 0 ? [[archive], [own]] : [[own], [archive]]);
            await world.retract(digestOf(archive));
            expect(await outcome(world)).toEqual(alone);
          });
        }),
        check,
      );
    });
  });

  describe(
    `worlds on ${name}: 4. a stranger changes nothing that matters`,
    { timeout: timeoutMs },
    () => {
      /** Every severity for every bad thing, and what is clear, under both classes. */
      function worth(world: World, tables?: (view: View) => void) {
        const found: { severities: number[]; clear: Set<string> } = {
          severities: [],
          clear: new Set(),
        };
        for (const minClass of ['unsigned', 'trusted'] as const) {
          const scope = world.pedigree.scope({ minClass });
          const view = new View(world.ledger.knowledge, world.ledger.index, scope);
          tables?.(view);
          for (const seed of WORLD_TARGETS) {
            found.severities.push(...severities(view, seed, WORLD_TARGETS));
            for (const ref of clearRefs(view, seed)) found.clear.add(`${minClass} ${ref} ${seed}`);
          }
        }
        return found;
      }

      function counted(world: World): Set<string> {
        const view = world.ledger.view(world.pedigree.scope());
        return new Set(
          view.nodesOfKind(['Model', 'Deployment']).map((found) => view.index.refOf(found)),
        );
      }

      function strangersAreHarmless(tables?: (view: View) => void) {
        return fc.asyncProperty(worldArbitrary, strangeWorldArbitrary, async (documents, strange) =>
          inWorld(options, async (world) => {
            await world.ingest(documents);
            const before = worth(world);
            const known = counted(world);
            const denials = await trustedHits(world);
            await world.ingest(strange);
            const after = worth(world, tables);
            after.severities.forEach((severity, at) =>
              expect(Math.sign(severity)).toBeGreaterThanOrEqual(
                Math.sign(before.severities[at] ?? 0),
              ),
            );
            const isNew = (entry: string): boolean =>
              known.has(entry.split(' ')[1] ?? '') && !before.clear.has(entry);
            expect([...after.clear].filter(isNew)).toEqual([]);
            expect(await trustedHits(world)).toEqual(denials);
          }),
        );
      }

      /** What the gate denies on: certain paths of trusted evidence from effective revocations. */
      async function trustedHits(world: World): Promise<string[]> {
        const { affected } = await gateOf(world).contamination(WORLD_TARGETS, 'trusted');
        return [...new Set(affected.map(({ target, path }) => `${target} ${path[0]}`))].sort();
      }

      test('nothing becomes clear, nothing is denied, no denial is lost', async () => {
        await fc.assert(strangersAreHarmless(), check);
      });

      test('planted fault: counting unsigned claims for closure is noticed', async () => {
        const gullible = strangersAreHarmless((view) => {
          view.tables.asSupport.forEach((rank, id) => {
            if (rank > 0) view.tables.asSupport[id] = 4;
          });
        });
        expect((await fc.check(gullible, PLANTED)).failed).toBe(true);
      });

      test('a stranger never allows: the decision with them is no better than without', async () => {
        const better = { deny: 0, undetermined: 1, allow: 2 } as const;
        const policyText = JSON.stringify({
          name: 'gate',
          environments: ['prod'],
          onPossible: 'undetermined',
          rules: [
            { score: { metric: 'accuracy', min: 0.95 } },
            { evaluation: { class: 'trusted', boundTo: ['model', 'dataset'] } },
            { 'not-revoked': { of: ['model', 'dataset', 'evaluation'] } },
            { closed: { of: ['model'], class: 'trusted' } },
          ],
        });
        const decide = async (world: World): Promise<keyof typeof better> => {
          const { decision } = await world.pedigree.verify({
            project: PROJECT,
            model: WORLD_MODEL.ref,
            dataset: WORLD_TEST_SET.ref,
            environment: 'prod',
            policyText,
          });
          return decision.outcome;
        };
        await fc.assert(
          fc.asyncProperty(worldArbitrary, strangeWorldArbitrary, async (documents, strange) =>
            inWorld(options, async (world) => {
              await world.ingest(documents);
              const before = await decide(world);
              await world.ingest(strange);
              expect(better[await decide(world)]).toBeLessThanOrEqual(better[before]);
            }),
          ),
          check,
        );
      });

      test('a key that is dropped from the roots makes nothing cleaner', async () => {
        await fc.assert(
          fc.asyncProperty(
            worldArbitrary,
            fc.constantFrom(KEYS.builder, KEYS.steward, KEYS.release),
            async (documents, dropped) =>
              inWorld(options, async (world) => {
                await world.ingest(documents);
                const before = worth(world);
                world.trustOnly(trustedRoles(dropped));
                await world.ingest(documents);
                const after = worth(world);
                after.severities.forEach((severity, at) =>
                  expect(severity).toBeGreaterThanOrEqual(before.severities[at] ?? 0),
                );
                expect([...after.clear].filter((entry) => !before.clear.has(entry))).toEqual([]);
              }),
          ),
          check,
        );
      });
    },
  );
}
