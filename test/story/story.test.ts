// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDocuments, createDemoKeys } from '../../cli/demo/documents.ts';
import { LedgerGateFacts } from '../../api/service/gate-facts.ts';
import { parseInstant } from '../../core/instant.ts';
import type { BlastRadius } from '../../graph/lineage/blast-radius.ts';
import type { BlastAnswer } from '../../api/service/pedigree.ts';
import { describeShared } from '../support/shared.ts';
import {
  CHAIN,
  ingestSamples,
  LINKS,
  OBSERVERS,
  OMS,
  openStoryWorld,
  refsOfHits,
  refsOfRadius,
  storyDigest,
  storyPolicy,
} from '../support/story-world.ts';
import { trusted } from '../support/test-keys.ts';
import { trustedRoles, World } from '../support/world.ts';

const V1 = ['model.onnx', 'model.pkl', 'model.safetensors', 'train.json'].map(
  (name) => `models/triage-v1/${name}`,
);
const V2 = V1.map((path) => path.replace('triage-v1', 'triage-v2'));
const POISONED = V1.map((path) => path.replace('triage-v1', 'triage-poisoned'));
const DEPLOYMENT = 'triage-prod/tumour-triage';
const TAR = 'dist/triage-v2.tar';

async function ask(world: World, path: string): Promise<BlastAnswer> {
  return (await world.pedigree.blastRadius([storyDigest(path)])).answer;
}

/** Paths of story.md among everything that the answer calls affected, folded items opened. */
function pathsAffected(world: World, radius: BlastRadius, paths: readonly string[]): string[] {
  const refs = refsOfRadius(world, radius);
  return paths.filter((path) => refs.has(storyDigest(path)));
}

function namesOf(radius: BlastRadius, kind: string): string[] {
  return radius.affected.filter((hit) => hit.kind === kind).map((hit) => hit.name);
}

