// SPDX-License-Identifier: Apache-2.0
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { extractArchiveFacts } from '../../../../ingest/unpack/archive-facts.ts';
import { unpackArchive, type Unpacked } from '../../../../ingest/unpack/unpack-archive.ts';
import { ARCHIVE_LIMITS, RATIO_FLOOR_BYTES } from '../../../../schemas/archive/model.ts';
import { makeTar, makeZip, type TarMember, type ZipMember } from '../../../support/archives.ts';
import { assertSound, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

const open = (bytes: Uint8Array): Promise<Unpacked> => unpackArchive(bytes, ARCHIVE_LIMITS);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const contents = ({ members }: Unpacked): string[] =>
  members.map(({ name, bytes }) => `${name}=${text(bytes)}`);
const codes = ({ problems }: Unpacked): string[] => problems.map(({ code }) => code);

const A: ZipMember & TarMember = { name: 'a.json', data: '{}' };

/** The code that opening fails with; `opened` where it does not fail. */
async function failure(bytes: Uint8Array, limits = ARCHIVE_LIMITS): Promise<string> {
  try {
    await unpackArchive(bytes, limits);
    return 'opened';
  } catch (error) {
    return isPedigreeError(error) ? error.code : `foreign: ${String(error)}`;
  }
}

describe('members', () => {
  const members = [A, { name: 'dir/b.md', data: 'text' }, { name: 'dir/empty.json', data: '' }];
  const expected = ['a.json={}', 'dir/b.md=text', 'dir/empty.json='];

  test.each([
    ['zip', makeZip([{ name: 'dir/', data: '' }, ...members])],
    ['zip', makeZip(members.map((member) => ({ ...member, stored: true })))],
    ['tar', makeTar([{ name: 'dir/', type: '5' }, ...members])],
  ])('%s', async (kind, bytes) => {
    const unpacked = await open(bytes);
    expect([unpacked.kind, contents(unpacked), unpacked.problems]).toEqual([kind, expected, []]);
  });

  test.each([
    ['gzip', gzipSync('hello')],
    ['zstd', zstdCompressSync('hello')],
  ])('%s holds one', async (kind, bytes) => {
    const unpacked = await open(bytes);
    expect([unpacked.kind, contents(unpacked)]).toEqual([kind, ['content=hello']]);
  });

  test('one layer at a time', async () => {
    const unpacked = await open(gzipSync(makeTar([A])));
    expect(unpacked.members.map(({ name }) => name)).toEqual(['content']);
    expect(contents(await open(unpacked.members[0]?.bytes ?? new Uint8Array()))).toEqual([
      'a.json={}',
    ]);
  });

  test('nothing that is no archive', async () => {
    expect(await failure(new TextEncoder().encode('{"a": 1}'))).toBe('ERR_PARSE_DOCUMENT');
    expect(await failure(new Uint8Array())).toBe('ERR_PARSE_DOCUMENT');
  });

  test('the caller may change the bytes once it has handed them over', async () => {
    const bytes = makeZip([A]);
    const opening = open(bytes);
    bytes.fill(0);
    expect(contents(await opening)).toEqual(['a.json={}']);
  });
});

describe('refused members of a zip', () => {
  test.each<[string, ZipMember, string]>([
    ['out of the archive', { name: '../evil.json', data: 'x' }, 'member-outside'],
    ['hidden in the middle', { name: 'a/../../evil.json', data: 'x' }, 'member-outside'],
    ['with backslashes', { name: '..\\evil.json', data: 'x' }, 'member-outside'],
    ['absolute', { name: '/etc/evil.json', data: 'x' }, 'member-absolute'],
    ['on a drive', { name: 'C:/evil.json', data: 'x' }, 'member-absolute'],
    ['a symbolic link', { name: 'l.json', data: '/etc/passwd', mode: 0o120777 }, 'member-link'],
    ['a device', { name: 'd.json', data: '', mode: 0o060666 }, 'member-special'],
    ['encrypted', { name: 'e.json', data: 'x', flags: 1 }, 'member-encrypted'],
    ['compressed otherwise', { name: 'c.json', data: 'x', method: 99 }, 'member-compression'],
    ['with a wrong checksum', { name: 'd.json', data: 'x', crc: 1 }, 'member-damaged'],
  ])('%s', async (_, member, code) => {
    const unpacked = await open(makeZip([member, A]));
    expect([contents(unpacked), codes(unpacked)]).toEqual([['a.json={}'], [code]]);
  });

  test('a name used twice is told', async () => {
    const unpacked = await open(makeZip([A, { name: 'a.json', data: '[]' }]));
    expect([contents(unpacked), codes(unpacked)]).toEqual([
      ['a.json={}', 'a.json=[]'],
      ['duplicate-member'],
    ]);
  });
});

describe('refused members of a tar', () => {
  test.each<[string, TarMember, string]>([
    ['out of the archive', { name: '../evil.json', data: 'x' }, 'member-outside'],
    ['absolute', { name: '/etc/evil.json', data: 'x' }, 'member-absolute'],
    ['a symbolic link', { name: 'l.json', type: '2', link: '/etc/passwd' }, 'member-link'],
    ['a hard link', { name: 'l.json', type: '1', link: 'a.json' }, 'member-link'],
    ['a fifo', { name: 'f.json', type: '6' }, 'member-special'],
  ])('%s', async (_, member, code) => {
    const unpacked = await open(makeTar([member, A]));
    expect([contents(unpacked), codes(unpacked)]).toEqual([['a.json={}'], [code]]);
  });

  test('a missing end is told', async () => {
    const unpacked = await open(makeTar([A], { endMarker: false }));
    expect(codes(unpacked)).toEqual(['no-end-marker']);
  });
});

describe('limits', () => {
  const zeros = new Uint8Array(RATIO_FLOOR_BYTES * 2);

  test.each([
    ['zip', makeZip([{ name: 'bomb.json', data: zeros }])],
    ['gzip', gzipSync(zeros)],
    ['zstd', zstdCompressSync(zeros)],
  ])('a %s bomb', async (_, bytes) => {
    expect(bytes.length * ARCHIVE_LIMITS.ratio).toBeLessThan(zeros.length);
    expect(await failure(bytes)).toBe('ERR_LIMIT_RATIO');
  });

  test('a zip bomb that lies about its size', async () => {
    const bomb = makeZip([{ name: 'bomb.json', data: zeros, statedSize: 10 }]);
    expect(['ERR_PARSE_DOCUMENT', 'ERR_LIMIT_RATIO']).toContain(await failure(bomb));
  });

  test('many small bombs together', async () => {
    const part = new Uint8Array(RATIO_FLOOR_BYTES / 4);
    const members = Array.from({ length: 8 }, (_, at) => ({ name: `${at}.json`, data: part }));
    expect(await failure(makeZip(members))).toBe('ERR_LIMIT_RATIO');
  });

  test('total bytes, counted over members that are skipped too', async () => {
    const limits = { ...ARCHIVE_LIMITS, totalBytes: 10 };
    const members = [
      { name: '../x.json', data: 'x'.repeat(8) },
      { name: 'y.json', data: 'y'.repeat(8) },
    ];
    expect(await failure(makeTar(members), limits)).toBe('ERR_LIMIT_SIZE');
    expect(await failure(makeZip([A, { name: 'y.json', data: 'y'.repeat(9) }]), limits)).toBe(
      'ERR_LIMIT_SIZE',
    );
    expect(await failure(makeZip([A, { name: 'y.json', data: 'y'.repeat(8) }]), limits)).toBe(
      'opened',
    );
    expect(await failure(gzipSync('x'.repeat(11)), limits)).toBe('ERR_LIMIT_SIZE');
    expect(await failure(gzipSync('x'.repeat(10)), limits)).toBe('opened');
  });

  test('members', async () => {
    const limits = { ...ARCHIVE_LIMITS, members: 2 };
    const three = ['a.json', 'b.json', 'c.json'].map((name) => ({ name, data: '{}' }));
    expect(await failure(makeZip(three), limits)).toBe('ERR_LIMIT_ITEMS');
    expect(await failure(makeTar(three), limits)).toBe('ERR_LIMIT_ITEMS');
    expect(await failure(makeTar(three.slice(1)), limits)).toBe('opened');
  });
});

describe('damage', () => {
  const many = Array.from({ length: 5 }, (_, at) => ({ name: `${at}.json`, data: `{"n": ${at}}` }));

  test('a zip cut anywhere is refused', async () => {
    const bytes = makeZip(many);
    for (let end = 4; end < bytes.length; end++) {
      expect(await failure(bytes.subarray(0, end))).toBe('ERR_PARSE_DOCUMENT');
    }
  });

  test('gzip and zstd cut anywhere are refused', async () => {
    const data = JSON.stringify(many);
    for (const bytes of [gzipSync(data), zstdCompressSync(data)]) {
      for (let end = 4; end < bytes.length; end++) {
        expect(await failure(bytes.subarray(0, end))).toBe('ERR_PARSE_DOCUMENT');
      }
    }
  });

  test('a tar cut inside a member is refused, cut between members it is told', async () => {
    const bytes = makeTar(many, { endMarker: false });
    for (let end = 513; end < bytes.length; end += 101) {
      const cut = bytes.subarray(0, end);
      expect(end % 1024 === 0 ? 'ERR_PARSE_DOCUMENT' : await failure(cut)).toBe(
        'ERR_PARSE_DOCUMENT',
      );
    }
    expect(codes(await open(bytes.subarray(0, 2048)))).toEqual(['no-end-marker']);
  });

  test('a zip that states more members than it has', async () => {
    expect(await failure(makeZip([A], 2))).toBe('ERR_PARSE_DOCUMENT');
  });

  test('one changed byte: read, or refused with our error', async () => {
    const archives = [
      makeZip(many),
      makeTar(many),
      gzipSync('x'.repeat(100)),
      zstdCompressSync('abc'),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...archives),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (bytes, at, bits) => {
          const changed = Uint8Array.from(bytes);
          changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ bits;
          expect(await failure(changed)).toMatch(/^(?:opened|ERR_)/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('artefacts that are archives', () => {
  test.each([
    ['a PyTorch file', ['m/data.pkl', 'm/version', 'm/config.json']],
    ['a NumPy file', ['x.npy']],
    ['a wheel', ['p/x.json', 'p-1.dist-info/WHEEL']],
    ['weights only', ['weights.bin', 'vocab.txt']],
  ])('%s stays closed', async (_, names) => {
    const members = names.map((name) => ({ name, data: 'x' }));
    for (const bytes of [makeZip(members), makeTar(members)]) {
      const unpacked = await open(bytes);
      expect([unpacked.members, codes(unpacked)]).toEqual([[], ['artefact-archive']]);
    }
  });

  test('a closed zip is not unpacked at all, so it cannot be a bomb', async () => {
    const data = new Uint8Array(RATIO_FLOOR_BYTES * 2);
    expect(await failure(makeZip([{ name: 'x.npy', data }]))).toBe('opened');
  });

  test('an empty archive has no members and no problem', async () => {
    expect(await open(makeZip([]))).toEqual({ kind: 'zip', members: [], problems: [] });
  });
});

describe('what opening proves', () => {
  test('the archive contains each member, computed', async () => {
    const bytes = makeZip([A, { name: 'm.onnx', data: 'w' }, { name: 'e.json', data: '' }]);
    const digest = sha256(bytes);
    const facts = extractArchiveFacts(await open(bytes), { digest, source: 'b.zip' });
    assertSound(facts);
    expect(refEdges(facts)).toEqual(
      [`${digest} contains ${sha256('{}')}`, `${digest} contains ${sha256('w')}`].sort(),
    );
    expect(facts.edges.map(({ strength }) => strength)).toEqual(['computed', 'computed']);
    expect(facts.nodes.find(({ ref }) => ref === sha256('w'))?.kinds).toEqual(['Model']);
    expect(facts.problems.map(({ code }) => code)).toEqual(['empty-content']);
  });

  test('every file goes in and comes out, in order', async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}\.json$/);
    const files = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 600 })), {
      selector: ([label]) => label,
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(files, async (entries) => {
        const members = entries.map(([label, data]) => ({ name: label, data }));
        for (const bytes of [makeZip(members), makeTar(members)]) {
          const unpacked = await open(bytes);
          expect(
            unpacked.members.map((member) => [
              member.name,
              Buffer.from(member.bytes).toString('hex'),
            ]),
          ).toEqual(entries.map(([label, data]) => [label, Buffer.from(data).toString('hex')]));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describeShared('the bundle of the story', () => {
  test('dist/triage-v2.tar contains the three files of triage-v2', async () => {
    const bytes = readShared('samples', 'story', 'dist', 'triage-v2.tar');
    const digest = sha256(bytes);
    const facts = extractArchiveFacts(await open(bytes), { digest });
    expect(digest).toBe('sha256:cc2d8713424737468d4f1e96f31da3ad6732fba8f580b4eea5573a8c9de92c15');
    expect(refEdges(facts, 'contains').map((edge) => edge.split(' ').at(-1))).toEqual([
      'sha256:6e1c9eb692574cc75b297a5290c9131c66830d4a574d2d3f400786d319c44346',
      'sha256:a9806da0bc26639b16f23d336226d091ba42780a16e902df405998ca6e35c254',
      'sha256:e6e533abef671fd0cdfb4fc1f0390bff72cd7e71055c98b10671116833b47782',
    ]);
  });
});
