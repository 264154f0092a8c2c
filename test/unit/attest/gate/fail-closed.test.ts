// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecision } from '../../../../attest/decision/decision.ts';
import { evaluateTriple } from '../../../../attest/gate/evaluate.ts';
import type { EvaluationEvidence, GateFacts } from '../../../../attest/gate/ports.ts';
import { PedigreeError } from '../../../../core/errors.ts';
import { sha256 } from '../../../../core/digest.ts';
import {
  evaluation,
  factsOf,
  FULL_RULES,
  hit,
  MODEL,
  DATASET,
  request,
  signature,
  simulatedFor,
  world,
} from './support.ts';
import type { World } from './support.ts';

/** Something that is lost or made weaker. */
interface Damage {
  readonly name: string;
  readonly apply: (before: World) => World;
}

const onEvaluations = (
  name: string,
  change: (evaluation: EvaluationEvidence) => Partial<EvaluationEvidence>,
): Damage => ({
  name,
  apply: (before) => ({
    ...before,
    evaluations: before.evaluations.map((one) => ({ ...one, ...change(one) })),
  }),
});

const DAMAGE: readonly Damage[] = [
  { name: 'all evaluations are gone', apply: (before) => ({ ...before, evaluations: [] }) },
  {
    name: 'the oldest evaluation is gone',
    apply: (before) => {
      const oldest = Math.min(...before.evaluations.map(({ logIndex }) => logIndex));
      return {
        ...before,
        evaluations: before.evaluations.filter(({ logIndex }) => logIndex !== oldest),
      };
    },
  },
  onEvaluations('the TEE evidence is gone', () => ({ evidence: [] })),
  onEvaluations('the endorsements are broken', ({ evidence }) => ({
    evidence: evidence.map((piece) => ({ ...piece, evidence: piece.evidence.subarray(1) })),
  })),
  onEvaluations('the envelope is gone', () => ({ signedBytes: null })),
  onEvaluations('the signers are not trusted any more', (one) => ({
    class: 'signed',
    everClass: one.everClass ?? one.class,
  })),
  onEvaluations('the nonce is gone', () => ({ nonce: null })),
  onEvaluations('the harness is gone', () => ({ harness: null })),
  onEvaluations('the sample size is gone', () => ({ sampleSize: null })),
  onEvaluations('the binding to the model is gone', () => ({ model: 'name:story/model' })),
  {
    name: 'the newest evaluation loses its class',
    apply: (before) => {
      const newest = Math.max(...before.evaluations.map(({ logIndex }) => logIndex));
      const evaluations = before.evaluations.map((one): EvaluationEvidence => {
        return one.logIndex === newest
          ? { ...one, class: 'unsigned', everClass: one.everClass ?? one.class }
          : one;
      });
      return { ...before, evaluations };
    },
  },
  { name: 'signatures are gone', apply: (before) => ({ ...before, signatures: new Map() }) },
  {
    name: 'signatures lose their class',
    apply: (before) => ({
      ...before,
      signatures: new Map(
        [...before.signatures].map(([ref, found]) => [
          ref,
          found.map((one) => ({ ...one, class: 'unsigned' as const })),
        ]),
      ),
    }),
  },
  { name: 'completeness claims are gone', apply: (before) => ({ ...before, closed: new Set() }) },
  { name: 'evidence is withheld', apply: (before) => ({ ...before, withheld: ['1 document'] }) },
  {
    name: 'the nonces are taken',
    apply: (before) => ({
      ...before,
      nonces: new Map(
        before.evaluations.flatMap(({ nonce }) =>
          nonce === null ? [] : [[nonce, sha256('first')] as const],
        ),
      ),
    }),
  },
];

