// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detect } from '../../../../schemas/detect.ts';
import { readSpdx2 } from '../../../../schemas/spdx2/read.ts';
import { splitTagValue } from '../../../../schemas/spdx2/tag-value.ts';
import type { SpdxDocument } from '../../../../schemas/spdx2/model.ts';

const JSON_TEXT = JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'doc',
  documentNamespace: 'https://example.com/doc',
  creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: t', 'Person: p ()'] },
  externalDocumentRefs: [
    {
      externalDocumentId: 'DocumentRef-o',
      spdxDocument: 'https://example.com/other',
      checksum: { algorithm: 'SHA1', checksumValue: 'd6a770ba38583ed4bb4525bd96e50461655d2759' },
    },
  ],
  packages: [
    {
      SPDXID: 'SPDXRef-a',
      name: 'a',
      versionInfo: '1.10',
      supplier: 'Organization: S',
      downloadLocation: 'https://example.com/a',
      licenseConcluded: 'MIT',
      licenseDeclared: 'MIT',
      primaryPackagePurpose: 'LIBRARY',
      checksums: [{ algorithm: 'SHA256', checksumValue: 'ab'.repeat(32) }],
      packageVerificationCode: {
        packageVerificationCodeValue: 'd6a770ba38583ed4bb4525bd96e50461655d2758',
      },
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: 'pkg:npm/a@1.10',
        },
      ],
      hasFiles: ['SPDXRef-f'],
    },
  ],
  files: [
    {
      SPDXID: 'SPDXRef-f',
      fileName: './f.c',
      fileTypes: ['SOURCE'],
      licenseConcluded: 'NOASSERTION',
      checksums: [{ algorithm: 'SHA1', checksumValue: '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12' }],
    },
  ],
  relationships: [
    {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: 'SPDXRef-a',
    },
    {
      spdxElementId: 'SPDXRef-a',
      relationshipType: 'DYNAMIC_LINK',
      relatedSpdxElement: 'DocumentRef-o:SPDXRef-x',
    },
  ],
});

const TAG_VALUE = `# a comment
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: doc
DocumentNamespace: https://example.com/doc
ExternalDocumentRef: DocumentRef-o https://example.com/other SHA1: d6a770ba38583ed4bb4525bd96e50461655d2759
Creator: Tool: t
Creator: Person: p ()
Created: 2024-01-01T00:00:00Z

PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1.10
PackageSupplier: Organization: S
PackageDownloadLocation: https://example.com/a
PackageComment: <text>Looks like tags:
PackageVersion: 9
Relationship: SPDXRef-a CONTAINS SPDXRef-a
# not a comment</text>
PackageLicenseConcluded: MIT
PackageLicenseDeclared: MIT
PrimaryPackagePurpose: LIBRARY
PackageChecksum: SHA256: ${'ab'.repeat(32)}
PackageVerificationCode: d6a770ba38583ed4bb4525bd96e50461655d2758 (excludes: ./x)
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1.10

FileName: ./f.c
SPDXID: SPDXRef-f
FileType: SOURCE
FileChecksum: SHA1: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
LicenseConcluded: NOASSERTION

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
Relationship: SPDXRef-a DYNAMIC_LINK DocumentRef-o:SPDXRef-x
`;

