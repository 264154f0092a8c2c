// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPENAPI } from '../../api/rest/openapi.ts';
import { PROBLEM_TYPE } from '../../api/problem.ts';
import { mlBom } from './support/documents.ts';
import { openTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await api.post('/api/v1/evidence', mlBom('model-a', ['data-1']));
});
afterAll(() => api.close());

const READS = Object.entries(OPENAPI.paths).flatMap(([path, item]) =>
  item.get === undefined ? [] : [path],
);
const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '..',
    '%',
    '\u0000',
    '-1',
    '1e9',
    'NaN',
    'sha256:',
    'pkg:',
    'local:',
    '*',
    '[object Object]',
  ),
);
const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

/** Whatever comes in: an answer, or a problem that is not ours. */
async function expectHandled(response: Response): Promise<void> {
  expect(response.status).toBeLessThan(500);
  const type = response.headers.get('content-type') ?? '';
  if (response.status >= 400 && !type.startsWith('application/json'))
    expect(type).toBe(PROBLEM_TYPE);
  await response.arrayBuffer();
}

describe('hostile input is never a fault of ours', () => {
  test('paths and queries', async () => {
    const names = [
      'ref',
      'first',
      'after',
      'asOf',
      'kind',
      'q',
      'dataset',
      'from',
      'to',
      'minClass',
      'standing',
      'query',
    ];
    const query = fc.array(fc.tuple(fc.constantFrom(...names), odd), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...READS), odd, query, async (path, part, parameters) => {
        const search = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
        await expectHandled(
          await api.get(`${path.replaceAll(/\{\w+\}/g, encode(part))}?${search}`),
        );
      }),
      { numRuns: 300 },
    );
    expect(api.faults).toEqual([]);
  });

  test('bodies of statements', async () => {
    const paths = fc.constantFrom(
      '/api/v1/revocations',
      '/api/v1/retractions',
      '/api/v1/verify',
      '/graphql',
    );
    const keys = fc.constantFrom(
      'target',
      'reason',
      'document',
      'model',
      'dataset',
      'environment',
      'policy',
      'query',
      'variables',
      'fixed',
      '__proto__',
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(keys, fc.jsonValue()),
      fc.dictionary(keys, odd),
    );
    await fc.assert(
      fc.asyncProperty(paths, body, async (path, value) => {
        const headers = { 'content-type': 'application/json' };
        await expectHandled(await api.post(path, JSON.stringify(value), { headers }));
      }),
      { numRuns: 300 },
    );
    expect(api.faults).toEqual([]);
  });

  test('documents', async () => {
    const document = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc
        .nat({ max: 300 })
        .map((length) => new TextEncoder().encode(mlBom('m', ['d']).slice(0, length + 1))),
    );
    await fc.assert(
      fc.asyncProperty(document, async (bytes) => {
        const response = await api.post('/api/v1/evidence', new Uint8Array(bytes));
        expect([201, 202]).toContain(response.status);
      }),
      { numRuns: 100 },
    );
    expect(api.faults).toEqual([]);
  });

  test('queries of any text', async () => {
    const word = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      'query',
      'mutation',
      'head',
      'size',
      'entities',
      'first:',
      '9',
      '"x"',
      '$a',
      '...',
      'on',
      'Query',
      'fragment',
      'F',
      '@skip(if:true)',
      '__typename',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
        ),
        async (query) => {
          const { status, errors } = await api.graphql(query);
          expect(status).toBeLessThan(500);
          expect(errors.map(({ extensions }) => extensions['code'])).not.toContain('ERR_INTERNAL');
        },
      ),
      { numRuns: 300 },
    );
    expect(api.faults).toEqual([]);
  });
});
