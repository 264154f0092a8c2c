// SPDX-License-Identifier: Apache-2.0
// Against a local server that answers as the Hub's API is documented.
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { LIMITS } from '../../../core/limits.ts';
import { parseHubAddress } from '../../../ingest/collectors/hugging-face/address.ts';
import { createHubCollector } from '../../../ingest/collectors/hugging-face/collector.ts';
import type { Collected, Credentials } from '../../../ingest/collectors/collector.ts';
import { readDocument } from '../../../ingest/extract/registry.ts';
import { makeBom } from '../../cli/support/documents.ts';
import { collectAll, digestsOf, lastCursor, type Source } from '../../support/collecting.ts';
import { FakeHub } from '../../support/fake-hub.ts';
import { startServer, type Handler, type TestServer } from '../../support/test-server.ts';
import { describeCollector } from '../collector.contract.ts';

const TOKEN = 'hf_a-token-of-the-tests';
const REPO = 'models/acme/triage';
const CARD =
  '---\nlicense: mit\nbase_model: acme/base\npipeline_tag: text-classification\n---\n# Triage\n';

function sourceOf(host: string, path: string, credentials?: Credentials): Source {
  const url = new URL(`hf://${path}?endpoint=http://${host}`);
  return {
    collector: createHubCollector(parseHubAddress({ url, options: {} })),
    hosts: [host],
    ...(credentials === undefined ? {} : { credentials }),
  };
}

describeCollector('hugging-face', async () => {
  const hub = new FakeHub(TOKEN);
  const { host, close } = await hub.start();
  hub.add(REPO, 'README.md', CARD);
  hub.add(REPO, 'model.safetensors', 'weights', { size: 5_000_000_000 });
  const nameOf = (file: string): string => `evidence/${file.replace(/\.json$/, '.cdx.json')}`;
  return {
    ...sourceOf(host, REPO, { token: TOKEN }),
    add: async (file, bytes) => hub.add(REPO, nameOf(file), bytes),
    addOversized: async (file) =>
      hub.add(REPO, nameOf(file), 'large', { size: LIMITS.documentBytes + 1 }),
    breakDown: close,
    close,
    secrets: [TOKEN, 'hf_another-token'],
    wrongCredentials: { token: 'hf_another-token' },
  };
});

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function startHub(): Promise<{ hub: FakeHub; host: string }> {
  const hub = new FakeHub();
  const server = await hub.start();
  servers.push(server);
  return { hub, host: server.host };
}

async function startHostile(handler: Handler): Promise<TestServer> {
  const server = await startServer(handler);
  servers.push(server);
  return server;
}

function textsOf(found: readonly Collected[]): string[] {
  return found.map(({ received }) => received.source);
}

async function codeOf(source: Source): Promise<string> {
  try {
    const found = await collectAll(source);
    return found
      .map(({ received }) => ('refused' in received ? received.refused.code : 'read'))
      .join();
  } catch (error) {
    return `thrown ${(error as { code?: string }).code}`;
  }
}

test('the weights stay where they are; their digest and the card are one document about the commit', async () => {
  const { hub, host } = await startHub();
  hub.add(REPO, 'README.md', CARD);
  hub.add(REPO, 'model.safetensors', 'weights', { size: 5_000_000_000 });
  hub.add(REPO, 'config.json', '{}');
  const [only, ...more] = await collectAll(sourceOf(host, REPO));
  expect(more).toEqual([]);
  if (only === undefined || !('bytes' in only.received)) throw new Error('nothing was read');
  const { bytes } = only.received;
  const { reading } = await readDocument(bytes, { digest: sha256(bytes) });
  const { facts, inner = [] } = reading;
  const commit = `hf:acme/triage@${hub.commitOf(REPO)}`;
  const ref = (id: number): string => facts.nodes[id]?.ref ?? '';
  expect(
    facts.edges.map(({ from, relation, to }) => `${ref(from)} ${relation} ${ref(to)}`),
  ).toContain(`${commit} contains ${sha256('weights')}`);
  expect(facts.problems).toMatchObject([{ code: 'no-digest' }]);
  expect(inner.map(({ name, subject }) => [name, subject])).toEqual([['README.md', commit]]);
  expect(new TextDecoder().decode(inner[0]?.bytes)).toBe(CARD);
  const asked = hub.server.requests.map(({ path }) => path);
  expect(asked.filter((path) => path.includes('/resolve/') && !path.endsWith('README.md'))).toEqual(
    [],
  );
});

test('the card speaks of the commit that it lies in', async () => {
  const { hub, host } = await startHub();
  hub.add(REPO, 'README.md', CARD);
  const [only] = await collectAll(sourceOf(host, REPO));
  if (only === undefined || !('bytes' in only.received)) throw new Error('nothing was read');
  const outer = await readDocument(only.received.bytes, { digest: sha256(only.received.bytes) });
  const [card] = outer.reading.inner ?? [];
  if (card?.subject === undefined) throw new Error('no card');
  const read = await readDocument(card.bytes, {
    digest: sha256(card.bytes),
    subject: card.subject,
  });
  const { facts } = read.reading;
  expect(facts.format).toBe('hf-model-card');
  const about = facts.subjects.map((id) => facts.nodes[id]?.ref);
  expect(about).toEqual([`hf:acme/triage@${hub.commitOf(REPO)}`]);
});

test('the same commit is the same document, whatever else the Hub counts', async () => {
  const { hub, host } = await startHub();
  hub.add(REPO, 'README.md', CARD);
  const first = digestsOf(await collectAll(sourceOf(host, REPO)));
  expect(digestsOf(await collectAll(sourceOf(host, REPO)))).toEqual(first);
});

