// SPDX-License-Identifier: Apache-2.0
import { decode } from '../../../schemas/decoded.ts';
import { grype as grypeAdapter } from '../../../schemas/tool-report/by-tool/grype.ts';
import { trivy as trivyAdapter } from '../../../schemas/tool-report/by-tool/trivy.ts';
import { attributesUnder, reportNode } from './report-facts.ts';
import { countBy } from '../values.ts';
import type { FormatComparer } from '../comparer.ts';
import type { VulnerabilityStatus } from '../../../schemas/tool-report/model.ts';

function severitiesOf(statuses: readonly VulnerabilityStatus[]): Record<string, number> {
  return countBy(statuses.map(({ details }) => details['severity'] ?? ''));
}

/** Grype's JSON report. */
export const grype: FormatComparer = {
  formats: ['grype-json'],
  facts({ bytes }) {
    const report = grypeAdapter.parse(decode(bytes));
    const { statuses = [], summary = {} } = report;
    return {
      matches: Number(summary['matches']),
      match_keys: new Set(statuses.map(({ id, thing }) => `${id}|${thing.names?.[0] ?? ''}`)),
      severities: severitiesOf(statuses),
      source_type: summary['sourceType'],
      tool: report.tool,
      tool_version: report.toolVersion,
      ignored: Number(summary['ignored']),
    };
  },
};

/** Trivy's JSON report. */
export const trivy: FormatComparer = {
  formats: ['trivy-json'],
  facts({ bytes, prepared }) {
    const { statuses = [], summary = {}, about } = trivyAdapter.parse(decode(bytes));
    return {
      schema_version: Number(prepared[0]?.version),
      artifact: about[0]?.names?.[0],
      artifact_type: summary['artifactType'],
      results: Number(summary['targets']),
      vulnerabilities: Number(summary['vulnerabilities']),
      vuln_ids: new Set(statuses.map(({ id }) => id)),
      packages: Number(summary['packages']),
      misconfigurations: Number(summary['misconfigurations']),
      secrets: Number(summary['secrets']),
      severities: severitiesOf(statuses),
      image_digests: new Set(about.flatMap(({ images = [] }) => images)),
    };
  },
};

/** OpenSSF Scorecard's JSON report. */
export const scorecard: FormatComparer = {
  formats: ['scorecard'],
  apart: { error_class: 'repeats the name of the file' },
  facts({ prepared }) {
    const facts = prepared[0]?.facts ?? undefined;
    const summary = attributesUnder(facts, 'summary.');
    const report = reportNode(facts)?.attributes ?? {};
    return {
      repo: summary['repository'],
      commit: summary['commit'],
      date: report['time'],
      score: summary['score'] === undefined ? undefined : Number(summary['score']),
      scorecard_version: report['toolVersion'],
      checks: Object.fromEntries(
        Object.entries(attributesUnder(facts, 'result.')).map(([name, text]) => [
          name,
          Number(text.split(' ')[1]),
        ]),
      ),
    };
  },
};
