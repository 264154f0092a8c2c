// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../core/digest.ts';
import { verifyLog } from '../../graph/log/verify-log.ts';
import { parseCheckpoint } from '../../graph/log/checkpoint.ts';
import { parseProofBundle, verifyProofBundle } from '../../graph/log/proof-bundle.ts';
import { openHome } from '../../cli/home.ts';
import { main } from '../../cli/main.ts';
import { openPedigree, systemClock } from '../../cli/wire.ts';
import { digestOf, mlBom } from './support/documents.ts';
import { rawRequest, startServer, type ServerProcess } from './support/server-process.ts';

const folders: string[] = [];

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'pedigree-serve-'));
  folders.push(home);
  return home;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const JSON_HEADERS = { 'content-type': 'application/json' };

async function upload(server: ServerProcess, text: string): Promise<Response> {
  return fetch(`${server.url}/api/v1/evidence`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}` },
    body: text,
  });
}

async function sizeOf(server: ServerProcess): Promise<number> {
  const response = await fetch(`${server.url}/api/v1/head`);
  return ((await response.json()) as { size: number }).size;
}

/** Accepted document entries in the log of a home, by digest. */
async function loggedIn(home: string): Promise<Map<string, number>> {
  const opened = await openPedigree({ home, store: 'embedded', allowSimulated: true }, systemClock);
  try {
    expect((await verifyLog(opened.pedigree.ledger.store)).status).toBe('passed');
    const counts = new Map<string, number>();
    for (const document of opened.pedigree.ledger.knowledge.documents) {
      counts.set(document.digest, document.entries.length);
    }
    return counts;
  } finally {
    await opened.close();
  }
}

describe('a running server', () => {
  const home = newHome();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(home);
  });
  afterAll(() => server.stop('SIGTERM'));

  test('says in one line where it is and where the token is', () => {
    expect(server.out().split('\n')).toHaveLength(2);
    expect(server.out()).toContain(server.url);
    expect(server.out()).toContain(join(home, 'serve-token'));
    expect(server.out()).not.toContain(server.token);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(server.err()).toBe('');
  });

  test('keeps 32 random bytes as a token that nobody else may read', () => {
    expect(Buffer.from(server.token, 'base64url')).toHaveLength(32);
    expect(statSync(join(home, 'serve-token')).mode & 0o777).toBe(0o600);
  });

  test('checks Host and Origin on the wire', async () => {
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await rawRequest(server.port, { path: '/api/v1/head', headers })).status;
    expect(await ask({ host: `localhost:${server.port}` })).toBe(200);
    expect(await ask({ host: 'evil.example' })).toBe(403);
    expect(await ask({ host: `evil.example:${server.port}` })).toBe(403);
    expect(await ask({ host: '127.0.0.1' })).toBe(403);
    expect(await ask({ host: '127.0.0.1:7465' })).toBe(403);
    const host = `127.0.0.1:${server.port}`;
    expect(await ask({ host, origin: 'http://evil.example' })).toBe(403);
    expect(await ask({ host, origin: `http://${host}` })).toBe(200);
  });

  test('an absolute request target does not get around the Host header', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(server.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.end(
        `GET http://127.0.0.1:${server.port}/api/v1/head HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
      );
    });
    expect(answer.split('\r\n')[0]).toMatch(/ 40[03] /);
  });

  test('wants the token for what changes state', async () => {
    const url = `${server.url}/api/v1/evidence`;
    for (const authorization of ['', 'Bearer wrong', `Bearer ${server.token}x`]) {
      const response = await fetch(url, { method: 'POST', headers: { authorization }, body: '{}' });
      expect(response.status).toBe(401);
    }
    const query =
      'mutation { uploadEvidence(input: { base64: "e30=" }) { outcomes { totalCount } } }';
    const graphql = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ query }),
    });
    expect(graphql.status).toBe(401);
  });

  test('upload, ask, prove', async () => {
    const bom = mlBom('model-a', ['data-1']);
    expect((await upload(server, bom)).status).toBe(201);
    const asked = await fetch(
      `${server.url}/api/v1/models-trained-on?dataset=${digestOf('data-1')}`,
    );
    expect(await asked.json()).toMatchObject({ models: [{ name: 'model-a' }] });
    const index = (await sizeOf(server)) - 1;
    const proof = await fetch(`${server.url}/api/v1/log/entries/${index}/proof`);
    const bundle = parseProofBundle(await proof.text());
    const { publicKey, name } = await publicKeyOf(home);
    const verdict = verifyProofBundle(bundle, publicKey, name);
    expect(verdict).toMatchObject({
      status: 'passed',
      value: { event: { document: sha256(bom) } },
    });
  });

  test('200 MB in chunks are refused, in bounded memory, and the server goes on', async () => {
    const before = residentBytes(server.pid);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const headers = { host: `127.0.0.1:${server.port}`, authorization: `Bearer ${server.token}` };
    const options = { method: 'POST', path: '/api/v1/evidence', headers };
    const answer = await rawRequest(
      server.port,
      options,
      Array.from({ length: 200 }, () => chunk),
    );
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'ERR_LIMIT_SIZE' });
    // the limit once, and as much again for what the collector has not taken yet
    expect(residentBytes(server.pid) - before).toBeLessThan(400 * 1024 * 1024);
    expect(await sizeOf(server)).toBeGreaterThan(0);
  });

  test('a body that breaks off is not logged', async () => {
    const size = await sizeOf(server);
    const socket = createConnection(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const bom = mlBom('model-broken', []);
    socket.write(
      `POST /api/v1/evidence HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n` +
        `Content-Length: ${bom.length}\r\n\r\n${bom.slice(0, 100)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await upload(server, mlBom('model-after', []))).status).toBe(201);
    expect(await sizeOf(server)).toBe(size + 1);
  });

  test('50 uploads at once, some of them the same, are each logged exactly once', async () => {
    const texts = Array.from({ length: 50 }, (_, at) =>
      mlBom(`model-${at % 40}-at-once`, [`data-${at % 40}`]),
    );
    const responses = await Promise.all(texts.map((text) => upload(server, text)));
    expect(responses.map(({ status }) => status)).toEqual(texts.map(() => 201));
    const listed = await fetch(`${server.url}/api/v1/documents?first=500`);
    const { items } = (await listed.json()) as { items: { digest: string; logIndex: number }[] };
    const digests = items.map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests).toEqual(expect.arrayContaining(texts.map((text) => sha256(text))));
    expect(new Set(items.map(({ logIndex }) => logIndex)).size).toBe(items.length);
  });
});

