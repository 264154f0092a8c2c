// SPDX-License-Identifier: Apache-2.0
// What a user may hand in by mistake or on purpose: each thing has a clear outcome that names file and place.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeTar, makeZip } from '../support/archives.ts';
import { documentRef, makeBom, productRef } from './support/documents.ts';
import { jsonLinesOf, jsonOf, runCli, useScratch, type CliResult } from './support/run-cli.ts';

const scratch = useScratch();

interface Outcome {
  readonly source: string;
  readonly standing: string;
  readonly digest: string | null;
  readonly known: boolean;
  readonly reasons: readonly string[];
  readonly problems: readonly { code: string; pointer: string; message: string }[];
}

function outcomesOf(result: CliResult): Outcome[] {
  return jsonOf(result)['documents'] as Outcome[];
}

async function ingest(...paths: string[]): Promise<CliResult> {
  return runCli(['ingest', ...paths, '--home', scratch.path('home'), '--json']);
}

const DEEP = 100_000;
const nested = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
const HEAD = '"bomFormat":"CycloneDX","specVersion":"1.6","version":1';

describe('one document that cannot be read as what it claims', () => {
  test.each([
    ['truncated JSON', `{${HEAD},"components":[{"type":"lib`, 'ERR_PARSE_JSON', 'line 1'],
    ['100 000-deep nesting', nested, 'ERR_PARSE_DEPTH', 'line 1'],
    ['100 000-deep nesting in a BOM', `{${HEAD},"x":${nested}}`, 'ERR_PARSE_DEPTH', 'line 1'],
    ['a duplicate key', `{${HEAD},"version":2}`, 'ERR_PARSE_DUPLICATE_KEY', '/version'],
    [
      'a duplicate key by another spelling',
      `{${HEAD},"versio\\u006e":2}`,
      'ERR_PARSE_DUPLICATE_KEY',
      '/version',
    ],
    ['two values', `{${HEAD}}{}`, 'ERR_PARSE_JSON', 'line 1'],
    ['a number that JSON has not', `{${HEAD},"x":NaN}`, 'ERR_PARSE_JSON', 'line 1'],
    [
      'a truncated zip',
      makeZip([{ name: 'a.json', data: '{}' }]).subarray(0, -10),
      'ERR_PARSE_DOCUMENT',
      '',
    ],
    [
      'a truncated tar',
      makeTar([{ name: 'a.json', data: '{}', statedSize: 4096 }]).subarray(0, 1024),
      'ERR_PARSE_DOCUMENT',
      '',
    ],
  ])('%s is quarantined with code and place; exit 2', async (_name, content, code, place) => {
    const file = scratch.write('in.json', content);
    const result = await ingest(file);
    expect(result.code).toBe(2);
    const [outcome] = outcomesOf(result);
    expect(outcome).toMatchObject({ source: file, standing: 'quarantined' });
    expect(outcome?.reasons[0]).toMatch(new RegExp(`^${code}: `));
    expect(outcome?.reasons[0]).toContain(place);
    // kept: it can be looked at, and counts once somebody's signature makes it count
    expect((await ingest(file)).code).toBe(2);
    const inspected = await runCli(['inspect', file, '--json']);
    expect(inspected.code).toBe(2);
    expect(jsonLinesOf(inspected)).toHaveLength(1);
    expect(jsonOf(inspected)).toMatchObject({ standing: 'quarantined', conformant: false });
  });

  test('binary junk is kept as opaque: the bytes are all that is known', async () => {
    const junk = Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251);
    const result = await ingest(scratch.write('junk.bin', junk));
    expect(result.code).toBe(0);
    expect(outcomesOf(result)[0]).toMatchObject({ standing: 'opaque', format: 'opaque' });
  });

  test('an empty file is opaque and joins nothing', async () => {
    const result = await ingest(scratch.write('empty.json', ''));
    expect(result.code).toBe(0);
    expect(outcomesOf(result)[0]).toMatchObject({
      standing: 'opaque',
      problems: [{ code: 'empty-content' }],
    });
  });

  test('a zip bomb is quarantined', async () => {
    const bomb = makeZip([{ name: 'a.json', data: new Uint8Array(64 * 1024 * 1024) }]);
    const result = await ingest(scratch.write('bomb.zip', bomb));
    expect(result.code).toBe(2);
    expect(outcomesOf(result)[0]).toMatchObject({ standing: 'quarantined', format: 'unreadable' });
    expect(outcomesOf(result)[0]?.reasons[0]).toContain('ERR_LIMIT_RATIO');
  });

  test('__proto__ and constructor say nothing and pollute nothing', async () => {
    const parts = '{"type":"library","name":"evil","purl":"pkg:npm/evil@1.0.0"}';
    const text =
      `{${HEAD},"__proto__":{"components":[${parts}],"polluted":true},` +
      `"constructor":{"prototype":{"polluted":true}},"metadata":{"component":{"type":"application",` +
      `"name":"p","__proto__":{"version":"9","purl":"pkg:npm/evil@2.0.0"}}}}`;
    const file = scratch.write('proto.json', text);
    expect((await ingest(file)).code).toBe(0);
    const { entities } = jsonOf(await runCli(['inspect', file, '--json', '--lenient']));
    expect(JSON.stringify(entities)).not.toContain('evil');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('placeholder digests are problems with their place, and join nothing', async () => {
    const hashes = ['0'.repeat(64), '<sha256>', 'N/A', 'a'.repeat(63)].map((content) => ({
      alg: 'SHA-256',
      content,
    }));
    const component = { type: 'library', name: 'a', hashes };
    const text = `{${HEAD},"components":[${JSON.stringify(component)}]}`;
    const [outcome] = outcomesOf(await ingest(scratch.write('placeholder.json', text)));
    const found = outcome?.problems.filter(({ code }) => code === 'placeholder-digest');
    expect(outcome?.standing).toBe('accepted');
    expect(found).toHaveLength(hashes.length);
    expect(found?.every(({ pointer }) => pointer.startsWith('/components/0'))).toBe(true);
  });
});

describe('the same serial number and version with other content', () => {
  const first = makeBom(1, 3, 'as built');
  const second = makeBom(1, 3, 'as told later');

  test('both stay, and the second says so, naming the first', async () => {
    await ingest(scratch.write('first.json', first));
    const result = await ingest(scratch.write('second.json', second));
    const [outcome] = outcomesOf(result);
    expect(result.code).toBe(0);
    expect(outcome).toMatchObject({ standing: 'accepted', known: false });
    const [conflict] = outcome?.problems ?? [];
    expect(conflict).toMatchObject({ code: 'same-bom-other-content', pointer: '/version' });
    expect(conflict?.message).toContain(documentRef(first));
    expect(conflict?.message).toContain('first.json');
  });

  test('in one folder each names the other, for people too', async () => {
    mkdirSync(scratch.path('both'));
    scratch.write('both/first.json', first);
    scratch.write('both/second.json', second);
    const result = await runCli(['ingest', scratch.path('both'), '--home', scratch.path('home')]);
    expect(result.code).toBe(0);
    expect(result.out.match(/same-bom-other-content/g)).toHaveLength(2);
    expect(result.out).toContain(documentRef(first));
    expect(result.out).toContain(documentRef(second));
  });

  test.each([
    ['the same bytes again', first],
    ['another version', first.replace('"version":1,', '"version":2,')],
    ['another serial number', makeBom(2, 3, 'as told later')],
  ])('%s is no conflict', async (_name, text) => {
    await ingest(scratch.write('first.json', first));
    const [outcome] = outcomesOf(await ingest(scratch.write('second.json', text)));
    expect(outcome?.problems).toEqual([]);
  });

  test('a retracted document is in nobody’s way', async () => {
    await ingest(scratch.write('first.json', first));
    const home = ['--home', scratch.path('home')];
    const retracted = await runCli(['retract', documentRef(first), '--reason', 'wrong', ...home]);
    expect(retracted.code).toBe(0);
    expect(outcomesOf(await ingest(scratch.write('second.json', second)))[0]?.problems).toEqual([]);
    const again = await ingest(scratch.path('first.json'));
    expect(again.code).toBe(2);
    expect(outcomesOf(again)[0]).toMatchObject({ standing: 'retracted' });
  });
});

describe('things that are not read', () => {
  function hugeFile(name: string): string {
    const file = scratch.path(name);
    closeSync(openSync(file, 'w'));
    truncateSync(file, 200 * 1024 * 1024);
    return file;
  }

  test.each([
    ['a file of 200 MB', () => hugeFile('huge.json'), 'ERR_LIMIT_SIZE'],
    ['a path that is not there', () => scratch.path('nothing.json'), 'ERR_NOT_FOUND'],
    ['a URL of no scheme that is read', () => 'ftp://example.org/bom.json', 'ERR_NOT_FOUND'],
    ['a FIFO that nobody writes to', () => fifo('pipe.json'), 'ERR_USAGE'],
    ['a device', () => '/dev/zero', 'ERR_USAGE'],
  ])('%s is refused by name; alone it is exit 65', async (_name, make, code) => {
    const path = make();
    const result = await ingest(path);
    expect(result.code).toBe(65);
    const [outcome] = outcomesOf(result);
    expect(outcome).toMatchObject({ source: path, standing: 'refused', digest: null });
    expect(outcome?.reasons[0]).toMatch(new RegExp(`^${code}: `));
    const inspected = await runCli(['inspect', path, '--json']);
    expect(inspected.code).toBe(65);
    expect(jsonOf(inspected)).toMatchObject({ standing: 'refused', error: { code } });
  });

  test('a file that the system does not let anybody open is refused', async () => {
    const socket = scratch.path('socket');
    const server = createServer().listen(socket);
    await new Promise((ready) => server.once('listening', ready));
    const result = await ingest(socket);
    server.close();
    expect(result.code).toBe(65);
    expect(outcomesOf(result)[0]?.reasons).toEqual(['ERR_NOT_FOUND: cannot be read']);
  });

  test('one that is refused keeps no other out: exit 2, everything else is stored', async () => {
    mkdirSync(scratch.path('mixed'));
    scratch.write('mixed/good.json', makeBom(1));
    scratch.write('mixed/broken.json', '{"bomFormat":');
    symlinkSync('/etc/hostname', scratch.path('mixed', 'outside.json'));
    symlinkSync('nowhere', scratch.path('mixed', 'dangling.json'));
    symlinkSync('.', scratch.path('mixed', 'circle'));
    symlinkSync('good.json', scratch.path('mixed', 'alias.json'));
    hugeFile('mixed/huge.json');
    fifo('mixed/pipe.json');
    const result = await ingest(scratch.path('mixed'), scratch.path('nothing'));
    expect(result.code).toBe(2);
    const found = new Map(outcomesOf(result).map((outcome) => [outcome.source, outcome]));
    const told = Object.fromEntries(
      [...found].map(([source, { standing, reasons }]) => [
        source,
        standing === 'refused' ? reasons[0]?.split(':')[0] : standing,
      ]),
    );
    expect(told).toEqual({
      'good.json': 'accepted',
      'alias.json': 'accepted',
      'broken.json': 'quarantined',
      'outside.json': 'ERR_PATH_OUTSIDE',
      'dangling.json': 'ERR_NOT_FOUND',
      circle: 'ERR_PATH_OUTSIDE',
      'huge.json': 'ERR_LIMIT_SIZE',
      'pipe.json': 'ERR_USAGE',
      [scratch.path('nothing')]: 'ERR_NOT_FOUND',
    });
    expect(jsonOf(result)['counts']).toEqual({ accepted: 2, quarantined: 1, refused: 6 });
    const known = await runCli(['lineage', productRef(1), '--home', scratch.path('home')]);
    expect(known.code).toBe(0);
  });

  test('a link in an archive is left out and said', async () => {
    const tar = makeTar([
      { name: 'bom.json', data: makeBom(1) },
      { name: 'link.json', type: '2', link: '/etc/passwd' },
      { name: '../../escape.json', data: makeBom(2) },
    ]);
    const result = await ingest(scratch.write('bundle.tar', tar));
    const outcomes = outcomesOf(result);
    expect(outcomes.map(({ source }) => source)).not.toContain('/etc/passwd');
    const problems = outcomes.flatMap((outcome) => outcome.problems.map(({ code }) => code));
    expect(problems.length).toBeGreaterThanOrEqual(2);
    expect(outcomes.some(({ digest }) => digest === documentRef(makeBom(1)))).toBe(true);
  });

  function fifo(name: string): string {
    const { status } = spawnSync('mkfifo', [scratch.path(name)]);
    expect(status).toBe(0);
    return scratch.path(name);
  }
});

describe('memory', () => {
  const script = join(import.meta.dirname, 'support/peak-memory.ts');
  /** Node, the libraries and this program take about half of it. */
  const MOST_KILOBYTES = 400 * 1024;

  function peakOf(...args: string[]): { code: number | null; kilobytes: number } {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    return { code: status, kilobytes: Number(stderr.trimEnd().split('\n').at(-1)) };
  }

  test('a file of 200 MB is not read', () => {
    const file = scratch.path('huge.json');
    closeSync(openSync(file, 'w'));
    truncateSync(file, 200 * 1024 * 1024);
    const { code, kilobytes } = peakOf('ingest', file, '--home', scratch.path('home'));
    expect(code).toBe(65);
    expect(kilobytes).toBeGreaterThan(0);
    expect(kilobytes).toBeLessThan(MOST_KILOBYTES);
  });

  test('a bomb of 1 GB in 1 MB is not unpacked', () => {
    // members of a gzip file follow one another (RFC 1952, 2.2)
    const member = gzipSync(new Uint8Array(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    const { code, kilobytes } = peakOf('inspect', scratch.write('bomb.json.gz', bomb));
    expect(code).toBe(2);
    expect(kilobytes).toBeLessThan(MOST_KILOBYTES + 200 * 1024);
  });

  test('standard input that never ends is given up at the limit', () => {
    const { status, stderr } = spawnSync(
      'sh',
      [
        '-c',
        '"$0" "$1" ingest - --home "$2" </dev/zero',
        process.execPath,
        script,
        scratch.path('home'),
      ],
      { encoding: 'utf8' },
    );
    expect(status).toBe(65);
    expect(Number(stderr.trimEnd().split('\n').at(-1))).toBeLessThan(MOST_KILOBYTES + 200 * 1024);
  });
});
