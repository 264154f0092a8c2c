// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../core/limits.ts';
import { ByteBudget } from '../../api/http/byte-budget.ts';
import { digestOf, mlBom } from './support/documents.ts';
import { jsonOf, openTestApi, TOKEN, type Init, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const MEBIBYTE = 1024 * 1024;

/** A body of so many bytes, made while it is read; counts what was taken from it. */
function endlessBody(mebibytes: number): {
  stream: ReadableStream;
  taken: () => number;
  cancelled: () => boolean;
} {
  const chunk = new Uint8Array(MEBIBYTE).fill(0x20);
  let taken = 0;
  let cancelled = false;
  const stream = new ReadableStream({
    pull(controller) {
      if (taken >= mebibytes) return controller.close();
      taken++;
      controller.enqueue(chunk);
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return { stream, taken: () => taken, cancelled: () => cancelled };
}

describe('bodies', () => {
  test('a chunked upload is cut off at the limit, not read on', async () => {
    const body = endlessBody(200);
    const init: Init = { duplex: 'half' };
    const response = await api.post('/api/v1/evidence', body.stream, init);
    expect(response.status).toBe(413);
    expect(await jsonOf(response, '/code')).toBe('ERR_LIMIT_SIZE');
    expect(body.taken()).toBeLessThanOrEqual(LIMITS.bodyBytes / MEBIBYTE + 2);
    expect(body.cancelled()).toBe(true);
  });

  test('a promised length above the limit is refused before a byte is read', async () => {
    const body = endlessBody(1);
    const headers = { 'content-length': String(LIMITS.bodyBytes + 1) };
    const init: Init = { headers, duplex: 'half' };
    expect((await api.post('/api/v1/evidence', body.stream, init)).status).toBe(413);
    expect(body.taken()).toBeLessThanOrEqual(1);
  });

  test.each(['/graphql', '/api/v1/verify', '/api/v1/revocations'])(
    'JSON for %s is bounded more tightly',
    async (path) => {
      const response = await api.post(path, { query: 'x'.repeat(LIMITS.jsonBodyBytes) });
      expect(response.status).toBe(413);
    },
  );

  test.each(['/graphql', '/api/v1/verify'])('JSON for %s may not be nested deep', async (path) => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const response = await api.post(path, deep, {
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(400);
    expect(await jsonOf(response, '/code')).toBe('ERR_PARSE_DEPTH');
  });

  test('a member that is written twice is refused', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.post('/graphql', '{"query":"{head{size}}","query":"{x}"}', {
      headers,
    });
    expect(response.status).toBe(400);
    expect(await jsonOf(response, '/code')).toBe('ERR_PARSE_DUPLICATE_KEY');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('JSON as "%s" is refused: a form of a foreign page could send that', async (type) => {
    for (const path of ['/graphql', '/api/v1/verify']) {
      const response = await api.post(path, '{"query":"{head{size}}"}', {
        headers: { 'content-type': type },
      });
      expect(response.status).toBe(415);
    }
  });

  test('a compressed body is not unpacked', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const response = await api.post('/api/v1/evidence', mlBom('m', []), { headers });
    expect(response.status).toBe(415);
  });

  test('an empty body is no document', async () => {
    expect((await api.post('/api/v1/evidence', '')).status).toBe(400);
  });

  test('all bodies together have a budget, which is given back', () => {
    const budget = new ByteBudget(100);
    expect(budget.take(60)).toBe(true);
    expect(budget.take(41)).toBe(false);
    expect(budget.take(40)).toBe(true);
    budget.give(100);
    expect(budget.taken).toBe(0);
  });
});

describe('time', () => {
  test('a body that does not come is a 408', async () => {
    const quick = await openTestApi({ requestMs: 30 });
    try {
      const stream = new ReadableStream({ pull: () => new Promise(() => undefined) });
      const init: Init = { duplex: 'half' };
      const response = await quick.post('/api/v1/evidence', stream, init);
      expect(response.status).toBe(408);
      expect(await jsonOf(response)).toMatchObject({ code: 'ERR_LIMIT_TIME', retryable: true });
    } finally {
      await quick.close();
    }
  });

  test('a store that does not answer is a 503', async () => {
    const quick = await openTestApi({ requestMs: 30 });
    const { store } = quick.opened.pedigree.ledger;
    const head = store.head.bind(store);
    const released = Promise.withResolvers<void>();
    store.head = async () => {
      await released.promise;
      return head();
    };
    try {
      const response = await quick.get('/api/v1/health');
      expect(response.status).toBe(503);
      expect(await jsonOf(response, '/code')).toBe('ERR_LIMIT_TIME');
    } finally {
      released.resolve();
      await quick.close();
    }
  });
});

describe('GraphQL', () => {
  const codes = (answer: {
    errors: readonly { extensions: Readonly<Record<string, unknown>> }[];
  }): unknown[] => answer.errors.map(({ extensions }) => extensions['code']);

  async function expectRefused(query: string): Promise<void> {
    const answer = await api.graphql(query);
    expect(answer.status).toBe(400);
    expect(answer.data).toEqual({});
    expect(codes(answer)).toEqual(['ERR_LIMIT_ITEMS']);
  }

  test('depth 100', async () => {
    await expectRefused(`{ ${'a { '.repeat(99)} b ${'}'.repeat(99)} }`);
  });

  test('one deeper than the limit, and not one less', async () => {
    const nested = (depth: number): string =>
      `{ ${'a { '.repeat(depth - 1)} b ${'}'.repeat(depth - 1)} }`;
    await expectRefused(nested(LIMITS.graphqlDepth + 1));
    expect(codes(await api.graphql(nested(LIMITS.graphqlDepth)))).not.toContain('ERR_LIMIT_ITEMS');
  });

  test('1000 aliases', async () => {
    const fields = (many: number): string =>
      Array.from({ length: many }, (_, at) => `a${at}:__typename`).join(' ');
    await expectRefused(`{ ${fields(1000)} }`);
    await expectRefused(`{ ${fields(LIMITS.graphqlAliases + 1)} }`);
    expect((await api.graphql(`{ ${fields(LIMITS.graphqlAliases)} }`)).errors).toEqual([]);
  });

  test('aliases hidden in fragments that use one another are counted as often as they run', async () => {
    const fragments = Array.from(
      { length: 20 },
      (_, at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`,
    );
    await expectRefused(`{ ...F0 } ${fragments.join(' ')} fragment F20 on Query { a: __typename }`);
  });

  test('fragments in a circle', async () => {
    await expectRefused('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }');
  });

  test('tokens', async () => {
    await expectRefused(`{ ${'__typename '.repeat(LIMITS.graphqlTokens)} }`);
  });

  test('cost: pages inside pages', async () => {
    await expectRefused(
      `{ entities(first: 500) { edges { node { documents(first: 500) { edges { node { digest } } } } } } }`,
    );
  });

  test('cost: a page whose size is a variable counts as the largest', async () => {
    const answer = await api.graphql(
      'query($n: Int) { entities(first: $n) { edges { node { documents(first: $n) { edges { node { digest } } } } } } }',
      { n: 1 },
    );
    expect(answer.status).toBe(400);
    expect(codes(answer)).toEqual(['ERR_LIMIT_ITEMS']);
  });

  test('cost of several operations adds up', async () => {
    const half =
      '{ entities(first: 500) { edges { node { documents(first: 90) { totalCount } } } } }';
    const operations = Array.from({ length: 3 }, (_, at) => `query Q${at} ${half}`).join(' ');
    const answer = await api.post('/graphql', { query: operations, operationName: 'Q0' });
    expect(answer.status).toBe(400);
    const one = await api.post('/graphql', { query: `query Q0 ${half}`, operationName: 'Q0' });
    expect(one.status).toBe(200);
  });

  test.each([0, -1, LIMITS.pageItems + 1, 2_147_483_647])('a page of %i', async (first) => {
    const answer = await api.graphql(`{ entities(first: ${first}) { totalCount } }`);
    expect(codes(answer)).toEqual([first > 0 ? 'ERR_LIMIT_ITEMS' : 'ERR_USAGE']);
  });

  test('no batches', async () => {
    const response = await api.post('/graphql', [
      { query: '{head{size}}' },
      { query: '{head{size}}' },
    ]);
    expect(response.status).toBe(400);
  });

  test('refs of one question', async () => {
    const refs = Array.from({ length: LIMITS.questionRefs + 1 }, (_, at) => digestOf(String(at)));
    const answer = await api.graphql(
      'query($r: [String!]!) { blastRadius(refs: $r) { open { count } } }',
      { r: refs },
    );
    expect(codes(answer)).toEqual(['ERR_LIMIT_ITEMS']);
  });

  test('introspection and GraphiQL are for development', async () => {
    const query = '{ __schema { types { name } } }';
    expect((await api.graphql(query)).data).toEqual({});
    expect((await api.graphql('{ __type(name: "Query") { name } }')).data).toEqual({});
    const page = await api.get('/graphql', { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
    const dev = await openTestApi({ isDevelopment: true });
    try {
      expect((await dev.graphql(query)).data).toHaveProperty('__schema.types.10.name');
      const graphiql = await dev.get('/graphql', { headers: { accept: 'text/html' } });
      expect(graphiql.headers.get('content-type')).toContain('text/html');
    } finally {
      await dev.close();
    }
  });
});

describe('REST', () => {
  test.each(['0', '-1', '501', '1e3', 'x', '99999999999999999999', '1.5'])(
    'first=%s',
    async (first) => {
      expect((await api.get(`/api/v1/entities?first=${first}`)).status).toBe(400);
    },
  );

  test('refs of one question, and characters of one ref', async () => {
    const refs = Array.from({ length: LIMITS.questionRefs + 1 }, (_, at) => `ref=${at}`).join('&');
    expect((await api.get(`/api/v1/blast-radius?${refs}`)).status).toBe(400);
    expect(
      (await api.get(`/api/v1/path?from=${'x'.repeat(LIMITS.refChars + 1)}&to=y`)).status,
    ).toBe(400);
  });

  test.each([
    '/api/v1/entities?fist=1',
    '/api/v1/entities?first=1&first=2',
    '/api/v1/entities?kind=Modell',
    '/api/v1/entities?after=!',
    '/api/v1/entities?__proto__=1',
    '/api/v1/documents?standing=fine',
    '/api/v1/documents?after=YWJj',
    '/api/v1/lineage',
    '/api/v1/lineage?ref=',
    '/api/v1/lineage?ref=x&direction=sideways',
    '/api/v1/blast-radius',
    '/api/v1/blast-radius?ref=x&minClass=any',
    '/api/v1/path?from=x',
    '/api/v1/head?x=1',
    '/api/v1/entities?asOf=99999',
    '/api/v1/log/entries/x/proof',
    '/api/v1/log/entries/-1/proof',
    '/api/v1/evidence/sha256:00',
  ])('%s is a mistake', async (path) => {
    const response = await api.get(path);
    expect(response.status).toBe(400);
    expect(await jsonOf(response, '/status')).toBe(400);
  });

  test('statements with members that are missing, unknown or of another form', async () => {
    const good = { target: digestOf('d'), reason: 'r' };
    const bodies: unknown[] = [
      null,
      [],
      'x',
      {},
      { target: digestOf('d') },
      { ...good, reason: '' },
      { ...good, reason: 'r'.repeat(2001) },
      { ...good, severity: 'awful' },
      { ...good, since: 'yesterday' },
      { ...good, fixed: 'x' },
      { ...good, withdraws: 'sha256:00' },
      { ...good, project: '../x' },
      { ...good, confirmed: 'yes' },
      { ...good, by: 'me' },
      JSON.parse('{"__proto__":{"target":"x"},"reason":"r"}'),
    ];
    for (const body of bodies) {
      const response = await api.request('/api/v1/revocations', {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect([response.status, JSON.stringify(body)]).toEqual([400, JSON.stringify(body)]);
    }
    expect(api.opened.pedigree.ledger.knowledge.revocations).toHaveLength(0);
  });
});
