// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { findBaseScore2 } from '../../../../schemas/csaf/conform/cvss.ts';
import { findCsafFaults } from '../../../../schemas/csaf/conform.ts';

/** Codes of the faults that begin with a prefix. */
function faults(document: object, prefix: string): string[] {
  const codes = findCsafFaults(parseJson(JSON.stringify(document))).map(({ code }) => code);
  return [...new Set(codes)].filter((code) => code === prefix).sort();
}

const scored = (kind: string, score: object): object => ({
  document: { csaf_version: '2.0' },
  vulnerabilities: [{ scores: [{ products: ['P'], [kind]: score }] }],
});

describe('CVSS 2', () => {
  // scores of the examples of the CVSS 2 guide, section 3.3
  test.each([
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C', 6.2],
    ['AV:L/AC:H/Au:N/C:N/I:N/A:N', 0],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P/E:F/RL:OF', 7.5],
  ])('%s scores %d', (vector, score) => {
    expect(findBaseScore2(vector)).toBe(score);
  });

  test.each([
    '',
    'AV:N',
    'AV:P/AC:L/Au:N/C:C/I:C/A:C',
    'AV:constructor/AC:L/Au:N/C:C/I:C/A:C',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  ])('%j is no vector', (vector) => {
    expect(findBaseScore2(vector)).toBeUndefined();
  });

  test.each([
    [10, []],
    [6.5, ['6.1.9']],
  ])('6.1.9: a score of %d for a vector that scores 10', (baseScore, codes) => {
    const vectorString = 'AV:N/AC:L/Au:N/C:C/I:C/A:C';
    const document = scored('cvss_v2', { version: '2.0', vectorString, baseScore });
    expect(faults(document, '6.1.9')).toEqual(codes);
  });

  test('6.1.8: a vector of version 3', () => {
    const vectorString = 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    const document = scored('cvss_v2', { version: '2.0', vectorString, baseScore: 1 });
    expect(faults(document, '6.1.8')).toEqual(['6.1.8']);
  });
});

describe('6.1.10, properties against the vector', () => {
  test.each<[string, string, object, string[]]>([
    ['cvss_v3', 'CVSS:3.1/AV:L/S:C', { attackVector: 'LOCAL', scope: 'CHANGED' }, []],
    ['cvss_v3', 'CVSS:3.1/AV:L', { attackVector: 'NETWORK' }, ['6.1.10']],
    ['cvss_v3', 'CVSS:3.1/S:C', { scope: 'UNCHANGED' }, ['6.1.10']],
    ['cvss_v3', 'CVSS:3.1/MS:U', { modifiedScope: 'CHANGED' }, ['6.1.10']],
    ['cvss_v3', 'CVSS:3.1/E:X', { exploitCodeMaturity: 'HIGH' }, ['6.1.10']],
    ['cvss_v3', 'CVSS:3.1/E:X', { exploitCodeMaturity: 'NOT_DEFINED' }, []],
    // the vector does not say
    ['cvss_v3', 'CVSS:3.1/AV:L', { modifiedAttackVector: 'NETWORK' }, []],
    ['cvss_v3', 'CVSS:3.1/AV:constructor', { attackVector: 'NETWORK' }, []],
    ['cvss_v2', 'AV:A/Au:S', { accessVector: 'ADJACENT_NETWORK', authentication: 'SINGLE' }, []],
    ['cvss_v2', 'AV:A', { accessVector: 'LOCAL' }, ['6.1.10']],
    ['cvss_v2', 'CDP:LM/TD:ND', { collateralDamagePotential: 'LOW_MEDIUM' }, []],
    ['cvss_v2', 'TD:ND', { targetDistribution: 'HIGH' }, ['6.1.10']],
  ])('%s %s with %j', (kind, vectorString, properties, codes) => {
    expect(faults(scored(kind, { vectorString, ...properties }), '6.1.10')).toEqual(codes);
  });
});

describe('6.1.31, ranges as versions', () => {
  const branch = (category: string, name: string): object => ({
    document: { csaf_version: '2.0' },
    product_tree: {
      branches: [{ category: 'vendor', name: 'prior', branches: [{ category, name }] }],
    },
  });

  test.each([
    ['product_version', '4.2', []],
    ['product_version', 'overall-1', []],
    ['product_version', 'after-eight', []],
    ['product_version_range', '<4.2', []],
    ['product_name', 'All versions', []],
    ['product_version', '<4.2', ['6.1.31']],
    ['product_version', '>= 4.2', ['6.1.31']],
    ['product_version', 'Prior to 4.2', ['6.1.31']],
    ['product_version', 'ALL', ['6.1.31']],
    ['product_version', '4.2 and later', ['6.1.31']],
  ])('%s %s', (category, name, codes) => {
    expect(faults(branch(category, name), '6.1.31')).toEqual(codes);
  });
});

describe('6.1.33, one justification for a product', () => {
  const flagged = (...labels: string[]): object => ({
    document: { csaf_version: '2.0' },
    vulnerabilities: [{ flags: labels.map((label) => ({ label, product_ids: ['P'] })) }],
  });

  test.each([
    [['component_not_present'], []],
    [['component_not_present', 'component_not_present'], []],
    [['component_not_present', 'vulnerable_code_not_present'], ['6.1.33']],
    [['component_not_present', 'something of their own'], []],
  ])('%j', (labels, codes) => {
    expect(faults(flagged(...labels), '6.1.33')).toEqual(codes);
  });
});

test.each([
  // a thousandth of a millisecond decides what came later
  ['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00Z', ['6.1.14']],
  ['2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.6Z', []],
  ['2026-01-01T01:00:00.1+01:00', '2026-01-01T00:00:00.0Z', ['6.1.14']],
  ['2026-01-01T00:00:00.1Z', '2026-01-01T01:00:00.2+01:00', []],
])('6.1.14: revision 1 at %s, 2 at %s', (first, second, codes) => {
  const revisions = [
    { number: '1', date: first },
    { number: '2', date: second },
  ];
  const tracking = { version: '2', status: 'final', revision_history: revisions };
  expect(faults({ document: { tracking } }, '6.1.14')).toEqual(codes);
});

describe('2.1: sharing groups', () => {
  const everybody = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  const nobody = '00000000-0000-0000-0000-000000000000';
  const own = '3f2b2f5e-6f0a-4c7e-9d0e-5a1c8f0b7d21';
  const shared = (id: string, name: string | undefined, label: string, status = 'final') => ({
    document: {
      csaf_version: '2.1',
      distribution: { sharing_group: { id, name }, tlp: { label } },
      tracking: { status },
    },
  });

  test.each<[string, string | undefined, string, string, string[]]>([
    [everybody, 'Public', 'CLEAR', 'final', []],
    [nobody, 'No sharing allowed', 'CLEAR', 'draft', []],
    [nobody, 'No sharing allowed', 'CLEAR', 'final', ['6.1.39']],
    [nobody, 'No sharing allowed', 'RED', 'final', []],
    [own, 'Friends', 'CLEAR', 'final', ['6.1.39']],
    [own, 'Friends', 'RED', 'final', []],
    [own, undefined, 'RED', 'final', []],
    [own, 'Public', 'RED', 'final', ['6.1.40']],
    [everybody, undefined, 'CLEAR', 'final', ['6.1.41']],
    [nobody, 'Nobody', 'RED', 'final', ['6.1.41']],
  ])('%s %s %s %s', (id, name, label, status, codes) => {
    const document = shared(id, name, label, status);
    const found = ['6.1.39', '6.1.40', '6.1.41'].flatMap((code) => faults(document, code));
    expect(found).toEqual(codes);
  });
});
