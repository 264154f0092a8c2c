// SPDX-License-Identifier: Apache-2.0
import { findOsvLint } from '../../../schemas/osv/conform.ts';
import { osvRoot, parseOsv } from '../../../schemas/osv/parse.ts';
import { decode } from '../../../schemas/decoded.ts';
import { ruleBroken } from './reading.ts';
import type { OsvAdvisory } from '../../../schemas/osv/model.ts';
import type { FormatComparer } from '../comparer.ts';

function factsOf(advisory: OsvAdvisory): Readonly<Record<string, unknown>> {
  const { affected } = advisory;
  const events = affected.flatMap(({ ranges }) => ranges.flatMap((range) => range.events));
  return {
    id: advisory.id,
    schema_version: advisory.schemaVersion,
    aliases: new Set(advisory.aliases),
    related: new Set(advisory.related),
    withdrawn: advisory.withdrawn !== undefined,
    affected_packages: new Set(
      affected.map(({ ecosystem = 'None', name = 'None' }) => `${ecosystem}|${name}`),
    ),
    ranges: affected.reduce((sum, { ranges }) => sum + ranges.length, 0),
    fixed: new Set(events.filter(({ kind }) => kind === 'fixed').map(({ version }) => version)),
    enumerated_versions: affected.reduce((sum, { versions }) => sum + versions.length, 0),
  };
}

/** OSV advisories. */
export const osv: FormatComparer = {
  formats: ['osv'],
  facts({ entry, bytes, prepared }) {
    const advisory = parseOsv(osvRoot(decode(bytes)));
    const problems = prepared[0]?.problems ?? [];
    const { schema_error: error, schema_error_at: at } = entry.expect;
    return {
      ...factsOf(advisory),
      schema_valid: prepared[0]?.conformant,
      schema_error: ruleBroken(problems, error),
      schema_error_at: problems.find(({ pointer }) => pointer === at)?.pointer,
      error_class: findOsvLint(advisory)[0]?.code,
    };
  },
  label: ({ valid, expect }) =>
    expect['schema_valid'] === undefined ? valid : expect['schema_valid'] === true,
};