/** Worlds good and bad: the good one with some of these. */
const MORE: readonly Damage[] = [
  {
    name: 'a newer evaluation is bad',
    apply: (before) => ({
      ...before,
      evaluations: [...before.evaluations, evaluation({ value: '0.5', logIndex: 50 })],
    }),
  },
  {
    name: 'an older evaluation is bad',
    apply: (before) => ({
      ...before,
      evaluations: [...before.evaluations, evaluation({ value: '0.5', logIndex: 30 })],
    }),
  },
  {
    name: 'an older evaluation is good',
    apply: (before) => ({
      ...before,
      evaluations: [...before.evaluations, evaluation({ logIndex: 20 })],
    }),
  },
  {
    name: 'the dataset is revoked',
    apply: (before) => ({ ...before, contamination: new Map([[DATASET, { affected: [hit()] }]]) }),
  },
  {
    name: 'the model is possibly revoked',
    apply: (before) => ({
      ...before,
      contamination: new Map([[MODEL, { possible: [hit({ class: 'unsigned' })] }]]),
    }),
  },
];

const damages = (from: readonly Damage[], maxLength: number): fc.Arbitrary<Damage[]> =>
  fc.uniqueArray(fc.constantFrom(...from), { maxLength, selector: ({ name }) => name });

const ruleSets = fc.subarray([...FULL_RULES], { minLength: 1 });

async function outcomeOf(rules: readonly string[], data: World): Promise<string> {
  return (await evaluateTriple(request(rules), factsOf(data))).outcome;
}

