// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { evaluateTriple } from '../../../../attest/gate/evaluate.ts';
import type { Decision } from '../../../../attest/decision/decision.ts';
import type { EvaluationEvidence, SignatureEvidence } from '../../../../attest/gate/ports.ts';
import type { GateRequest } from '../../../../attest/gate/request.ts';
import { sha256 } from '../../../../core/digest.ts';
import {
  builder,
  CLASSES,
  codesOf,
  DATASET,
  evaluation,
  evaluator,
  factsOf,
  FULL_RULES,
  gateCodes,
  hit,
  MODEL,
  request,
  revoker,
  SCORE,
  signature,
  world,
} from './support.ts';
import type { World } from './support.ts';

async function decide(
  rules: readonly string[],
  changes: Partial<World> = {},
  asked: Partial<GateRequest> = {},
  head = '',
): Promise<Decision> {
  return evaluateTriple(request(rules, asked, head), factsOf(world(changes)));
}

const withEvaluations = (...evaluations: EvaluationEvidence[]): Partial<World> => ({ evaluations });

describe('the whole policy', () => {
  test('everything there: allow, with every rule and its evidence', async () => {
    const decision = await decide(FULL_RULES);
    expect(decision.rules.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['score', 'passed'],
      ['evaluation', 'passed'],
      ['signature', 'passed'],
      ['signature', 'passed'],
      ['not-revoked', 'passed'],
      ['closed', 'passed'],
      ['tee-evidence', 'passed'],
    ]);
    expect(decision).toMatchObject({
      outcome: 'allow',
      simulated: true,
      evaluations: [evaluation().statement],
      wouldFlip: [],
      advisory: false,
      policy: { name: 'production', logIndex: 5 },
    });
    expect(decision.rules[0]?.evidence).toEqual([
      { document: evaluation().statement, logIndex: 40 },
    ]);
    expect(decision.rules[2]?.evidence).toEqual([{ document: signature().document, logIndex: 12 }]);
  });

  test('nothing there: deny', async () => {
    const nothing = { evaluations: [], signatures: new Map(), closed: new Set<string>() };
    const decision = await decide(FULL_RULES, nothing);
    expect(decision.outcome).toBe('deny');
    expect(decision.rules.every(({ outcome }) => outcome !== 'passed')).toBe(true);
  });
});

