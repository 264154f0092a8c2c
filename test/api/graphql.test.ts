// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { sha256 } from '../../core/digest.ts';
import { digestOf, mlBom } from './support/documents.ts';
import { at, openTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

/** Data of a query that must not fail. */
async function ask(query: string, variables: object = {}): Promise<JsonValue> {
  const { data, errors } = await api.graphql(query, variables);
  expect(errors).toEqual([]);
  return data;
}

async function codesOf(query: string, variables: object = {}): Promise<unknown[]> {
  const { errors } = await api.graphql(query, variables);
  return errors.map(({ extensions }) => extensions['code']);
}

const UPLOAD = `mutation($input: UploadEvidenceInput!) {
  uploadEvidence(input: $input) { outcomes { totalCount edges { node { standing digest known source } } } }
}`;

async function upload(text: string, source: string): Promise<JsonValue> {
  const base64 = Buffer.from(text).toString('base64');
  return ask(UPLOAD, { input: { base64, source } });
}

describe('upload, ask, revoke, ask again', () => {
  test('documents go in', async () => {
    const first = await upload(mlBom('model-a', ['data-1', 'data-2']), 'a.json');
    expect(at(first, '/uploadEvidence/outcomes/edges/0/node')).toMatchObject({
      standing: 'accepted',
      known: false,
      source: 'a.json',
    });
    const again = await upload(mlBom('model-a', ['data-1', 'data-2']), 'a.json');
    expect(at(again, '/uploadEvidence/outcomes/edges/0/node/known')).toBe(true);
    await upload(mlBom('model-b', ['data-2']), 'b.json');
    expect(await codesOf(UPLOAD, { input: { base64: 'not base64!' } })).toEqual(['ERR_USAGE']);
  });

  test('models trained on a dataset, page by page, saying what is open', async () => {
    const query = `query($d: String!, $after: String, $asOf: Int) {
      modelsTrainedOn(dataset: $d, first: 1, after: $after, asOf: $asOf) {
        totalCount open { count groups { edges { node { missing count } } } } clearCount
        scope { asOf minClass policy } head { size root }
        pageInfo { hasNextPage endCursor }
        edges { node { ref name outcome class influence level path { ref relation source } } }
      }
    }`;
    const variables = { d: digestOf('data-2') };
    const first = await ask(query, variables);
    expect(at(first, '/modelsTrainedOn')).toMatchObject({
      totalCount: 2,
      pageInfo: { hasNextPage: true },
      edges: [
        {
          node: {
            name: 'model-a',
            outcome: 'affected',
            class: 'unsigned',
            path: [{ relation: null }, { relation: 'trainedOn', source: 'a.json' }],
          },
        },
      ],
    });
    const after = at(first, '/modelsTrainedOn/pageInfo/endCursor');
    const asOf = at(first, '/modelsTrainedOn/scope/asOf');
    const second = await ask(query, { ...variables, after, asOf });
    expect(at(second, '/modelsTrainedOn')).toMatchObject({
      pageInfo: { hasNextPage: false },
      edges: [{ node: { name: 'model-b' } }],
    });
    await upload(mlBom('model-z', []), 'z.json');
    expect(await codesOf(query, { ...variables, after })).toEqual(['ERR_USAGE']);
    expect(await codesOf(query, { ...variables, after, asOf })).toEqual([]);
    const open = await ask(query, { d: digestOf('data-1') });
    expect(at(open, '/modelsTrainedOn')).toMatchObject({
      totalCount: 1,
      clearCount: 0,
      open: { count: 2 },
    });
  });

  test('entity, entities, lineage and path', async () => {
    const data = await ask(
      `query($model: String!, $data: String!) {
        entity(ref: $model) { ref kind kinds level name names nameCount item { ref members } documents { totalCount edges { node { source } } } }
        entities(kind: Dataset, query: "DATA", first: 1) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { name } } }
        lineage(ref: $model) { direction truncated nodes { totalCount } edges(first: 1) { totalCount edges { node { from relation to evidence { edges { node { source class strength } } } } } } }
        path(from: $data, to: $model) { outcome hit { path { name } } }
        none: path(from: $model, to: $data) { outcome hit { ref } }
        missing: entity(ref: "nobody knows this") { ref }
      }`,
      { model: digestOf('model-a'), data: digestOf('data-1') },
    );
    expect(data).toMatchObject({
      entity: { kind: 'Model', level: 'digest', name: 'model-a', documents: { totalCount: 1 } },
      entities: { totalCount: 2, pageInfo: { hasNextPage: true } },
      lineage: {
        direction: 'up',
        truncated: false,
        nodes: { totalCount: 3 },
        edges: { totalCount: 2 },
      },
      path: { outcome: 'affected', hit: { path: [{ name: 'data-1' }, { name: 'model-a' }] } },
      none: { outcome: 'none', hit: null },
      missing: null,
    });
  });

  test('a node is found again by its id', async () => {
    const data = await ask(
      '{ entities(first: 2) { edges { node { id ref } } } documents(first: 1) { edges { node { id digest } } } }',
    );
    const ids = [at(data, '/entities/edges/0/node/id'), at(data, '/documents/edges/0/node/id')];
    const again = await ask(
      'query($a: ID!, $b: ID!) { a: node(id: $a) { id ... on Entity { ref } } b: node(id: $b) { ... on Document { digest } } }',
      { a: ids[0], b: ids[1] },
    );
    expect(at(again, '/a/ref')).toBe(at(data, '/entities/edges/0/node/ref'));
    expect(at(again, '/b/digest')).toBe(at(data, '/documents/edges/0/node/digest'));
    const id = (text: string): string => Buffer.from(text).toString('base64url');
    for (const wrong of ['', 'x', id('Query:1'), id('__proto__:1'), id('Entity')]) {
      expect(await codesOf('query($id: ID!) { node(id: $id) { id } }', { id: wrong })).toEqual([
        'ERR_USAGE',
      ]);
    }
    for (const gone of [
      id('Entity:nobody'),
      id('Document:sha256:00 default'),
      id('Decision:99'),
      id('Revocation:0'),
    ]) {
      expect(await ask('query($id: ID!) { node(id: $id) { id } }', { id: gone })).toEqual({
        node: null,
      });
    }
  });

  test('blast radius after a revocation', async () => {
    const revoked = await ask(
      'mutation($input: RevokeInput!) { revoke(input: $input) { target effective statement logIndex } }',
      { input: { target: digestOf('data-1'), reason: 'bad labels', severity: null } },
    );
    expect(at(revoked, '/revoke')).toMatchObject({ target: digestOf('data-1'), effective: true });
    const data = await ask(
      `query($refs: [String!]!) {
        blastRadius(refs: $refs) {
          targets { name } affected { totalCount edges { node { name influence } } } possible { totalCount }
          open { count groups { edges { node { missing count items { name } } } } } clear { count items { totalCount } }
          rollback { totalCount } retrain { edges { node { models { name } } } } skipped
        }
        revocations { totalCount edges { node { id state reason statement } } }
      }`,
      { refs: [digestOf('data-1')] },
    );
    expect(data).toMatchObject({
      blastRadius: {
        targets: [{ name: 'data-1' }],
        affected: { totalCount: 1, edges: [{ node: { name: 'model-a', influence: 'content' } }] },
        retrain: { edges: [{ node: { models: [{ name: 'model-a' }] } }] },
      },
      revocations: { totalCount: 1, edges: [{ node: { state: 'inForce', reason: 'bad labels' } }] },
    });
  });

  test('a name wants to be confirmed', async () => {
    const input = { target: 'pkg:pypi/*', reason: 'all' };
    const mutation = 'mutation($input: RevokeInput!) { revoke(input: $input) { effective } }';
    expect(await codesOf(mutation, { input })).toEqual(['ERR_USAGE']);
    expect(await codesOf(mutation, { input: { ...input, confirmed: true } })).toEqual([]);
  });

  test('retract and reinstate', async () => {
    const document = sha256(mlBom('model-b', ['data-2']));
    const isThere = async (): Promise<boolean> =>
      at(
        await ask('query($r: String!) { entity(ref: $r) { ref } }', { r: digestOf('model-b') }),
        '/entity',
      ) !== null;
    const input = { document, reason: 'wrong' };
    await ask('mutation($input: RetractInput!) { retract(input: $input) { document logIndex } }', {
      input,
    });
    expect(await isThere()).toBe(false);
    const listed = await ask(
      '{ documents(standing: retracted) { edges { node { digest class } } } }',
    );
    expect(at(listed, '/documents/edges/0/node')).toEqual({ digest: document, class: null });
    await ask('mutation($input: RetractInput!) { reinstate(input: $input) { logIndex } }', {
      input,
    });
    expect(await isThere()).toBe(true);
    const never = { document: digestOf('never'), reason: 'r' };
    expect(
      await codesOf('mutation($input: RetractInput!) { retract(input: $input) { logIndex } }', {
        input: never,
      }),
    ).toEqual(['ERR_NOT_FOUND']);
  });

  test('the gate decides, and the decision can be read again', async () => {
    const policy = JSON.stringify({
      name: 'test',
      environments: ['production'],
      rules: [{ 'not-revoked': { of: ['model'] } }],
    });
    const input = {
      model: digestOf('model-a'),
      dataset: digestOf('data-9'),
      environment: 'production',
      policy,
    };
    const data = await ask(
      `mutation($input: VerifyInput!) { verify(input: $input) {
        outcome advisory simulated digest logIndex vsa
        rules { index rule outcome reasons { code message } evidence { document logIndex } }
        wouldFlip { rules need statement subjects class conditions maySign { identity subjects } }
      } }`,
      { input },
    );
    expect(at(data, '/verify')).toMatchObject({ advisory: true, vsa: null });
    expect(['deny', 'undetermined']).toContain(at(data, '/verify/outcome'));
    const listed = await ask(
      '{ decisions { totalCount edges { node { id decision outcome text nonces { nonce } } } } }',
    );
    const text = String(at(listed, '/decisions/edges/0/node/text'));
    expect(sha256(text)).toBe(at(data, '/verify/digest'));
    expect(JSON.parse(text)).toMatchObject({
      outcome: at(data, '/verify/outcome'),
      environment: 'production',
    });
  });
});

describe('one request, one head', () => {
  test('all answers of a request are as of the log size at its beginning', async () => {
    const size = api.opened.pedigree.ledger.head.size;
    const { pedigree } = api.opened;
    const lineage = pedigree.lineage.bind(pedigree);
    // somebody uploads between two questions of one request
    pedigree.lineage = async (...args) => {
      await pedigree.ingest(
        [{ source: 'x', bytes: new TextEncoder().encode(mlBom('model-y', ['data-1'])) }],
        {
          project: 'default',
          submittedBy: 'somebody',
        },
      );
      return lineage(...args);
    };
    const query = `query($d: String!) {
      before: lineage(ref: $d, direction: down) { scope { asOf } nodes { totalCount } }
      after: modelsTrainedOn(dataset: $d) { scope { asOf } totalCount }
    }`;
    const data = await ask(query, { d: digestOf('data-1') });
    Reflect.deleteProperty(pedigree, 'lineage');
    expect(data).toMatchObject({
      before: { scope: { asOf: size } },
      after: { scope: { asOf: size }, totalCount: 1 },
    });
    const later = await ask(query, { d: digestOf('data-1') });
    expect(at(later, '/after/totalCount')).toBe(2);
  });

  test('as of a size that the log does not have', async () => {
    expect(await codesOf('{ entities(asOf: 99999) { totalCount } }')).toEqual(['ERR_USAGE']);
    expect(await codesOf('{ entities(asOf: -1) { totalCount } }')).toEqual(['ERR_USAGE']);
  });
});

describe('faults of a query', () => {
  test.each([
    ['syntax', '{', {}],
    ['empty', '', {}],
    ['unknown field', '{ secrets }', {}],
    [
      'a variable of another type',
      'query($n: Int) { entities(first: $n) { totalCount } }',
      { n: 'x' },
    ],
    ['a variable that is missing', 'query($r: String!) { entity(ref: $r) { ref } }', {}],
    ['an enum of another word', '{ entities(kind: Modell) { totalCount } }', {}],
    ['a subscription', 'subscription { head { size } }', {}],
  ])('%s: no data, no fault of ours', async (_name, query, variables) => {
    const { data, errors } = await api.graphql(query, variables);
    expect(data).toEqual({});
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map(({ extensions }) => extensions['code'])).not.toContain('ERR_INTERNAL');
    expect(api.faults).toEqual([]);
  });
});
