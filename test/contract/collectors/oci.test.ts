// SPDX-License-Identifier: Apache-2.0
// Against two real registries: one with the referrers API, one without.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { createOciCollector } from '../../../ingest/collectors/oci/collector.ts';
import { parseOciReference } from '../../../ingest/collectors/oci/reference.ts';
import type { Credentials } from '../../../ingest/collectors/collector.ts';
import { makeBom } from '../../cli/support/documents.ts';
import { collectAll, digestsOf, lastCursor, type Source } from '../../support/collecting.ts';
import {
  bytesOf,
  EMPTY_CONFIG,
  INDEX,
  MANIFEST,
  Pusher,
  type Descriptor,
} from '../../support/oci-registry.ts';
import { describePeer, peerPath, startPeer, type PeerServer } from '../../support/peers.ts';
import { describeCollector, type ContractSource } from '../collector.contract.ts';

const BOM = 'application/vnd.cyclonedx+json';
const IN_TOTO = 'application/vnd.in-toto+json';

function startModern(): Promise<PeerServer> {
  return startPeer({
    command: peerPath('bin', 'oci-registry'),
    args: (port) => ['-address', `127.0.0.1:${port}`],
    ready: '/v2/',
  });
}

/** bcrypt, at its least cost, of a password that the tests alone use. */
const HTPASSWD = 'reader:$2b$04$abcdefghijklmnopqrstuuFuhxWRTXIsURoluSTZ1N4tYaWGn9oOi\n';
const READER: Credentials = { user: 'reader', password: 'opensesame' };
const BASIC = `Basic ${Buffer.from('reader:opensesame').toString('base64')}`;

