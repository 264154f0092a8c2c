// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { file, linkOf } from '../support/test-documents.ts';
import { jsonOf, openTestApi, type TestApi } from './support/test-api.ts';

const DATA = file('data/a.csv');
const MODEL = file('models/a.onnx');

describe('GET /api/v1/export', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
    const response = await api.post('/api/v1/evidence', linkOf('train', [DATA], [MODEL]));
    expect(response.status).toBe(201);
  });
  afterAll(() => api.close());

  const ask = (query: Record<string, string>): Promise<Response> =>
    api.get(`/api/v1/export?${new URLSearchParams(query).toString()}`);

  test.each([
    ['cyclonedx', '/document/metadata/component/bom-ref', MODEL.ref],
    ['spdx3', '/document/@graph/0/type', 'CreationInfo'],
    ['in-toto-bundle', '/document', ''],
  ])('%s', async (format, pointer, expected) => {
    const response = await ask({ ref: MODEL.ref, format });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    const body = await jsonOf(response);
    expect(body).toMatchObject({ format });
    expect(await jsonOf(await ask({ ref: MODEL.ref, format }), pointer)).toBe(expected);
  });

  test('says what is not carried', async () => {
    const listed = await jsonOf(
      await ask({ ref: MODEL.ref, format: 'in-toto-bundle' }),
      '/notCarried',
    );
    expect(listed).toEqual([expect.objectContaining({ why: 'it came in no envelope' })]);
  });

  test.each([
    [{ format: 'spdx3' }, 400],
    [{ ref: MODEL.ref }, 400],
    [{ ref: MODEL.ref, format: 'csv' }, 400],
    [{ ref: MODEL.ref, format: 'spdx3', direction: 'sideways' }, 400],
    [{ ref: 'x'.repeat(3000), format: 'spdx3' }, 400],
    [{ ref: `sha256:${'ab'.repeat(32)}`, format: 'spdx3' }, 404],
  ])('%j is refused', async (query, status) => {
    expect((await ask(query as unknown as Record<string, string>)).status).toBe(status);
  });
});
