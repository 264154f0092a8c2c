// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLoopbackHost, loopbackAuthorities } from '../../api/http/loopback.ts';
import { mlBom } from './support/documents.ts';
import { at, AUTHORITY, jsonOf, openTestApi, TOKEN, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

describe('addresses', () => {
  test.each(['127.0.0.1', '127.9.8.7', '::1', 'localhost', 'LOCALHOST', '0:0:0:0:0:0:0:1'])(
    '%s is this machine',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.1',
    '',
    ' 127.0.0.1',
  ])('"%s" is not', (host) => expect(isLoopbackHost(host)).toBe(false));

  test('a name goes without its port on port 80 alone', () => {
    expect(loopbackAuthorities('127.0.0.1', 7465)).toEqual([
      'localhost:7465',
      '127.0.0.1:7465',
      '[::1]:7465',
    ]);
    expect(loopbackAuthorities('127.0.0.1', 80)).toContain('localhost');
    expect(loopbackAuthorities('127.0.0.2', 7465)).toContain('127.0.0.2:7465');
  });
});

describe('Host', () => {
  test.each([AUTHORITY, 'localhost:7465', 'LocalHost:7465', '[::1]:7465'])(
    '%s is us',
    async (host) => {
      expect((await api.get('/api/v1/health', { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:7465',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:7466',
    '127.0.0.1:74650',
    'localhost:7465.evil.example',
    'localhost:7465@evil.example',
    '127.0.0.1:7465,evil.example',
    '0.0.0.0:7465',
    '192.168.0.1:7465',
    '',
  ])('"%s" is not', async (host) => {
    const response = await api.get('/api/v1/health', { headers: { host } });
    expect(response.status).toBe(403);
    expect(await jsonOf(response, '/code')).toBe('ERR_NOT_AUTHORISED');
  });

  test('is looked at before GraphQL and before paths that do not exist', async () => {
    const headers = { host: 'evil.example:7465' };
    expect((await api.post('/graphql', { query: '{head{size}}' }, { headers })).status).toBe(403);
    expect((await api.get('/nothing', { headers })).status).toBe(403);
  });
});

describe('Origin', () => {
  test.each([`http://${AUTHORITY}`, 'http://localhost:7465'])('%s is us', async (origin) => {
    expect((await api.get('/api/v1/head', { headers: { origin } })).status).toBe(200);
  });

  test.each([
    'http://evil.example',
    'http://evil.example:7465',
    'https://127.0.0.1:7465',
    'http://127.0.0.1:8080',
    'http://127.0.0.1',
    'http://127.0.0.1:7465.evil.example',
    'null',
    'file://',
    '',
  ])('"%s" is not, even with the token', async (origin) => {
    const response = await api.post('/api/v1/evidence', mlBom('m', []), { headers: { origin } });
    expect(response.status).toBe(403);
    expect(api.opened.pedigree.ledger.knowledge.documents).toHaveLength(0);
  });

  test('no page elsewhere is ever allowed', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = {
        origin: `http://${AUTHORITY}`,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      for (const path of ['/api/v1/head', '/graphql']) {
        const response = await api.request(path, { method, headers });
        const names = [...response.headers.keys()];
        expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    }
  });
});

describe('token', () => {
  const WRITES = [
    '/api/v1/evidence',
    '/api/v1/revocations',
    '/api/v1/retractions',
    '/api/v1/reinstatements',
    '/api/v1/verify',
  ];
  const WRONG = [
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer x${TOKEN}`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer  ${TOKEN} x`,
  ];

  test.each(WRITES)('%s wants it', async (path) => {
    for (const authorization of WRONG) {
      const response = await api.post(path, {}, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await jsonOf(response, '/code')).toBe('ERR_NOT_AUTHORISED');
    }
    expect(api.opened.pedigree.ledger.head.size).toBe(1);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s on any path below /api wants it',
    async (method) => {
      expect((await api.request('/api/v1/head', { method })).status).toBe(401);
    },
  );

  test('reads do not', async () => {
    expect((await api.get('/api/v1/entities')).status).toBe(200);
    const headers = { authorization: 'Bearer wrong' };
    expect(at((await api.graphql('{ head { size } }', {}, headers)).data, '/head/size')).toBe(1);
  });

  test('every mutation wants it, however it is written', async () => {
    const input = 'input: { document: "sha256:00", reason: "r" }';
    const mutations = [
      `mutation { retract(${input}) { logIndex } }`,
      `mutation M { reinstate(${input}) { logIndex } }`,
      'mutation { revoke(input: { target: "x", reason: "r" }) { logIndex } }',
      'mutation { uploadEvidence(input: { base64: "e30=" }) { outcomes { totalCount } } }',
      'mutation { verify(input: { model: "m", dataset: "d", environment: "e", policy: "p" }) { logIndex } }',
      `fragment F on Mutation { retract(${input}) { logIndex } } mutation { ...F }`,
    ];
    for (const query of mutations) {
      for (const authorization of ['', 'Bearer wrong']) {
        const { status, data, errors } = await api.graphql(query, {}, { authorization });
        expect(status).toBe(401);
        expect(data).toEqual({});
        expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['ERR_NOT_AUTHORISED']);
      }
    }
    expect(api.opened.pedigree.ledger.head.size).toBe(1);
  });

  test('of several operations the one that runs is judged', async () => {
    const query =
      'query Q { head { size } } mutation M { uploadEvidence(input: { base64: "e30=" }) { outcomes { totalCount } } }';
    const headers = { authorization: '' };
    const read = await api.post('/graphql', { query, operationName: 'Q' }, { headers });
    expect(await jsonOf(read, '/data/head/size')).toBe(1);
    const write = await api.post('/graphql', { query, operationName: 'M' }, { headers });
    expect(write.status).toBe(401);
  });

  test('a mutation by GET is refused even with it', async () => {
    const query = encodeURIComponent(
      'mutation { uploadEvidence(input: { base64: "e30=" }) { outcomes { totalCount } } }',
    );
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await api.get(`/graphql?query=${query}`, { headers });
    expect(response.status).toBe(405);
    expect(api.opened.pedigree.ledger.head.size).toBe(1);
  });
});

describe('headers of every answer', () => {
  test.each(['/api/v1/head', '/api/v1/nothing', '/graphql?query={head{size}}', '/'])(
    '%s',
    async (path) => {
      const { headers } = await api.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );
});
