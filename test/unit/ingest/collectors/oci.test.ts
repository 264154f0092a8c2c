// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { findChallenge } from '../../../../ingest/collectors/oci/challenge.ts';
import { createOciCollector } from '../../../../ingest/collectors/oci/collector.ts';
import { parseOciReference } from '../../../../ingest/collectors/oci/reference.ts';
import type { Credentials } from '../../../../ingest/collectors/collector.ts';
import { collectAll, digestsOf, type Source } from '../../../support/collecting.ts';
import { EMPTY_CONFIG, INDEX, MANIFEST } from '../../../support/oci-registry.ts';
import type { Handler } from '../../../support/test-server.ts';
import { fateOf, HostileServers, routes } from './hostile.ts';

const servers = new HostileServers();
afterEach(() => servers.closeAll());

const BOM = 'application/vnd.cyclonedx+json';
const SECRET = 'opensesame-of-the-tests';

function sourceOf(host: string, rest = 'a/b:v1', credentials?: Credentials): Source {
  const url = new URL(`oci://${host}/${rest}`);
  return {
    collector: createOciCollector(parseOciReference({ url, options: {} })),
    hosts: [host],
    ...(credentials === undefined ? {} : { credentials }),
  };
}

const text = (value: object): string => JSON.stringify(value);
const layer = (content: string, more: object = {}): object => ({
  mediaType: BOM,
  digest: sha256(content),
  size: content.length,
  ...more,
});
const manifest = (layers: object[]): string =>
  text({ schemaVersion: 2, mediaType: MANIFEST, artifactType: BOM, config: EMPTY_CONFIG, layers });
const index = (manifests: object[]): string =>
  text({ schemaVersion: 2, mediaType: INDEX, manifests });
const pointer = (content: string, more: object = {}): object => ({
  mediaType: MANIFEST,
  digest: sha256(content),
  size: content.length,
  ...more,
});