describe('score', () => {
  test.each([
    ['0.95', 'allow'],
    ['0.950000000000000000000000000001', 'allow'],
    ['9.5e-1', 'allow'],
    ['1', 'allow'],
    ['0.9499999999999999999999999999', 'deny'],
    ['0.833333', 'deny'],
    ['-1', 'deny'],
    ['NaN', 'deny'],
    ['Infinity', 'deny'],
    ['', 'deny'],
    ['98%', 'deny'],
    ['1e400000', 'deny'],
  ])('%s against at least 0.95: %s', async (value, outcome) => {
    const decision = await decide([SCORE], withEvaluations(evaluation({ value })));
    expect(decision.outcome).toBe(outcome);
  });

  test('a bound is what it says, not its nearest double', async () => {
    const rule = 'score: {metric: accuracy, min: 0.30000000000000001}';
    const below = await decide([rule], withEvaluations(evaluation({ value: '0.3' })));
    expect(below.outcome).toBe('deny');
    const equal = await decide(
      [rule],
      withEvaluations(evaluation({ value: '0.30000000000000001' })),
    );
    expect(equal.outcome).toBe('allow');
  });

  test('the reasons name value, bound, statement and log index', async () => {
    const low = evaluation({ value: '0.833333' });
    const decision = await decide([SCORE], withEvaluations(low));
    const [reason] = decision.rules[0]?.reasons ?? [];
    expect(reason?.code).toBe('score-below-minimum');
    for (const part of ['0.833333', '0.95', low.statement, '40'])
      expect(reason?.message).toContain(part);
  });

  test('a maximum', async () => {
    const rule = 'score: {metric: ece, max: 0.05}';
    const good = await decide(
      [rule],
      withEvaluations(evaluation({ metric: 'ece', value: '0.05' })),
    );
    expect(good.outcome).toBe('allow');
    const bad = await decide(
      [rule],
      withEvaluations(evaluation({ metric: 'ece', value: '0.0501' })),
    );
    expect(codesOf(bad, 0)).toEqual(['score-above-maximum']);
  });

  test.each([
    ['99', 'sample-size-too-small'],
    [null, 'sample-size-missing'],
    ['many', 'sample-size-missing'],
    ['-500', 'sample-size-too-small'],
  ])('a sample of %s', async (sampleSize, code) => {
    const decision = await decide([SCORE], withEvaluations(evaluation({ sampleSize })));
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toContain(code);
  });

  test('another metric does not count', async () => {
    const decision = await decide([SCORE], withEvaluations(evaluation({ metric: 'recall' })));
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toContain('evaluation-missing');
  });

  test.each(CLASSES)('class %s', async (trust) => {
    const decision = await decide([SCORE], withEvaluations(evaluation({ class: trust })));
    expect(decision.outcome).toBe(trust === 'trusted' || trust === 'attested' ? 'allow' : 'deny');
  });

  test('a class that nobody knows counts for nothing', async () => {
    const odd = evaluation({ class: 'superb' as EvaluationEvidence['class'] });
    expect((await decide([SCORE], withEvaluations(odd))).outcome).toBe('deny');
  });

  test.each([
    ['another model', { model: sha256('other') }],
    ['a model by name', { model: 'name:story/triage-v2' }],
    ['another dataset', { dataset: sha256('other') }],
    ['a dataset by path', { dataset: 'data/split/test.csv' }],
    ['a dataset by coordinate', { dataset: 'hf:squad@main' }],
  ])('%s is not bound', async (_name, changes) => {
    const decision = await decide([SCORE], withEvaluations(evaluation(changes)));
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['evaluation-missing', 'evaluation-not-admitted']);
  });

  test.each([
    ['a digest of another algorithm', { model: `sha512:${'1f'.repeat(64)}` }],
    ['an OMS root', { model: `oms:${'2e'.repeat(32)}` }],
  ])("%s is an alias on the graph's word", async (_name, changes) => {
    expect((await decide([SCORE], withEvaluations(evaluation(changes)))).outcome).toBe('allow');
  });

  test('the newest admissible decides, and older conflicts are told', async () => {
    const [older, newer] = [
      evaluation({ logIndex: 10 }),
      evaluation({ logIndex: 20, value: '0.5' }),
    ];
    const denied = await decide([SCORE], withEvaluations(older, newer));
    expect(denied.outcome).toBe('deny');
    expect(codesOf(denied, 0)).toEqual(['score-below-minimum', 'score-conflict']);
    const reversed = await decide([SCORE], withEvaluations(evaluation({ logIndex: 30 }), newer));
    expect(reversed.outcome).toBe('allow');
    expect(codesOf(reversed, 0)).toEqual(['score-met', 'score-conflict']);
  });

  test('a request may pick another one; the conflict is told', async () => {
    const [older, newer] = [
      evaluation({ logIndex: 10 }),
      evaluation({ logIndex: 20, value: '0.5' }),
    ];
    const picked = { evaluation: older.statement };
    const decision = await decide([SCORE], withEvaluations(older, newer), picked);
    expect(decision).toMatchObject({
      outcome: 'allow',
      requested: older.statement,
      evaluations: [older.statement],
    });
    expect(codesOf(decision, 0)).toEqual(['score-met', 'score-conflict']);
  });

  test('picking one that is not there, or not admissible: deny', async () => {
    const gone = await decide([SCORE], {}, { evaluation: sha256('gone') });
    expect(gone.outcome).toBe('deny');
    const weak = evaluation({ logIndex: 50, class: 'signed' });
    const picked = await decide([SCORE], withEvaluations(evaluation(), weak), {
      evaluation: weak.statement,
    });
    expect(picked.outcome).toBe('deny');
  });

  test('equal values written differently are no conflict', async () => {
    const evaluations = [
      evaluation({ logIndex: 10, value: '0.970' }),
      evaluation({ logIndex: 20 }),
    ];
    expect(codesOf(await decide([SCORE], { evaluations }), 0)).toEqual(['score-met']);
  });

  test('two values in one statement: undetermined', async () => {
    const twice = [evaluation(), evaluation({ value: '0.2', statement: evaluation().statement })];
    const decision = await decide([SCORE], { evaluations: twice });
    expect(decision.outcome).toBe('undetermined');
    expect(codesOf(decision, 0)).toEqual(['evaluation-ambiguous']);
  });

  test('a newer evaluation that lost its class is not forgotten: undetermined', async () => {
    const lost = evaluation({
      logIndex: 60,
      value: '0.2',
      class: 'unsigned',
      everClass: 'trusted',
    });
    const decision = await decide([SCORE], withEvaluations(evaluation(), lost));
    expect(decision.outcome).toBe('undetermined');
    expect(codesOf(decision, 0)).toEqual(['evaluation-downgraded']);
    const older = { ...lost, logIndex: 1 };
    expect((await decide([SCORE], withEvaluations(evaluation(), older))).outcome).toBe('allow');
  });

  test('two metrics in two statements', async () => {
    const rules = [SCORE, 'score: {metric: recall, min: 0.9}'];
    const recall = evaluation({ metric: 'recall', value: '0.91', logIndex: 41 });
    const decision = await decide(rules, withEvaluations(evaluation(), recall));
    expect(decision.outcome).toBe('allow');
    expect(decision.evaluations).toEqual([evaluation().statement, recall.statement]);
    expect((await decide(rules, withEvaluations(evaluation()))).outcome).toBe('deny');
  });
});