/** Distribution 2.8 has no referrers API; it asks for a password where it is told to. */
async function startFormer(withPassword = false): Promise<PeerServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pedigree-registry-'));
  const config: Record<string, unknown> = { version: 0.1, storage: { inmemory: {} } };
  if (withPassword) {
    const path = join(folder, 'htpasswd');
    await writeFile(path, HTPASSWD);
    config['auth'] = { htpasswd: { realm: 'test', path } };
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const server = await startPeer({
    command: peerPath('bin', 'docker-registry'),
    args: () => ['serve', join(folder, 'config.yml')],
    envOf: (port) => ({ REGISTRY_HTTP_ADDR: `127.0.0.1:${port}` }),
    ready: '/v2/',
  });
  return {
    ...server,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function sourceOf(server: PeerServer, rest: string, credentials?: Credentials): Source {
  const url = new URL(`oci://${server.host}/${rest}`);
  const collector = createOciCollector(parseOciReference({ url, options: {} }));
  return { collector, hosts: [server.host], ...(credentials === undefined ? {} : { credentials }) };
}

/** One image, with each document attached to it. */
async function openContract(
  server: PeerServer,
  attach: (push: Pusher, document: Uint8Array, size: number, name: string) => Promise<void>,
  credentials?: Credentials,
): Promise<ContractSource> {
  const push = new Pusher(server.url(), credentials === undefined ? undefined : BASIC);
  await push.image('team/model', bytesOf('weights'), 'v1');
  return {
    ...sourceOf(server, 'team/model:v1', credentials),
    add: (name, bytes) => attach(push, bytes, bytes.length, name),
    addOversized: (name) => attach(push, bytesOf(`large ${name}`), 200 * 1024 * 1024, name),
    breakDown: server.close,
    close: server.close,
    secrets: credentials === undefined ? [] : ['opensesame', BASIC.slice(6), 'wrong-password'],
    ...(credentials === undefined
      ? {}
      : { wrongCredentials: { user: 'reader', password: 'wrong-password' } }),
  };
}

async function subjectOf(push: Pusher): Promise<Descriptor> {
  return push.image('team/model', bytesOf('weights'), 'v1');
}

/** An artefact whose subject is the image. The size is what its descriptor says. */
async function attachmentOf(
  push: Pusher,
  document: Uint8Array,
  size: number,
): Promise<{ manifest: object; subject: Descriptor }> {
  const subject = await subjectOf(push);
  await push.blob('team/model', bytesOf('{}'), EMPTY_CONFIG.mediaType);
  const layer = await push.blob('team/model', document, BOM);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BOM,
    config: EMPTY_CONFIG,
    layers: [{ ...layer, size }],
    subject,
  };
  return { manifest, subject };
}

describePeer('registry with the referrers API', 'bin/oci-registry', () => {
  describeCollector('oci, referrers API', async () =>
    openContract(await startModern(), async (push, document, size) => {
      const { manifest } = await attachmentOf(push, document, size);
      await push.manifest('team/model', manifest);
    }),
  );

  const servers: PeerServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  async function start(): Promise<{ server: PeerServer; push: Pusher }> {
    const server = await startModern();
    servers.push(server);
    return { server, push: new Pusher(server.url()) };
  }

  test('image layers stay where they are', async () => {
    const { server, push } = await start();
    const image = await push.image('a/b', bytesOf('a layer of an image'), 'v1');
    const found = await collectAll(sourceOf(server, 'a/b:v1'));
    expect(digestsOf(found)).toEqual([image.digest]);
  });

  test('what is attached to what is attached is found', async () => {
    const { server, push } = await start();
    const subject = await push.image('a/b', bytesOf('layer'), 'v1');
    const bom = bytesOf(makeBom(1));
    const attached = await push.artifact('a/b', { bytes: bom, mediaType: BOM }, { subject });
    const bundle = bytesOf({ mediaType: 'x' });
    const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    await push.artifact('a/b', { bytes: bundle, mediaType: type }, { subject: attached });
    const found = digestsOf(await collectAll(sourceOf(server, `a/b@${subject.digest}`)));
    expect(found).toEqual(expect.arrayContaining([sha256(bom), sha256(bundle), attached.digest]));
    expect(found).toHaveLength(5);
  });

  test('attestations of a build lie in the index', async () => {
    const { server, push } = await start();
    const image = await push.image('a/b', bytesOf('layer'));
    const statement = bytesOf({ _type: 'https://in-toto.io/Statement/v0.1', subject: [] });
    const layer = await push.blob('a/b', statement, IN_TOTO);
    const config = await push.blob(
      'a/b',
      bytesOf({ os: 'unknown' }),
      'application/vnd.oci.image.config.v1+json',
    );
    const attestation = await push.manifest('a/b', {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [layer],
    });
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.digest,
    };
    await push.manifest(
      'a/b',
      { schemaVersion: 2, mediaType: INDEX, manifests: [image, { ...attestation, annotations }] },
      'v1',
    );
    const found = digestsOf(await collectAll(sourceOf(server, 'a/b:v1')));
    expect(found).toContain(sha256(statement));
    expect(found).toHaveLength(4);
  });

  test('cosign puts attestations and bills of materials under tags', async () => {
    const { server, push } = await start();
    const image = await push.image('a/b', bytesOf('layer'), 'v1');
    const tag = image.digest.replace(':', '-');
    const envelope = bytesOf({ payloadType: 'x', payload: '', signatures: [] });
    const config = await push.blob(
      'a/b',
      bytesOf({ os: '' }),
      'application/vnd.oci.image.config.v1+json',
    );
    for (const [ending, bytes, type] of [
      ['att', envelope, 'application/vnd.dsse.envelope.v1+json'],
      ['sbom', bytesOf(makeBom(3)), 'text/spdx+json'],
    ] as const) {
      const layers = [await push.blob('a/b', bytes, type)];
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers };
      await push.manifest('a/b', manifest, `${tag}.${ending}`);
    }
    const found = digestsOf(await collectAll(sourceOf(server, 'a/b')));
    expect(found).toEqual(expect.arrayContaining([sha256(envelope), sha256(makeBom(3))]));
    expect(found).toHaveLength(5);
  });

  test('a file that was pushed without a type is known by its name', async () => {
    const { server, push } = await start();
    const mediaType = 'application/vnd.oci.image.layer.v1.tar';
    const named = { bytes: bytesOf(makeBom(1)), mediaType, title: 'model.cdx.json' };
    const other = { bytes: bytesOf('weights'), mediaType, title: 'model.gguf' };
    await push.artifact('a/b', named, { tag: 'bom', type: 'application/x.unknown' });
    await push.artifact('a/b', other, { tag: 'model', type: 'application/x.unknown' });
    const found = digestsOf(await collectAll(sourceOf(server, 'a/b')));
    expect(found).toContain(sha256(named.bytes));
    expect(found).not.toContain(sha256(other.bytes));
  });

  test('without a tag every tag is read, and a new one is found', async () => {
    const { server, push } = await start();
    const digests: string[] = [];
    for (const tag of ['a', 'b', 'c'])
      digests.push((await push.image('a/b', bytesOf(`layer ${tag}`), tag)).digest);
    const found = await collectAll(sourceOf(server, 'a/b'));
    expect(digestsOf(found).sort()).toEqual(digests.sort());
    const added = await push.image('a/b', bytesOf('layer d'), 'd');
    const again = await collectAll(sourceOf(server, 'a/b'), { cursor: lastCursor(found) });
    expect(digestsOf(again)).toEqual([added.digest]);
  });

  test('a tag that is not there is told', async () => {
    const { server, push } = await start();
    await push.image('a/b', bytesOf('layer'), 'v1');
    const [only, ...more] = await collectAll(sourceOf(server, 'a/b:v2'));
    expect(more).toEqual([]);
    expect(only?.received).toMatchObject({ refused: { code: 'ERR_NOT_FOUND' } });
  });
});

describePeer('registry without the referrers API', 'bin/docker-registry', () => {
  /** The list that a client keeps itself, under a tag. */
  async function attachByTag(push: Pusher, document: Uint8Array, size: number): Promise<void> {
    const { manifest, subject } = await attachmentOf(push, document, size);
    const attached = await push.manifest('team/model', manifest);
    const known = lists.get(push) ?? [];
    known.push({ ...attached, artifactType: BOM });
    lists.set(push, known);
    await push.manifest(
      'team/model',
      { schemaVersion: 2, mediaType: INDEX, manifests: known },
      subject.digest.replace(':', '-'),
    );
  }
  const lists = new WeakMap<Pusher, Descriptor[]>();

  describeCollector('oci, referrers by tag', async () =>
    openContract(await startFormer(), attachByTag),
  );
  describeCollector('oci, with a password', async () =>
    openContract(await startFormer(true), attachByTag, READER),
  );

  test('without a password it says who is not let in', async () => {
    const server = await startFormer(true);
    try {
      const found = collectAll(sourceOf(server, 'team/model'));
      await expect(found).rejects.toMatchObject({ code: 'ERR_NOT_AUTHORISED' });
    } finally {
      await server.close();
    }
  });
});
