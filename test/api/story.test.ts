// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTrustedKeys } from '../../cli/home.ts';
import { sha256 } from '../../core/digest.ts';
import { describeShared, readShared } from '../support/shared.ts';
import { at, jsonOf, openTestApi, type TestApi } from './support/test-api.ts';

/** A .gitignore that both versions have: content that joins nothing. */
const BOILERPLATE = 'sha256:4d97dd68aa6deb8aa246d00687c2df628a7e2cd708af4326df264e716e18bfed';

/** How the poisoned batch became version 2: the story's signed in-toto links. */
const LINKS = ['clean_newbatch', 'retrain_v2'].map(
  (step) => `samples/in-toto/${step}.a011e4e9.link`,
);
const TAMPERED = 'samples/in-toto/tampered/train_v1.a011e4e9.link';
const BATCH = 'data/raw/newbatch.csv';

describeShared("the story's documents over the API", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
    addTrustedKeys(
      api.opened.home,
      new TextDecoder().decode(readShared('samples/keys/functionary.pub.pem')),
    );
    const { pedigree } = api.opened;
    const { policy } = pedigree.signerPolicy(pedigree.ledger.knowledge);
    const text = JSON.stringify({ ...policy, boilerplate: [BOILERPLATE] });
    await pedigree.logPolicy('SignerPolicy', 'story', text, 'default');
  });
  afterAll(() => api.close());

  test('upload', async () => {
    for (const path of LINKS) {
      const response = await api.post(
        `/api/v1/evidence?source=${encodeURIComponent(path)}`,
        readShared(path),
      );
      const outcomes = (await jsonOf(response)) as { standing: string; signers: string[] }[];
      expect(response.status).toBe(201);
      expect(outcomes.every(({ standing }) => standing === 'accepted')).toBe(true);
      expect(outcomes[0]?.signers).toHaveLength(1);
    }
  });

  test('a link that somebody changed is kept, and is a 202', async () => {
    const response = await api.post('/api/v1/evidence', readShared(TAMPERED));
    expect(response.status).toBe(202);
    expect(await jsonOf(response, '/0/standing')).toBe('quarantined');
    const bytes = await api.get(`/api/v1/evidence/${sha256(readShared(TAMPERED))}`);
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(readShared(TAMPERED));
  });

  test('the batch went into what was trained again', async () => {
    const answer = await jsonOf(await api.get(`/api/v1/blast-radius?ref=${BATCH}`));
    const affected = at(answer ?? null, '/affected') as { names: string[]; influence: string }[];
    const names = affected
      .filter(({ influence }) => influence === 'content')
      .flatMap((hit) => hit.names);
    expect(names).toEqual(expect.arrayContaining(['data/clean/newbatch.csv']));
    expect(names.some((name) => name.startsWith('models/triage-v2/'))).toBe(true);
    expect(names).not.toContain('models/triage-v1/model.pkl');
  });

  test('revoked, it is listed with the way it took', async () => {
    const revoked = await api.post('/api/v1/revocations', {
      target: BATCH,
      reason: 'labels were bought',
    });
    expect(await jsonOf(revoked)).toMatchObject({
      effective: true,
      target: expect.stringMatching(/^sha256:/),
    });
    const target = String(
      at((await jsonOf(await api.get('/api/v1/revocations'))) ?? null, '/items/0/target'),
    );
    const graphql = await api.graphql(
      'query($r: [String!]!) { blastRadius(refs: $r) { affected(first: 500) { edges { node { name class path { name relation source } } } } } }',
      { r: [target] },
    );
    expect(graphql.errors).toEqual([]);
    const paths = at(graphql.data, '/blastRadius/affected/edges') as {
      node: { path: { name: string; relation: string | null; source: string | null }[] };
    }[];
    const relations = paths.map(({ node }) => node.path.map(({ relation }) => relation));
    expect(relations).toContainEqual([null, 'used', 'wasGeneratedBy', 'used', 'wasGeneratedBy']);
    for (const { node } of paths) {
      expect(node.path[0]).toMatchObject({ name: BATCH, relation: null });
      expect(node.path.slice(1).every(({ source }) => source?.endsWith('.link') === true)).toBe(
        true,
      );
    }
  });
});
