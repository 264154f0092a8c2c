// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hono } from 'hono';
import { createApp } from '../../api/app.ts';
import type { AppEnv } from '../../api/env.ts';
import { OPENAPI } from '../../api/rest/openapi.ts';
import type { Operation } from '../../api/rest/openapi-types.ts';
import { openTestApi, type TestApi } from './support/test-api.ts';

const METHODS = ['get', 'post'] as const;

interface Documented {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function documented(): Documented[] {
  return Object.entries(OPENAPI.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, method: method.toUpperCase(), operation }];
    }),
  );
}

/** hono's way of writing a path, as OpenAPI writes it. */
function toTemplate(path: string): string {
  return path.replace(/\/\*$/, '/{path}').replaceAll(/:([a-zA-Z]+)/g, '{$1}');
}

describe('the OpenAPI document', () => {
  let api: TestApi;
  let app: Hono<AppEnv>;
  beforeAll(async () => {
    api = await openTestApi();
    app = createApp({
      pedigree: api.opened.pedigree,
      log: undefined as never,
      project: 'default',
      authorities: () => [],
      token: 't',
      isDevelopment: false,
      requestMs: 1,
      onFault: () => undefined,
    });
  });
  afterAll(() => api.close());

  test('has every route, and no other', () => {
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${toTemplate(path)}`);
    const listed = documented().map(({ method, path }) => `${method} ${path}`);
    expect(routes.length).toBeGreaterThan(20);
    expect([...new Set(routes)].sort()).toEqual(listed.sort());
  });

  test('names each operation once, and its path parameters', () => {
    const names = documented().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of documented()) {
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path');
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name)).toEqual(placeholders);
    }
  });

  test('says which operations want the token', () => {
    const writes = documented().filter(
      ({ method, path }) => method === 'POST' && path !== '/graphql',
    );
    expect(writes.length).toBe(5);
    for (const { operation } of writes) {
      expect(operation.security).toEqual([{ serveToken: [] }]);
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['401', '413', '415', '408']),
      );
    }
    for (const { operation } of documented().filter(({ method }) => method === 'GET')) {
      expect(operation.security).toBeUndefined();
    }
  });

  test('every reference leads somewhere', () => {
    const refs = [
      ...JSON.stringify(OPENAPI).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
    ].map(([, name]) => name);
    expect(refs.length).toBeGreaterThan(30);
    expect(refs.filter((name) => !Object.hasOwn(OPENAPI.components.schemas, name ?? ''))).toEqual(
      [],
    );
  });

  test('the parameters that it lists are known, and no others', async () => {
    const reads = documented().filter(
      ({ method, path }) => method === 'GET' && path !== '/graphql',
    );
    for (const { path, operation } of reads) {
      const url = path.replaceAll(/\{\w+\}/g, '0');
      for (const parameter of (operation.parameters ?? []).filter((one) => one.in === 'query')) {
        const text = await (await api.get(`${url}?${parameter.name}=1`)).text();
        expect(text).not.toContain('there is no parameter');
      }
      const text = await (await api.get(`${url}?surprise=1`)).text();
      expect([path, text]).toEqual([path, expect.stringContaining('there is no parameter')]);
    }
  });

  test('is served', async () => {
    const response = await api.get('/api/v1/openapi.json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(OPENAPI)));
  });
});
