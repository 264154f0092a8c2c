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
    const found = requiredList(input, 'scanner', 'result');
    const vulnerabilities = found.flatMap((one) => vulnerabilityOf(input, one));
    const database = place.at('scanner', 'db');
    const metadata = place.at('metadata');
    return {
      ...optional('tool', requiredText(input, 'scanner', 'uri')),
      ...optional('toolVersion', place.at('scanner', 'version').text),
      ...optional('time', metadata.at('scanFinishedOn').text ?? metadata.at('scanStartedOn').text),
      stages: [5],
      results: resultsOf(place.at('scanner', 'result'), vulnerabilities),
      vulnerabilities,
      summary: {
        ...optional('database', database.at('uri').text),
        ...optional('databaseVersion', database.at('version').text),
        ...optional('databaseTime', database.at('lastUpdate').text),
      },
    };
  },
};

function vulnerabilityOf({ problems }: PredicateInput, one: Place): PredicateVulnerability[] {
  const id = one.at('id').text;
  if (id === undefined) {
    addProblem(problems, 'field-missing', one.at('id').pointer, 'a result has an id');
    return [];
  }
  const severity = one.at('severity');
  // one method after another in v0.2, some write a single one in v0.1
  const severities = severity.isArray ? severity.items : severity.isObject ? [severity] : [];
  const details = severities.map((each): [string, string] => [
    `severity.${each.at('method').text ?? ''}`,
    each.at('score').written ?? '',
  ]);
  return [{ id, details: Object.fromEntries(details), pointer: one.pointer }];
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
