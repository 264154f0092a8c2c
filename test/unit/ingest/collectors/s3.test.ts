// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { parseBucketAddress } from '../../../../ingest/collectors/s3/address.ts';
import { createS3Collector } from '../../../../ingest/collectors/s3/collector.ts';
import { parseListing } from '../../../../ingest/collectors/s3/listing.ts';
import type { Credentials } from '../../../../ingest/collectors/collector.ts';
import { findUrlPath } from '../../../../ingest/collectors/url-path.ts';
import { collectAll, type Source } from '../../../support/collecting.ts';
import { fateOf, HostileServers, routes } from './hostile.ts';

const servers = new HostileServers();
afterEach(() => servers.closeAll());

function sourceOf(host: string, credentials?: Credentials): Source {
  const url = new URL(`s3://bucket/in/?endpoint=http://${host}`);
  return {
    collector: createS3Collector(parseBucketAddress({ url, options: {} })),
    hosts: [host],
    ...(credentials === undefined ? {} : { credentials }),
  };
}

interface Listed {
  readonly key: string;
  readonly size?: number | string;
}

function listing(objects: readonly Listed[], more = ''): string {
  const contents = objects.map(
    ({ key, size = 3 }) =>
      `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
      `<ETag>"e"</ETag><Size>${size}</Size></Contents>`,
  );
  return `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>`;
}

const goesOn = (token: string): string =>
  `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

describe('what a bucket may do', () => {
  test('the same page for ever', async () => {
    const { host, requests } = await servers.start(
      routes({ '/bucket?': listing([], goesOn('again')) }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_SOURCE_UNAVAILABLE']);
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['goes on without saying where', listing([], '<IsTruncated>true</IsTruncated>')],
    ['another answer', '<Error><Code>X</Code></Error>'],
    ['an object without a size', listing([{ key: 'in/a', size: 'x' }])],
    ['an object of less than nothing', listing([{ key: 'in/a', size: -1 }])],
    ['a key that is not encoded', listing([{ key: 'in/%zz' }], '<EncodingType>url</EncodingType>')],
    ['a key without an end', listing([{ key: 'x'.repeat(2000) }])],
  ])('a list: %s', (_, text) => {
    expect(() => parseListing(new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });

  test.each([
    ['an entity', '<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult/>'],
    ['no end', '<ListBucketResult>'],
    ['nothing', ''],
  ])('XML with %s', async (_, text) => {
    const { host } = await servers.start(routes({ '/bucket?': text }));
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_PARSE_XML']);
  });

  test('keys that were not asked for', async () => {
    const { host, requests } = await servers.start(
      routes({ '/bucket?': listing([{ key: 'elsewhere/a' }]), '/bucket/': '"a"' }),
    );
    expect(await fateOf(sourceOf(host))).toEqual(['thrown ERR_SOURCE_UNAVAILABLE']);
    expect(requests).toHaveLength(1);
  });

  test.each(['in/../../etc/passwd', 'in/./a', 'in/..'])('the key %s', async (key) => {
    const { host, requests } = await servers.start(routes({ '/bucket?': listing([{ key }]) }));
    expect(await fateOf(sourceOf(host))).toEqual(['ERR_SOURCE_REFUSED']);
    expect(requests).toHaveLength(1);
  });

  test('a checksum that the bytes do not have', async () => {
    const sum = createHash('sha256').update('other').digest('base64');
    const table = { '/bucket?': listing([{ key: 'in/a' }]), '/bucket/in/a': '"a"' };
    const { host } = await servers.start(routes(table, { 'x-amz-checksum-sha256': sum }));
    expect(await fateOf(sourceOf(host))).toEqual(['ERR_SOURCE_UNAVAILABLE']);
    const parts = await servers.start(routes(table, { 'x-amz-checksum-sha256': `${sum}-2` }));
    expect(await fateOf(sourceOf(parts.host))).toEqual(['read']);
  });

  test('an object that is sent to another host, with a signature that stays', async () => {
    const other = await servers.start(routes({ '/': '"a"' }));
    const { host } = await servers.start(
      routes({
        '/bucket?': listing([{ key: 'in/a' }]),
        '/bucket/in/a': (_, response) => {
          response.writeHead(307, { location: other.url('/a').href }).end();
        },
      }),
    );
    const source = sourceOf(host, { user: 'u', password: 'secret', token: 'session' });
    expect(await fateOf(source)).toEqual(['ERR_SOURCE_REFUSED']);
    expect(await fateOf({ ...source, hosts: [host, other.host] })).toEqual(['read']);
    const sent = JSON.stringify(other.requests[0]?.headers);
    for (const name of ['authorization', 'x-amz-security-token', 'x-amz-date'])
      expect(sent).not.toContain(name);
  });

  test('keys in no order are read, and give no place to go on from', async () => {
    const { host } = await servers.start(
      routes({
        '/bucket?': listing([{ key: 'in/c' }, { key: 'in/a' }, { key: 'in/b' }]),
        '/bucket/in/': (request, response) => response.end(JSON.stringify(request.url)),
      }),
    );
    const found = await collectAll(sourceOf(host));
    const places = found
      .slice(0, -1)
      .map(({ cursor }) => (cursor as { after?: string } | null)?.after);
    expect(found).toHaveLength(3);
    expect(places).toEqual(['in/c', undefined]);
  });
});

describe('addresses', () => {
  test.each([
    ['s3://bucket/a/b', {}, 'https://bucket.s3.us-east-1.amazonaws.com'],
    ['s3://bucket?region=eu-west-1', {}, 'https://bucket.s3.eu-west-1.amazonaws.com'],
    ['s3://my.bucket/', {}, 'https://s3.us-east-1.amazonaws.com/my.bucket'],
    ['s3://bucket?endpoint=http://host:9000/', {}, 'http://host:9000/bucket'],
    ['s3://bucket', { endpoint: 'https://host/below/' }, 'https://host/below/bucket'],
    ['s3://bucket', { endpoint: 'https://host', pathStyle: false }, 'https://bucket.host'],
  ])('%s %j', (address, options, base) => {
    expect(parseBucketAddress({ url: new URL(address), options }).base).toBe(base);
  });

  test.each([
    ['s3://B/', {}],
    ['s3://a..b/', {}],
    ['s3://bucket?endpoint=file:///etc', {}],
    ['s3://bucket?endpoint=http://u:p@host', {}],
    ['s3://bucket?endpoint=http://host?x=y', {}],
    ['s3://bucket?region=a/b', {}],
    ['s3://bucket?x-amz-signature=a', {}],
    ['s3://bucket', { secret: 'x' }],
    ['s3://bucket', { pathStyle: 'yes' }],
    ['s3://bucket/%ff', {}],
  ])('%s %j is none', (address, options) => {
    expect(() => parseBucketAddress({ url: new URL(address), options })).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });

  test.each([
    ['a/b', 'a/b'],
    ['a//b', 'a//b'],
    ["a b+c'(!)*", 'a%20b%2Bc%27%28%21%29%2A'],
    ['ä?#%', '%C3%A4%3F%23%25'],
    ['a/..', undefined],
    ['.', undefined],
    ['\ud800', undefined],
  ])('the key %j as a path', (key, path) => {
    expect(findUrlPath(key)).toBe(path);
  });
});
