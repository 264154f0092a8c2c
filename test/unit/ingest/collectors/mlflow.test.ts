// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest';
import {
  createMlflowCollector,
  parseMlflowAddress,
} from '../../../../ingest/collectors/mlflow/collector.ts';
import { collectAll, type Source } from '../../../support/collecting.ts';
import type { Handler } from '../../../support/test-server.ts';
import { fateOf, HostileServers, routes } from './hostile.ts';

const servers = new HostileServers();
afterEach(() => servers.closeAll());

const API = '/api/2.0/mlflow';
const RUN = { info: { run_id: 'r1', experiment_id: '1', end_time: 1000 }, data: {} };
const EXPERIMENT = { experiment_id: '1', name: 'one', artifact_location: 'x' };

/** A server with one experiment and one run. */
function server(more: Readonly<Record<string, Handler | object | string>> = {}): Handler {
  return routes({
    [`${API}/experiments/search`]: { experiments: [EXPERIMENT] },
    [`${API}/experiments/get`]: { experiment: EXPERIMENT },
    [`${API}/runs/search`]: { runs: [RUN] },
    [`${API}/runs/get`]: { run: RUN },
    [`${API}/artifacts/list`]: { root_uri: 'x', files: [] },
    ...more,
  });
}

function sourceOf(host: string): Source {
  const url = new URL(`mlflow+http://${host}`);
  return {
    collector: createMlflowCollector(parseMlflowAddress({ url, options: {} })),
    hosts: [host],
  };
}

describe('what a tracking server may do', () => {
  test('an old one knows neither logged models nor a registry', async () => {
    const { host } = await servers.start(server());
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'read']);
  });

  test('a list without an end', async () => {
    const { host, requests } = await servers.start(
      server({ [`${API}/runs/search`]: { runs: [], next_page_token: 'again' } }),
    );
    const fates = await fateOf(sourceOf(host));
    expect(fates.at(-1)).toBe('thrown ERR_SOURCE_UNAVAILABLE');
    expect(requests.length).toBeLessThan(6);
  });

  test.each([
    ['another run', { run: { info: { run_id: 'r2' } } }, 'ERR_SOURCE_UNAVAILABLE'],
    ['no run', {}, 'ERR_SOURCE_UNAVAILABLE'],
    ['a list', [], 'ERR_SOURCE_UNAVAILABLE'],
    ['a page', '<html>', 'ERR_PARSE_JSON'],
    ['a member twice', '{"run":1,"run":2}', 'ERR_PARSE_DUPLICATE_KEY'],
  ])('%s in answer to the question for a run', async (_, answer, code) => {
    const { host } = await servers.start(server({ [`${API}/runs/get`]: answer as object }));
    expect(await fateOf(sourceOf(host))).toEqual(['read', code]);
  });

  test.each([
    ['a folder in itself', { path: 'a', is_dir: true }],
    ['a folder above', { path: '../a', is_dir: true }],
    ['a folder without a name', { path: '', is_dir: true }],
  ])('%s ends', async (_, folder) => {
    const { host, requests } = await servers.start(
      server({ [`${API}/artifacts/list`]: { files: [folder] } }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'read']);
    expect(requests.length).toBeLessThan(10);
  });

  test('folders without an end', async () => {
    const { host, requests } = await servers.start(
      server({
        [`${API}/artifacts/list`]: ({ url }, response) => {
          const path = new URL(url ?? '', 'http://x').searchParams.get('path');
          const names = Array.from(
            { length: 10 },
            (__, at) => `${path === null ? '' : `${path}/`}${at}`,
          );
          response.end(
            JSON.stringify({ files: names.map((name) => ({ path: name, is_dir: true })) }),
          );
        },
      }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'ERR_LIMIT_ITEMS', 'read']);
    expect(requests.length).toBeLessThan(520);
  });

  test('a file that cannot be had does not keep the run out', async () => {
    const files = [{ path: 'MLmodel', is_dir: false, file_size: 3 }];
    const { host } = await servers.start(
      server({
        [`${API}/artifacts/list`]: { files },
        '/get-artifact': (_, response) => response.writeHead(403).end(),
      }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'ERR_NOT_AUTHORISED', 'read']);
  });

  test('only files with names of evidence are fetched', async () => {
    const files = ['MLmodel', 'model.pkl', 'sub/sbom.cdx.json'].map((path) => ({
      path,
      is_dir: false,
    }));
    const { host, requests } = await servers.start(
      server({ [`${API}/artifacts/list`]: { files }, '/get-artifact': 'x' }),
    );
    await collectAll(sourceOf(host));
    const fetched = requests.flatMap(({ path }) =>
      path.startsWith('/get-artifact')
        ? (new URL(path, 'http://x').searchParams.get('path') ?? '')
        : [],
    );
    expect(fetched).toEqual(['MLmodel', 'sub/sbom.cdx.json']);
  });

  test('runs without an id or an end are passed over', async () => {
    const runs = [
      { info: {} },
      { info: { run_id: 'r3' } },
      { info: { run_id: 7, end_time: 1 } },
      null,
    ];
    const { host } = await servers.start(server({ [`${API}/runs/search`]: { runs } }));
    expect(await fateOf(sourceOf(host))).toEqual(['read']);
  });
});

describe('addresses', () => {
  test.each([
    ['mlflow+http://host:5000', 'http://host:5000'],
    ['mlflow+https://host/', 'https://host'],
    ['mlflow+https://host/below/here/', 'https://host/below/here'],
  ])('%s', (address, base) => {
    expect(parseMlflowAddress({ url: new URL(address), options: {} }).base).toBe(base);
  });

  test.each([
    ['mlflow+http://user:pass@host', {}],
    ['mlflow+http://host?token=x', {}],
    ['mlflow+http://host', { token: 'x' }],
    ['mlflow+http://host', { experiments: [1] }],
  ])('%s %j is none', (address, options) => {
    expect(() => parseMlflowAddress({ url: new URL(address), options })).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });
});
