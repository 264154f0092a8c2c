// SPDX-License-Identifier: Apache-2.0
import { jsonObjects, type ToolAdapter } from '../adapter.ts';
import { isScorecard, parseScorecard } from '../../scorecard/adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';

/** OpenSSF Scorecard: the results of several repositories in one list, as Allstar writes them. @see https://github.com/ossf/allstar */
export const scorecardList: ToolAdapter = {
  format: 'scorecard-list',
  detect(decoded) {
    const results = jsonObjects(decoded);
    return results?.every(isScorecard) === true ? null : undefined;
  },
  parse(decoded) {
    const reports = jsonRoot(decoded).items.map(parseScorecard);
    const times = reports.flatMap(({ time }) => time ?? []).sort();
    return {
      tool: 'scorecard',
      ...optional('toolVersion', reports[0]?.toolVersion),
      ...optional('time', times.at(-1)),
      stages: [1, 2, 3, 4, 5],
      about: reports.flatMap(({ about }) => about),
      faults: reports.flatMap(({ faults }) => faults ?? []),
      results: reports.flatMap(({ results, summary }) =>
        results.map((one) => ({ ...one, name: `${summary?.['repository'] ?? ''} ${one.name}` })),
      ),
      summary: { repositories: String(reports.length) },
    };
  },
};
