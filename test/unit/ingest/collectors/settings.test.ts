// SPDX-License-Identifier: Apache-2.0
// What the operator writes beside a source: lists, credentials, and the places where reading stopped.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseCredentials } from '../../../../ingest/collectors/credentials.ts';
import { FolderCursorStore } from '../../../../ingest/collectors/folder-cursors.ts';
import { CollectorRegistry } from '../../../../ingest/collectors/registry.ts';
import { parseSourcesFile } from '../../../../ingest/collectors/sources-file.ts';
import { findAuthorization, labelOf } from '../../../../ingest/collectors/source-url.ts';

const VARIABLES = new Map([['TOKEN', 'from the environment']]);

function credentialsFor(text: string, url: string) {
  return parseCredentials(text, (name) => VARIABLES.get(name))(new URL(url));
}

describe('credentials', () => {
  const text = [
    'https://example.org/: { token: whole }',
    'https://example.org/team/: { user: u, password: p }',
    'https://example.org:8443/: { token: { env: TOKEN } }',
    's3://bucket/: { user: key, password: secret, token: session }',
  ].join('\n');

  test.each([
    ['https://example.org/', { token: 'whole' }],
    ['https://example.org/other?x=1', { token: 'whole' }],
    ['https://example.org/team', { user: 'u', password: 'p' }],
    ['https://example.org/team/a/b', { user: 'u', password: 'p' }],
    ['https://example.org/teammate', { token: 'whole' }],
    ['https://example.org:8443/', { token: 'from the environment' }],
    ['s3://bucket/prefix', { user: 'key', password: 'secret', token: 'session' }],
  ])('for %s are those of the longest path', (url, expected) => {
    expect(credentialsFor(text, url)).toEqual(expected);
  });

  test.each([
    'http://example.org/',
    'https://example.org:444/',
    'https://sub.example.org/',
    'https://example.org.evil.example/',
    'https://example.com/',
    's3://bucket2/',
  ])('for %s there are none', (url) => {
    expect(credentialsFor(text, url)).toBeUndefined();
  });

  test.each([
    ['no YAML', 'hunter2: [ {'],
    ['a list', '- hunter2'],
    ['a key that is no URL', 'hunter2: { token: x }'],
    ['a URL with a password', 'https://u:hunter2@example.org/: { token: x }'],
    ['a URL with a query', 'https://example.org/?hunter2: { token: x }'],
    ['another member', 'https://example.org/: { hunter2: x }'],
    ['a number', 'https://example.org/: { token: 7, user: hunter2 }'],
    ['an empty token', 'https://example.org/: { token: "", user: hunter2 }'],
    ['a token of two lines', 'https://example.org/: { token: "hunter2\\nx" }'],
    ['a variable that is not set', 'https://example.org/: { token: { env: hunter2 } }'],
    ['no object', 'https://example.org/: hunter2'],
  ])('that are %s are refused without a word of them', (_, wrong) => {
    let thrown: unknown;
    try {
      credentialsFor(wrong, 'https://example.org/');
    } catch (error) {
      thrown = error;
    }
    expect(isPedigreeError(thrown) && thrown.code).toBe('ERR_TRUST_INVALID');
    if (!isPedigreeError(thrown)) return;
    const said = [thrown.message, thrown.hint, thrown.stack, String(thrown.cause)].join('\n');
    expect(said).not.toContain('hunter2');
  });

  test('become a header by their form', () => {
    expect(findAuthorization(undefined)).toBeUndefined();
    expect(findAuthorization({})).toBeUndefined();
    expect(findAuthorization({ token: 't', user: 'u' })).toBe('Bearer t');
    // RFC 7617 section 2
    expect(findAuthorization({ user: 'Aladdin', password: 'open sesame' })).toBe(
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    );
  });
});

describe('a label', () => {
  test('has no user, password, fragment or value of a query', () => {
    const label = labelOf(new URL('https://user:hunter2@example.org/a?sig=hunter3&v=1#hunter4'));
    expect(label).toMatch(/^https:\/\/example\.org\/a\?sig=~[0-9a-f]{8}&v=~[0-9a-f]{8}$/);
  });

  test('tells two queries apart', () => {
    const one = labelOf(new URL('https://example.org/a?v=1'));
    expect(labelOf(new URL('https://example.org/a?v=2'))).not.toBe(one);
    expect(labelOf(new URL('https://example.org/a?v=1'))).toBe(one);
  });
});

describe('a sources file', () => {
  test('has addresses, or objects with what is said beside them', () => {
    const text = 'sources: [./x, { source: "https://a/", kind: http, allowHosts: b, lines: true }]';
    expect(parseSourcesFile(text)).toEqual([
      { source: './x', kind: undefined, allowHosts: [], options: {} },
      { source: 'https://a/', kind: 'http', allowHosts: ['b'], options: { lines: true } },
    ]);
  });

  test.each(['', '7', 'sources: x', 'sources: [7]', 'sources: [{}]', 'sources: []\nx: 1'])(
    'that is %j is refused',
    (text) => {
      expect(() => parseSourcesFile(text)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_(?:USAGE|PARSE_YAML)$/) }),
      );
    },
  );
});

test('no two kinds share a name or a scheme', () => {
  const registry = new CollectorRegistry({ environment: {}, cacheFolder: '' });
  const { schemes } = registry;
  expect(new Set(schemes).size).toBe(schemes.length);
  for (const scheme of schemes) {
    const kind = registry.findByScheme(scheme);
    expect(scheme).toMatch(/^[a-z][a-z0-9+.-]*:$/);
    expect(registry.get(kind?.kind ?? '')).toBe(kind);
  }
  expect(registry.findByScheme('ext:')).toBeUndefined();
});

describe('places', () => {
  const KEY = { kind: 'http', source: 'https://example.org/', scope: 's' };
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pedigree-cursors-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('come back as they were kept, the last one', async () => {
    const store = new FolderCursorStore(join(folder, 'new'));
    expect(await store.find(KEY)).toBeNull();
    await store.save(KEY, { at: 1, list: [null, 'x'] });
    await store.save(KEY, { at: 2 });
    expect(await store.find(KEY)).toEqual({ at: 2 });
    expect(readdirSync(join(folder, 'new'))).toHaveLength(1);
  });

  test('belong to kind, source and scope', async () => {
    const store = new FolderCursorStore(folder);
    await store.save(KEY, 1);
    for (const other of [{ kind: 'git' }, { source: 'https://example.org/x' }, { scope: 't' }])
      expect(await store.find({ ...KEY, ...other })).toBeNull();
  });

  test('are read by nobody else', async () => {
    const store = new FolderCursorStore(folder);
    await store.save(KEY, 1);
    const [name = ''] = readdirSync(folder);
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  test.each(['', '{', '[]', '{"kind":"http"}', '\u0000'])(
    'that are damaged (%j) are none',
    async (text) => {
      const store = new FolderCursorStore(folder);
      await store.save(KEY, 1);
      const [name = ''] = readdirSync(folder);
      writeFileSync(join(folder, name), text);
      expect(await store.find(KEY)).toBeNull();
    },
  );

  test('of another source, moved under its name, are none', async () => {
    const store = new FolderCursorStore(folder);
    await store.save(KEY, 1);
    const [name = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, name), 'utf8').replace('example.org', 'example.com');
    writeFileSync(join(folder, name), text);
    expect(await store.find(KEY)).toBeNull();
  });

  test('that cannot be kept are a fault of the store', async () => {
    writeFileSync(join(folder, 'file'), '');
    const store = new FolderCursorStore(join(folder, 'file'));
    await expect(store.save(KEY, 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });
});
