// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { StoredCopy } from '../support/stored-copy.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

/** So small that every list and every text of every document is read in pieces; the bytes are not held either. */
const LARGE_BYTES = 200;
const MAX_BYTES = 1_000_000;
const FOLDERS = ['corpus', 'samples'];

/** Everything that is known of a document once it is read, or the code of what it was refused for. */
async function outcome(bytes: DocumentBytes, largeBytes?: number): Promise<unknown> {
  try {
    const context = { digest: sha256(bytes), strict: true };
    const { reading, extractor } = await readDocument(bytes, context, largeBytes);
    return { reading, extractor };
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return { code: error.code, at: error.at, line: error.line };
  }
}

function isReadInPieces(file: string): boolean {
  const head = readFileSync(file).subarray(0, 2000).toString();
  return head.trimStart().startsWith('{') || head.includes('SPDXVersion:');
}

function filesOf(folder: string): string[] {
  return readdirSync(sharedPath(folder), { recursive: true, encoding: 'utf8' })
    .map((path) => sharedPath(folder, path))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= MAX_BYTES)
    .filter(isReadInPieces);
}

describeShared('real documents read in pieces', () => {
  test.each(FOLDERS)('say what they say whole: %s', { timeout: 300_000 }, async (folder) => {
    const files = filesOf(folder);
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      const inPieces = await outcome(new StoredCopy(bytes), LARGE_BYTES);
      expect(inPieces, file).toEqual(await outcome(bytes, Number.POSITIVE_INFINITY));
    }
  });
});

const ELEMENTS = ['a', 'b', 'c', 'd'] as const;
const NAME = fc.constantFrom(...ELEMENTS, 'nobody', 'SPDXRef-DOCUMENT', 'NOASSERTION');
const FEED = fc.constantFrom('\n', '\r\n', '\r');

/** Lines of tag-value that may or may not belong together. */
const TAGS = fc.array(
  fc.oneof(
    NAME.map((name) => `PackageName: ${name}`),
    NAME.map((name) => `FileName: ./é/${name}`),
    NAME.map((name) => `SnippetSPDXID: SPDXRef-${name}`),
    NAME.map((name) => `SPDXID: SPDXRef-${name}`),
    NAME.map((name) => `SnippetFromFileSPDXID: SPDXRef-${name}`),
    NAME.map((name) => `PackageSupplier: Organization: ${name} (mail)`),
    fc
      .tuple(NAME, NAME)
      .map(([from, to]) => `Relationship: SPDXRef-${from} CONTAINS SPDXRef-${to}`),
    fc
      .tuple(NAME, NAME)
      .map(([from, to]) => `Relationship SPDXRef-${from} DEPENDS_ON SPDXRef-${to}`),
    fc.constantFrom(
      `PackageChecksum: SHA256: ${'ab'.repeat(32)}`,
      'PackageChecksum: SHA256',
      `FileChecksum: SHA1: ${'12'.repeat(20)}`,
      'ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1',
      'ExternalRef: PACKAGE-MANAGER purl nothing',
      'PackageComment: <text>two\nlines: é\nPackageName: c</text>',
      'LicenseID: LicenseRef-1',
      'Annotator: Tool: t',
      'ExternalDocumentRef: DocumentRef-o https://example.com/o SHA1: 12',
      '# a comment',
      '',
      'no tag',
    ),
  ),
  { maxLength: 40 },
);

/** An object of an SPDX 3 graph that may hold others, or name parts by id. */
const GRAPH_ITEM = fc.oneof(
  fc.tuple(NAME, NAME).map(([name, by]) => ({
    type: 'software_Package',
    spdxId: `https://example.com/${name}`,
    suppliedBy: { type: 'Organization', spdxId: `https://example.com/by-${by}`, name: by },
    verifiedUsing: [`https://example.com/hash-${name}`],
  })),
  NAME.map((name) => ({
    type: 'Hash',
    spdxId: `https://example.com/hash-${name}`,
    algorithm: 'sha256',
    hashValue: 'ab'.repeat(32),
  })),
  fc.tuple(NAME, NAME).map(([from, to]) => ({
    type: 'Relationship',
    from: `https://example.com/${from}`,
    to: [`https://example.com/${to}`, { type: 'software_File', spdxId: `urn:x:${to}`, name: to }],
    relationshipType: 'dependsOn',
  })),
  NAME.map((name) => ({
    type: 'ai_AIPackage',
    spdxId: `https://example.com/${name}`,
    ai_metric: [{ type: 'DictionaryEntry', key: name, value: '1' }],
    software_snippetFromFile: `https://example.com/${name}`,
  })),
  fc.tuple(NAME, NAME).map(([from, to]) => ({
    type: 'Relationship',
    from: `https://example.com/${from}`,
    to: [`https://spdx.org/licenses/${to}`],
    relationshipType: from === 'a' ? 'hasDeclaredLicense' : 'hasConcludedLicense',
  })),
  fc.constantFrom({ type: 'CreationInfo', specVersion: '3.0.1' }, { name: 'no type' }, 'text'),
);

async function expectSame(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const inPieces = await outcome(new StoredCopy(bytes), 64);
  expect(inPieces).toEqual(await outcome(bytes, Number.POSITIVE_INFINITY));
}

test('a tag-value document read in pieces says what it says whole', async () => {
  await fc.assert(
    fc.asyncProperty(TAGS, FEED, async (lines, feed) => {
      await expectSame(['SPDXVersion: SPDX-2.3', ...lines].join('\n').replaceAll('\n', feed));
    }),
  );
});

test('an SPDX 3 document read in pieces says what it says whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(GRAPH_ITEM, { maxLength: 20 }), async (graph) => {
      const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
      await expectSame(JSON.stringify({ '@context': context, '@graph': graph }));
    }),
  );
});
