// SPDX-License-Identifier: Apache-2.0
import { parseOpenVex } from '../../../schemas/openvex/parse.ts';
import { distinct } from '../values.ts';
import { jsonDocumentOf, ruleBroken } from './reading.ts';
import type { OpenVex, VexStatement } from '../../../schemas/openvex/model.ts';
import type { FormatComparer } from '../comparer.ts';

function statementText(statement: VexStatement): string {
  const products = distinct(statement.products.map(({ id }) => id)).join(',');
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
    statements: new Set(vex.statements.map(statementText)),
    subcomponents: new Set(
      vex.statements.flatMap(({ products }) =>
        products.flatMap(({ subcomponents }) => subcomponents),
      ),
    ),
  };
}

/** OpenVEX 0.0.x and 0.2.0. */
export const openvex: FormatComparer = {
  formats: ['openvex'],
  facts(document) {
    const { entry, prepared } = document;
    const problems = prepared[0]?.problems ?? [];
    const { schema_error: error, schema_error_at: at } = entry.expect;
    return {
      ...factsOf(parseOpenVex(jsonDocumentOf(document))),
      schema_valid: prepared[0]?.conformant,
      schema_error: ruleBroken(problems, error),
      schema_error_at: problems.some(({ pointer }) => pointer === (at === '/' ? '' : at))
        ? at
        : undefined,
      error_class: problems.find(({ code }) => code === entry.expect['error_class'])?.code,
    };
  },
  adapt: (fact, value) => (fact === 'version' ? String(value) : value),
  label: ({ valid, expect }) =>
    expect['schema_valid'] === undefined ? valid : expect['schema_valid'] === true,
};
