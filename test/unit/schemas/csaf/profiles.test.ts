// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { findCsafFaults } from '../../../../schemas/csaf/conform.ts';

const PRODUCT = { name: 'a', product_id: 'P1' };

/** Codes of the faults that begin with a prefix. */
function faults(document: object, prefix: string): string[] {
  const codes = findCsafFaults(parseJson(JSON.stringify(document))).map(({ code }) => code);
  return [...new Set(codes)].filter((code) => code.startsWith(prefix)).sort();
}

function vex(vulnerability: object, more: object = {}): object {
  return {
    document: { category: 'csaf_vex', csaf_version: '2.0' },
    product_tree: {
      full_product_names: [PRODUCT],
      product_groups: [{ group_id: 'G', product_ids: ['P1'] }],
    },
    vulnerabilities: [{ cve: 'CVE-2024-0001', notes: [{}], ...vulnerability }],
    ...more,
  };
}

describe('6.1.27, the profiles', () => {
  const information = (more: object): object => ({
    document: {
      category: 'csaf_informational_advisory',
      notes: [{ category: 'summary' }],
      references: [{ category: 'external' }],
      ...more,
    },
  });

  test.each([
    [{}, []],
    [{ notes: [{ category: 'other' }] }, ['6.1.27.1']],
    [{ notes: undefined }, ['6.1.27.1']],
    [{ references: [{ category: 'self' }] }, ['6.1.27.2']],
    [{ category: 'csaf_base', notes: undefined, references: undefined }, []],
  ])('an information: %j', (more, expected) => {
    expect(faults(information(more), '6.1.27')).toEqual(expected);
  });

  const flagged = { flags: [{ label: 'component_not_present', product_ids: ['P1'] }] };
  const notAffected = { product_status: { known_not_affected: ['P1'] } };
  const affected = { product_status: { known_affected: ['P1'] } };
  test.each([
    [{ product_status: { fixed: ['P1'] } }, []],
    [{ ...notAffected, ...flagged }, []],
    [{ ...notAffected, threats: [{ category: 'impact', group_ids: ['G'] }] }, []],
    [{ ...notAffected, threats: [{ category: 'impact' }] }, []],
    [notAffected, ['6.1.27.9']],
    [{ ...notAffected, threats: [{ category: 'exploit_status' }] }, ['6.1.27.9']],
    [{ ...notAffected, flags: [{ label: 'x', product_ids: ['P2'] }] }, ['6.1.27.9']],
    [{ ...affected, remediations: [{ category: 'workaround', product_ids: ['P1'] }] }, []],
    [affected, ['6.1.27.10']],
    [{ ...affected, remediations: [{ category: 'workaround', group_ids: ['H'] }] }, ['6.1.27.10']],
    [{ product_status: { recommended: ['P1'] } }, ['6.1.27.7']],
    [{ product_status: { fixed: ['P1'] }, cve: undefined }, ['6.1.27.8']],
    [{ product_status: { fixed: ['P1'] }, cve: undefined, ids: [{}] }, []],
    [{ product_status: { fixed: ['P1'] }, notes: undefined }, ['6.1.27.5']],
  ])('VEX: %j', (vulnerability, expected) => {
    expect(faults(vex(vulnerability), '6.1.27')).toEqual(expected);
  });

  test('an advisory has products and says how they stand', () => {
    const advisory = { document: { category: 'csaf_security_advisory' } };
    expect(faults({ ...advisory, vulnerabilities: [{ notes: [{}] }] }, '6.1.27')).toEqual([
      '6.1.27.4',
      '6.1.27.6',
    ]);
    expect(faults(advisory, '6.1.27')).toEqual(['6.1.27.11', '6.1.27.4']);
  });
});

test.each([
  [{ lang: 'en', source_lang: 'de' }, []],
  [{ lang: 'en' }, []],
  [{ lang: 'en', source_lang: 'EN' }, ['6.1.28']],
])('6.1.28, a translation is into another language: %j', (document, expected) => {
  expect(faults({ document }, '6.1.28')).toEqual(expected);
});

describe('6.1.11, weaknesses bear their names', () => {
  const name =
    "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')";
  test.each([
    [{ id: 'CWE-79', name }, []],
    // an older version of the list
    [{ id: 'CWE-79', name: "Failure to Preserve Web Page Structure ('Cross-site Scripting')" }, []],
    [{ id: 'CWE-79', name: 'Improper Input Validation' }, ['6.1.11']],
    [{ id: 'CWE-99999', name }, ['6.1.11']],
    [{ id: '__proto__', name: '' }, ['6.1.11']],
    [{ name }, ['6.1.11']],
  ])('%j', (cwe, expected) => {
    expect(faults({ vulnerabilities: [{ cwe }] }, '6.1.11')).toEqual(expected);
    expect(faults({ vulnerabilities: [{ cwes: [cwe] }] }, '6.1.11')).toEqual(expected);
  });
});
