// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { allAnswers } from '../support/answers.ts';
import {
  worldArbitrary,
  WORLD_MODEL,
  WORLD_TARGETS,
  WORLD_TEST_SET,
} from '../support/arbitrary-world.ts';
import { decideOn, DECIDING_SCORE, GOOD_DOCUMENTS, TRAINING_SET } from '../support/good-world.ts';
import { FaultyStore, type Faultable } from '../support/faulty-store.ts';
import { MemoryBlobs } from '../support/memory-blobs.ts';
import { file, linkOf, signed, type TestFile } from '../support/test-documents.ts';
import { handed, inWorld, KEYS, type World } from '../support/world.ts';

/** 6. A failure is never a yes (DESIGN.md 1). */
interface Faulty {
  readonly world: World;
  readonly store: FaultyStore;
  readonly blobs: MemoryBlobs;
}

/** A good world behind a line that can be cut. */
async function inGoodWorld(work: (faulty: Faulty) => Promise<void>): Promise<void> {
  let faulty: FaultyStore | undefined;
  const blobs = new MemoryBlobs();
  const wrapStore = (store: GraphStore): GraphStore => (faulty = new FaultyStore(store));
  await inWorld({ wrapStore, wrapBlobs: () => blobs }, async (world) => {
    await world.ingest(GOOD_DOCUMENTS);
    await work({
      world,
      get store() {
        if (faulty === undefined) throw new Error('no store');
        return faulty;
      },
      blobs,
    });
  });
}

/** What is clear of the test set, in a world where the model is. */
async function clearCount(world: World, of: TestFile = WORLD_TEST_SET): Promise<number> {
  const { answer } = await world.pedigree.blastRadius([of.ref]);
  return answer.radius.clear.count;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing failed';
  } catch (error) {
    return isPedigreeError(error) ? error.code : `no PedigreeError: ${String(error)}`;
  }
}

describe('the good world', () => {
  test('is one in which the model is clear and allowed: what follows takes that away', async () => {
    await inGoodWorld(async ({ world }) => {
      expect(await clearCount(world)).toBe(1);
      expect(await decideOn(world)).toBe('allow');
    });
  });

  test.each([0, 1, 2, 3])('without its document %i it is not allowed', async (left) => {
    await inWorld({}, async (world) => {
      await world.ingest(GOOD_DOCUMENTS.filter((_, at) => at !== left));
      expect(await decideOn(world)).not.toBe('allow');
    });
  });
});

describe('a store that cannot be reached', () => {
  test('gives no answer and no decision; once it is back, the same ones', async () => {
    await inGoodWorld(async ({ world, store }) => {
      for (const ask of [
        () => clearCount(world),
        () => decideOn(world),
        () => world.pedigree.lineage(WORLD_MODEL.ref, 'up'),
        () => world.pedigree.path(TRAINING_SET.ref, WORLD_MODEL.ref),
        () => world.pedigree.modelsTrainedOn(TRAINING_SET.ref),
      ]) {
        store.failAt('head');
        expect(await codeOf(ask())).toBe('ERR_STORE_UNAVAILABLE');
      }
      expect(await clearCount(world)).toBe(1);
      expect(await decideOn(world)).toBe('allow');
    });
  });

  test('in the middle of being read leaves nothing half known behind', async () => {
    for (let after = 0; after < 8; after++) {
      await inGoodWorld(async (faulty) => {
        const { world } = faulty;
        const before = (await world.pedigree.blastRadius([TRAINING_SET.ref])).answer;
        const size = world.ledger.head.size;
        await world.restartWith(() => faulty.store.failAt('entries', after));
        expect(world.ledger.knowledge.size).toBe(size);
        expect((await world.pedigree.blastRadius([TRAINING_SET.ref])).answer).toEqual(before);
        expect(await decideOn(world)).toBe('allow');
      });
    }
  });

  test('while its facts are being read: the next question has them', async () => {
    await inGoodWorld(async (faulty) => {
      const { world } = faulty;
      const size = world.ledger.head.size;
      await world.restartWith(() => faulty.store.failAt('blobs'));
      expect(world.ledger.knowledge.size).toBe(size);
      expect(await clearCount(world)).toBe(1);
      expect(await decideOn(world)).toBe('allow');
    });
  });

  test('while writing: nothing is half written, and trying again is enough', async () => {
    await inGoodWorld(async ({ world, store }) => {
      const size = world.ledger.head.size;
      const digest = await world.pedigree.stateDigest();
      const more = handed(
        signed(linkOf('more', [file('data/x.csv')], [WORLD_MODEL]), KEYS.builder),
      );
      store.failAt('commit');
      expect(await codeOf(world.ingest([more]))).toBe('ERR_STORE_UNAVAILABLE');
      expect(world.ledger.head.size).toBe(size);
      expect(world.ledger.knowledge.size).toBe(size);
      expect(await world.pedigree.stateDigest()).toBe(digest);
      expect(await clearCount(world)).toBe(1);
      await world.ingest([more]);
      expect(await clearCount(world)).toBe(0);
      expect(await decideOn(world)).not.toBe('allow');
    });
  });

  test('whose answer to a commit is lost: nothing is written twice', async () => {
    await inGoodWorld(async ({ world, store }) => {
      const more = handed(
        signed(linkOf('more', [file('data/x.csv')], [WORLD_MODEL]), KEYS.builder),
      );
      store.losesAnswers = true;
      expect(await codeOf(world.ingest([more]))).toBe('ERR_STORE_UNAVAILABLE');
      store.heal();
      const outcomes = await world.ingest([more]);
      expect(outcomes.map(({ known }) => known)).toEqual([true, true]);
      expect(await clearCount(world)).toBe(0);
      const size = world.ledger.head.size;
      await world.restart();
      expect(world.ledger.head.size).toBe(size);
      expect(await clearCount(world)).toBe(0);
    });
  });
});

