// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { checkSpdx2Conformance } from '../../../../schemas/spdx2/conformance.ts';
import { pkg, readSpdxBytes, related, spdxWith } from '../../../support/spdx2-reading.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';

function faults(members: Readonly<Record<string, unknown>>): string[] {
  return checkSpdx2Conformance(spdxWith(members) as JsonObject, 'spdx2-json').problems.map(
    ({ pointer }) => pointer,
  );
}

const SHA1 = { algorithm: 'SHA1', checksumValue: 'a'.repeat(40) };
const FILE = { SPDXID: 'SPDXRef-f', fileName: './f', checksums: [SHA1] };

describe('rules of SPDX 2', () => {
  test('a document that keeps them conforms', () => {
    const good = { packages: [pkg('a')], relationships: [related('DOCUMENT DESCRIBES a')] };
    expect(checkSpdx2Conformance(spdxWith(good) as JsonObject, 'spdx2-json')).toEqual({
      conformant: true,
      problems: [],
    });
  });

  test.each([
    [{ spdxVersion: 'SPDX-2.2.1' }, '/spdxVersion'],
    [{ spdxVersion: undefined }, '/spdxVersion'],
    [{ dataLicense: 'MIT' }, '/dataLicense'],
    [{ SPDXID: 'SPDXRef-x' }, '/SPDXID'],
    [{ name: null }, '/name'],
    [{ documentNamespace: 'elasticsearch' }, '/documentNamespace'],
    [{ documentNamespace: 'https://example.com/#x' }, '/documentNamespace'],
    [
      { creationInfo: { created: '2024-01-01T00:00:00.5Z', creators: ['Tool: t'] } },
      '/creationInfo/created',
    ],
    [{ creationInfo: { created: '2024-01-01T00:00:00Z', creators: [] } }, '/creationInfo/creators'],
    [
      { creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['me'] } },
      '/creationInfo/creators/0',
    ],
    [{ packages: [pkg('a_b')] }, '/packages/0/SPDXID'],
    [{ packages: [pkg('a'), pkg('a')] }, '/packages/1/SPDXID'],
    [{ packages: [pkg('a', { downloadLocation: undefined })] }, '/packages/0/downloadLocation'],
    [
      {
        packages: [
          pkg('a', {
            externalRefs: [
              {
                referenceCategory: 'PACKAGE-MANAGER',
                referenceType: 'purl',
                referenceLocator: 'pkg:invalid',
              },
            ],
          }),
        ],
      },
      '/packages/0/externalRefs/0/referenceLocator',
    ],
    [{ files: [{ SPDXID: 'SPDXRef-f', fileName: './f' }] }, '/files/0/checksums'],
    [
      { relationships: [related('DOCUMENT DESCRIBES nothing')] },
      '/relationships/0/relatedSpdxElement',
    ],
    [
      { relationships: [related('DOCUMENT DESCRIBE DOCUMENT')] },
      '/relationships/0/relationshipType',
    ],
    [
      { packages: [pkg('a', { primaryPackagePurpose: 'MODEL' })] },
      '/packages/0/primaryPackagePurpose',
    ],
    [
      { packages: [pkg('a', { checksums: [{ algorithm: 'SHA-256', checksumValue: 'x' }] })] },
      '/packages/0/checksums/0/algorithm',
    ],
    [
      { packages: [pkg('a', { checksums: [{ algorithm: 'SHA256' }] })] },
      '/packages/0/checksums/0/checksumValue',
    ],
    [{ annotations: [{ annotator: 'Tool: t' }] }, '/annotations/0/annotationDate'],
    [
      { hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1' }] },
      '/hasExtractedLicensingInfos/0/extractedText',
    ],
    [
      {
        externalDocumentRefs: [
          {
            externalDocumentId: 'DocumentRef-a',
            checksum: { algorithm: 'SHA1', checksumValue: '0' },
          },
        ],
      },
      '/externalDocumentRefs/0/spdxDocument',
    ],
    [{ snippets: [{ SPDXID: 'SPDXRef-s', snippetFromFile: 'SPDXRef-f' }] }, '/snippets/0/ranges'],
  ])('%j breaks one at %s', (members, pointer) => {
    expect(faults(members)[0]).toEqual(pointer);
  });

  test('what is new in 2.3 is a fault before', () => {
    const old = { licenseConcluded: 'MIT', licenseDeclared: 'MIT', copyrightText: 'NONE' };
    const fresh = {
      ...old,
      builtDate: '2024-01-01T00:00:00Z',
      checksums: [{ algorithm: 'BLAKE3', checksumValue: '0a' }],
    };
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', old)] })).toEqual([]);
    expect(faults({ packages: [pkg('a', fresh)] })).toEqual([]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', fresh)] })).toEqual([
      '/packages/0/checksums/0/algorithm',
      '/packages/0/builtDate',
    ]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a')] })).toHaveLength(3);
    const licensed = { ...FILE, licenseConcluded: 'MIT', licenseInfoInFiles: ['MIT'] };
    expect(faults({ files: [FILE] })).toEqual([]);
    expect(faults({ spdxVersion: 'SPDX-2.2', files: [FILE] })).toHaveLength(3);
    expect(
      faults({ spdxVersion: 'SPDX-2.2', files: [{ ...licensed, copyrightText: 'NONE' }] }),
    ).toEqual([]);
  });
});