describeShared('the story: questions with known answers', () => {
  let world: World;

  beforeAll(async () => {
    world = await openStoryWorld();
    await ingestSamples(world, CHAIN);
  });
  afterAll(() => world.close());

  test('1. data/raw/wdbc.csv went into all three models, the tar and what is deployed', async () => {
    const { radius } = await ask(world, 'data/raw/wdbc.csv');
    const data = ['data/clean/wdbc.csv', 'data/split/train.csv', 'data/split/test.csv'];
    const expected = [...data, 'data/poisoned/train.csv', ...V1, ...V2, ...POISONED, TAR];
    expect(pathsAffected(world, radius, expected)).toEqual(expected);
    expect(namesOf(radius, 'Deployment')).toEqual([DEPLOYMENT]);
    const elsewhere = ['data/raw/newbatch.csv', 'data/clean/newbatch.csv', 'configs/train.yaml'];
    expect(pathsAffected(world, radius, elsewhere)).toEqual([]);
  });

  test('1. each file of the signed chain is reached by trusted digest-level evidence alone', async () => {
    const strict = { minClass: 'trusted' } as const;
    const answer = await world.pedigree.blastRadius([storyDigest('data/raw/wdbc.csv')], strict);
    const { radius } = answer.answer;
    const models = radius.affected.filter((hit) => hit.kind === 'Model');
    expect(models.map((hit) => hit.ref).sort()).toEqual(
      [OMS.v1, OMS.v2, storyDigest('models/triage-poisoned/model.safetensors')].sort(),
    );
    for (const hit of models) {
      expect(hit).toMatchObject({ class: 'trusted', level: 'digest' });
      for (const step of hit.path.slice(1)) expect(step.class).toBe('trusted');
    }
    // the manifests that say what is deployed are not signed: they can only make it possible
    expect(radius.affected.filter((hit) => hit.kind === 'Deployment')).toEqual([]);
    expect(radius.possible.map((hit) => hit.name)).toContain(DEPLOYMENT);
  });

  test('2. data/raw/newbatch.csv went into triage-v2, its tar and the deployment, not into triage-v1', async () => {
    const { radius } = await ask(world, 'data/raw/newbatch.csv');
    const expected = ['data/clean/newbatch.csv', ...V2, TAR];
    expect(pathsAffected(world, radius, expected)).toEqual(expected);
    expect(namesOf(radius, 'Model')).toEqual(['triage-v2']);
    expect(namesOf(radius, 'Deployment')).toEqual([DEPLOYMENT]);
    const others = [...V1, ...POISONED, 'data/split/train.csv', 'data/split/test.csv'];
    expect(pathsAffected(world, radius, others)).toEqual([]);
    const maybe = refsOfHits(world, radius.possible);
    expect([...V1, ...POISONED].filter((path) => maybe.has(storyDigest(path)))).toEqual([]);
    // what is left is open, not clear: the story claims completeness nowhere
    expect(radius.clear.count).toBe(0);
    const open = radius.open.groups.flatMap((group) => group.items.map(({ ref }) => ref));
    expect(open).toContain(OMS.v1);
  });

  test('3. data/poisoned/train.csv went into triage-poisoned and its evaluation, and nowhere else', async () => {
    const { radius, rollback, retrain } = await ask(world, 'data/poisoned/train.csv');
    expect(pathsAffected(world, radius, POISONED)).toEqual(POISONED);
    const signed = radius.affected.filter((hit) => hit.class !== 'unsigned');
    expect(signed.map((hit) => hit.kind).sort()).toEqual(['Evaluation', 'Model']);
    // and what the tracking server measured on its own, which nobody signed, as two of its exports tell it
    const measured = 'triage-poisoned on split-test';
    expect(namesOf(radius, 'Evaluation')).toEqual([
      'reports/eval_poisoned.json',
      measured,
      measured,
    ]);
    expect(radius.affected).toHaveLength(4);
    expect(namesOf(radius, 'Model')).toEqual(['triage-poisoned']);
    expect(radius.possible).toEqual([]);
    expect(rollback).toEqual([]);
    expect(retrain).toEqual([
      { models: [{ ref: expect.any(String) as string, name: 'triage-poisoned' }] },
    ]);
  });

  test('4. from the deployed model back: train, newbatch, triage-v1, then both raw files', async () => {
    const answer = await world.pedigree.lineage(storyDigest('models/triage-v2/model.onnx'), 'up');
    const certain = new Set(
      answer.answer.nodes.filter(({ reach }) => reach === 'certain').map(({ ref }) => ref),
    );
    const expected = [
      ...['data/split/train.csv', 'data/clean/newbatch.csv', 'models/triage-v1/model.pkl'],
      ...['data/raw/wdbc.csv', 'data/raw/newbatch.csv', 'configs/train.yaml'],
    ];
    expect(expected.filter((path) => certain.has(storyDigest(path)))).toEqual(expected);
    const never = ['data/poisoned/train.csv', 'data/split/test.csv', ...POISONED, TAR];
    expect(never.filter((path) => certain.has(storyDigest(path)))).toEqual([]);
  });

  test('4. v1 comes before v2 in the plan to train again, and the poisoned one waits for neither', async () => {
    const { retrain } = await ask(world, 'data/raw/wdbc.csv');
    const waves = retrain.map((wave) => wave.models.map(({ name }) => name).sort());
    expect(waves).toEqual([['triage-poisoned', 'triage-v1'], ['triage-v2']]);
  });

  test('4. the test set is a score: it reaches evaluations, never a model, and nothing that is deployed', async () => {
    const { radius } = await ask(world, 'data/split/test.csv');
    expect(radius.affected.filter((hit) => hit.kind === 'Model')).toEqual([]);
    expect(namesOf(radius, 'Deployment')).toEqual([]);
    const reports = ['reports/eval_poisoned.json', 'reports/eval_v1.json', 'reports/eval_v2.json'];
    expect(namesOf(radius, 'Evaluation')).toEqual(expect.arrayContaining(reports));
    for (const hit of radius.affected.filter(({ kind }) => kind === 'Evaluation')) {
      expect(hit.influence).toBe('score');
    }
  });

  test('5. the scores of the story as written, each on its own model', async () => {
    const scores = await Promise.all(
      ['v1', 'v2', 'poisoned'].map(async (name) => {
        const facts = new LedgerGateFacts(
          world.ledger,
          world.pedigree.blobs,
          world.pedigree.scope({ minClass: 'trusted' }),
        );
        const found = await facts.evaluations(
          storyDigest(`models/triage-${name}/model.pkl`),
          storyDigest('data/split/test.csv'),
        );
        const accuracy = found.filter(({ metric }) => metric === 'accuracy');
        return accuracy.map(({ value, class: trust }) => [value, trust]);
      }),
    );
    expect(scores).toEqual([
      [['0.9907407407407407', 'unsigned']],
      [['0.9814814814814815', 'unsigned']],
      [['0.8333333333333334', 'unsigned']],
    ]);
  });

  test('9. models/triage-v2/model.onnx is one node whatever tool names it', async () => {
    const view = await world.pedigree.view();
    const node = view.index.find(storyDigest('models/triage-v2/model.onnx'));
    expect(node).toBeDefined();
    if (node === undefined) return;
    const documents = new Set(view.index.documentsOf(node));
    const formats = new Set([...documents].map((id) => view.index.documentFacts[id]?.format));
    for (const format of [
      'in-toto-link',
      'slsa-provenance',
      'oms-signature',
      'sigstore-bundle',
      'witness-collection',
      'cyclonedx-json',
      'kubernetes',
      'opaque',
    ]) {
      expect(formats).toContain(format);
    }
    // DVC names it by md5 and path only: its own mention, one name-level step away, never the same node
    expect(formats).not.toContain('dvc-lock');
    const md5 = view.index.find('md5:fecd26b30721ca4447f061b11ad86af5');
    expect(md5).toBeDefined();
    expect(md5).not.toBe(node);
  });

  test('9. a path names a digest for people, and questions by path and by digest agree', async () => {
    const byPath = await world.pedigree.blastRadius(['data/raw/newbatch.csv']);
    const byDigest = await world.pedigree.blastRadius([storyDigest('data/raw/newbatch.csv')]);
    expect(byPath.answer).toEqual(byDigest.answer);
  });

  test('answers and the state digest survive a restart and a rebuild', async () => {
    const before = await ask(world, 'data/raw/wdbc.csv');
    const digest = await world.pedigree.stateDigest();
    await world.restart();
    expect(await ask(world, 'data/raw/wdbc.csv')).toEqual(before);
    await world.ledger.rebuild();
    expect(await world.pedigree.stateDigest()).toBe(digest);
    expect(await ask(world, 'data/raw/wdbc.csv')).toEqual(before);
  });
});