describe('the end of a server', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: exit 0, token gone, tiles published',
    async (signal) => {
      const home = newHome();
      const server = await startServer(home);
      expect((await upload(server, mlBom('model-end', []))).status).toBe(201);
      const size = await sizeOf(server);
      expect(await server.stop(signal)).toBe(0);
      expect(existsSync(join(home, 'serve-token'))).toBe(false);
      const [published = ''] = readdirSync(join(home, 'tiles'));
      const checkpoint = join(home, 'tiles', published, 'checkpoint');
      expect(parseCheckpoint(readFileSync(checkpoint, 'utf8')).size).toBe(size);
      expect(server.err()).toBe('');
    },
  );

  test('a request that is being answered is answered', async () => {
    const home = newHome();
    const server = await startServer(home);
    const bom = Buffer.from(mlBom('model-late', []));
    const socket = createConnection(server.port, '127.0.0.1');
    let answer = '';
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(
      `POST /api/v1/evidence HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n` +
        `Content-Length: ${bom.length}\r\n\r\n`,
    );
    socket.write(bom.subarray(0, 10));
    await fetch(`${server.url}/api/v1/head`);
    const stopped = server.stop('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.write(bom.subarray(10));
    expect(await stopped).toBe(0);
    await ended;
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 201 Created');
    expect((await loggedIn(home)).get(sha256(bom))).toBe(1);
  });

  test('killed in the middle of uploads: what was acknowledged is there, once', async () => {
    const home = newHome();
    const first = await startServer(home);
    const acknowledged: string[] = [];
    const texts = Array.from({ length: 200 }, (_, at) => mlBom(`model-${at}`, [`data-${at}`]));
    const enough = Promise.withResolvers<void>();
    const uploads = texts.map(async (text) => {
      const response = await upload(first, text).catch(() => undefined);
      if (response?.status !== 201) return;
      acknowledged.push(sha256(text));
      if (acknowledged.length === 20) enough.resolve();
    });
    await enough.promise;
    expect(await first.stop('SIGKILL')).toBe('SIGKILL');
    await Promise.all(uploads);
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    const second = await startServer(home);
    expect(second.token).not.toBe(first.token);
    const listed = await fetch(`${second.url}/api/v1/documents?first=500`);
    const { items } = (await listed.json()) as { items: { digest: string }[] };
    expect(items.map(({ digest }) => digest)).toEqual(expect.arrayContaining(acknowledged));
    for (const digest of acknowledged) {
      const bytes = await fetch(`${second.url}/api/v1/evidence/${digest}`);
      expect(sha256(new Uint8Array(await bytes.arrayBuffer()))).toBe(digest);
    }
    expect(await second.stop('SIGTERM')).toBe(0);
    const counts = await loggedIn(home);
    expect(acknowledged.map((digest) => counts.get(digest))).toEqual(acknowledged.map(() => 1));
  });
});