describe('what a registry may do', () => {
  test('other bytes than the digest of a blob', async () => {
    const { host } = await servers.start(
      routes({ '/v2/a/b/manifests/v1': manifest([layer('{"a":1}')]), '/v2/a/b/blobs/': '{"a":2}' }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'ERR_SOURCE_UNAVAILABLE']);
  });

  test('other bytes than the digest of a manifest', async () => {
    const { host } = await servers.start(routes({ '/v2/a/b/manifests/': manifest([]) }));
    const digest = sha256('something else');
    expect(await fateOf(sourceOf(host, `a/b@${digest}`))).toEqual([
      'thrown ERR_SOURCE_UNAVAILABLE',
    ]);
  });

  test('a header that names another digest than the bytes have', async () => {
    const headers = { 'docker-content-digest': sha256('something else') };
    const { host } = await servers.start(routes({ '/v2/a/b/manifests/': manifest([]) }, headers));
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_SOURCE_UNAVAILABLE']);
  });

  test('a digest of a kind that nobody checks', async () => {
    const odd = { mediaType: BOM, digest: `md5:${'a'.repeat(32)}`, size: 1 };
    const { host } = await servers.start(
      routes({ '/v2/a/b/manifests/v1': manifest([odd]), '/v2/a/b/blobs/': 'x' }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'ERR_SOURCE_UNAVAILABLE']);
  });

  test.each([
    ['more', '{"a":1}  '],
    ['fewer', '{"a":'],
  ])('%s bytes than the descriptor says', async (_, sent) => {
    const { host } = await servers.start(
      routes({
        '/v2/a/b/manifests/v1': manifest([{ ...layer(sent), size: 7 }]),
        '/v2/a/b/blobs/': sent,
      }),
    );
    const [, fate] = await fateOf(sourceOf(host));
    expect(['ERR_LIMIT_SIZE', 'ERR_SOURCE_UNAVAILABLE']).toContain(fate);
  });

  test('an index that lists itself is looked at once', async () => {
    // its true digest cannot stand in it: what is served under the one that does is not it
    const loop = index([pointer('loop')]);
    const { host, requests } = await servers.start(routes({ '/v2/a/b/manifests/': loop }));
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'ERR_SOURCE_UNAVAILABLE']);
    expect(requests.length).toBeLessThan(10);
  });

  test('the same manifest in many places is read once', async () => {
    const shared = manifest([]);
    const all = index(Array.from({ length: 500 }, () => pointer(shared)));
    const table = {
      '/v2/a/b/manifests/v1': all,
      [`/v2/a/b/manifests/${sha256(shared)}`]: shared,
    };
    const { host, requests } = await servers.start(routes(table));
    expect(await fateOf(sourceOf(host))).toEqual(['read', 'read']);
    expect(requests.length).toBeLessThan(15);
  });

  test('indexes in indexes, deeper than anybody means', async () => {
    const table: Record<string, string> = {};
    let inner = manifest([]);
    for (let depth = 0; depth < 20; depth++) {
      table[`/v2/a/b/manifests/${sha256(inner)}`] = inner;
      inner = index([pointer(inner, { mediaType: depth === 0 ? MANIFEST : INDEX })]);
    }
    table['/v2/a/b/manifests/v1'] = inner;
    const { host } = await servers.start(routes(table));
    const fates = await fateOf(sourceOf(host));
    expect(fates.at(-1)).toBe('ERR_LIMIT_ITEMS');
    expect(fates.filter((fate) => fate === 'read')).toHaveLength(13);
  });

  test('a manifest without an end', async () => {
    const { host } = await servers.start((_, response) => {
      response.writeHead(200, { 'content-length': String(1024 * 1024 * 1024) });
      response.write('{');
    });
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_LIMIT_SIZE']);
  });

  test.each([
    ['the same page again', '</v2/a/b/tags/list?n=1000>; rel="next"'],
    ['another host', '<http://127.0.0.1:9/v2/a/b/tags/list>; rel="next"'],
    ['another repository', '</v2/c/d/tags/list>; rel="next"'],
    ['above the repository', '</v2/a/b/../../../etc>; rel="next"'],
  ])('a list of tags that goes on at %s', async (_, link) => {
    const { host, requests } = await servers.start(
      routes({ '/v2/a/b/tags': { tags: [] }, '/v2/c/d': { tags: ['x'] } }, { link }),
    );
    expect(await fateOf(sourceOf(host, 'a/b'))).toEqual(['thrown ERR_SOURCE_UNAVAILABLE']);
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['a page', '<html>'],
    ['schema 1', '{"schemaVersion":1,"fsLayers":[]}'],
    ['a broken text', '{"schemaVersion":2,'],
  ])('%s in place of a manifest', async (_, body) => {
    const { host } = await servers.start(routes({ '/v2/a/b/manifests/v1': body }));
    expect(await fateOf(sourceOf(host))).toEqual(['ERR_PARSE_DOCUMENT']);
  });

  test('a page in place of the referrers: the tag is asked', async () => {
    const subject = manifest([]);
    const bom = '{"bomFormat":"CycloneDX"}';
    const attached = manifest([layer(bom)]);
    const { host } = await servers.start(
      routes({
        '/v2/a/b/manifests/v1': subject,
        '/v2/a/b/referrers/': '<html>',
        [`/v2/a/b/manifests/${sha256(subject).replace(':', '-')}`]: index([pointer(attached)]),
        [`/v2/a/b/manifests/${sha256(attached)}`]: attached,
        '/v2/a/b/blobs/': bom,
      }),
    );
    const found = digestsOf(await collectAll(sourceOf(host)));
    expect(found).toEqual([sha256(subject), sha256(attached), sha256(bom)]);
  });

  test('a blob at another host: refused unless that host is named, and no password goes there', async () => {
    const bom = '{"bomFormat":"CycloneDX"}';
    const storage = await servers.start(routes({ '/blob': bom }));
    const { host } = await servers.start(
      routes({
        '/v2/a/b/manifests/v1': manifest([layer(bom)]),
        '/v2/a/b/blobs/': (_, response) => {
          response.writeHead(307, { location: storage.url('/blob').href });
          response.end();
        },
      }),
    );
    const source = sourceOf(host, 'a/b:v1', { user: 'u', password: SECRET });
    expect(await fateOf(source)).toEqual(['read', 'ERR_SOURCE_REFUSED']);
    expect(storage.requests).toEqual([]);
    expect(await fateOf({ ...source, hosts: [host, storage.host] })).toEqual(['read', 'read']);
    expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('429 with a time to wait', async () => {
    let asked = 0;
    const { host } = await servers.start((_, response) => {
      if (++asked === 1) response.writeHead(429, { 'retry-after': '0' }).end();
      else response.end(manifest([]));
    });
    expect((await fateOf(sourceOf(host)))[0]).toBe('read');
  });
});

/** Asks for a token that `/token` gives. */
function guarded(inner: Handler, token: string): Handler {
  return (request, response) => {
    if ((request.url ?? '').startsWith('/token')) {
      response.end(JSON.stringify({ token }));
    } else if (request.headers.authorization === `Bearer ${token}`) inner(request, response);
    else {
      const realm = `http://${request.headers.host ?? ''}/token`;
      const scope = 'repository:a/b:pull,push,delete';
      response.writeHead(401, {
        'www-authenticate': `Bearer realm="${realm}",service="registry",scope="${scope}"`,
      });
      response.end();
    }
  };
}

