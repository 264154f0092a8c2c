// SPDX-License-Identifier: Apache-2.0
import { serverAudits, type Audit } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTHORITY, openTestApi, type TestApi } from './support/test-api.ts';

const SERVER = `http://${AUTHORITY}`;
/** These send variables to an introspection query, which exists in development alone. */
const INTROSPECTS = new Set(['28B9', '2EA1']);

/** The audits that come with the specification. @see https://graphql.github.io/graphql-over-http/draft/ */
function auditsOn(api: () => TestApi): Audit[] {
  return serverAudits({
    url: `${SERVER}/graphql`,
    fetchFn: (url: string, init: RequestInit) => api().request(url.slice(SERVER.length), init),
  });
}

describe.each([
  { name: 'in development', isDevelopment: true },
  { name: 'in production', isDevelopment: false },
])('GraphQL over HTTP, $name', ({ isDevelopment }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi({ isDevelopment });
  });
  afterAll(() => api.close());

  const audits = auditsOn(() => api).filter(({ id }) => isDevelopment || !INTROSPECTS.has(id));
  const must = audits.filter(({ name }) => name.startsWith('MUST'));
  const should = audits.filter(({ name }) => name.startsWith('SHOULD'));

  test('asks all there is', () => {
    expect(must.length).toBe(isDevelopment ? 13 : 12);
    expect(should.length).toBe(isDevelopment ? 23 : 22);
  });

  test.each([...must, ...should])('$id $name', async (audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });

  test('a map of variables is taken, by POST and by GET', async () => {
    const query = 'query($ref: String!) { entity(ref: $ref) { ref } }';
    const answer = await api.graphql(query, { ref: 'nothing' });
    expect(answer).toMatchObject({ status: 200, data: { entity: null }, errors: [] });
    const search = new URLSearchParams({ query, variables: '{"ref":"nothing"}' });
    expect(await (await api.get(`/graphql?${search}`)).json()).toEqual({ data: { entity: null } });
  });
});
