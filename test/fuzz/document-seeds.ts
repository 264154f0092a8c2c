// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { makeTar, makeZip } from '../support/archives.ts';
import { hasShared, sharedPath } from '../support/shared.ts';

/** A document to mutate. */
export interface DocumentSeed {
  /** Path below the shared documents, or what we made. */
  readonly id: string;
  /** Groups the counts: the first folder of the path. */
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** Documents beyond this are read in the benchmarks; here they would only lower the number of runs. */
const MAX_BYTES = 400_000;
const PACKED_MEMBERS = 6;
const SKIPPED = new Set(['manifest.json', 'README.md', 'story.md']);

/** Every document of corpus and samples that is not very large, and archives of some of them. */
export function readDocumentSeeds(): readonly DocumentSeed[] {
  const real = hasShared() ? ['corpus', 'samples'].flatMap(readFolder) : [];
  const plain = [...real, ...ownSeeds()];
  return [...plain, ...packedSeeds(plain)];
}

function readFolder(folder: string): DocumentSeed[] {
  return readdirSync(sharedPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => !SKIPPED.has(path))
    .sort()
    .flatMap((path) => {
      const file = sharedPath(folder, path);
      const info = statSync(file);
      if (!info.isFile() || info.size === 0 || info.size > MAX_BYTES) return [];
      const kind = path.split(/[\\/]/)[0] ?? folder;
      return [{ id: join(folder, path), kind, bytes: new Uint8Array(readFileSync(file)) }];
    });
}

/** Small documents of our own: something to mutate where nothing is shared. */
function ownSeeds(): DocumentSeed[] {
  const texts: readonly (readonly [string, string])[] = [
    [
      'own.cdx.json',
      '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","bom-ref":"a","name":"a","version":"1","purl":"pkg:npm/a@1"},{"type":"data","name":"b"}],"dependencies":[{"ref":"a","dependsOn":["b"]}]}',
    ],
    [
      'own.spdx.json',
      '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"n","packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]}',
    ],
    [
      'own.spdx',
      'SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: n\nPackageName: a\nSPDXID: SPDXRef-a\nPackageComment: <text>two\nlines</text>\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\n',
    ],
    [
      'own.cdx.xml',
      '<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">\n<components>\n<component type="library" bom-ref="a">\n<name>a</name>\n<version>1</version>\n</component>\n</components>\n</bom>\n',
    ],
    [
      'own.dvc.yaml',
      'stages:\n  train:\n    cmd: python train.py\n    deps:\n      - data.csv\n    outs:\n      - model.pkl\n',
    ],
    ['own.card.md', '---\nlicense: mit\nbase_model: a/b\ndatasets:\n- c/d\n---\n# Card\n'],
    ['own.jsonl', '{"a":1}\n{"b":[2]}\n'],
  ];
  return texts.map(([name, text]) => ({
    id: name,
    kind: `own${extname(name)}`,
    bytes: new TextEncoder().encode(text),
  }));
}

function packedSeeds(plain: readonly DocumentSeed[]): DocumentSeed[] {
  const step = Math.max(1, Math.floor(plain.length / PACKED_MEMBERS));
  const members = plain
    .filter((_, at) => at % step === 0)
    .map(({ bytes }, at) => ({ name: `folder/member-${at}`, data: bytes.subarray(0, 20_000) }));
  const tar = makeTar(members);
  const first = members[0]?.data ?? new Uint8Array();
  return [
    { id: 'made.zip', kind: 'made.zip', bytes: makeZip(members) },
    { id: 'made.tar', kind: 'made.tar', bytes: tar },
    { id: 'made.tar.gz', kind: 'made.tar.gz', bytes: new Uint8Array(gzipSync(tar)) },
    { id: 'made.gz', kind: 'made.gz', bytes: new Uint8Array(gzipSync(first)) },
    { id: 'made.zst', kind: 'made.zst', bytes: new Uint8Array(zstdCompressSync(first)) },
  ];
}
