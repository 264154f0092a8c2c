// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { checkSpdx2Conformance } from '../../../../schemas/spdx2/conformance.ts';
import { pkg, related, spdxWith } from '../../../support/spdx2-reading.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';

function faults(members: Readonly<Record<string, unknown>>): string[] {
  return checkSpdx2Conformance(spdxWith(members) as JsonObject, 'spdx2-json').problems.map(
    ({ pointer }) => pointer,
  );
}

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
      builtDate: 'x',
      checksums: [{ algorithm: 'BLAKE3', checksumValue: 'x' }],
    };
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', old)] })).toEqual([]);
    expect(faults({ packages: [pkg('a', fresh)] })).toEqual([]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a', fresh)] })).toEqual([
      '/packages/0/checksums/0/algorithm',
      '/packages/0/builtDate',
    ]);
    expect(faults({ spdxVersion: 'SPDX-2.2', packages: [pkg('a')] })).toHaveLength(3);
  });
});
