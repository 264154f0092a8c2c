// SPDX-License-Identifier: Apache-2.0
// Against a real S3 server over a folder.
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { LIMITS } from '../../../core/limits.ts';
import { parseBucketAddress } from '../../../ingest/collectors/s3/address.ts';
import { createS3Collector } from '../../../ingest/collectors/s3/collector.ts';
import type { Credentials } from '../../../ingest/collectors/collector.ts';
import { collectAll, digestsOf, lastCursor, type Source } from '../../support/collecting.ts';
import { describePeer, peerPath, startPeer, type PeerServer } from '../../support/peers.ts';
import { describeCollector } from '../collector.contract.ts';

const OWNER = { user: 'owner', password: 'a-secret-that-is-long-enough' };

interface Store extends PeerServer {
  /** One folder a bucket below it. */
  readonly folder: string;
}

async function startStore(): Promise<Store> {
  const home = await mkdtemp(join(tmpdir(), 'pedigree-s3-'));
  const folder = join(home, 'buckets');
  const sidecar = join(home, 'metadata');
  await mkdir(folder);
  await mkdir(sidecar);
  const server = await startPeer({
    command: peerPath('bin', 'versitygw'),
    args: (port) => [
      ...['--quiet', '--port', `127.0.0.1:${port}`],
      ...['--access', OWNER.user, '--secret', OWNER.password],
      ...['posix', '--sidecar', sidecar, folder],
    ],
    ready: '/',
  });
  return {
    ...server,
    folder,
    close: async () => {
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const owner = new AwsClient({
  accessKeyId: OWNER.user,
  secretAccessKey: OWNER.password,
  service: 's3',
  region: 'us-east-1',
  retries: 0,
});

async function put(store: PeerServer, path: string, body?: Uint8Array | string): Promise<void> {
  const answer = await owner.fetch(store.url(path).href, {
    method: 'PUT',
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
}

function sourceOf(store: PeerServer, path: string, credentials?: Credentials): Source {
  const url = new URL(`s3://${path}?endpoint=http://${store.host}`);
  return {
    collector: createS3Collector(parseBucketAddress({ url, options: {} })),
    hosts: [store.host],
    ...(credentials === undefined ? {} : { credentials }),
  };
}

describePeer('an S3 server', 'bin/versitygw', () => {
  describeCollector('s3', async () => {
    const store = await startStore();
    await put(store, '/evidence');
    await put(store, '/evidence/elsewhere/other.json', 'not under the prefix');
    return {
      ...sourceOf(store, 'evidence/boms/', OWNER),
      add: (name, bytes) => put(store, `/evidence/boms/${name}`, bytes),
      addOversized: async (name) => {
        const path = join(store.folder, 'evidence', 'boms', name);
        await writeFile(path, '');
        await truncate(path, LIMITS.documentBytes + 1);
      },
      breakDown: store.close,
      close: store.close,
      secrets: [OWNER.password, 'not-the-secret-of-the-owner', 'AWS4-HMAC'],
      wrongCredentials: { user: OWNER.user, password: 'not-the-secret-of-the-owner' },
    };
  });

  let store: Store;
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.close());

  test('more objects than a page holds, in any number of runs', async () => {
    await put(store, '/many');
    const digests: string[] = [];
    for (let number = 0; number < 1050; number++) {
      const text = `{"number":${number}}`;
      // beside the server: quicker than so many requests
      await writeFile(join(store.folder, 'many', `${number}.json`), text);
      digests.push(sha256(text));
    }
    const found = await collectAll(sourceOf(store, 'many', OWNER));
    expect(digestsOf(found).sort()).toEqual(digests.sort());
    const middle = found.slice(0, 600).findLast(({ cursor }) => cursor !== null);
    const rest = await collectAll(sourceOf(store, 'many', OWNER), {
      cursor: middle?.cursor ?? null,
    });
    const both = new Set([...digestsOf(found.slice(0, 600)), ...digestsOf(rest)]);
    expect([...both].sort()).toEqual(digests);
    expect(rest.length).toBeLessThan(1050);
  });

  test('names that an address writes otherwise', async () => {
    await put(store, '/names');
    const names = [
      'a b.json',
      'a+b.json',
      'ä/ö.json',
      "it's(1)!*.json",
      'x%20y.json',
      'q?r#s.json',
    ];
    for (const name of names) {
      const path = name.split('/').map((part) => encodeURIComponent(part).replaceAll('*', '%2A'));
      await put(store, `/names/${path.join('/')}`, `"${name}"`);
    }
    const found = await collectAll(sourceOf(store, 'names', OWNER));
    expect(digestsOf(found).sort()).toEqual(names.map((name) => sha256(`"${name}"`)).sort());
  });

  test('an object that is written anew is read again, one that went is no fault', async () => {
    await put(store, '/changes');
    await put(store, '/changes/a.json', '"one"');
    await put(store, '/changes/b.json', '"stays"');
    const cursor = lastCursor(await collectAll(sourceOf(store, 'changes', OWNER)));
    await put(store, '/changes/a.json', '"two"');
    await rm(join(store.folder, 'changes', 'b.json'));
    const again = await collectAll(sourceOf(store, 'changes', OWNER), { cursor });
    expect(digestsOf(again)).toEqual([sha256('"two"')]);
    expect(again).toHaveLength(1);
  });

  test('a bucket that anybody may read needs no key', async () => {
    await put(store, '/open');
    await put(store, '/open/a.json', '"a"');
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:ListBucket', 's3:GetObject'],
      Resource: ['arn:aws:s3:::open', 'arn:aws:s3:::open/*'],
    };
    await put(
      store,
      '/open?policy',
      JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    );
    expect(digestsOf(await collectAll(sourceOf(store, 'open')))).toEqual([sha256('"a"')]);
  });

  test.each([
    ['no key', 'closed', undefined, 'ERR_NOT_AUTHORISED'],
    ['another secret', 'closed', { user: 'owner', password: 'wrong' }, 'ERR_NOT_AUTHORISED'],
    ['no bucket', 'missing', OWNER, 'ERR_NOT_FOUND'],
  ])('%s', async (_, bucket, credentials, code) => {
    if (bucket === 'closed') await put(store, '/closed').catch(() => {});
    const found = collectAll(sourceOf(store, bucket, credentials));
    await expect(found).rejects.toMatchObject({ code });
  });
});
