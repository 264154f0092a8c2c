// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { findDigest } from '../../../../core/digest.ts';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { findCsafFaults } from '../../../../schemas/csaf/conform.ts';
import { findBaseScore } from '../../../../schemas/csaf/conform/cvss.ts';
import { detectCsaf } from '../../../../schemas/csaf/detect.ts';
import { parseCsaf } from '../../../../schemas/csaf/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Csaf } from '../../../../schemas/csaf/model.ts';

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

function factsOf(csaf: Csaf): Readonly<Record<string, unknown>> {
  const { vulnerabilities } = csaf;
  // the corpus counts what 2.0 has; the product paths of the 2.1 draft are looked at apart
  const isOf20 = ({ pointer }: { pointer: string }): boolean =>
    !pointer.includes('/product_paths/');
  const counts = new Map<string, number>();
  for (const { statuses } of vulnerabilities) {
    for (const { list } of statuses) counts.set(list, (counts.get(list) ?? 0) + 1);
  }
  const hashes = csaf.products.flatMap(({ hashes: own }) =>
    own.flatMap(({ algorithm, value }) => findDigest(algorithm, value) ?? []),
  );
  return {
    csaf_version: csaf.version,
    category: csaf.category,
    tracking_id: csaf.trackingId,
    tracking_version: csaf.trackingVersion,
    status: csaf.trackingStatus,
    publisher: csaf.publisher,
    products: new Set(csaf.products.filter(isOf20).map(({ id }) => id)).size,
    product_relationships: csaf.relationships.filter(isOf20).length,
    vulnerabilities: vulnerabilities.length,
    cves: sorted(vulnerabilities.flatMap(({ cve }) => cve ?? [])),
    product_status: Object.fromEntries([...counts].sort()),
    remediations: vulnerabilities.reduce((sum, one) => sum + one.remediations.length, 0),
    hashes: sorted(hashes),
  };
}

describeShared('CSAF documents of the corpus', () => {
  const entries = corpusOf('csaf');

  test('every fact, and what it is detected as', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of entries) {
      const bytes = readShared('corpus', path);
      const facts = factsOf(parseCsaf(parseJson(bytes)));
      comparison.check(path, detectCsaf(decode(bytes)), { format: 'csaf', version });
      for (const [name, value] of Object.entries(expected)) {
        if (name === 'source_test' || name === 'error_class') continue;
        comparison.check(`${path} ${name}`, facts[name], value);
      }
    }
    comparison.report('csaf');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(1100);
  });

  /** Tests that need a list that no document holds (names of weaknesses), and a label of its source that no test explains. */
  const UNDECIDED = new Set(['csaf-test-6.1.11', 'labelled-wrong-category-by-source']);

  /**
   * Documents that no suite labels, which the corpus calls valid for that; each does break a mandatory test: a purl without a
   * name and products that the tree does not define, and (twice) version 1 of a document whose latest revision is 2.
   */
  const UNLABELLED: ReadonlyMap<string, readonly string[]> = new Map([
    ['go-vex/pkg/csaf/testdata/csaf.json', ['6.1.1', '6.1.13']],
    ['CVE-2023-20862.json', ['6.1.16']],
    ['cve-2023-0044.json', ['6.1.16']],
  ]);

  test('the mandatory tests of the specification: what is wrong, by the number of its test', () => {
    const comparison = new Comparison();
    let undecided = 0;
    for (const { path, valid, expect: expected } of entries) {
      const codes = findCsafFaults(parseJson(readShared('corpus', path))).map(({ code }) => code);
      const wanted = expected['error_class'] as string | undefined;
      if (wanted !== undefined && UNDECIDED.has(wanted)) {
        undecided++;
        continue;
      }
      const unlabelled = [...UNLABELLED].find(([name]) => path.endsWith(name))?.[1];
      if (unlabelled !== undefined) {
        comparison.check(path, [...new Set(codes)].sort(), unlabelled);
        continue;
      }
      comparison.check(`${path} ${codes.join()}`, codes.length === 0, valid);
      const test = wanted?.replace('csaf-test-', '');
      if (test !== undefined) comparison.check(`${path} test`, codes.includes(test), true);
    }
    comparison.report('csaf conformance');
    expect(comparison.wrong).toEqual([]);
    expect([comparison.compared, undecided]).toEqual([123, 3]);
  });
});

// scores that the specification's own examples give (CVSS 3.1 examples document)
test.each([
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
  ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
  ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
  ['CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
])('%s scores %d', (vector, score) => {
  expect(findBaseScore(vector)).toBe(score);
});

test.each([
  '',
  'CVSS:3.1',
  'CVSS:2.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:constructor/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
])('%j is no vector', (vector) => {
  expect(findBaseScore(vector)).toBeUndefined();
});
