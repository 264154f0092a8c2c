// SPDX-License-Identifier: Apache-2.0
import { parseSyft } from '../../../schemas/syft/parse.ts';
import { identityChecks } from '../graph-checks.ts';
import { countBy } from '../values.ts';
import { jsonOf } from './reading.ts';
import type { FormatComparer } from '../comparer.ts';

/** Syft's own JSON. */
export const syft: FormatComparer = {
  formats: ['syft-json'],
  facts(document) {
    const report = parseSyft(jsonOf(document));
    return {
      schema_version: report.schemaVersion,
      artifacts: report.artifacts.length,
      files: report.files.length,
      source_type: report.source.type,
      source_name: report.source.name ?? '',
      distro: report.distro,
      purls: new Set(report.artifacts.flatMap(({ purl }) => purl ?? [])),
      tool_version: report.toolVersion,
      relationship_types: countBy(report.relationships.map(({ type }) => type)),
      relationships: report.relationships.length,
    };
  },
  graph: identityChecks({ purls: 'purls' }),
};
