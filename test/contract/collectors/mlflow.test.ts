// SPDX-License-Identifier: Apache-2.0
// Against a real tracking server, with runs that MLflow's own client logs.
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../core/limits.ts';
import {
  createMlflowCollector,
  parseMlflowAddress,
} from '../../../ingest/collectors/mlflow/collector.ts';
import type { Collected } from '../../../ingest/collectors/collector.ts';
import { readDocument } from '../../../ingest/extract/registry.ts';
import { sha256 } from '../../../core/digest.ts';
import { collectAll, digestsOf, lastCursor, type Source } from '../../support/collecting.ts';
import { describePeer, peerPath, startPeer, type PeerServer } from '../../support/peers.ts';
import { startServer, type TestServer } from '../../support/test-server.ts';
import { describeCollector } from '../collector.contract.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';

const PASSWORD = 'a-password-of-the-tracking-server';
const START_MS = 120_000;

interface Tracking extends PeerServer {
  /** Where the server keeps files. */
  readonly files: string;
}

async function startTracking(): Promise<Tracking> {
  const home = await mkdtemp(join(tmpdir(), 'pedigree-mlflow-'));
  const files = join(home, 'files');
  const server = await startPeer({
    command: peerPath('mlflow', 'bin', 'mlflow'),
    args: (port) => [
      ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(home, 'runs.db')}`],
      ...['--serve-artifacts', '--artifacts-destination', files],
    ],
    cwd: home,
    ready: '/health',
  });
  return {
    ...server,
    files,
    close: async () => {
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function ask(server: PeerServer, path: string, body: object): Promise<JsonObject> {
  const answer = await fetch(server.url(`/api/2.0/mlflow/${path}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as JsonObject;
}

/** A run that ended, with one file. @returns where the server keeps the file */
async function addRun(
  server: Tracking,
  experiment: string,
  path: string,
  bytes: Uint8Array,
): Promise<string> {
  const now = Date.now();
  const made = await ask(server, 'runs/create', { experiment_id: experiment, start_time: now });
  const { run_id: run } = (made['run'] as JsonObject)['info'] as { run_id: string };
  const file = `${experiment}/${run}/artifacts/${path}`;
  const put = await fetch(server.url(`/api/2.0/mlflow-artifacts/artifacts/${file}`), {
    method: 'PUT',
    body: Buffer.from(bytes),
  });
  if (!put.ok) throw new Error(`${file}: ${put.status}`);
  await ask(server, 'runs/update', { run_id: run, status: 'FINISHED', end_time: now + 1 });
  return join(server.files, file);
}

/** Hands everything on, so that a source can go away without its server. */
async function startProxy(server: PeerServer): Promise<TestServer> {
  return startServer((asked, answer) => {
    const on = request(
      server.url(asked.url),
      { method: asked.method, headers: { ...asked.headers, host: server.host } },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  });
}

function sourceOf(host: string, options: JsonObject = {}): Source {
  const url = new URL(`mlflow+http://${host}`);
  return { collector: createMlflowCollector(parseMlflowAddress({ url, options })), hosts: [host] };
}

function sourcesOf(found: readonly Collected[], host: string): string[] {
  return found.map(({ received }) => received.source.replace(`mlflow+http://${host}/`, ''));
}

describePeer('an MLflow tracking server', 'mlflow/.complete', () => {
  let server: Tracking;
  beforeAll(async () => {
    server = await startTracking();
  }, START_MS);
  afterAll(() => server.close());

  let experiments = 0;
  describeCollector('mlflow', async () => {
    const name = `contract-${++experiments}`;
    const made = await ask(server, 'experiments/create', { name });
    const experiment = String(made['experiment_id']);
    const proxy = await startProxy(server);
    const evidenceName = (file: string): string => `boms/${file.replace(/\.json$/, '.cdx.json')}`;
    return {
      ...sourceOf(proxy.host, { experiments: [name] }),
      credentials: { user: 'reader', password: PASSWORD },
      add: async (file, bytes) => {
        await addRun(server, experiment, evidenceName(file), bytes);
      },
      addOversized: async (file) => {
        const path = await addRun(server, experiment, evidenceName(file), new Uint8Array([1]));
        await truncate(path, LIMITS.documentBytes + 1);
      },
      breakDown: proxy.close,
      close: proxy.close,
      secrets: [PASSWORD, Buffer.from(`reader:${PASSWORD}`).toString('base64')],
    };
  });

  describe('runs of a real client', () => {
    let ids: { run: string; model: string; version: string };
    beforeAll(async () => {
      const script = join(import.meta.dirname, '../../support/log-mlflow-runs.py');
      const { stdout } = await promisify(execFile)(
        peerPath('mlflow', 'bin', 'python'),
        [script, `http://${server.host}`, 'story'],
        {
          env: { PATH: process.env['PATH'] ?? '', HOME: server.files, GIT_PYTHON_REFRESH: 'quiet' },
        },
      );
      ids = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as typeof ids;
    }, START_MS);

    test('records and MLmodel files, not the weights', async () => {
      const found = await collectAll(sourceOf(server.host, { experiments: ['story'] }));
      expect(sourcesOf(found, server.host)).toEqual([
        expect.stringMatching(/^experiments\/\d+$/),
        `runs/${ids.run}`,
        `models/${ids.model}/artifacts/MLmodel`,
        `models/${ids.model}`,
        'registered-models/tumour-triage',
        'model-versions/tumour-triage/1',
      ]);
    });

    test('they meet in the graph: version, model, run, data', async () => {
      const found = await collectAll(sourceOf(server.host, { experiments: ['story'] }));
      const edges: string[] = [];
      for (const { received } of found) {
        if (!('bytes' in received)) continue;
        const { reading } = await readDocument(received.bytes, { digest: sha256(received.bytes) });
        expect(['mlflow', 'mlmodel']).toContain(reading.facts.format);
        const ref = (id: number): string =>
          reading.facts.nodes[id]?.ref.replace(/^local:.*#/, '#') ?? '';
        for (const { from, relation, to } of reading.facts.edges)
          edges.push(`${ref(from)} ${relation} ${ref(to)}`);
      }
      const model = `coord:mlflow/model@${ids.model}`;
      const run = `run:mlflow#${ids.run}`;
      expect(edges).toContain(`${model} wasGeneratedBy ${run}`);
      expect(edges).toContain(`${run} used #dataset/tumours/abcd1234`);
      // once by the family's latest versions, once by the version itself
      const named = 'name:mlflow/registered-model/tumour-triage@1';
      expect(edges.filter((edge) => edge.endsWith(named))).toHaveLength(2);
    });

    test('a tag that is set later makes the run another document', async () => {
      const source = sourceOf(server.host, { experiments: ['story'] });
      const cursor = lastCursor(await collectAll(source));
      await ask(server, 'runs/set-tag', { run_id: ids.run, key: 'reviewed', value: 'yes' });
      const again = await collectAll(source, { cursor });
      expect(sourcesOf(again, server.host)).toEqual([`runs/${ids.run}`]);
    });

    test('a run that goes on is read when it has ended', async () => {
      const source = sourceOf(server.host, { experiments: ['open'] });
      const made = await ask(server, 'experiments/create', { name: 'open' });
      const begun = await ask(server, 'runs/create', {
        experiment_id: String(made['experiment_id']),
        start_time: Date.now(),
      });
      const { run_id: run } = (begun['run'] as JsonObject)['info'] as { run_id: string };
      const found = await collectAll(source);
      expect(sourcesOf(found, server.host)).not.toContain(`runs/${run}`);
      await ask(server, 'runs/update', { run_id: run, status: 'FAILED', end_time: Date.now() });
      const again = await collectAll(source, { cursor: lastCursor(found) });
      expect(sourcesOf(again, server.host)).toEqual([`runs/${run}`]);
    });

    test('without files: records only', async () => {
      const options = { experiments: ['story'], artifacts: false };
      const found = await collectAll(sourceOf(server.host, options));
      expect(sourcesOf(found, server.host).filter((name) => name.includes('artifacts'))).toEqual(
        [],
      );
      expect(digestsOf(found).length).toBeGreaterThan(3);
    });
  });
});