const XML = `<?xml version="1.0"?><Document><SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-2.3</spdxVersion>
<creationInfo><created>2024-01-01T00:00:00Z</created><creators>Tool: t</creators><creators>Person: p ()</creators></creationInfo>
<name>doc</name><dataLicense>CC0-1.0</dataLicense><documentNamespace>https://example.com/doc</documentNamespace>
<externalDocumentRefs><externalDocumentId>DocumentRef-o</externalDocumentId><checksum><algorithm>SHA1</algorithm><checksumValue>d6a770ba38583ed4bb4525bd96e50461655d2759</checksumValue></checksum><spdxDocument>https://example.com/other</spdxDocument></externalDocumentRefs>
<packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><versionInfo>1.10</versionInfo><supplier>Organization: S</supplier><downloadLocation>https://example.com/a</downloadLocation><licenseConcluded>MIT</licenseConcluded><licenseDeclared>MIT</licenseDeclared><primaryPackagePurpose>LIBRARY</primaryPackagePurpose><checksums><algorithm>SHA256</algorithm><checksumValue>${'ab'.repeat(32)}</checksumValue></checksums><packageVerificationCode><packageVerificationCodeValue>d6a770ba38583ed4bb4525bd96e50461655d2758</packageVerificationCodeValue></packageVerificationCode><externalRefs><referenceCategory>PACKAGE-MANAGER</referenceCategory><referenceType>purl</referenceType><referenceLocator>pkg:npm/a@1.10</referenceLocator></externalRefs><hasFiles>SPDXRef-f</hasFiles></packages>
<files><SPDXID>SPDXRef-f</SPDXID><fileName>./f.c</fileName><fileTypes>SOURCE</fileTypes><licenseConcluded>NOASSERTION</licenseConcluded><checksums><algorithm>SHA1</algorithm><checksumValue>2fd4e1c67a2d28fced849ee1bb76e7391b93eb12</checksumValue></checksums></files>
<relationships><spdxElementId>SPDXRef-DOCUMENT</spdxElementId><relationshipType>DESCRIBES</relationshipType><relatedSpdxElement>SPDXRef-a</relatedSpdxElement></relationships>
<relationships><spdxElementId>SPDXRef-a</spdxElementId><relationshipType>DYNAMIC_LINK</relationshipType><relatedSpdxElement>DocumentRef-o:SPDXRef-x</relatedSpdxElement></relationships></Document>`;

const YAML = `---
SPDXID: "SPDXRef-DOCUMENT"
spdxVersion: "SPDX-2.3"
name: doc
dataLicense: CC0-1.0
documentNamespace: https://example.com/doc
creationInfo: {created: "2024-01-01T00:00:00Z", creators: ["Tool: t", "Person: p ()"]}
externalDocumentRefs:
- externalDocumentId: DocumentRef-o
  spdxDocument: https://example.com/other
  checksum: {algorithm: SHA1, checksumValue: d6a770ba38583ed4bb4525bd96e50461655d2759}
packages:
- SPDXID: SPDXRef-a
  name: a
  versionInfo: 1.10
  supplier: "Organization: S"
  downloadLocation: https://example.com/a
  licenseConcluded: MIT
  licenseDeclared: MIT
  primaryPackagePurpose: LIBRARY
  checksums: [{algorithm: SHA256, checksumValue: ${'ab'.repeat(32)}}]
  packageVerificationCode: {packageVerificationCodeValue: d6a770ba38583ed4bb4525bd96e50461655d2758}
  externalRefs: [{referenceCategory: PACKAGE-MANAGER, referenceType: purl, referenceLocator: "pkg:npm/a@1.10"}]
  hasFiles: [SPDXRef-f]
files:
- SPDXID: SPDXRef-f
  fileName: ./f.c
  fileTypes: [SOURCE]
  licenseConcluded: NOASSERTION
  checksums: [{algorithm: SHA1, checksumValue: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12}]
relationships:
- {spdxElementId: SPDXRef-DOCUMENT, relationshipType: DESCRIBES, relatedSpdxElement: SPDXRef-a}
- {spdxElementId: SPDXRef-a, relationshipType: DYNAMIC_LINK, relatedSpdxElement: "DocumentRef-o:SPDXRef-x"}
`;