describe('ways in', () => {
  test('a token is fetched for reading alone, and used from then on', async () => {
    const { host, requests } = await servers.start(
      guarded(routes({ '/v2/a/b/manifests/v1': manifest([]) }), 'a-token'),
    );
    const credentials = { user: 'u', password: SECRET };
    expect(await fateOf(sourceOf(host, 'a/b:v1', credentials))).toEqual(['read']);
    const tokens = requests.filter(({ path }) => path.startsWith('/token'));
    expect(tokens).toHaveLength(1);
    const query = new URL(tokens[0]?.path ?? '', 'http://x').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      service: 'registry',
      scope: 'repository:a/b:pull',
    });
    expect(tokens[0]?.headers.authorization).toMatch(/^Basic /);
    const others = requests.filter(({ path }) => !path.startsWith('/token'));
    expect(others.map(({ headers }) => headers.authorization ?? '').join()).not.toContain('Basic');
  });

  test('401 again and again ends', async () => {
    const { host, requests } = await servers.start(
      routes({
        '/token': { token: 'never-good-enough' },
        '/v2/': (request, response) => {
          const realm = `http://${request.headers.host ?? ''}/token`;
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
        },
      }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_NOT_AUTHORISED']);
    expect(requests.length).toBeLessThan(6);
  });

  test.each([
    ['no challenge', {}],
    ['one that nobody knows', { 'www-authenticate': 'Negotiate' }],
    ['a token from nowhere', { 'www-authenticate': 'Bearer realm="x"' }],
    ['a password that nobody gave', { 'www-authenticate': 'Basic realm="x"' }],
  ])('401 with %s', async (_, headers) => {
    const { host } = await servers.start((_request, response) => {
      response.writeHead(401, headers as Record<string, string>).end();
    });
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_NOT_AUTHORISED']);
  });

  test('a token is not fetched from a host that nobody named', async () => {
    const other = await servers.start(routes({ '/token': { token: 'x' } }));
    const { host } = await servers.start((_, response) => {
      const realm = other.url('/token').href;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    });
    const source = sourceOf(host, 'a/b:v1', { user: 'u', password: SECRET });
    expect(await fateOf(source)).toEqual(['thrown ERR_SOURCE_REFUSED']);
    expect(other.requests).toEqual([]);
  });

  test.each([{ token: 'a\r\nx: y' }, { token: '' }, { token: 7 }, {}, 'text'])(
    'a token that is none: %j',
    async (answer) => {
      const { host } = await servers.start(
        routes({
          '/token': answer as object,
          '/v2/': (request, response) => {
            const realm = `http://${request.headers.host ?? ''}/token`;
            response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
          },
        }),
      );
      expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_NOT_AUTHORISED']);
    },
  );

  test.each([
    ['Bearer realm="https://a.example/t",service="s"', 'bearer'],
    ['bearer   realm="https://a.example/t"', 'bearer'],
    ['Basic realm="x", Bearer realm="https://a.example/t"', 'bearer'],
    ['Basic realm="x"', 'basic'],
    ['BASIC', 'basic'],
    ['', undefined],
    ['Basically', undefined],
    ['Bearer realm=""', undefined],
  ])('%s is %s', (header, scheme) => {
    expect(findChallenge(header)?.scheme).toBe(scheme);
  });
});

describe('addresses', () => {
  test.each([
    ['oci://host/a', 'https://host/', undefined],
    ['oci://host/a/b:v1', 'https://host/', 'v1'],
    ['oci://host:5000/a:v1', 'https://host:5000/', 'v1'],
    ['oci://localhost:5000/a', 'http://localhost:5000/', undefined],
    ['oci://[::1]:5000/a', 'http://[::1]:5000/', undefined],
    [`oci://host/a@${sha256('x')}`, 'https://host/', sha256('x')],
    [`oci://host/a:v1@${sha256('x')}`, 'https://host/', sha256('x')],
  ])('%s', (address, base, reference) => {
    const found = parseOciReference({ url: new URL(address), options: {} });
    expect([found.base.href, found.reference]).toEqual([base, reference]);
  });

  test.each([
    'oci://host/',
    'oci://host/A',
    'oci://host/a//b',
    'oci://host/a:',
    'oci://host/a:v 1',
    'oci://host/a@sha256:abc',
    'oci://host/a@latest',
    'oci://host/a?x=y',
    'oci://host/a/-b',
    `oci://host/${'a'.repeat(300)}`,
  ])('%s is none', (address) => {
    expect(() => parseOciReference({ url: new URL(address), options: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });

  test('an option that nobody knows', () => {
    const spec = { url: new URL('oci://host/a'), options: { plainHTTP: true } };
    expect(() => parseOciReference(spec)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });
});