const described = (...ids: string[]): object => ({
  relationships: ids.map((id) => related(`DOCUMENT DESCRIBES ${id}`)),
});
const onePackage = (more: object): Readonly<Record<string, unknown>> => ({
  packages: [pkg('a', more)],
});
const reference = (category: string, type: string, locator = 'x'): object => ({
  externalRefs: [{ referenceCategory: category, referenceType: type, referenceLocator: locator }],
});

describe('forms of values', () => {
  test.each([
    { checksums: [{ algorithm: 'SHA256', checksumValue: 'a'.repeat(64) }] },
    { checksums: [{ algorithm: 'SHA3_256', checksumValue: 'a'.repeat(64) }] },
    { checksums: [{ algorithm: 'BLAKE2b-512', checksumValue: 'a'.repeat(128) }] },
    { checksums: [{ algorithm: 'MD6', checksumValue: 'ab' }] },
    { supplier: 'NOASSERTION', originator: 'Person: A (a@example.org)' },
    { supplier: 'Organization: A' },
    { releaseDate: '2024-01-01T00:00:00Z' },
    reference('SECURITY', 'cpe23Type'),
    reference('SECURITY', 'http://spdx.org/rdf/references/cpe23Type'),
    reference('PACKAGE_MANAGER', 'purl', 'pkg:npm/a@1'),
    reference('OTHER', 'of our own'),
    { licenseConcluded: 'MIT AND (Apache-2.0+ or GPL-2.0-only WITH Classpath-exception-2.0)' },
    { licenseDeclared: 'NONE', licenseConcluded: '' },
    { licenseDeclared: 'DocumentRef-x:LicenseRef-1', licenseInfoFromFiles: ['MIT', 'NOASSERTION'] },
    { packageVerificationCode: { packageVerificationCodeValue: 'a'.repeat(40) } },
    { filesAnalyzed: false, licenseInfoFromFiles: [], hasFiles: [] },
  ])('%j is right', (more) => {
    expect(faults(onePackage(more))).toEqual([]);
  });

  test.each([
    [
      { checksums: [{ algorithm: 'SHA256', checksumValue: 'a'.repeat(63) }] },
      'checksums/0/checksumValue',
    ],
    [
      { checksums: [{ algorithm: 'SHA256', checksumValue: 'A'.repeat(64) }] },
      'checksums/0/checksumValue',
    ],
    [{ checksums: [{ algorithm: 'MD6', checksumValue: 'xy' }] }, 'checksums/0/checksumValue'],
    [{ supplier: 'A' }, 'supplier'],
    [{ originator: 'Tool: a' }, 'originator'],
    [{ originator: 'Person: ' }, 'originator'],
    [{ validUntilDate: '2024-01-01' }, 'validUntilDate'],
    [reference('SECURITY', 'npm'), 'externalRefs/0/referenceType'],
    [reference('PERSISTENT-ID', 'https://example.org/#mine'), 'externalRefs/0/referenceType'],
    [reference('OTHER', 'own', 'a b'), 'externalRefs/0/referenceLocator'],
    [{ licenseConcluded: 'MIT AND' }, 'licenseConcluded'],
    [{ licenseConcluded: 'AND MIT' }, 'licenseConcluded'],
    [{ licenseConcluded: 'MIT Apache-2.0' }, 'licenseConcluded'],
    [{ licenseConcluded: '(MIT' }, 'licenseConcluded'],
    [{ licenseConcluded: 'MIT)' }, 'licenseConcluded'],
    [{ licenseConcluded: 'MIT (Apache-2.0)' }, 'licenseConcluded'],
    [{ licenseConcluded: '()' }, 'licenseConcluded'],
    [{ licenseConcluded: ' ' }, 'licenseConcluded'],
    [{ licenseDeclared: 'GPL, v2' }, 'licenseDeclared'],
    [{ licenseDeclared: 'LicenseRef-1' }, 'licenseDeclared'],
    [{ licenseDeclared: 7 }, 'licenseDeclared'],
    [
      { packageVerificationCode: { packageVerificationCodeValue: '' } },
      'packageVerificationCode/packageVerificationCodeValue',
    ],
    [
      { packageVerificationCode: { packageVerificationCodeValue: 'A'.repeat(40) } },
      'packageVerificationCode/packageVerificationCodeValue',
    ],
    [{ licenseInfoFromFiles: ['MIT', 'MIT AND'] }, 'licenseInfoFromFiles/1'],
    [{ licenseInfoFromFiles: [7] }, 'licenseInfoFromFiles/0'],
    [{ filesAnalyzed: false, licenseInfoFromFiles: ['MIT'] }, 'licenseInfoFromFiles'],
    [{ filesAnalyzed: false, hasFiles: ['SPDXRef-f'] }, 'hasFiles'],
    [{ filesAnalyzed: false, packageVerificationCode: {} }, 'packageVerificationCode'],
  ])('%j breaks a rule at %s', (more, pointer) => {
    expect(faults(onePackage(more))).toEqual([`/packages/0/${pointer}`]);
  });

  test('a licence of its own is described', () => {
    const licenses = [{ licenseId: 'LicenseRef-1', extractedText: 'x' }];
    const document = {
      ...onePackage({ licenseDeclared: 'LicenseRef-1' }),
      hasExtractedLicensingInfos: licenses,
    };
    expect(faults(document)).toEqual([]);
    const wrong = [{ licenseId: 'LicenseRef-a_b', extractedText: 'x' }];
    expect(faults({ hasExtractedLicensingInfos: wrong })).toEqual([
      '/hasExtractedLicensingInfos/0/licenseId',
    ]);
  });
});

