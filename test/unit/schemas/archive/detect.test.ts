// SPDX-License-Identifier: Apache-2.0
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { detectArchive } from '../../../../schemas/archive/detect.ts';
import { findNameFault } from '../../../../schemas/archive/member-name.ts';
import { findArtefactKind, mayHoldDocuments } from '../../../../schemas/archive/purpose.ts';
import { makeTar, makeZip } from '../../../support/archives.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const TAR = makeTar([{ name: 'a', data: 'x' }]);

describe('by the first bytes', () => {
  test.each([
    ['zip', makeZip([{ name: 'a', data: 'x' }])],
    ['zip', makeZip([])],
    ['tar', TAR],
    ['gzip', gzipSync('x')],
    ['zstd', zstdCompressSync('x')],
  ] as const)('%s', (kind, bytes) => {
    expect(detectArchive(bytes)).toBe(kind);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['JSON', encode('{"a": 1}')],
    ['a zip that begins later', Buffer.concat([Buffer.from(' '), makeZip([])])],
    ['gzip of another method', new Uint8Array([0x1f, 0x8b, 0x00])],
    ['a cut tar header', TAR.subarray(0, 511)],
    ['ustar without a checksum', encode(`${'x'.repeat(257)}ustar${'x'.repeat(300)}`)],
    ['zeros', new Uint8Array(1024)],
  ])('%s is none', (_, bytes) => {
    expect(detectArchive(bytes)).toBeUndefined();
  });

  test('one changed byte of a tar header and it is none', () => {
    for (const at of [0, 99, 124, 200, 257, 400]) {
      const changed = Uint8Array.from(TAR);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(detectArchive(changed)).toBeUndefined();
    }
  });
});

describe('names', () => {
  test.each(['a', 'a/b.json', './a', 'a..b', '...', 'ünïcode', 'a/.hidden', 'C/x'])(
    '%s is fine',
    (name) => {
      expect(findNameFault(name)).toBeUndefined();
    },
  );

  test.each([
    ['/etc/passwd', 'member-absolute'],
    ['\\x', 'member-absolute'],
    ['C:\\x', 'member-absolute'],
    ['c:x', 'member-absolute'],
    ['../x', 'member-outside'],
    ['a/../../x', 'member-outside'],
    ['a\\..\\x', 'member-outside'],
    ['..', 'member-outside'],
    ['', 'member-name'],
    ['a\0b', 'member-name'],
    ['x'.repeat(3000), 'member-name'],
  ])('%j is refused as %s', (name, code) => {
    expect(findNameFault(name)?.code).toBe(code);
  });
});

describe('purpose', () => {
  test.each([
    ['PyTorch file', ['archive/data.pkl', 'archive/version', 'archive/data/0']],
    ['NumPy file', ['x.npy', 'y.npy']],
    ['Keras file', ['metadata.json', 'config.json', 'model.weights.h5']],
    ['Office file or NuGet package', ['[Content_Types].xml', 'word/document.xml']],
    ['OpenDocument or EPUB file', ['mimetype', 'content.xml']],
    ['Python wheel', ['p/__init__.py', 'p-1.0.dist-info/WHEEL']],
    ['Java or Android package', ['META-INF/MANIFEST.MF', 'a.class']],
    ['npm package', ['package/package.json', 'package/index.js']],
    ['Python source package', ['p-1.0/PKG-INFO']],
    ['Rust package', ['p-1.0/.cargo_vcs_info.json']],
  ])('a %s', (kind, names) => {
    expect(findArtefactKind(names)).toBe(kind);
  });

  test.each([
    [['bom.json', 'model.onnx']],
    [['data.pkl', 'notes.md']],
    [['x.npy', 'readme.md']],
    [['a/package.json']],
    [[]],
  ])('%j is a plain archive', (names) => {
    expect(findArtefactKind(names)).toBeUndefined();
  });

  test.each([
    [['a/b/sbom.JSON'], true],
    [['dvc.lock'], true],
    [['model/MLmodel'], true],
    [['inner.tar.gz'], true],
    [['weights.bin', 'vocab.txt'], false],
    [['json'], false],
    [[], false],
  ])('%j may hold documents: %s', (names, expected) => {
    expect(mayHoldDocuments(names)).toBe(expected);
  });
});
