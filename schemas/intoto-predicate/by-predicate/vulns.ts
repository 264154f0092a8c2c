// SPDX-License-Identifier: Apache-2.0
import { addProblem } from '../../intoto/problem.ts';
import { requiredList, requiredText } from '../adapter.ts';
import { optional } from '../../tool-report/optional.ts';
import { countBy, countedResults } from '../../tool-report/read.ts';
import type { ReportResult } from '../../tool-report/model.ts';
import type { Place } from '../../tool-report/place.ts';
import type { PredicateAdapter, PredicateInput, PredicateVulnerability } from '../adapter.ts';

/** Vulnerability scans: the scanner, its database and what it found in the subjects. @see https://github.com/in-toto/attestation/blob/main/spec/predicates/vuln.md */
export const vulns: PredicateAdapter = {
  prefixes: ['https://in-toto.io/attestation/vulns/v'],
  statementKind: 'report',
  read(input) {
    const { place } = input;
    const scanner = place.at('scanner');
    const vulnerabilities: PredicateVulnerability[] = [];
    for (const one of requiredList(input, 'scanner', 'result')) {
      const vulnerability = findVulnerability(input, one);
      if (vulnerability !== undefined) vulnerabilities.push(vulnerability);
    }
    const database = scanner.at('db');
    const metadata = place.at('metadata');
    return {
      ...optional('tool', requiredText(input, 'scanner', 'uri')),
      ...optional('toolVersion', scanner.textAt('version')),
      ...optional('time', metadata.textAt('scanFinishedOn') ?? metadata.textAt('scanStartedOn')),
      stages: [5],
      results: resultsOf(scanner.at('result'), vulnerabilities),
      vulnerabilities,
      summary: {
        ...optional('database', database.textAt('uri')),
        ...optional('databaseVersion', database.textAt('version')),
        ...optional('databaseTime', database.textAt('lastUpdate')),
      },
    };
  },
};

function findVulnerability(
  { problems }: PredicateInput,
  one: Place,
): PredicateVulnerability | undefined {
  const id = one.textAt('id');
  if (id === undefined) {
    addProblem(problems, 'field-missing', one.at('id').pointer, 'a result has an id');
    return undefined;
  }
  const severity = one.at('severity');
  // one method after another in v0.2, some write a single one in v0.1
  const severities = severity.isObject ? [severity] : severity.items;
  const details: Record<string, string> = {};
  for (const each of severities) {
    details[`severity.${each.textAt('method') ?? ''}`] = each.at('score').written ?? '';
  }
  return { id, details, pointer: one.pointer };
}

/** Only a list that is there and empty says that nothing was found. */
function resultsOf(
  list: Place,
  vulnerabilities: readonly PredicateVulnerability[],
): readonly ReportResult[] {
  if (list.isArray && list.length === 0) {
    return [{ name: 'vulnerabilities', outcome: 'pass', count: '0' }];
  }
  return countedResults(
    countBy(vulnerabilities, ({ id }) => id),
    'fail',
  );
}