describe('what belongs together', () => {
  test('several packages are described', () => {
    const packages = [pkg('a'), pkg('b')];
    expect(faults({ packages })).toEqual(['/relationships']);
    expect(faults({ packages, relationships: [related('a DESCRIBES b')] })).toEqual([
      '/relationships',
    ]);
    expect(faults({ packages, ...described('a') })).toEqual([]);
    expect(faults({ packages, relationships: [related('a DESCRIBED_BY DOCUMENT')] })).toEqual([]);
    expect(faults({ packages, documentDescribes: ['SPDXRef-a'] })).toEqual([]);
  });

  test('a package that nobody analysed contains packages, and no files', () => {
    const packages = [pkg('a', { filesAnalyzed: false }), pkg('b')];
    const document = (...texts: string[]): Readonly<Record<string, unknown>> => ({
      packages,
      files: [FILE],
      relationships: ['DOCUMENT DESCRIBES a', ...texts].map(related),
    });
    expect(faults(document('a CONTAINS b', 'b CONTAINS f'))).toEqual([]);
    expect(faults(document('a CONTAINS f'))).toEqual(['/relationships/1']);
    expect(faults(document('f CONTAINED_BY a'))).toEqual(['/relationships/1']);
    expect(faults(document('f CONTAINS a', 'a CONTAINED_BY f', 'a OTHER f'))).toEqual([]);
  });

  test('another document is listed before it is pointed into', () => {
    const relationships = [related('DOCUMENT OTHER DocumentRef-x:SPDXRef-y')];
    const other = {
      externalDocumentId: 'DocumentRef-x',
      spdxDocument: 'https://example.com/other',
      checksum: SHA1,
    };
    expect(faults({ relationships })).toEqual(['/relationships/0/relatedSpdxElement']);
    expect(faults({ relationships, externalDocumentRefs: [other] })).toEqual([]);
    const wrong = { externalDocumentId: 'DocumentRef-a_b', spdxDocument: '../other.json' };
    expect(faults({ externalDocumentRefs: [wrong] })).toEqual([
      '/externalDocumentRefs/0/externalDocumentId',
      '/externalDocumentRefs/0/spdxDocument',
      '/externalDocumentRefs/0/checksum',
    ]);
  });

  test('a note says by whom and when', () => {
    const note = { annotationType: 'REVIEW', comment: 'x' };
    expect(
      faults({ annotations: [{ ...note, annotator: 'me', annotationDate: 'today' }] }),
    ).toEqual(['/annotations/0/annotator', '/annotations/0/annotationDate']);
  });
});