const RDF = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">
<spdx:SpdxDocument rdf:about="https://example.com/doc#SPDXRef-DOCUMENT"><spdx:specVersion>SPDX-2.3</spdx:specVersion>
<spdx:name>doc</spdx:name><spdx:dataLicense rdf:resource="http://spdx.org/licenses/CC0-1.0"/>
<spdx:creationInfo><spdx:CreationInfo><spdx:created>2024-01-01T00:00:00Z</spdx:created><spdx:creator>Tool: t</spdx:creator><spdx:creator>Person: p ()</spdx:creator></spdx:CreationInfo></spdx:creationInfo>
<spdx:externalDocumentRef><spdx:ExternalDocumentRef rdf:about="https://example.com/doc#DocumentRef-o"><spdx:spdxDocument rdf:resource="https://example.com/other"/>
<spdx:checksum><spdx:Checksum><spdx:algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha1"/><spdx:checksumValue>d6a770ba38583ed4bb4525bd96e50461655d2759</spdx:checksumValue></spdx:Checksum></spdx:checksum></spdx:ExternalDocumentRef></spdx:externalDocumentRef>
<spdx:relationship><spdx:Relationship><spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/><spdx:relatedSpdxElement>
<spdx:Package rdf:about="https://example.com/doc#SPDXRef-a"><spdx:name>a</spdx:name><spdx:versionInfo>1.10</spdx:versionInfo><spdx:supplier>Organization: S</spdx:supplier><spdx:downloadLocation>https://example.com/a</spdx:downloadLocation>
<spdx:licenseConcluded rdf:resource="http://spdx.org/licenses/MIT"/><spdx:licenseDeclared><spdx:ListedLicense rdf:about="http://spdx.org/licenses/MIT"/></spdx:licenseDeclared>
<spdx:primaryPackagePurpose rdf:resource="http://spdx.org/rdf/terms#purpose_library"/>
<spdx:checksum><spdx:Checksum><spdx:algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha256"/><spdx:checksumValue>${'ab'.repeat(32)}</spdx:checksumValue></spdx:Checksum></spdx:checksum>
<spdx:packageVerificationCode><spdx:PackageVerificationCode><spdx:packageVerificationCodeValue>d6a770ba38583ed4bb4525bd96e50461655d2758</spdx:packageVerificationCodeValue></spdx:PackageVerificationCode></spdx:packageVerificationCode>
<spdx:externalRef><spdx:ExternalRef><spdx:referenceCategory rdf:resource="http://spdx.org/rdf/terms#referenceCategory_packageManager"/><spdx:referenceType rdf:resource="http://spdx.org/rdf/references/purl"/><spdx:referenceLocator>pkg:npm/a@1.10</spdx:referenceLocator></spdx:ExternalRef></spdx:externalRef>
<spdx:hasFile rdf:resource="https://example.com/doc#SPDXRef-f"/>
<spdx:relationship><spdx:Relationship><spdx:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dynamicLink"/><spdx:relatedSpdxElement rdf:resource="https://example.com/other#SPDXRef-x"/></spdx:Relationship></spdx:relationship>
</spdx:Package></spdx:relatedSpdxElement></spdx:Relationship></spdx:relationship></spdx:SpdxDocument>
<spdx:File rdf:about="https://example.com/doc#SPDXRef-f"><spdx:fileName>./f.c</spdx:fileName><spdx:fileType rdf:resource="http://spdx.org/rdf/terms#fileType_source"/>
<spdx:licenseConcluded rdf:resource="http://spdx.org/rdf/terms#noassertion"/>
<spdx:checksum><spdx:Checksum><spdx:algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha1"/><spdx:checksumValue>2fd4e1c67a2d28fced849ee1bb76e7391b93eb12</spdx:checksumValue></spdx:Checksum></spdx:checksum></spdx:File></rdf:RDF>`;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function read(bytes: Uint8Array): {
  document: SpdxDocument;
  format: string;
  placeOf(at: string): string;
} {
  const decoded = decode(bytes);
  const { format } = detect(decoded);
  const { document, form } = readSpdx2(decoded, format);
  return { document, format, placeOf: (at) => form.placeOf(at) };
}

/** Without the list of problems, which only says how tolerant a reader was. */
function content(text: string): unknown {
  return contentOf(bytesOf(text));
}