const unsignedEvaluations = fc.array(
  fc.record({
    value: fc.constantFrom('1', '0.99', '0.5', 'NaN', '1e9', ''),
    metric: fc.constantFrom('accuracy', 'recall'),
    logIndex: fc.integer({ min: 0, max: 99 }),
    class: fc.constantFrom('unsigned' as const, 'inferred' as const, 'signed' as const),
    nonce: fc.constantFrom(null, 'nonce of accuracy 0.97 40', 'x'),
    model: fc.constantFrom(MODEL, 'name:story/model'),
    hasEvidence: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('what the gate never does', () => {
  test('the undamaged world is allowed, so that these properties are about something', async () => {
    expect(await outcomeOf(FULL_RULES, world())).toBe('allow');
  });

  test.each(DAMAGE)('$name: not allowed under the whole policy', async ({ apply }) => {
    expect(await outcomeOf(FULL_RULES, apply(world()))).not.toBe('allow');
  });

  test('losing or weakening evidence never turns another answer into allow', async () => {
    await fc.assert(
      fc.asyncProperty(
        ruleSets,
        damages(MORE, 3),
        damages(DAMAGE, 2),
        damages(DAMAGE, 2),
        async (rules, more, first, then) => {
          const before = [...more, ...first].reduce((data, { apply }) => apply(data), world());
          const after = then.reduce((data, { apply }) => apply(data), before);
          if ((await outcomeOf(rules, before)) === 'allow') return;
          expect(await outcomeOf(rules, after)).not.toBe('allow');
        },
      ),
      { numRuns: 400 },
    );
  });

  test('evaluations below the class asked for change no outcome', async () => {
    await fc.assert(
      fc.asyncProperty(
        ruleSets,
        damages([...MORE, ...DAMAGE], 3),
        unsignedEvaluations,
        async (rules, damage, strange) => {
          const before = damage.reduce((data, { apply }) => apply(data), world());
          const added = strange.map(({ hasEvidence, ...changes }, index) => {
            const made = evaluation({ ...changes, statement: sha256(`strange ${index}`) });
            return hasEvidence ? made : { ...made, evidence: [] };
          });
          const after = { ...before, evaluations: [...added, ...before.evaluations] };
          expect(await outcomeOf(rules, after)).toBe(await outcomeOf(rules, before));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('evidence that strangers attach changes no allow, and makes none', async () => {
    const junk = { kind: 'simulated', evidence: new Uint8Array(10), endorsements: new Map() };
    const foreign = simulatedFor(new Uint8Array([1]));
    await fc.assert(
      fc.asyncProperty(
        damages([...MORE, ...DAMAGE], 3),
        fc.array(fc.constantFrom(junk, foreign), { maxLength: 4 }),
        async (damage, pieces) => {
          const before = damage.reduce((data, { apply }) => apply(data), world());
          const evaluations = before.evaluations.map((one) => ({
            ...one,
            evidence: [...pieces, ...one.evidence],
          }));
          const [was, is] = [
            await outcomeOf(FULL_RULES, before),
            await outcomeOf(FULL_RULES, { ...before, evaluations }),
          ];
          expect(is === 'allow').toBe(was === 'allow');
        },
      ),
      { numRuns: 100 },
    );
  });

  const QUESTIONS = [
    'evaluations',
    'contamination',
    'closure',
    'signatures',
    'nonceOwner',
  ] as const;
  const ERRORS = [
    [
      'a store that is away',
      new PedigreeError('ERR_STORE_UNAVAILABLE', 'the store is away'),
      'ERR_STORE_UNAVAILABLE',
    ],
    ['a fault of ours', new TypeError('secret text'), 'ERR_INTERNAL'],
    ['a thrown string', 'secret text', 'ERR_INTERNAL'],
  ] as const;
  test.each(QUESTIONS.flatMap((question) => ERRORS.map((error) => [question, ...error] as const)))(
    'a rule that breaks in %s is undetermined: %s',
    async (question, _name, error, code) => {
      const broken: Partial<GateFacts> = {
        [question]: async () => {
          throw error;
        },
      };
      const decision = await evaluateTriple(request(FULL_RULES), factsOf(world(), broken));
      expect(decision.outcome).toBe('undetermined');
      const codes = decision.rules.flatMap(({ outcome, reasons }) =>
        outcome === 'undetermined' ? reasons.map((one) => one.code) : [],
      );
      expect(codes).toContain(code);
      expect(formatDecision(decision)).not.toContain('secret text');
      expect(decision.wouldFlip).toEqual([]);
    },
  );

  test('a question that throws before it is a promise', async () => {
    const facts = factsOf(world(), {
      signatures: () => {
        throw new Error('at once');
      },
    });
    expect((await evaluateTriple(request(FULL_RULES), facts)).outcome).toBe('undetermined');
  });

  test('a rule that nobody knows', async () => {
    const asked = request(FULL_RULES);
    const odd = { rule: 'moon-phase' } as unknown as (typeof asked.policy.policy.rules)[number];
    const policy = {
      ...asked.policy,
      policy: { ...asked.policy.policy, rules: [...asked.policy.policy.rules, odd] },
    };
    expect((await evaluateTriple({ ...asked, policy }, factsOf(world()))).outcome).toBe(
      'undetermined',
    );
  });

  test('the order in which the graph answers does not matter', async () => {
    const many = world({
      evaluations: [10, 20, 30, 40].map((logIndex) =>
        evaluation({ logIndex, value: `0.9${logIndex}` }),
      ),
      signatures: new Map([
        [
          MODEL,
          [12, 13, 14].map((logIndex) => signature({ logIndex, document: sha256(`p${logIndex}`) })),
        ],
        [DATASET, [signature({ statementKind: 'oms' })]],
      ]),
      contamination: new Map([
        [
          MODEL,
          {
            possible: [1, 2, 3].map((revocationIndex) =>
              hit({ revocationIndex, target: `run:${revocationIndex}` }),
            ),
          },
        ],
      ]),
    });
    const expected = formatDecision(await evaluateTriple(request(FULL_RULES), factsOf(many)));
    const shuffle = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
      fc.shuffledSubarray([...items], { minLength: items.length });
    await fc.assert(
      fc.asyncProperty(
        shuffle(many.evaluations),
        shuffle(many.signatures.get(MODEL) ?? []),
        shuffle(many.contamination.get(MODEL)?.possible ?? []),
        async (evaluations, signatures, possible) => {
          const shuffled = {
            ...many,
            evaluations,
            signatures: new Map([...many.signatures, [MODEL, signatures]]),
            contamination: new Map([[MODEL, { possible }]]),
          };
          const decision = await evaluateTriple(request(FULL_RULES), factsOf(shuffled));
          expect(formatDecision(decision)).toBe(expected);
        },
      ),
      { numRuns: 30 },
    );
  });
});