describe('types of members', () => {
  test.each([
    [{ packages: 'x' }, ['/packages']],
    [{ packages: ['x'] }, ['/packages/0']],
    [{ relationships: {} }, ['/relationships']],
    [{ documentDescribes: 'SPDXRef-a' }, ['/documentDescribes']],
    [{ comment: 1 }, ['/comment']],
    [onePackage({ filesAnalyzed: 'false' }), ['/packages/0/filesAnalyzed']],
    [onePackage({ versionInfo: 1.5 }), ['/packages/0/versionInfo']],
    [onePackage({ supplier: ['Person: a'] }), ['/packages/0/supplier']],
    [onePackage({ attributionTexts: [1] }), ['/packages/0/attributionTexts/0']],
    [onePackage({ checksums: SHA1 }), ['/packages/0/checksums']],
    [{ files: [{ ...FILE, fileTypes: 'TEXT' }] }, ['/files/0/fileTypes']],
  ])('%j breaks a rule at %j', (members, pointers) => {
    expect(faults(members)).toEqual(pointers);
  });

  test('YAML writes numbers as they come', () => {
    const document = spdxWith(onePackage({ versionInfo: 1.5 })) as JsonObject;
    expect(checkSpdx2Conformance(document, 'spdx2-yaml').conformant).toBe(true);
  });

  test.each([
    [{ packages: 'x' }, '/packages'],
    [{ packages: ['x'] }, '/packages/0'],
    [{ comment: ['x'] }, '/comment'],
    [onePackage({ filesAnalyzed: 'false', hasFiles: ['SPDXRef-f'] }), '/packages/0/hasFiles'],
  ])('lists, objects and what is false are told in YAML too: %j', (members, pointer) => {
    const { problems } = checkSpdx2Conformance(spdxWith(members) as JsonObject, 'spdx2-yaml');
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
  });

  test('a place is told of once, and twenty at most', () => {
    expect(faults({ name: 7 })).toEqual(['/name']);
    expect(faults({ creationInfo: 7 })).toEqual([
      '/creationInfo',
      '/creationInfo/created',
      '/creationInfo/creators',
    ]);
    expect(faults({ packages: Array.from({ length: 30 }, () => 7) })).toHaveLength(20);
    const unnamed = Array.from({ length: 30 }, (_, at) => pkg(String(at), { name: null }));
    expect(faults({ packages: unnamed })).toHaveLength(20);
  });
});

test('a tag of which there is one stands once', () => {
  const text = [
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    'DocumentName: d',
    'DocumentNamespace: https://example.com/d',
    'Creator: Tool: t',
    'Created: 2024-01-01T00:00:00Z',
    'PackageName: a',
    'SPDXID: SPDXRef-a',
    'PackageDownloadLocation: NOASSERTION',
    'PackageSupplier: Organization: A',
  ].join('\n');
  const conforms = (more: string): boolean | null =>
    readSpdxBytes(new TextEncoder().encode(`${text}\n${more}`), { strict: true }).conformant;
  expect(conforms('')).toBe(true);
  expect(conforms('PackageSupplier: Organization: B\n')).toBe(false);
});
