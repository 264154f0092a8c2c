// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { readSpdxBytes, spdxEdges, spdxFacts } from '../../../support/spdx2-reading.ts';

const element = (name: string): string =>
  `PackageName: ${name}
SPDXID: SPDXRef-${name}
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: NOASSERTION
PackageCopyrightText: NOASSERTION
`;

const document = (relationship: string): string => `SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: doc
DocumentNamespace: https://example.com/doc
Creator: Tool: t
Created: 2024-01-01T00:00:00Z

${element('a')}
${element('b')}
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
${relationship}
`;

const conformant = (text: string): boolean | null =>
  readSpdxBytes(new TextEncoder().encode(text), { strict: true }).conformant;

describe('a relationship without its colon', () => {
  test.each([
    'Relationship SPDXRef-a DYNAMIC_LINK SPDXRef-b',
    'Relationship SPDXRef-a CONTAINS SPDXRef-b ',
    '  Relationship\tSPDXRef-a\tCONTAINS\tSPDXRef-b',
  ])('%j is read, listed, and does not conform', (line) => {
    const facts = spdxFacts(document(line));
    expect(problemCodes(facts)).toEqual(['tag-without-colon']);
    expect(spdxEdges(facts, 'contains')).toContain('a contains b');
    expect(conformant(document(line))).toBe(false);
  });

  test('with its colon it conforms, and nothing is listed', () => {
    const text = document('Relationship: SPDXRef-a CONTAINS SPDXRef-b');
    expect(problemCodes(spdxFacts(text))).toEqual([]);
    expect(conformant(text)).toBe(true);
  });

  test.each([
    'Relationship SPDXRef-a CONTAINS',
    'Relationship SPDXRef-a CONTAINS SPDXRef-b SPDXRef-c',
    'Relationship a CONTAINS b',
    'Relationship SPDXRef-a contains SPDXRef-b',
    'relationship SPDXRef-a CONTAINS SPDXRef-b',
    'PackageName c',
    'RelationshipSPDXRef-a CONTAINS SPDXRef-b',
  ])('%j is no tag', (line) => {
    expect(() => spdxFacts(document(line))).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});
