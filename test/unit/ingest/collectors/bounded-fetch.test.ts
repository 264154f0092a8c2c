// SPDX-License-Identifier: Apache-2.0
// The one way out of the house, against servers that do what servers should not.
import { createServer as createTcpServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { instantFromMs } from '../../../../core/instant.ts';
import { LIMITS } from '../../../../core/limits.ts';
import {
  createBoundedFetch,
  type BoundedFetch,
  type BoundedFetchOptions,
} from '../../../../ingest/collectors/bounded-fetch.ts';
import { startServer, type Handler, type TestServer } from '../../../support/test-server.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const servers: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(handler: Handler): Promise<TestServer> {
  const server = await startServer(handler);
  servers.push(server);
  return server;
}

/** A server that speaks no HTTP of its own: what it sends is what is written here. */
async function serveRaw(text: string): Promise<string> {
  const server: Server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ close: async () => void server.close() });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(hosts: readonly string[], more: Partial<BoundedFetchOptions> = {}): BoundedFetch {
  return createBoundedFetch({
    hosts,
    clock: () => instantFromMs(NOW_MS),
    signal: new AbortController().signal,
    limits: { backoffMs: 1, idleMs: 20_000, totalMs: 25_000, streamMs: 25_000 },
    ...more,
  });
}

/** Code of what a request ends with. */
async function codeOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => 'answered',
    (error: unknown) => (isPedigreeError(error) ? error.code : `not ours: ${String(error)}`),
  );
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<number> {
  let total = 0;
  for await (const chunk of body) total += chunk.length;
  return total;
}

