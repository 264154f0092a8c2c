// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  OTHER_FILES,
  strangeWorldArbitrary,
  worldArbitrary,
  WORLD_MODEL,
} from '../support/arbitrary-world.ts';
import { decideOn, GOOD_DOCUMENTS, TRAINING_SET } from '../support/good-world.ts';
import { completenessOf, linkOf, revocationOf, signed } from '../support/test-documents.ts';
import { handed, inWorld, KEYS, worldPolicy, type Handed } from '../support/world.ts';

/** Invariants 4 and 6 at the gate (DESIGN.md 1): nobody without authority brings a yes about, or takes one away. */
const TIMEOUT_MS = 120_000;

async function decideAfter(...groups: (readonly Handed[])[]): Promise<string> {
  let outcome = 'none';
  await inWorld({}, async (world) => {
    for (const group of groups) await world.ingest(group);
    outcome = await decideOn(world);
  });
  return outcome;
}

describe('a stranger at the gate', () => {
  test('brings no yes about', { timeout: TIMEOUT_MS }, async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...GOOD_DOCUMENTS], { maxLength: GOOD_DOCUMENTS.length - 1 }),
        worldArbitrary,
        strangeWorldArbitrary,
        async (good, world, strange) => {
          if ((await decideAfter(good, world)) === 'allow') return;
          refused++;
          expect(await decideAfter(good, world, strange)).not.toBe('allow');
        },
      ),
      { numRuns: 25 },
    );
    expect(refused).toBeGreaterThan(10);
  });

  test('takes no yes away', { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(strangeWorldArbitrary, async (strange) => {
        expect(await decideAfter(GOOD_DOCUMENTS, strange)).toBe('allow');
      }),
      { numRuns: 30 },
    );
  });
});

describe('the same words from those who may say them', () => {
  test('take the yes away: what they say is not ignored for its content', async () => {
    const other = OTHER_FILES[0];
    for (const payload of [
      signed(linkOf('more', [other], [WORLD_MODEL]), KEYS.builder),
      signed(revocationOf({ target: TRAINING_SET.ref, reason: 'withdrawn' }), KEYS.owner),
    ]) {
      expect(await decideAfter(GOOD_DOCUMENTS, [handed(payload)])).not.toBe('allow');
    }
  });

  test('bring the yes about, where a claim is all that is missing', async () => {
    const [link, , sources, score] = GOOD_DOCUMENTS as [Handed, Handed, Handed, Handed];
    const claim = completenessOf('inputs', [WORLD_MODEL]);
    expect(await decideAfter([link, sources, score])).not.toBe('allow');
    for (const [by, expected] of [
      [KEYS.steward, true],
      [KEYS.builder, false],
      [KEYS.stranger, false],
    ] as const) {
      const outcome = await decideAfter([link, sources, score, handed(signed(claim, by))]);
      expect(outcome === 'allow').toBe(expected);
    }
  });
});

describe('planted fault', () => {
  test('a policy that trusts the stranger for links lets him take a yes away', async () => {
    const policy = worldPolicy();
    const gullible = {
      ...policy,
      trusted: policy.trusted.map((grant) => ({
        ...grant,
        signers: [...grant.signers, KEYS.known.identity],
      })),
    };
    const more = handed(signed(linkOf('more', [OTHER_FILES[0]], [WORLD_MODEL]), KEYS.known));
    let outcome = 'none';
    await inWorld({ policy: gullible }, async (world) => {
      await world.ingest([...GOOD_DOCUMENTS, more]);
      outcome = await decideOn(world);
    });
    expect(outcome).not.toBe('allow');
    expect(await decideAfter([...GOOD_DOCUMENTS, more])).toBe('allow');
  });
});