function contentOf(bytes: Uint8Array): unknown {
  const { document } = read(bytes);
  return {
    ...document,
    packages: document.packages
      .toArray()
      .map((item) => ({ ...item, hasFiles: item.hasFiles.toArray() })),
    files: document.files.toArray(),
    snippets: document.snippets.toArray(),
    describes: document.describes.toArray(),
    relationships: document.relationships.toArray(),
    ids: undefined,
    filesOf: undefined,
    problems: undefined,
  };
}

describe('one document in five encodings', () => {
  test.each([
    ['spdx2-tv', TAG_VALUE],
    ['spdx2-xml', XML],
    ['spdx2-yaml', YAML],
    ['spdx2-rdf', RDF],
  ])('%s says what JSON says', (format, text) => {
    expect(read(bytesOf(text)).format).toBe(format);
    expect(content(text)).toEqual(content(JSON_TEXT));
  });

  test('places are those of the encoding', () => {
    const at = '/packages/0/externalRefs/0/referenceLocator';
    const placeIn = (text: string): string => read(bytesOf(text)).placeOf(at);
    expect(placeIn(JSON_TEXT)).toBe(at);
    expect(placeIn(YAML)).toBe(at);
    expect(placeIn(TAG_VALUE)).toBe('/line/26');
    expect(placeIn(XML)).toBe('/Document/packages/externalRefs');
    expect(placeIn(RDF)).toBe(
      '/RDF/SpdxDocument/relationship/Relationship/relatedSpdxElement/Package/externalRef/ExternalRef',
    );
  });

  test.each([TAG_VALUE, JSON_TEXT, XML, YAML, RDF])('UTF-16 with a mark reads the same', (text) => {
    const body = text.replace('<?xml version="1.0"?>', '');
    const marked = Buffer.from(`\uFEFF${body}`, 'utf16le');
    expect(contentOf(new Uint8Array(marked))).toEqual(content(text));
  });

  test('line ends do not matter', () => {
    expect(content(TAG_VALUE.replaceAll('\n', '\r\n'))).toEqual(content(TAG_VALUE));
    expect(content(TAG_VALUE.replaceAll('\n', '\r'))).toEqual(content(TAG_VALUE));
  });
});

describe('tag-value', () => {
  test.each([
    ['A: <text>one</text>', 'one'],
    ['A: <text>one\ntwo</text>', 'one\ntwo'],
    ['A:<text>\nB: c\n</text>', 'B: c'],
    ['A: b # c', 'b # c'],
    ['A: b: c', 'b: c'],
    ['  A :  b  ', 'b'],
    ['A: x <text>y', 'x <text>y'],
    ['A:', ''],
  ])('%j is one tag', (text, value) => {
    expect(splitTagValue(text)).toEqual([{ tag: 'A', value, line: 1 }]);
  });

  test.each(['no tag', 'A: <text>open\nB: c', ': b', 'A b: c'])('%j is refused', (text) => {
    expect(() => splitTagValue(text)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });

  test('a half relationship and a half checksum are listed', () => {
    const text = TAG_VALUE.replace(
      'a DYNAMIC_LINK DocumentRef-o:SPDXRef-x',
      'a DYNAMIC_LINK',
    ).replace(/PackageChecksum: .*/, 'PackageChecksum: SHA256');
    const decoded = decode(bytesOf(text));
    const { form, document } = readSpdx2(decoded, 'spdx2-tv');
    expect(form.problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'hash-incomplete /line/24',
      'relationship-incomplete /line/35',
    ]);
    expect(document.relationships.toArray()).toHaveLength(1);
  });
});

