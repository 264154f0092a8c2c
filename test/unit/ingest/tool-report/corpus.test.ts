// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { grype } from '../../../../schemas/tool-report/by-tool/grype.ts';
import { trivy } from '../../../../schemas/tool-report/by-tool/trivy.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';
import type { ToolReport, VulnerabilityStatus } from '../../../../schemas/tool-report/model.ts';

const severitiesOf = (
  statuses: readonly VulnerabilityStatus[],
): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { details } of statuses) {
    const severity = details['severity'] ?? '';
    counts[severity] = (counts[severity] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort());
};

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

function grypeFacts(report: ToolReport): Readonly<Record<string, unknown>> {
  const { statuses = [], summary = {} } = report;
  return {
    matches: Number(summary['matches']),
    match_keys: sorted(statuses.map(({ id, thing }) => `${id}|${thing.names?.[0] ?? ''}`)),
    severities: severitiesOf(statuses),
    source_type: summary['sourceType'],
    tool: report.tool,
    tool_version: report.toolVersion,
    ignored: Number(summary['ignored']),
  };
}

function trivyFacts(report: ToolReport, version: string): Readonly<Record<string, unknown>> {
  const { statuses = [], summary = {}, about } = report;
  return {
    schema_version: Number(version),
    artifact: about[0]?.names?.[0],
    artifact_type: summary['artifactType'],
    results: Number(summary['targets']),
    vulnerabilities: Number(summary['vulnerabilities']),
    vuln_ids: sorted(statuses.map(({ id }) => id)),
    packages: Number(summary['packages']),
    misconfigurations: Number(summary['misconfigurations']),
    secrets: Number(summary['secrets']),
    severities: severitiesOf(statuses),
    image_digests: sorted(about.flatMap(({ images = [] }) => images)),
  };
}

describeShared('scanner reports of the corpus', () => {
  test('Grype: every fact', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of corpusOf('grype-json')) {
      const decoded = decode(readShared('corpus', path));
      const facts = grypeFacts(grype.parse(decoded));
      comparison.check(path, detectToolReport(decoded), { format: 'grype-json', version });
      for (const [name, value] of Object.entries(expected)) {
        comparison.check(`${path} ${name}`, facts[name], value);
      }
    }
    comparison.report('grype-json');
    expect([comparison.compared, comparison.wrong]).toEqual([24, []]);
  });

  test('Trivy: every fact', () => {
    const comparison = new Comparison();
    for (const { path, version, expect: expected } of corpusOf('trivy-json')) {
      const decoded = decode(readShared('corpus', path));
      const facts = trivyFacts(trivy.parse(decoded), version ?? '');
      comparison.check(path, detectToolReport(decoded), { format: 'trivy-json', version });
      for (const [name, value] of Object.entries(expected)) {
        comparison.check(`${path} ${name}`, facts[name], value);
      }
    }
    comparison.report('trivy-json');
    expect([comparison.compared, comparison.wrong]).toEqual([216, []]);
  });

  test('each vulnerability is stated for each package that it was found in', () => {
    for (const { path } of [...corpusOf('grype-json'), ...corpusOf('trivy-json')]) {
      const bytes = readShared('corpus', path);
      const facts = reportFacts(bytes);
      const decoded = decode(bytes);
      const parsed = (path.startsWith('grype') ? grype : trivy).parse(decoded);
      const pairs = new Set(
        facts.edges
          .filter(({ relation }) => relation === 'hasStatus')
          .map(({ from, to }) => `${facts.nodes[from]?.ref} ${facts.nodes[to]?.ref}`),
      );
      const expected = new Set(
        (parsed.statuses ?? []).map(
          ({ id, thing }) => `${id} ${thing.purls?.[0] || thing.names?.[0]}`,
        ),
      );
      expect(pairs.size).toBe(expected.size);
    }
  });

  test('Scorecard: repository, commit, date and every check', () => {
    const comparison = new Comparison();
    for (const { path, version, valid, expect: expected } of corpusOf('scorecard')) {
      const bytes = readShared('corpus', path);
      const detected = detectToolReport(decode(bytes));
      if (!valid) {
        comparison.check(path, detected?.version ?? null, version);
        comparison.check(path, isRefused(bytes), true);
        continue;
      }
      const facts = reportFacts(bytes);
      const summary = attributesUnder(facts, 'summary.');
      const { value } = parseJson(bytes);
      const repository = (value as { repo: { name: string } }).repo.name;
      const found: Readonly<Record<string, unknown>> = {
        repo: summary['repository'],
        commit: summary['commit'],
        date: reportNode(facts).attributes?.['time'],
        score: Number(summary['score']),
        scorecard_version: reportNode(facts).attributes?.['toolVersion'],
        checks: Object.fromEntries(
          Object.entries(attributesUnder(facts, 'result.')).map(([name, text]) => [
            name,
            Number(text.split(' ')[1]),
          ]),
        ),
      };
      comparison.check(path, detected, { format: 'scorecard', version });
      const commits = facts.nodes.map(({ ref }) => ref).filter((ref) => ref.startsWith('git:'));
      const isHosted = repository.startsWith('github.com/');
      const ref = `git:${repository}@${String(expected['commit'])}`;
      comparison.check(`${path} commit`, commits, isHosted ? [ref] : []);
      for (const [name, one] of Object.entries(expected)) {
        comparison.check(`${path} ${name}`, found[name], one);
      }
    }
    comparison.report('scorecard');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(85);
  });
});

/** Not taken at all, or taken and refused: a scorecard that names no repository scores nothing. */
function isRefused(bytes: Uint8Array): boolean {
  try {
    reportFacts(bytes);
  } catch (error) {
    return isPedigreeError(error) || (error instanceof Error && error.message === 'not detected');
  }
  return false;
}