describe('an honest server', () => {
  test('its answer is given byte for byte, with what says whether it changed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { etag: '"one"', 'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT' });
      response.end(Buffer.from([0, 255, 10, 13]));
    });
    const answer = await clientOf([server.host])({ url: server.url('/a?token=x') });
    expect([...answer.bytes]).toEqual([0, 255, 10, 13]);
    expect(answer).toMatchObject({
      status: 200,
      validators: { etag: '"one"', lastModified: 'Sat, 21 Nov 2026 10:00:00 GMT' },
      source: `http://${server.host}/a`,
    });
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('is asked with the validators of last time, and may say that nothing changed', async () => {
    const server = await serve((_, response) => response.writeHead(304).end());
    const unless = { etag: '"one"', lastModified: 'Sat, 21 Nov 2026 10:00:00 GMT' };
    const answer = await clientOf([server.host])({ url: server.url(), unless });
    expect(answer).toMatchObject({ status: 304, bytes: new Uint8Array() });
    expect(server.requests[0]?.headers).toMatchObject({
      'if-none-match': '"one"',
      'if-modified-since': 'Sat, 21 Nov 2026 10:00:00 GMT',
    });
  });

  test('a 304 that nobody asked for is no answer', async () => {
    const server = await serve((_, response) => response.writeHead(304).end());
    expect(await codeOf(clientOf([server.host])({ url: server.url() }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
  });

  test.each([
    [401, 'ERR_NOT_AUTHORISED'],
    [403, 'ERR_NOT_AUTHORISED'],
    [404, 'ERR_NOT_FOUND'],
    [410, 'ERR_NOT_FOUND'],
    [418, 'ERR_SOURCE_UNAVAILABLE'],
    [503, 'ERR_SOURCE_UNAVAILABLE'],
  ])('status %i is %s, unless the caller takes it for an answer', async (status, code) => {
    const server = await serve((_, response) => response.writeHead(status).end('why'));
    const fetch = clientOf([server.host]);
    expect(await codeOf(fetch({ url: server.url() }))).toBe(code);
    expect(await codeOf(fetch.stream({ url: server.url() }))).toBe(code);
    const accepted = await fetch({ url: server.url(), accept: [status] });
    expect(accepted.status).toBe(status);
  });
});

describe('bodies', () => {
  test('a length beyond the limit is refused before the body is read', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': String(LIMITS.documentBytes + 1) });
      response.flushHeaders();
    });
    expect(await codeOf(clientOf([server.host])({ url: server.url() }))).toBe('ERR_LIMIT_SIZE');
  });

  test('a body without an end is cut at the limit', async () => {
    const server = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const fetch = clientOf([server.host]);
    const maxBytes = 1024 * 1024;
    expect(await codeOf(fetch({ url: server.url(), maxBytes }))).toBe('ERR_LIMIT_SIZE');
    const stream = await fetch.stream({ url: server.url(), maxBytes });
    expect(await codeOf(drain(stream.body))).toBe('ERR_LIMIT_SIZE');
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('a %s bomb is cut at the limit; a packed document is unpacked', async (coding, pack) => {
    const bombBytes = pack(Buffer.alloc(32 * 1024 * 1024));
    const server = await serve(({ url }, response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.end(url === '/bomb' ? bombBytes : pack(Buffer.from('{}')));
    });
    const fetch = clientOf([server.host]);
    const bomb = fetch({ url: server.url('/bomb'), maxBytes: 1024 * 1024 });
    expect(await codeOf(bomb)).toBe('ERR_LIMIT_SIZE');
    const { bytes } = await fetch({ url: server.url('/document') });
    expect(Buffer.from(bytes).toString()).toBe('{}');
  });

  test.each(['gzip', 'made-up'])('what is no %s is no answer', async (coding) => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end('plain');
    });
    expect(await codeOf(clientOf([server.host])({ url: server.url() }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
  });

  test('a body that ends before its length is no document', async () => {
    const host = await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":');
    expect(await codeOf(clientOf([host])({ url: `http://${host}/` }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
  });

  test('a body that goes on after its length is read up to it', async () => {
    const host = await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more');
    const { bytes } = await clientOf([host])({ url: `http://${host}/` });
    expect(Buffer.from(bytes).toString()).toBe('{}');
  });

  test('chunks that break off are no document', async () => {
    const host = await serveRaw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n');
    expect(await codeOf(clientOf([host])({ url: `http://${host}/` }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
  });

  test.each([
    '',
    'SSH-2.0-OpenSSH_9.0\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
  ])('what is no HTTP is no answer (%#)', async (text) => {
    const host = await serveRaw(text);
    expect(await codeOf(clientOf([host])({ url: `http://${host}/` }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
  });
});

/** Short waits, for servers that are not waited for. */
const IMPATIENT = { backoffMs: 1, idleMs: 300, totalMs: 1500, streamMs: 1500 };

describe('time', () => {
  test('a server that says nothing is given up', async () => {
    const server = await serve(() => {});
    expect(
      await codeOf(clientOf([server.host], { limits: IMPATIENT })({ url: server.url() })),
    ).toBe('ERR_LIMIT_TIME');
  });

  test('a server that stops in the middle is given up', async () => {
    const server = await serve((_, response) => void response.write('{'));
    expect(
      await codeOf(clientOf([server.host], { limits: IMPATIENT })({ url: server.url() })),
    ).toBe('ERR_LIMIT_TIME');
  });

  test('a server that drips a byte now and then is given up as a whole', async () => {
    const server = await serve((_, response) => {
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    });
    expect(
      await codeOf(clientOf([server.host], { limits: IMPATIENT })({ url: server.url() })),
    ).toBe('ERR_LIMIT_TIME');
  });

  test('a reader that takes its time is no fault of the server', async () => {
    const body = 'x'.repeat(2 * 1024 * 1024);
    const server = await serve((_, response) => response.end(body));
    const patient = { ...IMPATIENT, streamMs: 20_000 };
    const stream = await clientOf([server.host], { limits: patient }).stream({ url: server.url() });
    let total = 0;
    for await (const chunk of stream.body) {
      // longer than the server may be silent
      if (total === 0) await new Promise((resolve) => setTimeout(resolve, 400));
      total += chunk.length;
    }
    expect(total).toBe(body.length);
  });

  test('a signal ends a request that is under way', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    const fetch = clientOf([server.host], { signal: stop.signal });
    expect(await codeOf(fetch({ url: server.url() }))).toBe('ERR_SOURCE_UNAVAILABLE');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a second try', () => {
  /** Answers each request with the next status; the last one for ever. */
  async function serveStatuses(statuses: readonly number[], headers = {}): Promise<TestServer> {
    let at = 0;
    return serve((_, response) => {
      const status = statuses[Math.min(at++, statuses.length - 1)] ?? 500;
      response.writeHead(status, status === 200 ? {} : headers).end('{}');
    });
  }

  test.each([429, 500, 502, 503, 504])('after %i', async (status) => {
    const server = await serveStatuses([status, status, 200]);
    const answer = await clientOf([server.host])({ url: server.url() });
    expect(answer.status).toBe(200);
    expect(server.requests).toHaveLength(3);
  });

  test('not for ever', async () => {
    const server = await serveStatuses([503]);
    expect(await codeOf(clientOf([server.host])({ url: server.url() }))).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    );
    expect(server.requests).toHaveLength(LIMITS.fetchAttempts);
  });

  test('not for what would be another one each time', async () => {
    const server = await serveStatuses([503]);
    const fetch = clientOf([server.host]);
    const post = { url: server.url(), method: 'POST', body: '{}' } as const;
    expect(await codeOf(fetch(post))).toBe('ERR_SOURCE_UNAVAILABLE');
    expect(server.requests).toHaveLength(1);
    await codeOf(fetch({ ...post, retry: true }));
    expect(server.requests).toHaveLength(1 + LIMITS.fetchAttempts);
  });

  test.each([400, 401, 404])('not after %i', async (status) => {
    const server = await serveStatuses([status, 200]);
    await codeOf(clientOf([server.host])({ url: server.url() }));
    expect(server.requests).toHaveLength(1);
  });

  test.each(['0', 'Sat, 21 Nov 2026 12:00:00 GMT', 'Fri, 20 Nov 2026 12:00:00 GMT', 'soon'])(
    'after what Retry-After says (%s)',
    async (value) => {
      const server = await serveStatuses([429, 200], { 'retry-after': value });
      const answer = await clientOf([server.host])({ url: server.url() });
      expect(answer.status).toBe(200);
    },
  );

  test.each(['86400', 'Sun, 22 Nov 2026 12:00:00 GMT'])(
    'not where the server asks for a day of patience (%s)',
    async (value) => {
      const server = await serveStatuses([429, 200], { 'retry-after': value });
      const failed = clientOf([server.host])({ url: server.url() });
      await expect(failed).rejects.toMatchObject({
        code: 'ERR_SOURCE_UNAVAILABLE',
        retryable: true,
      });
      expect(server.requests).toHaveLength(1);
    },
  );

  test('after a connection that broke in the middle of the body', async () => {
    let asked = 0;
    const server = await serve((_, response) => {
      if (++asked > 1) response.end('{}');
      else response.write('{', () => response.destroy());
    });
    const { bytes } = await clientOf([server.host])({ url: server.url() });
    expect(Buffer.from(bytes).toString()).toBe('{}');
  });
});

describe('where it may lead', () => {
  async function serveRedirect(location: string, status = 302): Promise<TestServer> {
    return serve((_, response) => response.writeHead(status, { location }).end());
  }

  test.each([
    ['the metadata service', 'http://169.254.169.254/latest/meta-data/'],
    ['a file', 'file:///etc/passwd'],
    ['another host', 'http://example.org/'],
    ['another port of the same machine', 'http://127.0.0.1:1/'],
    ['the same machine by another name', 'http://localhost/'],
    ['the same machine by another spelling', 'http://0x7f000001/'],
    ['an address with a password', 'http://a:b@example.org/'],
    ['a scheme of its own', 'gopher://127.0.0.1/'],
    ['nowhere', 'http://'],
  ])('a redirect to %s is not followed', async (_, location) => {
    const server = await serveRedirect(location);
    const fetch = clientOf([server.host]);
    expect(await codeOf(fetch({ url: server.url() }))).toBe('ERR_SOURCE_REFUSED');
    expect(await codeOf(fetch.stream({ url: server.url() }))).toBe('ERR_SOURCE_REFUSED');
    expect(server.requests).toHaveLength(2);
  });

  test('a redirect on the same host is followed, but not for ever', async () => {
    const server = await serve(({ url }, response) => {
      const left = Number(url?.slice(1));
      if (left === 0) response.end('{}');
      else response.writeHead(307, { location: `/${left - 1}` }).end();
    });
    const fetch = clientOf([server.host]);
    const answer = await fetch({ url: server.url(`/${LIMITS.fetchRedirects}`) });
    expect(answer.source).toBe(`http://${server.host}/0`);
    const tooFar = fetch({ url: server.url(`/${LIMITS.fetchRedirects + 1}`) });
    expect(await codeOf(tooFar)).toBe('ERR_SOURCE_REFUSED');
  });

  test('no credential goes to another origin, even to one that is allowed', async () => {
    const other = await serve((_, response) => response.end('{}'));
    const server = await serve(({ url }, response) => {
      const location = url === '/away' ? other.url('/').href : '/here';
      if (url === '/here') response.end('{}');
      else response.writeHead(302, { location }).end();
    });
    const fetch = clientOf([server.host, other.host]);
    const secret = {
      authorization: 'Bearer secret',
      headers: { Cookie: 'secret', 'X-Api-Key': 'secret', Accept: 'application/json' },
    };
    await fetch({ url: server.url('/away'), ...secret });
    expect(other.requests).toHaveLength(1);
    expect(JSON.stringify(other.requests)).not.toContain('secret');
    expect(other.requests[0]?.headers.accept).toBe('application/json');
    await fetch({ url: server.url('/stay'), ...secret });
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer secret');
  });

  test.each([301, 302, 303])('a POST is not sent on by %i', async (status) => {
    const server = await serveRedirect('/else', status);
    const sent = clientOf([server.host])({ url: server.url(), method: 'POST', body: 'x' });
    expect(await codeOf(sent)).toBe('ERR_SOURCE_REFUSED');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    'http://example.org/',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'data:text/plain,x',
    'not a url',
    'http://user:secret@127.0.0.1/',
  ])('%s is not asked', async (url) => {
    expect(await codeOf(clientOf(['127.0.0.1'])({ url }))).toBe('ERR_SOURCE_REFUSED');
  });
});

describe('names', () => {
  /** A client for one name that resolves to what is given here, the next one at each question. */
  function resolving(host: string, answers: readonly (readonly string[])[]): BoundedFetch {
    let asked = 0;
    return clientOf([host], {
      limits: { attempts: 1, backoffMs: 1, idleMs: 5000, totalMs: 5000 },
      resolve: async () =>
        (answers[Math.min(asked++, answers.length - 1)] ?? []).map((address) => ({
          address,
          family: address.includes(':') ? 6 : 4,
        })),
    });
  }

  test.each([
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '100.100.100.200',
    '::',
    'fe80::1',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('that lead to %s are not asked', async (address) => {
    const fetch = resolving('evidence.example.org', [[address]]);
    expect(await codeOf(fetch({ url: 'http://evidence.example.org/' }))).toBe('ERR_SOURCE_REFUSED');
  });

  test('that lead into the house are asked, as the operator named them', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const port = server.host.split(':')[1] ?? '';
    const fetch = resolving(`inside.example.org:${port}`, [['127.0.0.1']]);
    const answer = await fetch({ url: `http://inside.example.org:${port}/` });
    expect(answer.status).toBe(200);
    expect(server.requests[0]?.headers.host).toBe(`inside.example.org:${port}`);
  });

  test('that change their mind are asked where they led at first (DNS rebinding)', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const port = server.host.split(':')[1] ?? '';
    const fetch = resolving(`inside.example.org:${port}`, [['127.0.0.1'], ['169.254.169.254']]);
    const url = `http://inside.example.org:${port}/`;
    await fetch({ url });
    await fetch({ url });
    expect(server.requests).toHaveLength(2);
  });

  test('that lead outside and inside at once are asked outside only', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const port = server.host.split(':')[1] ?? '';
    // TEST-NET-1: nobody answers there
    const fetch = resolving(`both.example.org:${port}`, [['127.0.0.1', '192.0.2.1']]);
    expect(await codeOf(fetch({ url: `http://both.example.org:${port}/` }))).not.toBe('answered');
    expect(server.requests).toHaveLength(0);
  });

  test('that lead nowhere are unavailable', async () => {
    const fetch = resolving('nobody.example.org', [[]]);
    const failed = fetch({ url: 'http://nobody.example.org/' });
    await expect(failed).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE', retryable: true });
  });
});

test('no message holds a query or a header', async () => {
  const server = await serve((_, response) => response.writeHead(500).end('hunter2'));
  const fetch = clientOf([server.host]);
  const asked = [
    () => fetch({ url: server.url('/x?sig=hunter2'), authorization: 'Bearer hunter2' }),
    () => fetch({ url: `http://example.org/?sig=hunter2` }),
    () => fetch({ url: `http://u:hunter2@${server.host}/` }),
    () => fetch({ url: server.url(), headers: { 'x-bad': 'hunter2\r\nhost: other' } }),
  ];
  for (const one of asked) {
    const error: unknown = await one().catch((thrown: unknown) => thrown);
    expect(isPedigreeError(error)).toBe(true);
    if (!isPedigreeError(error)) continue;
    const { message, file, hint, stack, cause } = error;
    expect([message, file, hint, stack, String(cause)].join('\n')).not.toContain('hunter2');
  }
});