describe('detection', () => {
  test.each([
    ['# SPDXVersion: SPDX-2.3', undefined],
    ['SPDXVersion: SPDX-2.2', 'spdx2-tv'],
    ['\n# c\n\nSPDXVersion:SPDX-2.2', 'spdx2-tv'],
    ['{"spdxVersion":"SPDX-2.2"}', 'spdx2-json'],
    ['{"SPDXID":"SPDXRef-DOCUMENT","creationInfo":{}}', 'spdx2-json'],
    ['{"SPDXID":"x"}', undefined],
    ['<Document><x/></Document>', undefined],
    ['<Document xmlns="urn:x"><SPDXID>a</SPDXID></Document>', undefined],
    ['<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', undefined],
    ['spdxVersion: SPDX-2.3', undefined],
    ['# Title\n\nspdxVersion: SPDX-2.3', undefined],
  ])('%j is %s', (text, format) => {
    const found = detect(decode(bytesOf(text))).format;
    expect(found.startsWith('spdx2') ? found : undefined).toBe(format);
  });

  test('a card that quotes an SPDX document stays a card', () => {
    const filler = 'x\n'.repeat(2000);
    const card = `---\nlicense: mit\n---\n${filler}\n---\nSPDXID: a\nspdxVersion: SPDX-2.3\n`;
    expect(detect(decode(bytesOf(card))).format).not.toBe('spdx2-yaml');
  });
});

describe('hostile documents', () => {
  test('blank lines before nothing are looked at once', () => {
    const text = `${'\r\n'.repeat(190)}x`;
    expect(detect(decode(bytesOf(text))).format).not.toBe('spdx2-tv');
    expect(detect(decode(bytesOf(`${'\r\n'.repeat(190)}SPDXVersion: SPDX-2.3`))).format).toBe(
      'spdx2-tv',
    );
  });

  test('sets of licences that hold each other end', () => {
    const sets = Array.from(
      { length: 60 },
      (_, at) =>
        `<spdx:ConjunctiveLicenseSet rdf:nodeID="s${at}">${Array.from({ length: 60 }, (_unused, to) => `<spdx:member rdf:nodeID="s${to}"/>`).join('')}</spdx:ConjunctiveLicenseSet>`,
    );
    const text = RDF.replace(
      '<spdx:licenseConcluded rdf:resource="http://spdx.org/licenses/MIT"/>',
      '<spdx:licenseConcluded rdf:nodeID="s0"/>',
    ).replace('</rdf:RDF>', `${sets.join('')}</rdf:RDF>`);
    expect(
      read(bytesOf(text)).document.packages.toArray()[0]?.licenseConcluded?.length ?? 0,
    ).toBeLessThan(2000);
  });

  test('two documents in one file are refused', () => {
    const second = '<spdx:SpdxDocument rdf:about="urn:x#SPDXRef-DOCUMENT"/></rdf:RDF>';
    expect(() => read(bytesOf(RDF.replace('</rdf:RDF>', second)))).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });

  test.each([JSON_TEXT, TAG_VALUE, XML, YAML, RDF])(
    'any change: read, or refused by a code',
    (text) => {
      const at = fc.nat(text.length - 1);
      const change = fc.oneof(
        fc
          .tuple(at, at)
          .map(([a, b]) => text.slice(0, Math.min(a, b)) + text.slice(Math.max(a, b))),
        fc
          .tuple(at, fc.string({ maxLength: 4 }))
          .map(([a, by]) => text.slice(0, a) + by + text.slice(a + 1)),
        fc
          .tuple(
            fc.constantFrom('SPDXRef-a', 'checksum', 'name', 'MIT', 'Document', 'packages'),
            fc.constantFrom('__proto__', 'files', '', '\u0000', '\ud800'),
          )
          .map(([word, by]) => text.replaceAll(word, by)),
      );
      let read2 = 0;
      fc.assert(
        fc.property(change, (changed) => {
          try {
            const decoded = decode(bytesOf(changed));
            const { format } = detect(decoded);
            if (!format.startsWith('spdx2')) return;
            readSpdx2(decoded, format);
            read2++;
          } catch (error) {
            if (!isPedigreeError(error)) throw error;
            expect(error.code).not.toBe('ERR_INTERNAL');
          }
        }),
        { numRuns: 150 },
      );
      expect(read2).toBeGreaterThan(0);
    },
  );
});
