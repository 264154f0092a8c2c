// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { findOsvFaults, findOsvLint } from '../../../../schemas/osv/conform.ts';
import { detectOsv } from '../../../../schemas/osv/detect.ts';
import { osvRoot, parseOsv } from '../../../../schemas/osv/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { OsvAdvisory } from '../../../../schemas/osv/model.ts';

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

function factsOf(advisory: OsvAdvisory): Readonly<Record<string, unknown>> {
  const { affected } = advisory;
  const events = affected.flatMap(({ ranges }) => ranges.flatMap((range) => range.events));
  return {
    id: advisory.id,
    schema_version: advisory.schemaVersion,
    aliases: sorted(advisory.aliases),
    related: sorted(advisory.related),
    withdrawn: advisory.withdrawn !== undefined,
    affected_packages: sorted(
      affected.map(({ ecosystem = 'None', name = 'None' }) => `${ecosystem}|${name}`),
    ),
    ranges: affected.reduce((sum, { ranges }) => sum + ranges.length, 0),
    fixed: sorted(events.filter(({ kind }) => kind === 'fixed').map(({ version }) => version)),
    enumerated_versions: affected.reduce((sum, { versions }) => sum + versions.length, 0),
  };
}

const LISTS = new Set(['aliases', 'related', 'affected_packages', 'fixed']);

describeShared('OSV advisories of the corpus', () => {
  test('every fact, what conforms, and what it is detected as', () => {
    const comparison = new Comparison();
    for (const { path, version, valid, expect: expected } of corpusOf('osv')) {
      const decoded = decode(readShared('corpus', path));
      const root = osvRoot(decoded);
      const faults = findOsvFaults(root);
      const facts: Readonly<Record<string, unknown>> = {
        ...factsOf(parseOsv(root)),
        schema_valid: faults.length === 0,
        schema_error: faults[0]?.code,
        error_class: findOsvLint(root)[0]?.code,
      };
      comparison.check(path, detectOsv(decoded), { format: 'osv', version });
      comparison.check(`${path} lint`, findOsvLint(root).length === 0, valid);
      for (const [name, value] of Object.entries(expected)) {
        const at = `${path} ${name}`;
        if (name === 'schema_error_at') {
          // a peer lists the fault it likes best; ours are in the order of the document
          comparison.check(
            at,
            faults.some(({ pointer }) => pointer === value),
            true,
          );
        } else if (LISTS.has(name)) comparison.checkList(at, facts[name] as string[], value);
        else comparison.check(at, facts[name], value);
      }
    }
    comparison.report('osv');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(450);
  });
});
