// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { findOpenVexFaults } from '../../../../schemas/openvex/conform.ts';
import { detectOpenVex } from '../../../../schemas/openvex/detect.ts';
import { parseOpenVex } from '../../../../schemas/openvex/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { OpenVex, VexStatement } from '../../../../schemas/openvex/model.ts';

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

function statementText(statement: VexStatement): string {
  const products = sorted(statement.products.map(({ id }) => id)).join(',');
  return [
    statement.vulnerability,
    statement.status,
    statement.justification ?? 'None',
    products,
  ].join('|');
}

function factsOf(vex: OpenVex): Readonly<Record<string, unknown>> {
  return {
    context: vex.context,
    id: vex.id,
    author: vex.author,
    version: vex.version,
    statement_count: vex.statements.length,
    statements: sorted(vex.statements.map(statementText)),
    subcomponents: sorted(
      vex.statements.flatMap(({ products }) =>
        products.flatMap(({ subcomponents }) => subcomponents.map(({ id }) => id)),
      ),
    ),
  };
}

describeShared('OpenVEX documents of the corpus', () => {
  test('every fact, what conforms, and what it is detected as', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of corpusOf('openvex')) {
      const bytes = readShared('corpus', path);
      const json = parseJson(bytes);
      const faults = findOpenVexFaults(json);
      const facts: Readonly<Record<string, unknown>> = {
        ...factsOf(parseOpenVex(json)),
        schema_valid: faults.length === 0,
      };
      comparison.check(path, detectOpenVex(decode(bytes)), { format: 'openvex', version });
      for (const [name, value] of Object.entries(expected)) {
        const at = `${path} ${name}`;
        if (name === 'error_class') comparison.check(at, value, 'not-openvex');
        else if (name === 'schema_error') {
          comparison.check(
            at,
            faults.some(({ code }) => code === value),
            true,
          );
        } else if (name === 'schema_error_at') {
          const at2 = value === '/' ? '' : value;
          comparison.check(
            at,
            faults.some(({ pointer }) => pointer === at2),
            true,
          );
        } else if (name === 'version') comparison.check(at, facts[name], String(value));
        else comparison.check(at, facts[name], value);
      }
    }
    comparison.report('openvex');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(130);
  });
});
