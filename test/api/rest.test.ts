// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexOf, sha256 } from '../../core/digest.ts';
import { parseProofBundle, verifyProofBundle } from '../../graph/log/proof-bundle.ts';
import { verifyCheckpoint } from '../../graph/log/checkpoint.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../schemas/policy/parse-promotion-policy.ts';
import { openPedigree, systemClock } from '../../cli/wire.ts';
import { digestOf, mlBom } from './support/documents.ts';
import { at, jsonOf, openTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  for (const [model, datasets] of [
    ['model-a', ['data-1', 'data-2']],
    ['model-b', ['data-2']],
    ['model-c', []],
  ] as const) {
    const response = await api.post(
      `/api/v1/evidence?source=${model}.json`,
      mlBom(model, datasets),
    );
    expect(response.status).toBe(201);
  }
});
afterAll(() => api.close());

const names = async (response: Response, list: string): Promise<unknown[]> => {
  const found = await jsonOf(response, list);
  return (found as { name: string }[]).map(({ name }) => name);
};

describe('uploads', () => {
  test('the same bytes again add nothing', async () => {
    const before = api.opened.pedigree.ledger.head.size;
    const response = await api.post(
      '/api/v1/evidence?source=again.json',
      mlBom('model-a', ['data-1', 'data-2']),
    );
    expect(response.status).toBe(201);
    expect(await jsonOf(response, '/0')).toMatchObject({ standing: 'accepted', known: true });
    expect(api.opened.pedigree.ledger.head.size).toBe(before);
  });

  test('what cannot be read is kept, listed, and a 202', async () => {
    const broken = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[';
    const response = await api.post('/api/v1/evidence?source=broken.json', broken);
    expect(response.status).toBe(202);
    expect(await jsonOf(response, '/0/standing')).toBe('quarantined');
    const listed = await api.get('/api/v1/documents?standing=quarantined');
    expect(await jsonOf(listed)).toMatchObject({
      total: 1,
      items: [{ digest: sha256(broken), source: 'broken.json' }],
    });
  });

  test('bytes come back as they went, as an attachment that nothing may render', async () => {
    const page = '<script>alert(1)</script>';
    expect((await api.post('/api/v1/evidence?source=page.html', page)).status).toBe(201);
    const response = await api.get(`/api/v1/evidence/${sha256(page)}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(page);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="${sha256(page).slice(7)}.bin"`,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  test('bytes that were damaged on disk are not handed out', async () => {
    const text = 'soon to be damaged';
    await api.post('/api/v1/evidence', text);
    const hex = hexOf(sha256(text));
    writeFileSync(join(api.home, 'blobs', hex.slice(0, 2), hex.slice(2)), 'damaged');
    const response = await api.get(`/api/v1/evidence/${sha256(text)}`);
    expect(response.status).toBe(500);
    expect(await jsonOf(response)).toMatchObject({
      code: 'ERR_STORE_CORRUPT',
      detail: 'store damaged',
    });
    expect(api.faults).toHaveLength(1);
  });

  test('what another process logged is seen at the next question', async () => {
    const other = await openPedigree(
      { home: api.home, store: 'embedded', allowSimulated: true },
      systemClock,
    );
    const bytes = new TextEncoder().encode(mlBom('model-of-another-process', []));
    await other.pedigree.ingest([{ source: 'x', bytes }], { project: 'default', submittedBy: 'x' });
    await other.close();
    expect((await api.get(`/api/v1/entities/${digestOf('model-of-another-process')}`)).status).toBe(
      200,
    );
  });

  test('bytes that nobody logged are not there', async () => {
    expect((await api.get(`/api/v1/evidence/${digestOf('never')}`)).status).toBe(404);
  });

  test('a document belongs to the project that it was sent to', async () => {
    const bom = mlBom('model-p', []);
    expect((await api.post('/api/v1/evidence?project=team-1', bom)).status).toBe(201);
    const listed = await jsonOf(await api.get('/api/v1/documents'), '/items/0');
    expect(listed).toMatchObject({ project: 'team-1', digest: sha256(bom) });
    for (const project of ['../x', 'a b', '-x', 'x'.repeat(65)]) {
      const response = await api.post(
        `/api/v1/evidence?project=${encodeURIComponent(project)}`,
        bom,
      );
      expect(response.status).toBe(400);
    }
  });
});

describe('entities', () => {
  test('are found by kind and by text', async () => {
    expect(await names(await api.get('/api/v1/entities?kind=Dataset&q=DATA-'), '/items')).toEqual(
      expect.arrayContaining(['data-1', 'data-2']),
    );
    const none = await jsonOf(await api.get('/api/v1/entities?q=no-such-thing'));
    expect(none).toEqual({ items: [], next: null, total: 0 });
  });

  test('page by page they are all there, once, in the order of their refs', async () => {
    const whole = await jsonOf(await api.get('/api/v1/entities?first=500'), '/items');
    const refs: unknown[] = [];
    let after = '';
    do {
      const page = await jsonOf(await api.get(`/api/v1/entities?first=2${after}`));
      refs.push(...(at(page ?? null, '/items') as { ref: string }[]).map(({ ref }) => ref));
      const next = at(page ?? null, '/next');
      after = next === null ? '' : `&after=${String(next)}`;
    } while (after !== '');
    expect(refs).toEqual((whole as { ref: string }[]).map(({ ref }) => ref));
    expect(refs).toEqual([...refs].sort());
    expect(refs.length).toBeGreaterThan(5);
  });

  test('one is found by digest or by name, with its documents', async () => {
    for (const ref of [digestOf('model-a'), 'model-a']) {
      const response = await api.get(`/api/v1/entities/${encodeURIComponent(ref)}`);
      expect(await jsonOf(response)).toMatchObject({
        ref: digestOf('model-a'),
        kind: 'Model',
        level: 'digest',
        item: { ref: digestOf('model-a'), members: 1 },
        documents: { total: 1, items: [{ source: 'model-a.json', standing: 'accepted' }] },
      });
    }
  });

  test('a ref with slashes, percent signs and other letters goes through the path whole', async () => {
    for (const ref of ['pkg:a/b%40c@1', 'ü/ü?x#y', '100%', '%2F', '..', '../..']) {
      const response = await api.get(
        `/api/v1/entities/${encodeURIComponent(ref).replaceAll('.', '%2E')}`,
      );
      expect(response.status).toBe(404);
    }
    const odd = 'odd/name with %2F and ü';
    await api.post('/api/v1/evidence', mlBom(odd, []));
    const response = await api.get(`/api/v1/entities/${encodeURIComponent(odd)}`);
    expect(await jsonOf(response, '/name')).toBe(odd);
  });
});

describe('questions', () => {
  test('lineage up and down', async () => {
    const up = await api.get(`/api/v1/lineage?ref=${digestOf('model-a')}`);
    expect(await names(up, '/nodes')).toEqual(
      expect.arrayContaining(['model-a', 'data-1', 'data-2']),
    );
    const down = await api.get(`/api/v1/lineage?ref=${digestOf('data-2')}&direction=down`);
    expect(await names(down, '/nodes')).toEqual(expect.arrayContaining(['model-a', 'model-b']));
  });

  test('models trained on a dataset, and what is not known', async () => {
    const answer = await jsonOf(
      await api.get(`/api/v1/models-trained-on?dataset=${digestOf('data-1')}`),
    );
    expect(answer).toMatchObject({
      models: [
        {
          ref: digestOf('model-a'),
          outcome: 'affected',
          class: 'unsigned',
          path: [{}, { relation: 'trainedOn' }],
        },
      ],
      clear: { count: 0 },
    });
    // nobody says what the other models were made from
    expect(at(answer ?? null, '/open/count')).toBeGreaterThanOrEqual(2);
  });

  test('blast radius of several refs, as the command line gives it', async () => {
    const refs = [digestOf('data-1'), digestOf('data-2')];
    const answer = await jsonOf(
      await api.get(`/api/v1/blast-radius?ref=${refs[0]}&ref=${refs[1]}`),
    );
    expect(Object.keys(answer as object)).toEqual(
      expect.arrayContaining(['scope', 'head', 'affected', 'possible', 'open', 'clear']),
    );
    expect(answer).toMatchObject({
      affected: [
        { name: 'model-a', influence: 'content' },
        { name: 'model-b', influence: 'content' },
      ],
      open: { groups: expect.any(Array) },
    });
  });

  test('evidence that is too weak makes possible, not affected', async () => {
    const answer = await jsonOf(
      await api.get(`/api/v1/blast-radius?ref=${digestOf('data-1')}&minClass=trusted`),
    );
    expect(answer).toMatchObject({ affected: [], possible: [{ name: 'model-a' }] });
  });

  test('path, and none', async () => {
    const path = async (from: string, to: string): Promise<unknown> =>
      jsonOf(await api.get(`/api/v1/path?from=${digestOf(from)}&to=${digestOf(to)}`), '/outcome');
    expect(await path('data-1', 'model-a')).toBe('affected');
    expect(await path('data-1', 'model-b')).toBe('none');
  });

  test('as of an earlier log size', async () => {
    const early = await api.get(`/api/v1/models-trained-on?dataset=${digestOf('data-2')}&asOf=3`);
    expect(await names(early, '/models')).toEqual(['model-a']);
  });

  test.each([
    'lineage?ref=',
    'models-trained-on?dataset=',
    'blast-radius?ref=',
    'path?to=model-a&from=',
  ])('%s of something unknown is a 404, not an empty answer', async (path) => {
    const response = await api.get(`/api/v1/${path}${digestOf('unknown')}`);
    expect(response.status).toBe(404);
    expect(await jsonOf(response, '/code')).toBe('ERR_NOT_FOUND');
  });
});

describe('statements', () => {
  test('revoke, look, take back', async () => {
    const revoked = await api.post('/api/v1/revocations', {
      target: digestOf('data-1'),
      reason: 'bad labels',
      severity: 'high',
    });
    expect(revoked.status).toBe(201);
    const result = await jsonOf(revoked);
    expect(result).toMatchObject({ target: digestOf('data-1'), effective: true });
    expect(await jsonOf(await api.get('/api/v1/revocations'), '/items/0')).toMatchObject({
      target: digestOf('data-1'),
      reason: 'bad labels',
      state: 'in-force',
    });
    const withdraws = at(result ?? null, '/statement');
    const withdrawn = await api.post('/api/v1/revocations', {
      target: digestOf('data-1'),
      reason: 'labels were right',
      withdraws,
    });
    expect(withdrawn.status).toBe(201);
    const states = await jsonOf(await api.get('/api/v1/revocations'), '/items');
    expect((states as { state: string }[]).map(({ state }) => state)).toEqual([
      'withdrawal',
      'lifted',
    ]);
  });

  test('a name or a pattern wants to be confirmed', async () => {
    const body = { target: 'pkg:pypi/*', reason: 'all of it' };
    const refused = await api.post('/api/v1/revocations', body);
    expect(refused.status).toBe(400);
    expect(await jsonOf(refused, '/pointer')).toBe('/target');
    expect((await api.post('/api/v1/revocations', { ...body, confirmed: false })).status).toBe(400);
    const taken = await api.post('/api/v1/revocations', { ...body, confirmed: true });
    expect(taken.status).toBe(201);
    const withdraws = await jsonOf(taken, '/statement');
    await api.post('/api/v1/revocations', { ...body, confirmed: true, withdraws });
  });

  test('a name that means several things is not guessed', async () => {
    await api.post('/api/v1/evidence', mlBom('twice', []));
    await api.post(
      '/api/v1/evidence',
      mlBom('twice', []).replace(digestOf('twice').slice(7), digestOf('other').slice(7)),
    );
    const response = await api.post('/api/v1/revocations', { target: 'twice', reason: 'r' });
    expect(response.status).toBe(409);
    expect(await jsonOf(response)).toMatchObject({
      code: 'ERR_AMBIGUOUS_REF',
      hint: expect.stringContaining(digestOf('other')),
    });
  });

  test('retract and reinstate', async () => {
    const bom = mlBom('model-r', ['data-r']);
    await api.post('/api/v1/evidence', bom);
    const isKnown = async (): Promise<boolean> =>
      (await api.get(`/api/v1/entities/${digestOf('model-r')}`)).status === 200;
    expect(await isKnown()).toBe(true);
    const body = { document: sha256(bom), reason: 'wrong file' };
    const retracted = await api.post('/api/v1/retractions', body);
    expect(retracted.status).toBe(201);
    expect(await jsonOf(retracted)).toMatchObject({ document: sha256(bom), type: 'retracted' });
    expect(await isKnown()).toBe(false);
    const again = await api.post('/api/v1/evidence', bom);
    expect([again.status, await jsonOf(again, '/0/standing')]).toEqual([202, 'retracted']);
    expect((await api.post('/api/v1/reinstatements', body)).status).toBe(201);
    expect(await isKnown()).toBe(true);
  });

  test('a document that nobody knows cannot be retracted', async () => {
    const body = { document: digestOf('never'), reason: 'r' };
    expect((await api.post('/api/v1/retractions', body)).status).toBe(404);
  });
});

describe('the gate', () => {
  const policy = JSON.stringify({
    name: 'test',
    environments: ['production'],
    rules: [{ 'not-revoked': { of: ['model'] } }],
  });

  test('answers 200 whatever it decides, and logs it', async () => {
    const body = {
      model: digestOf('model-a'),
      dataset: digestOf('data-1'),
      environment: 'production',
      policy,
    };
    const response = await api.post('/api/v1/verify', body);
    const answer = await jsonOf(response);
    expect(response.status).toBe(200);
    expect(answer).toMatchObject({
      decision: { advisory: true, environment: 'production' },
      vsa: null,
    });
    expect(at(answer ?? null, '/decision/outcome')).not.toBe('allow');
    const logged = await jsonOf(await api.get('/api/v1/decisions'), '/items/0');
    expect(logged).toMatchObject({
      decision: at(answer ?? null, '/digest'),
      outcome: at(answer ?? null, '/decision/outcome'),
      logIndex: at(answer ?? null, '/logIndex'),
    });
  });

  test('under a logged policy it hands out a signed summary', async () => {
    const canonical = formatPromotionPolicy(parsePromotionPolicy(policy));
    await api.opened.pedigree.logPolicy('PromotionPolicy', 'test', canonical, 'default');
    const body = {
      model: digestOf('model-a'),
      dataset: digestOf('data-1'),
      environment: 'production',
      policy,
    };
    const answer = await jsonOf(await api.post('/api/v1/verify', body));
    expect(answer).toMatchObject({
      decision: { advisory: false },
      vsa: { payloadType: 'application/vnd.in-toto+json', signatures: [{}] },
    });
  });

  test('a policy that is none', async () => {
    const body = { model: digestOf('m'), dataset: digestOf('d'), environment: 'e', policy: ': :' };
    const response = await api.post('/api/v1/verify', body);
    expect(response.status).toBe(400);
  });

  test('a name that nobody knows is not judged', async () => {
    const body = { model: 'no-such-model', dataset: digestOf('d'), environment: 'e', policy };
    expect((await api.post('/api/v1/verify', body)).status).toBe(404);
  });
});

describe('the log', () => {
  test('head and health agree with the ledger', async () => {
    const { ledger } = api.opened.pedigree;
    expect(await jsonOf(await api.get('/api/v1/head'))).toEqual({
      size: ledger.head.size,
      root: ledger.root,
      time: ledger.head.time,
      origin: api.opened.log.origin,
    });
    expect(await jsonOf(await api.get('/api/v1/health'))).toEqual({
      status: 'ok',
      store: 'embedded',
      head: { size: ledger.head.size, root: ledger.root },
    });
  });

  test('the checkpoint is signed and is over the newest entry', async () => {
    const { home, pedigree } = api.opened;
    const text = await (await api.get('/api/v1/log/checkpoint')).text();
    const verdict = verifyCheckpoint(text, home.logKey.publicKey, api.opened.log.origin);
    expect(verdict).toMatchObject({
      status: 'passed',
      value: { size: pedigree.ledger.head.size, root: pedigree.ledger.root },
    });
  });

  test('the proof of every entry holds offline, and no longer once a byte differs', async () => {
    const { home, pedigree } = api.opened;
    for (let index = 0; index < pedigree.ledger.head.size; index++) {
      const text = await (await api.get(`/api/v1/log/entries/${index}/proof`)).text();
      const bundle = parseProofBundle(text);
      const verdict = verifyProofBundle(bundle, home.logKey.publicKey, api.opened.log.origin);
      expect(verdict).toMatchObject({ status: 'passed', value: { index } });
      const forged = {
        ...bundle,
        entry: { ...bundle.entry, event: bundle.entry.event.replace('"type"', '"typE"') },
      };
      expect(verifyProofBundle(forged, home.logKey.publicKey, api.opened.log.origin).status).toBe(
        'failed',
      );
    }
  });

  test('an entry beyond the end has none', async () => {
    const { size } = api.opened.pedigree.ledger.head;
    expect((await api.get(`/api/v1/log/entries/${size}/proof`)).status).toBe(404);
    expect((await api.get('/api/v1/log/entries/999999999999999/proof')).status).toBe(404);
  });

  test('tiles are those of the folder', async () => {
    await api.get('/api/v1/log/checkpoint');
    const { size } = api.opened.pedigree.ledger.head;
    for (const tile of [`tile/0/000.p/${size}`, `tile/entries/000.p/${size}`]) {
      const response = await api.get(`/api/v1/log/${tile}`);
      expect(response.status).toBe(200);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(bytes).toEqual(new Uint8Array(readFileSync(join(api.opened.log.folder, tile))));
    }
  });
});