describe('evaluation', () => {
  test.each([
    ['trusted', 'trusted', 'allow'],
    ['trusted', 'attested', 'allow'],
    ['trusted', 'signed', 'deny'],
    ['attested', 'attested', 'allow'],
    ['attested', 'trusted', 'deny'],
    ['attested', 'unsigned', 'deny'],
  ] as const)('asked %s, is %s: %s', async (asked, has, outcome) => {
    const decision = await decide(
      [`evaluation: {class: ${asked}}`],
      withEvaluations(evaluation({ class: has })),
    );
    expect(decision.outcome).toBe(outcome);
  });

  test('its class goes for score rules too', async () => {
    const rules = [SCORE, 'evaluation: {class: attested}'];
    expect((await decide(rules)).rules.map(({ outcome }) => outcome).slice(0, 2)).toEqual([
      'failed',
      'failed',
    ]);
  });

  test('bound to the model only', async () => {
    const named = withEvaluations(evaluation({ dataset: 'name:story/test' }));
    expect((await decide(['evaluation: {boundTo: [model]}'], named)).outcome).toBe('allow');
    expect((await decide(['evaluation: {boundTo: [dataset]}'], named)).outcome).toBe('deny');
    const both = ['evaluation: {boundTo: [model]}', 'evaluation: {boundTo: [dataset]}'];
    expect((await decide(both, named)).outcome).toBe('deny');
  });

  test('none at all: deny', async () => {
    const decision = await decide(['evaluation: {}'], withEvaluations());
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['evaluation-missing']);
  });
});