test('a data set lies under a name space of its own', async () => {
  const { hub, host } = await startHub();
  hub.add(
    'datasets/acme/scans',
    'README.md',
    '---\npretty_name: Scans\ntask_categories: [other]\n---\n',
  );
  hub.add('datasets/acme/scans', 'data.parquet', 'rows', { size: 9 });
  const [only] = await collectAll(sourceOf(host, 'datasets/acme/scans@main'));
  if (only === undefined || !('bytes' in only.received)) throw new Error('nothing was read');
  const { reading } = await readDocument(only.received.bytes, {
    digest: sha256(only.received.bytes),
  });
  expect(reading.inner?.[0]?.subject).toBe(
    `hf:datasets/acme/scans@${hub.commitOf('datasets/acme/scans')}`,
  );
});

test('all of an owner, and from there only what has another commit', async () => {
  const { hub, host } = await startHub();
  for (const name of ['a', 'b', 'c']) hub.add(`models/acme/${name}`, 'README.md', CARD + name);
  hub.add('models/other/x', 'README.md', CARD);
  const found = await collectAll(sourceOf(host, 'models/acme'));
  expect(textsOf(found)).toHaveLength(3);
  hub.add('models/acme/b', 'sbom.cdx.json', makeBom(1));
  const asked = hub.server.requests.length;
  const again = await collectAll(sourceOf(host, 'models/acme'), { cursor: lastCursor(found) });
  expect(digestsOf(again)).toContain(sha256(makeBom(1)));
  expect(textsOf(again)).toHaveLength(2);
  const later = hub.server.requests.slice(asked).map(({ path }) => path);
  expect(later.filter((path) => path.includes('/acme/a'))).toEqual([]);
});

const SHA = '0123456789abcdef0123456789abcdef01234567';
const json = (response: Parameters<Handler>[1], body: unknown, link?: string): void => {
  response.writeHead(200, link === undefined ? {} : { link });
  response.end(JSON.stringify(body));
};

test.each<[string, Handler, string]>([
  [
    'an answer about another repository',
    (_, response) => json(response, { id: 'evil/triage', sha: SHA }),
    'thrown ERR_SOURCE_UNAVAILABLE',
  ],
  [
    'no commit',
    (_, response) => json(response, { id: 'acme/triage', sha: 'main' }),
    'thrown ERR_SOURCE_UNAVAILABLE',
  ],
  [
    'a tree without an end',
    ({ url }, response) =>
      (url ?? '').includes('/tree/')
        ? json(response, [], `<${url ?? ''}>; rel="next"`)
        : json(response, { id: 'acme/triage', sha: SHA }),
    'thrown ERR_SOURCE_UNAVAILABLE',
  ],
  [
    'a tree that goes on at another host',
    ({ url }, response) =>
      (url ?? '').includes('/tree/')
        ? json(response, [], '<http://127.0.0.1:9/api/models/acme/triage/tree/x>; rel="next"')
        : json(response, { id: 'acme/triage', sha: SHA }),
    'thrown ERR_SOURCE_UNAVAILABLE',
  ],
  [
    'a card with other bytes than the tree says',
    ({ url }, response) => {
      if ((url ?? '').includes('/resolve/')) response.end('other bytes');
      else if ((url ?? '').includes('/tree/'))
        json(response, [{ type: 'file', path: 'README.md', oid: SHA, size: 11 }]);
      else json(response, { id: 'acme/triage', sha: SHA });
    },
    'ERR_SOURCE_UNAVAILABLE,read',
  ],
  [
    'a path that leads up',
    ({ url }, response) => {
      if ((url ?? '').includes('/tree/'))
        json(response, [{ type: 'file', path: '../../../api/x.cdx.json', oid: SHA, size: 11 }]);
      else json(response, { id: 'acme/triage', sha: SHA });
    },
    'ERR_SOURCE_REFUSED,read',
  ],
  ['what is no JSON', (_, response) => response.end('<html>'), 'thrown ERR_PARSE_JSON'],
])('%s', async (_, handler, code) => {
  const { host } = await startHostile(handler);
  expect(await codeOf(sourceOf(host, REPO))).toBe(code);
});

test('a large file that is sent to another host is refused, and no token goes there', async () => {
  const other = await startHostile((_, response) => response.end('x'));
  const { host } = await startHostile(({ url }, response) => {
    if ((url ?? '').includes('/resolve/')) {
      response.writeHead(302, { location: other.url('/x').href });
      response.end();
    } else if ((url ?? '').includes('/tree/'))
      json(response, [{ type: 'file', path: 'README.md', oid: SHA, size: 1 }]);
    else json(response, { id: 'acme/triage', sha: SHA });
  });
  const found = await collectAll(sourceOf(host, REPO, { token: TOKEN }));
  expect(found[0]?.received).toMatchObject({ refused: { code: 'ERR_SOURCE_REFUSED' } });
  expect(other.requests).toEqual([]);
});

test.each([
  'hf://spaces/acme/x',
  'hf://models/',
  'hf://models/a/b/c',
  'hf://models/acme/..',
  'hf://models/acme@main',
  'hf://models/acme/x@a..b',
  'hf://models/acme/x?token=y',
  'hf://models/acme/x?endpoint=http://user:pass@host',
  'hf://models/acme/x?endpoint=ftp://host',
])('%s is no address of the Hub', (text) => {
  expect(() => parseHubAddress({ url: new URL(text), options: {} })).toThrow(
    expect.objectContaining({ code: 'ERR_USAGE' }),
  );
});