/** Runs a command in this process: for one that is refused before it serves. */
async function runHere(
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => void (out += text),
    outTaken: () => Promise.resolve(),
    err: (text: string) => void (err += text),
    isInteractive: false,
    columns: 80,
    color: false,
  };
  const code = await main(args, terminal);
  return { code, out, err };
}

describe('what serve refuses', () => {
  test.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', '127.0.0.1.example.com', ''])(
    '--host "%s": nobody else can log in yet',
    async (host) => {
      const home = join(newHome(), 'never-made');
      const args = ['serve', '--home', home, `--host=${host}`, '--port', '0'];
      const { code, out, err } = await runHere(args);
      expect(code).toBe(64);
      expect(out).toBe('');
      expect(err).toContain('authentication');
      expect(existsSync(home)).toBe(false);
    },
  );

  test.each(['x', '-1', '65536', '1.5', ''])('--port "%s"', async (port) => {
    const home = join(newHome(), 'never-made');
    expect((await runHere(['serve', '--home', home, `--port=${port}`])).code).toBe(64);
    expect(existsSync(home)).toBe(false);
  });

  test('a port that is taken', async () => {
    const first = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const { port } = first.address() as AddressInfo;
    const home = newHome();
    const { code, err } = await runHere(['serve', '--home', home, '--port', String(port)]);
    expect(code).toBe(64);
    expect(err).toContain('--port');
    expect(existsSync(join(home, 'serve-token'))).toBe(false);
    first.close();
  });
});

async function publicKeyOf(
  home: string,
): Promise<{ publicKey: Parameters<typeof verifyProofBundle>[1]; name: string }> {
  const { logKey } = openHome(home);
  return { publicKey: logKey.publicKey, name: await originIn(home) };
}

/** The origin that the log's entry 0 pins. */
async function originIn(home: string): Promise<string> {
  const opened = await openPedigree({ home, store: 'embedded', allowSimulated: true }, systemClock);
  try {
    return opened.log.origin;
  } finally {
    await opened.close();
  }
}

/** Resident memory of a process. @see proc_pid_status(5), ps(1) */
function residentBytes(pid: number): number {
  const kilobytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1024;
}