describe('signature', () => {
  const rule = 'signature: {statement: provenance, of: model}';
  const about = (...found: SignatureEvidence[]): Partial<World> => ({
    signatures: new Map([[MODEL, found]]),
  });

  test.each([
    ['signed', 'signed', 'allow'],
    ['signed', 'unsigned', 'deny'],
    ['signed', 'inferred', 'deny'],
    ['trusted', 'trusted', 'allow'],
    ['trusted', 'attested', 'allow'],
    ['trusted', 'signed', 'deny'],
    ['attested', 'trusted', 'deny'],
  ] as const)('asked %s, is %s: %s', async (asked, has, outcome) => {
    const text = `signature: {statement: provenance, of: model, class: ${asked}}`;
    expect((await decide([text], about(signature({ class: has })))).outcome).toBe(outcome);
  });

  test.each([
    ['none', []],
    ['another kind', [signature({ statementKind: 'link' })]],
    ['nobody who signed it', [signature({ signers: [] })]],
  ])('%s: deny', async (_name, found) => {
    expect((await decide([rule], about(...found))).outcome).toBe('deny');
  });

  test('about the dataset is not about the model', async () => {
    const other = { signatures: new Map([[DATASET, [signature()]]]) };
    expect((await decide([rule], other)).outcome).toBe('deny');
    expect((await decide(['signature: {statement: provenance, of: dataset}'], other)).outcome).toBe(
      'allow',
    );
  });

  test('weaker ones beside a good one change nothing', async () => {
    const weak = signature({ class: 'unsigned', document: sha256('weak'), logIndex: 90 });
    const decision = await decide([rule], about(weak, signature()));
    expect(decision.outcome).toBe('allow');
    expect(decision.rules[0]?.evidence).toEqual([{ document: signature().document, logIndex: 12 }]);
  });
});

describe('not-revoked', () => {
  const rules = [SCORE, 'not-revoked: {of: [model, dataset, evaluation]}'];
  const evaluationRef = `document:${evaluation().statement}`;

  test('clear', async () => {
    const decision = await decide(rules);
    expect(decision.outcome).toBe('allow');
    expect(codesOf(decision, 1)).toEqual(['not-revoked']);
  });

  test.each([MODEL, DATASET, evaluationRef])('a path from %s denies', async (ref) => {
    const decision = await decide(rules, {
      contamination: new Map([[ref, { affected: [hit()] }]]),
    });
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 1)).toEqual(['revoked']);
    expect(decision.rules[1]?.reasons[0]?.message).toContain('log index 77');
  });

  test('what the rule does not name is not asked about', async () => {
    const onlyModel = [SCORE, 'not-revoked: {of: [model]}'];
    const contamination = new Map([[DATASET, { affected: [hit()] }]]);
    expect((await decide(onlyModel, { contamination })).outcome).toBe('allow');
  });

  test("the graph's own ref of an evaluation is asked about", async () => {
    const evaluations = [evaluation({ ref: 'evaluation:7' })];
    const contamination = new Map([['evaluation:7', { affected: [hit()] }]]);
    expect((await decide(rules, { evaluations, contamination })).outcome).toBe('deny');
  });

  test.each([
    ['ignore', 'allow', ['not-revoked']],
    ['warn', 'allow', ['not-revoked', 'possibly-revoked']],
    ['undetermined', 'undetermined', ['not-revoked', 'possibly-revoked']],
  ])('a possible path, %s: %s', async (onPossible, outcome, codes) => {
    const contamination = new Map([[MODEL, { possible: [hit({ class: 'unsigned' })] }]]);
    const decision = await decide(rules, { contamination }, {}, `onPossible: ${onPossible}`);
    expect(decision.outcome).toBe(outcome);
    expect(codesOf(decision, 1)).toEqual(codes);
  });

  test.each(['ignore', 'warn', 'undetermined'])(
    'a sure path denies beside possible ones: %s',
    async (onPossible) => {
      const contamination = new Map([
        [MODEL, { affected: [hit()], possible: [hit({ class: 'signed' })] }],
      ]);
      expect(
        (await decide(rules, { contamination }, {}, `onPossible: ${onPossible}`)).outcome,
      ).toBe('deny');
    },
  );

  test('the class asked against goes to the graph', async () => {
    const asked: string[] = [];
    const facts = factsOf(world(), {
      contamination: async (_refs, minClass) => {
        asked.push(minClass);
        return { affected: [], possible: [], skipped: [] };
      },
    });
    await evaluateTriple(request(rules, {}, 'against: signed'), facts);
    await evaluateTriple(request(rules), facts);
    expect(asked).toEqual(['signed', 'trusted']);
  });

  test('no evaluation to ask about: deny', async () => {
    const decision = await decide(['not-revoked: {of: [evaluation]}'], withEvaluations());
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['evaluation-missing']);
  });

  test('boilerplate that a walk stepped over is told', async () => {
    const skipped = [sha256('gitignore')];
    const decision = await decide(rules, { contamination: new Map([[MODEL, { skipped }]]) });
    expect(decision).toMatchObject({ outcome: 'allow', skipped });
  });

  test('thousands of paths make a short answer', async () => {
    const affected = Array.from({ length: 5000 }, (_, index) =>
      hit({ target: `run:${index}`, path: Array.from({ length: 500 }, String) }),
    );
    const decision = await decide(rules, { contamination: new Map([[MODEL, { affected }]]) });
    expect(decision.outcome).toBe('deny');
    expect(decision.rules[1]?.reasons.length).toBeLessThan(30);
    expect(JSON.stringify(decision).length).toBeLessThan(100_000);
  });
});