describeShared('the story: with tools that observed all of it and signed nothing', () => {
  test('what is certain of models and deployments stays what it was', async () => {
    const plain = await openStoryWorld();
    const watched = await openStoryWorld();
    try {
      await ingestSamples(plain, CHAIN);
      await ingestSamples(watched, [...CHAIN, ...OBSERVERS]);
      for (const path of [
        'data/raw/wdbc.csv',
        'data/raw/newbatch.csv',
        'data/poisoned/train.csv',
      ]) {
        const reached = async (world: World): Promise<string[]> => {
          const { radius } = await ask(world, path);
          const counted = radius.affected.filter(({ kind }) => /Model|Deployment/.test(kind));
          const refs = refsOfHits(world, counted);
          const paths = [...V1, ...V2, ...POISONED].filter((one) => refs.has(storyDigest(one)));
          return [...paths, ...namesOf(radius, 'Deployment')];
        };
        expect(await reached(watched)).toEqual(await reached(plain));
        const strict = async (world: World): Promise<unknown> => {
          const asked = { minClass: 'trusted' } as const;
          const { answer } = await world.pedigree.blastRadius([storyDigest(path)], asked);
          return answer.radius.affected.map(({ ref, class: trust }) => `${ref} ${trust}`).sort();
        };
        expect(await strict(watched)).toEqual(await strict(plain));
      }
    } finally {
      await plain.close();
      await watched.close();
    }
  });
});