describe('a store that lost something', () => {
  test('facts that are missing stop everything, and are named', async () => {
    await inGoodWorld(async (faulty) => {
      const { world } = faulty;
      const [facts] = world.ledger.knowledge.documents.flatMap(({ entries }) =>
        entries.flatMap((entry) => entry.facts ?? []),
      );
      expect(facts).toBeDefined();
      if (facts === undefined) return;
      const opened = world.restartWith(() => faulty.store.lost.add(facts), false);
      expect(await codeOf(opened)).toBe('ERR_STORE_CORRUPT');
      expect(await codeOf(clearCount(world))).toBe('ERR_STORE_CORRUPT');
      expect(await codeOf(decideOn(world))).toBe('ERR_STORE_CORRUPT');
      faulty.store.heal();
      await world.ledger.refresh();
      expect(await clearCount(world)).toBe(1);
    });
  });

  test('a policy that is missing gives no answer', async () => {
    await inGoodWorld(async (faulty) => {
      const { world } = faulty;
      const policy = world.ledger.knowledge.policies[0]?.content ?? sha256('none');
      await world.restartWith(() => faulty.store.lost.add(policy), false).catch(() => undefined);
      expect(await codeOf(clearCount(world))).not.toBe('nothing failed');
      expect(await codeOf(decideOn(world))).not.toBe('nothing failed');
    });
  });

  test('entries at the end', async () => {
    await inGoodWorld(async (faulty) => {
      const { world } = faulty;
      const last = world.ledger.head.size - 1;
      const cut = (): void => {
        faulty.store.cutAt = last;
      };
      expect(await codeOf(world.restartWith(cut, false))).toBe('ERR_LOG_CORRUPT');
      expect(await codeOf(clearCount(world))).toBe('ERR_LOG_CORRUPT');
      expect(await codeOf(decideOn(world))).toBe('ERR_LOG_CORRUPT');
    });
  });

  test('an entry that was altered', async () => {
    await inGoodWorld(async (faulty) => {
      const { world } = faulty;
      const alter = (): void => {
        faulty.store.alter = (entry) =>
          entry.index === 2
            ? { ...entry, event: entry.event.replace('tester', 'stranger') }
            : entry;
      };
      expect(await codeOf(world.restartWith(alter, false))).toBe('ERR_LOG_CORRUPT');
      expect(await codeOf(decideOn(world))).toBe('ERR_LOG_CORRUPT');
      faulty.store.heal();
      expect(await clearCount(world)).toBe(1);
    });
  });

  test('its newest entries, put back from an older copy', async () => {
    await inGoodWorld(async ({ world, store }) => {
      const older = world.ledger.head;
      await world.ingest([handed(linkOf('more', [TRAINING_SET], [WORLD_MODEL]))]);
      store.pretendHead = older;
      expect(await codeOf(clearCount(world))).toBe('ERR_LOG_CORRUPT');
      expect(await codeOf(decideOn(world))).toBe('ERR_LOG_CORRUPT');
    });
  });

  test('another log of the same length', async () => {
    await inGoodWorld(async ({ world, store }) => {
      const { size, time } = world.ledger.head;
      store.pretendHead = { size, time, frontier: ['00'.repeat(32)] };
      expect(await codeOf(clearCount(world))).toBe('ERR_LOG_CORRUPT');
    });
  });
});

describe('evidence that is gone', () => {
  test('the envelope of the deciding score: never allowed', async () => {
    await inGoodWorld(async ({ world, blobs }) => {
      blobs.lose(sha256(DECIDING_SCORE.bytes));
      const outcome = await decideOn(world).catch(() => 'error');
      expect(outcome).not.toBe('allow');
    });
  });
});

describe('faults at random', () => {
  const faults = fc.array(
    fc.tuple(
      fc.constantFrom<Faultable>('head', 'entries', 'blobs', 'commit'),
      fc.nat({ max: 6 }),
      fc.nat({ max: 3 }),
    ),
    { minLength: 1, maxLength: 4 },
  );

  function answersAreTrueOrNone(isHonest: boolean) {
    return fc.asyncProperty(worldArbitrary, faults, async (documents, plan) => {
      const wrapBlobs = (): MemoryBlobs => new MemoryBlobs();
      const truth = await inWorld({ wrapBlobs }, async (world) => {
        await world.ingest(documents);
        return allAnswers(world.ledger.view(world.pedigree.scope()), WORLD_TARGETS);
      });
      let faulty: FaultyStore | undefined;
      const wrapStore = (store: GraphStore): GraphStore => (faulty = new FaultyStore(store));
      await inWorld({ wrapStore, wrapBlobs }, async (world) => {
        for (const [what, calls, after] of plan) {
          faulty?.failAt(what, calls);
          await world.ingest(documents.slice(0, after + 1)).catch(() => undefined);
          if (after === 0) await world.restartWith(() => undefined, false).catch(() => undefined);
        }
        faulty?.heal();
        if (isHonest) await world.ingest(documents);
        await world.ledger.refresh();
        const view = world.ledger.view(world.pedigree.scope());
        expect(world.ledger.knowledge.size).toBe(world.ledger.head.size);
        expect(allAnswers(view, WORLD_TARGETS)).toEqual(truth);
      });
    });
  }

  test('leave no trace once the line is back', async () => {
    await fc.assert(answersAreTrueOrNone(true), { numRuns: 15 });
  });

  test('planted fault: documents that are not tried again are noticed', async () => {
    const once = await fc.check(answersAreTrueOrNone(false), { numRuns: 60, endOnFailure: true });
    expect(once.failed).toBe(true);
  });
});