describe('closed', () => {
  const rules = [SCORE, 'closed: {of: [model]}'];

  test('closed, and not closed', async () => {
    expect((await decide(rules)).outcome).toBe('allow');
    const open = await decide(rules, { closed: new Set() });
    expect(open.outcome).toBe('deny');
    expect(codesOf(open, 1)).toEqual(['not-closed']);
    expect(open.rules[1]?.reasons[0]?.message).toContain('inputs of run train');
  });

  test('one of two', async () => {
    const both = [SCORE, 'closed: {of: [model, dataset]}'];
    expect((await decide(both, { closed: new Set([MODEL]) })).outcome).toBe('deny');
    expect((await decide(both)).outcome).toBe('allow');
  });

  test('withheld evidence is undetermined, closed or not', async () => {
    expect((await decide(rules, { withheld: ['1 document of another project'] })).outcome).toBe(
      'undetermined',
    );
  });

  test('closed with something missing is not closed', async () => {
    const facts = factsOf(world(), {
      closure: async () => ({ closed: true, missing: ['inputs of run x'] }),
    });
    expect((await evaluateTriple(request(rules), facts)).outcome).toBe('deny');
  });
});

describe('what the gate itself asks', () => {
  test('an environment that the policy does not name: deny', async () => {
    const decision = await decide([SCORE], {}, { environment: 'staging' });
    expect(decision).toMatchObject({ outcome: 'deny', wouldFlip: [] });
    expect(gateCodes(decision)).toEqual(['environment-not-covered']);
  });

  test.each(['Production', 'production ', '', '*', '__proto__'])(
    'environments compare exactly: %j',
    async (environment) => {
      expect((await decide([SCORE], {}, { environment })).outcome).toBe('deny');
    },
  );

  test('a policy without rules: undetermined', async () => {
    const asked = request([SCORE]);
    const empty = {
      ...asked,
      policy: { ...asked.policy, policy: { ...asked.policy.policy, rules: [] } },
    };
    const decision = await evaluateTriple(empty, factsOf(world()));
    expect(decision.outcome).toBe('undetermined');
    expect(gateCodes(decision)).toEqual(['no-rules']);
  });

  test('nothing that speaks for the model: undetermined, though no rule failed', async () => {
    const decision = await decide(['not-revoked: {of: [model]}']);
    expect(decision.rules[0]?.outcome).toBe('passed');
    expect(decision.outcome).toBe('undetermined');
    expect(gateCodes(decision)).toEqual(['no-evidence']);
  });

  test('a head that moves on: undetermined', async () => {
    let size = 100;
    const facts = {
      ...factsOf(world(), {
        signatures: async () => {
          size = 101;
          return [signature()];
        },
      }),
      get head(): { size: number; root: string } {
        return { size, root: 'aa' };
      },
    };
    const decision = await evaluateTriple(
      request(['signature: {statement: provenance, of: model}']),
      facts,
    );
    expect(decision.outcome).toBe('undetermined');
    expect(gateCodes(decision)).toEqual(['head-moved']);
  });

  test('a policy that nobody logged: advisory', async () => {
    const asked = request([SCORE]);
    const decision = await evaluateTriple(
      { ...asked, policy: { ...asked.policy, logIndex: null } },
      factsOf(world()),
    );
    expect(decision).toMatchObject({
      outcome: 'allow',
      advisory: true,
      policy: { logIndex: null },
    });
  });

  test('failed before undetermined', async () => {
    const contamination = new Map([[MODEL, { possible: [hit()] }]]);
    const rules = [SCORE, 'not-revoked: {of: [model]}'];
    const both = await decide(rules, { contamination, evaluations: [] });
    expect(both.rules.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'undetermined',
      'undetermined',
    ]);
    expect(both.outcome).toBe('deny');
  });
});

