// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { checkSpdx2Conformance } from '../../../../schemas/spdx2/conformance.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';

type Json = Record<string, unknown>;

const PACKAGE = {
  SPDXID: 'SPDXRef-a',
  name: 'a',
  downloadLocation: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
};
const FILE = {
  SPDXID: 'SPDXRef-f',
  fileName: './f',
  checksums: [{ algorithm: 'SHA1', checksumValue: '0'.repeat(40) }],
};
const RANGE = {
  startPointer: { offset: 1, reference: 'SPDXRef-f' },
  endPointer: { offset: 2, reference: 'SPDXRef-f' },
};
const SNIPPET = { SPDXID: 'SPDXRef-s', snippetFromFile: 'SPDXRef-f', ranges: [RANGE] };

function documentWith(more: Json): Json {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'd',
    documentNamespace: 'https://example.com/d',
    creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: t'] },
    packages: [PACKAGE],
    ...more,
  };
}

/** The pointers of the faults. */
function faultsOf(more: Json, format = 'spdx2-json'): string[] {
  const { problems } = checkSpdx2Conformance(documentWith(more) as JsonValue, format);
  return problems.map(({ pointer }) => pointer);
}

const pkg = (more: Json): string[] => faultsOf({ packages: [{ ...PACKAGE, ...more }] });

test('a document of mandatory members conforms', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ files: [FILE], snippets: [SNIPPET] })).toEqual([]);
});

describe('what each member holds', () => {
  test.each<[Json, string]>([
    [{ comment: 7 }, '/comment'],
    [{ comment: ['x'] }, '/comment'],
    [{ annotations: {} }, '/annotations'],
    [{ annotations: ['x'] }, '/annotations/0'],
    [{ documentDescribes: 'SPDXRef-a' }, '/documentDescribes'],
    [{ documentDescribes: [null] }, '/documentDescribes/0'],
    [{ relationships: 'none' }, '/relationships'],
    [{ revieweds: [{}] }, '/revieweds/0/reviewDate'],
    [
      {
        hasExtractedLicensingInfos: [
          { licenseId: 'LicenseRef-a', extractedText: 'b', crossRefs: [{}] },
        ],
      },
      '/hasExtractedLicensingInfos/0/crossRefs/0/url',
    ],
  ])('%j', (more, pointer) => {
    expect(faultsOf(more)).toEqual([pointer]);
  });

  test('of packages', () => {
    expect(pkg({ filesAnalyzed: 'false' })).toEqual(['/packages/0/filesAnalyzed']);
    expect(pkg({ filesAnalyzed: false })).toEqual([]);
    expect(pkg({ packageVerificationCode: {} })).toEqual([
      '/packages/0/packageVerificationCode/packageVerificationCodeValue',
    ]);
    expect(pkg({ versionInfo: 1.5 })).toEqual(['/packages/0/versionInfo']);
  });

  test('null is absence, what is not known is let be, a name may be empty', () => {
    expect(pkg({ versionInfo: null, checksums: null })).toEqual([]);
    expect(pkg({ constructor: 7, files: [7] })).toEqual([]);
    expect(pkg({ name: '' })).toEqual([]);
    expect(pkg({ name: null })).toEqual(['/packages/0/name']);
    expect(pkg({ downloadLocation: '' })).toEqual(['/packages/0/downloadLocation']);
  });

  test('not of forms that write text only', () => {
    for (const format of ['spdx2-yaml', 'spdx2-xml']) {
      expect(faultsOf({ comment: 7 }, format)).toEqual([]);
    }
  });
});

describe('what other members say', () => {
  test.each([
    ['NONE', true],
    ['https://example.com', true],
    ['git+https://example.com/a.git@v1', true],
    ['https://', false],
    ['http:///a', false],
  ])('a package comes from %s: %s', (downloadLocation, conforms) => {
    expect(pkg({ downloadLocation })).toEqual(conforms ? [] : ['/packages/0/downloadLocation']);
  });

  test('an element of another document is of one that is named', () => {
    const relationship = {
      spdxElementId: 'SPDXRef-a',
      relationshipType: 'DEPENDS_ON',
      relatedSpdxElement: 'DocumentRef-x:SPDXRef-b',
    };
    const reference = {
      externalDocumentId: 'DocumentRef-x',
      spdxDocument: 'https://example.com/x',
      checksum: { algorithm: 'SHA1', checksumValue: '0'.repeat(40) },
    };
    const relationships = [relationship];
    expect(faultsOf({ relationships, externalDocumentRefs: [reference] })).toEqual([]);
    expect(faultsOf({ relationships })).toEqual(['/relationships/0/relatedSpdxElement']);
    expect(faultsOf({ externalDocumentRefs: [{ ...reference, checksum: undefined }] })).toEqual([
      '/externalDocumentRefs/0/checksum',
    ]);
    const checksum = { algorithm: 'CRC32', checksumValue: '0' };
    expect(faultsOf({ externalDocumentRefs: [{ ...reference, checksum }] })).toEqual([
      '/externalDocumentRefs/0/checksum/algorithm',
    ]);
  });

  test('the ends of a range', () => {
    const ends = (startPointer: Json): string[] =>
      faultsOf({ files: [FILE], snippets: [{ ...SNIPPET, ranges: [{ ...RANGE, startPointer }] }] });
    expect(ends({ lineNumber: 1 })).toEqual([]);
    expect(ends({})).toEqual(['/snippets/0/ranges/0/startPointer']);
    expect(ends({ offset: '1' })).toEqual(['/snippets/0/ranges/0/startPointer/offset']);
  });

  test('the licences of a snippet', () => {
    const snippet = { ...SNIPPET, licenseConcluded: 'MIT', licenseInfoInSnippets: ['NONE', 'OR'] };
    expect(faultsOf({ files: [FILE], snippets: [snippet] })).toEqual([
      '/snippets/0/licenseInfoInSnippets/1',
    ]);
  });

  test('before 2.3 files and snippets have a licence and a copyright', () => {
    const old = { spdxVersion: 'SPDX-2.2', files: [FILE], snippets: [SNIPPET] };
    expect(faultsOf(old)).toEqual([
      '/files/0/licenseConcluded',
      '/files/0/copyrightText',
      '/files/0/licenseInfoInFiles',
      '/snippets/0/licenseConcluded',
      '/snippets/0/copyrightText',
    ]);
  });
});