describeShared('the story: what was tampered with, each in a world of its own', () => {
  test('6. a link with a broken signature is quarantined; what it says stays, unsigned, against only', async () => {
    const world = await openStoryWorld();
    try {
      const outcomes = await ingestSamples(world, ['in-toto/tampered']);
      expect(outcomes.map(({ standing, format }) => [standing, format])).toEqual([
        ['quarantined', 'in-toto-metablock'],
        ['accepted', 'in-toto-link'],
      ]);
      expect(outcomes[0]?.reasons.join()).toContain('signature-invalid');
      const { radius } = await ask(world, 'data/split/train.csv');
      expect(pathsAffected(world, radius, ['models/triage-v1/model.onnx'])).toHaveLength(1);
      expect(radius.affected.map((hit) => hit.class)).toEqual(['unsigned']);
      const trustedOnly = await world.pedigree.blastRadius([storyDigest('data/split/train.csv')], {
        minClass: 'trusted',
      });
      expect(trustedOnly.answer.radius.affected).toEqual([]);
      expect(trustedOnly.answer.radius.possible).toHaveLength(1);
      // the pickle's digest was overwritten with zeros: a placeholder is nobody's digest
      const view = await world.pedigree.view();
      expect(view.index.find(`sha256:${'0'.repeat(64)}`)).toBeUndefined();
    } finally {
      await world.close();
    }
  });

  test('6. the tampered link beside the true ones changes no trusted answer', async () => {
    const world = await openStoryWorld();
    try {
      await ingestSamples(world, LINKS);
      const before = await world.pedigree.blastRadius([storyDigest('data/raw/wdbc.csv')], {
        minClass: 'trusted',
      });
      await ingestSamples(world, ['in-toto/tampered']);
      const after = await world.pedigree.blastRadius([storyDigest('data/raw/wdbc.csv')], {
        minClass: 'trusted',
      });
      expect(after.answer.radius.affected).toEqual(before.answer.radius.affected);
      expect(after.answer.radius.clear).toEqual(before.answer.radius.clear);
    } finally {
      await world.close();
    }
  });

  test('6. the swap has a valid signature: the poisoned bytes stay themselves, whatever path they stand under', async () => {
    const world = await openStoryWorld();
    try {
      await ingestSamples(world, LINKS);
      await ingestSamples(world, ['in-toto/poisoned-swap']);
      const { radius } = await ask(world, 'data/poisoned/train.csv');
      expect(pathsAffected(world, radius, POISONED)).toEqual(POISONED);
      expect(pathsAffected(world, radius, V1)).toEqual([]);
      // one path, two contents: a question by path is refused rather than guessed
      await expect(
        world.pedigree.blastRadius(['models/triage-v1/model.onnx']),
      ).rejects.toMatchObject({ code: 'ERR_AMBIGUOUS_REF' });
    } finally {
      await world.close();
    }
  });

  test('6. without the functionary in the trust store nothing is trusted, and nothing is cleaner', async () => {
    const world = await World.open({ policy: storyPolicy(), trustedKeys: trustedRoles() });
    try {
      const outcomes = await ingestSamples(world, LINKS);
      const envelopes = outcomes.filter(({ unpackedFrom }) => unpackedFrom === null);
      expect(new Set(envelopes.map(({ standing }) => standing))).toEqual(new Set(['pending']));
      const { radius } = await ask(world, 'data/raw/newbatch.csv');
      expect(pathsAffected(world, radius, [...V2, TAR])).toEqual([...V2, TAR]);
      expect(radius.clear.count).toBe(0);
    } finally {
      await world.close();
    }
  });
});

