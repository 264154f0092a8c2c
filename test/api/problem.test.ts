// SPDX-License-Identifier: Apache-2.0
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_CODES, PedigreeError } from '../../core/errors.ts';
import { isOwnFault, problemOf, statusOf } from '../../api/problem.ts';
import { openTestApi, type TestApi } from './support/test-api.ts';

const SECRET = 'a secret path or address';

describe('problem of an error', () => {
  test.each(ERROR_CODES)('%s has a status, a type and a title', (code) => {
    const problem = problemOf(
      new PedigreeError(code, SECRET, { file: SECRET, at: '/a/0', line: 3 }),
    );
    expect(problem.code).toBe(code);
    expect(problem.type).toBe(`urn:pedigree:error:${code}`);
    expect(problem.status).toBe(statusOf(code));
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(problem.title).not.toBe('');
    if (isOwnFault(code)) expect(JSON.stringify(problem)).not.toContain(SECRET);
    else expect(problem).toMatchObject({ detail: SECRET, pointer: '/a/0', line: 3 });
    expect(problem).not.toHaveProperty('file');
  });

  test.each([
    ['ERR_LIMIT_SIZE', 413],
    ['ERR_LIMIT_TIME', 503],
    ['ERR_NOT_FOUND', 404],
    ['ERR_AMBIGUOUS_REF', 409],
    ['ERR_NOT_AUTHORISED', 403],
    ['ERR_USAGE', 400],
    ['ERR_PARSE_JSON', 400],
    ['ERR_STORE_UNAVAILABLE', 503],
    ['ERR_STORE_CORRUPT', 500],
    ['ERR_INTERNAL', 500],
  ] as const)('%s is %i', (code, status) => expect(statusOf(code)).toBe(status));

  test('what is no PedigreeError says nothing', () => {
    for (const error of [
      new TypeError(SECRET),
      SECRET,
      undefined,
      { message: SECRET, code: 'ERR_USAGE' },
    ]) {
      const problem = problemOf(error);
      expect(problem).toMatchObject({ code: 'ERR_INTERNAL', status: 500 });
      expect(JSON.stringify(problem)).not.toContain(SECRET);
    }
  });
});

describe('errors on their way out', () => {
  let api: TestApi;
  let restore = (): void => undefined;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => api.close());
  afterEach(() => {
    restore();
    api.faults.length = 0;
  });

  /** Lets the store fail at its next use. */
  function breakStore(error: Error): void {
    const { store } = api.opened.pedigree.ledger;
    const head = store.head.bind(store);
    restore = () => {
      store.head = head;
    };
    store.head = () => Promise.reject(error);
  }

  test.each(ERROR_CODES)('%s: REST and GraphQL say the same', async (code) => {
    breakStore(new PedigreeError(code, SECRET));
    const rest = await api.get('/api/v1/entities');
    expect(rest.status).toBe(statusOf(code));
    expect(rest.headers.get('content-type')).toBe('application/problem+json');
    const text = await rest.text();
    expect(JSON.parse(text)).toMatchObject({ code, status: statusOf(code) });
    expect(text.includes(SECRET)).toBe(!isOwnFault(code));
    expect(api.faults).toHaveLength(isOwnFault(code) ? 1 : 0);
    const graphql = await api.graphql('{ head { size } }');
    expect(graphql.status).toBe(statusOf(code));
  });

  test('a health check on a store that cannot be reached is a 503 that may be asked again', async () => {
    breakStore(
      new PedigreeError('ERR_STORE_UNAVAILABLE', `refused by ${SECRET}`, { retryable: true }),
    );
    const response = await api.get('/api/v1/health');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.text()).not.toContain(SECRET);
  });

  test('a bug shows no stack', async () => {
    breakStore(new TypeError(SECRET));
    const response = await api.get('/api/v1/entities');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('.ts');
    expect(api.faults[0]).toBeInstanceOf(TypeError);
  });

  test('an error inside a resolver is masked as well', async () => {
    const { pedigree } = api.opened;
    for (const [error, code] of [
      [new TypeError(SECRET), 'ERR_INTERNAL'],
      [new PedigreeError('ERR_STORE_CORRUPT', SECRET), 'ERR_STORE_CORRUPT'],
      [new PedigreeError('ERR_NOT_FOUND', 'nothing there'), 'ERR_NOT_FOUND'],
    ] as const) {
      pedigree.lineage = () => Promise.reject(error);
      const answer = await api.graphql('{ lineage(ref: "x") { truncated } }');
      expect(answer.status).toBe(200);
      expect(answer.errors.map(({ extensions }) => extensions['code'])).toEqual([code]);
      expect(JSON.stringify(answer)).not.toContain(SECRET);
    }
    Reflect.deleteProperty(pedigree, 'lineage');
  });

  test('no such path, no such method', async () => {
    for (const [path, init] of [
      ['/', {}],
      ['/api/v1/nothing', {}],
      ['/api/v1/log/tile/0/../../keys/log.pem', {}],
      ['/api/v1/log/tile/0/999', {}],
      ['/api/v1/log/tile/%2e%2e/%2e%2e/serve-token', {}],
      ['/graphql/x', {}],
    ] as const) {
      const response = await api.get(path, init);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
    expect((await api.post('/api/v1/head', {})).status).toBe(404);
  });
});