describe('what would flip a denial', () => {
  test('one evaluation that does everything, and who may sign it', async () => {
    const decision = await decide(FULL_RULES, withEvaluations());
    const statement = decision.wouldFlip.find(({ statement: kind }) => kind === 'evaluation');
    expect(decision.wouldFlip).toHaveLength(1);
    expect(statement).toMatchObject({
      need: 'statement',
      subjects: [MODEL, DATASET],
      class: 'trusted',
      rules: [0, 1, 4, 6],
      maySign: [{ identity: evaluator.identity, subjects: ['*'] }],
    });
    expect(statement?.conditions).toEqual(
      expect.arrayContaining([
        'accuracy at least 0.95',
        'sample size at least 100',
        'carries a nonce that no other statement carries',
      ]),
    );
  });

  test('a missing provenance and its signers', async () => {
    const decision = await decide(FULL_RULES, { signatures: new Map() });
    expect(decision.wouldFlip.map(({ statement }) => statement)).toEqual(['provenance', 'oms']);
    expect(decision.wouldFlip[0]).toMatchObject({
      subjects: [MODEL],
      maySign: [{ identity: builder.identity, subjects: ['models/*'] }],
    });
    // the signer policy trusts nobody for it
    expect(decision.wouldFlip[1]?.maySign).toEqual([]);
  });

  test('a revocation would have to be withdrawn, once for many paths', async () => {
    const affected = [hit(), hit({ path: [MODEL, 'run:other'] })];
    const decision = await decide([SCORE, 'not-revoked: {of: [model]}'], {
      contamination: new Map([[MODEL, { affected }]]),
    });
    expect(decision.wouldFlip).toEqual([
      {
        need: 'withdrawal',
        statement: 'revocation',
        subjects: [hit().target],
        class: 'trusted',
        conditions: ['withdraws the revocation at log index 77'],
        rules: [1],
        maySign: [{ identity: revoker.identity, subjects: ['*'] }],
      },
    ]);
  });

  test('missing inputs', async () => {
    const decision = await decide([SCORE, 'closed: {of: [model]}'], { closed: new Set() });
    expect(decision.wouldFlip).toMatchObject([
      {
        need: 'closure',
        subjects: [MODEL],
        conditions: ['inputs of run train'],
        maySign: [{ identity: builder.identity }],
      },
    ]);
  });

  test('with that evidence it does flip', async () => {
    const denied = await decide(
      FULL_RULES,
      withEvaluations(evaluation({ value: '0.5', logIndex: 39 })),
    );
    expect(denied.outcome).toBe('deny');
    expect(denied.wouldFlip.map(({ statement }) => statement)).toEqual(['evaluation']);
    const both = withEvaluations(evaluation({ value: '0.5', logIndex: 39 }), evaluation());
    expect((await decide(FULL_RULES, both)).outcome).toBe('allow');
  });

  test('nothing where no document helps', async () => {
    expect((await decide([SCORE, 'closed: {of: [model]}'], { withheld: ['x'] })).wouldFlip).toEqual(
      [],
    );
  });
});
