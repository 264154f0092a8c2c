// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { instantText, jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ToolReport } from '../model.ts';

/**
 * Jenkins: a run of a pipeline by its stages (`wfapi/describe`), or the runs of a job (`wfapi/runs`), latest first.
 * @see https://plugins.jenkins.io/pipeline-rest-api/
 */
export const jenkinsStages: ToolAdapter = {
  format: 'jenkins-stages',
  detect(decoded) {
    const runs = jsonObjects(decoded) ?? [jsonObject(decoded)];
    return runs.every(isRun) ? null : undefined;
  },
  parse(decoded) {
    const root = jsonRoot(decoded);
    return parseRuns(root.isArray ? root.items : [root]);
  },
};

function isRun(value: unknown): boolean {
  return (
    member(value, '_links') !== undefined &&
    stringMember(value, 'status') !== undefined &&
    ['startTimeMillis', 'durationMillis'].every((key) => typeof member(value, key) === 'number') &&
    arrayMember(value, 'stages') !== undefined
  );
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'pass'],
  ['UNSTABLE', 'warn'],
  ['FAILED', 'fail'],
  ['ABORTED', 'fail'],
]);

function parseRuns(runs: readonly Place[]): ToolReport {
  return {
    tool: 'jenkins',
    ...optional('time', instantText(runs[0]?.at('startTimeMillis').number)),
    stages: [6],
    about: [],
    results: runs.flatMap((run) => {
      const name = `run ${run.at('name').text ?? run.at('id').text ?? ''}`;
      const stages = run.at('stages').items;
      return [
        resultOf(run, name),
        ...stages.map((stage) => resultOf(stage, `${name} ${stage.at('name').text ?? ''}`)),
      ];
    }),
    summary: {
      runs: String(runs.length),
      ...optional('url', runs[0]?.at('_links', 'self', 'href').text),
    },
  };
}

function resultOf(place: Place, name: string): ReportResult {
  return { name, outcome: OUTCOMES.get(place.at('status').text ?? '') ?? 'info' };
}