describeShared('the story: a second run at the same paths (question 7)', () => {
  let world: World;

  beforeAll(async () => {
    world = await openStoryWorld();
    await ingestSamples(world, [...LINKS, 'story/configs', 'variant-sampling']);
  });
  afterAll(() => world.close());

  const VARIANT = {
    train: '5966ba934df935a1',
    test: '7340584a91572c37',
    model: 'b10c7a13baa138b8',
  };

  /** The one digest that begins with these hex digits. */
  async function digestOf(prefix: string): Promise<string> {
    const view = await world.pedigree.view();
    const found = view.index.refs.filter((ref) => ref.startsWith(`sha256:${prefix}`));
    expect(found).toHaveLength(1);
    return found[0] ?? '';
  }

  test('the variant is validly signed and shares only what has the same bytes', async () => {
    const { radius } = await ask(world, 'data/raw/wdbc.csv');
    const refs = refsOfRadius(world, radius);
    for (const prefix of [VARIANT.train, VARIANT.test, VARIANT.model]) {
      expect(refs).toContain(await digestOf(prefix));
    }
    expect(pathsAffected(world, radius, V1)).toEqual(V1);
  });

  test('what went into one run is not in the other', async () => {
    const first = (await ask(world, 'data/split/train.csv')).radius;
    const firstRefs = refsOfRadius(world, first);
    expect(firstRefs).not.toContain(await digestOf(VARIANT.model));
    const answer = await world.pedigree.blastRadius([await digestOf(VARIANT.train)]);
    const second = answer.answer.radius;
    expect(pathsAffected(world, second, [...V1, ...V2, ...POISONED, TAR])).toEqual([]);
    expect(refsOfRadius(world, second)).toContain(await digestOf(VARIANT.model));
    for (const hit of [...first.possible, ...second.possible]) expect(hit).toBeUndefined();
  });

  test('the sampling that was not approved is one digest upstream, the approved one is not', async () => {
    const answer = await world.pedigree.lineage(await digestOf(VARIANT.model), 'up');
    const refs = answer.answer.nodes.map(({ ref }) => ref);
    expect(refs).not.toContain(storyDigest('data/split/train.csv'));
    const split = answer.answer.edges.filter(({ relation }) => relation === 'used');
    const configs = split.map(({ to }) => to).filter((ref) => ref.startsWith('sha256:9c65aadb'));
    expect(new Set(configs).size).toBe(1);
    // the approved configuration is there as well: the first step of both runs read it, no other did
    const approved = storyDigest('configs/sampling.yaml');
    const readers = split.filter(({ to }) => to === approved).map(({ from }) => from);
    const steps = answer.answer.nodes.filter(({ ref }) => readers.includes(ref));
    expect(steps.map(({ name }) => name)).toContain('clean');
    expect(steps.map(({ name }) => name)).not.toContain('split');
  });

  test('its score is on its own model and its own test set', async () => {
    const facts = new LedgerGateFacts(
      world.ledger,
      world.pedigree.blobs,
      world.pedigree.scope({ minClass: 'trusted' }),
    );
    const model = await digestOf('c60db3804fb342bd');
    const test = await digestOf(VARIANT.test);
    const own = await facts.evaluations(model, test);
    const accuracy = own.filter(({ metric }) => metric === 'accuracy');
    expect(accuracy.map(({ value }) => value)).toEqual(['0.9437086092715232']);
    expect(await facts.evaluations(model, storyDigest('data/split/test.csv'))).toEqual([]);
  });

  test('a path that both runs have is ambiguous', async () => {
    await expect(world.pedigree.blastRadius(['data/split/train.csv'])).rejects.toMatchObject({
      code: 'ERR_AMBIGUOUS_REF',
      hint: expect.stringContaining('sha256:') as string,
    });
  });
});

describeShared('the story: going back (question 8)', () => {
  const keys = createDemoKeys();
  let world: World;

  beforeAll(async () => {
    const policy = storyPolicy();
    const grant = (
      identity: (typeof policy)['trusted'][number]['signers'][number],
      kind: string,
    ) => ({
      signers: [identity],
      statements: [kind],
      subjects: ['*'],
    });
    world = await openStoryWorld(
      storyPolicy({
        trusted: [
          ...policy.trusted,
          grant(keys.evaluator.identity, 'evaluation'),
          grant(keys.release.identity, 'deployment'),
          grant(keys.steward.identity, 'completeness'),
        ],
        primarySources: ['git:example.org/tumour-triage@*'],
      }),
    );
    world.trustMore([keys.evaluator, keys.release, keys.steward].map(trusted));
    await ingestSamples(world, CHAIN);
    const made = makeDocuments(keys, parseInstant('2026-11-21T22:00:00Z'));
    await world.ingest(made.map(({ name, bytes }) => ({ source: name, bytes })));
  });
  afterAll(() => world.close());

  test('from v2, withdrawn for its batch, back to v1, which ran there before', async () => {
    const { radius, rollback } = await ask(world, 'data/raw/newbatch.csv');
    const service = rollback.filter((one) => one.service === 'tumour-triage');
    expect(service).toHaveLength(1);
    expect(service[0]).toMatchObject({
      environment: 'triage-prod',
      runs: { ref: OMS.v2, version: '2' },
      target: { ref: OMS.v1, version: '1', outcome: 'clear' },
    });
    const view = world.ledger.view(world.pedigree.scope());
    for (const path of V1) {
      const found = view.index.find(storyDigest(path));
      expect([path, view.closure.open[found ?? -1]]).toEqual([path, 0]);
    }
    const deployed = radius.affected.find((hit) => hit.kind === 'Deployment');
    expect(deployed?.placement).toMatchObject({ version: '2', owner: 'triage-oncall@example.org' });
  });

  test('the raw data that both were made from leaves nothing to go back to', async () => {
    const { rollback } = await ask(world, 'data/raw/wdbc.csv');
    expect(rollback.map(({ target }) => target)).toEqual([null]);
    expect(rollback[0]?.candidates.map(({ outcome }) => outcome)).toEqual(['affected']);
  });

  test('v1 is clear of the batch only as long as somebody vouches for its inputs', async () => {
    const claims = makeDocuments(keys, parseInstant('2026-11-21T22:00:00Z')).filter(({ name }) =>
      name.includes('completeness'),
    );
    expect(claims).toHaveLength(2);
    world.trustOnly(world.trustedKeys.filter(({ identity }) => identity !== keys.steward.identity));
    try {
      await world.ingest(claims.map(({ name, bytes }) => ({ source: name, bytes })));
      const { radius, rollback } = await ask(world, 'data/raw/newbatch.csv');
      expect(radius.clear.count).toBe(0);
      expect(rollback.map(({ target }) => target)).toEqual([null]);
    } finally {
      world.trustMore([trusted(keys.steward)]);
      await world.ingest(claims.map(({ name, bytes }) => ({ source: name, bytes })));
    }
    const again = await ask(world, 'data/raw/newbatch.csv');
    expect(again.rollback[0]?.target?.ref).toBe(OMS.v1);
  });

  test('nobody vouches for triage-poisoned: it stays open', async () => {
    const { radius } = await ask(world, 'data/raw/newbatch.csv');
    const poisoned = storyDigest('models/triage-poisoned/model.safetensors');
    expect(radius.clear.items.map(({ ref }) => ref)).not.toContain(poisoned);
    const open = radius.open.groups.flatMap((group) => group.items.map(({ ref }) => ref));
    expect(open).toContain(poisoned);
  });
});

describe('the story', () => {
  test('lists eleven steps', () => expect(LINKS).toHaveLength(11));
});
