// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { jsonObject, type ToolAdapter } from '../tool-report/adapter.ts';
import { optional } from '../tool-report/optional.ts';
import { jsonRoot } from '../tool-report/read.ts';
import type { Place } from '../tool-report/place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../tool-report/model.ts';

/**
 * OpenSSF Scorecard: checks (0 to 10, -1 for no result) or probes of a repository at one commit, alone or in its own
 * statement, whose members are spelled `type` and `predicate_type`. @see https://github.com/ossf/scorecard
 */
export const scorecard: ToolAdapter = {
  format: 'scorecard',
  detect(decoded) {
    const document = jsonObject(decoded);
    const predicate = member(document, 'predicate');
    const isStatement = stringMember(document, 'predicate_type')?.startsWith(PREDICATE) === true;
    const result = isStatement && isJsonObject(predicate) ? predicate : document;
    const version = stringMember(member(result, 'scorecard'), 'version');
    return isScorecard(result) ? version : undefined;
  },
  parse: (decoded) => parseScorecard(jsonRoot(decoded)),
};

/** True for a result outside a statement. */
export function isScorecard(result: unknown): boolean {
  return (
    stringMember(member(result, 'scorecard'), 'version') !== undefined &&
    ['checks', 'findings'].some((key) => arrayMember(result, key) !== undefined)
  );
}

const PREDICATE = 'https://scorecard.dev/result/';

/** What a result says, alone or in its statement. */
export function parseScorecard(root: Place): ToolReport {
  const isStatement = root.at('predicate_type').exists;
  const result = isStatement ? root.at('predicate') : root;
  const about = isStatement
    ? root.at('subject').items.map(subjectThing)
    : repositoryThing(root.at('repo'));
  // a score of nothing: what it says is kept, and is about nothing
  const faults: SchemaProblem[] = [];
  if (about.length === 0) {
    addProblem(faults, 'field-missing', '/repo/name', 'a scorecard names its repository');
  }
  const checks = result.at('checks').items;
  const findings = result.at('findings').items;
  return {
    tool: 'scorecard',
    toolVersion: result.at('scorecard').textAt('version'),
    time: result.textAt('date'),
    stages: [1, 2, 3, 4, 5],
    about,
    faults,
    results: [...checks.map(checkOf), ...findings.map(findingOf)],
    summary: {
      ...optional('score', result.at('score').numeral),
      ...optional('repository', about[0]?.names?.[0]),
      ...optional('commit', commitOf(root)),
      checks: String(checks.length),
      findings: String(findings.length),
    },
  };
}

function commitOf(root: Place): string | undefined {
  const written = root.at('repo').textAt('commit');
  return written ?? root.at('subject', 0, 'digest').textAt('gitCommit');
}

/** 10 is the best, 0 the worst that can be had; -1 says that nothing could be found out. */
function checkOf(check: Place): ReportResult {
  const score = check.at('score').numeral;
  const name = check.textAt('name') ?? '';
  return { name, outcome: outcomeOfScore(Number(score ?? '-1')), score };
}

function outcomeOfScore(score: number): Outcome {
  if (score < 0) return 'info';
  if (score === 0) return 'fail';
  return score >= 10 ? 'pass' : 'warn';
}

/** A probe says whether something is there, not whether that is good. */
function findingOf(finding: Place): ReportResult {
  const name = `${finding.textAt('probe') ?? ''} ${finding.textAt('outcome') ?? ''}`.trim();
  return { name, outcome: 'info' };
}

function repositoryThing(repo: Place): ReportThing[] {
  const name = repo.textAt('name');
  return name === undefined ? [] : [thingOf(repo, name, repo.textAt('commit'))];
}

function subjectThing(subject: Place): ReportThing {
  const commit = subject.at('digest').textAt('gitCommit');
  return thingOf(subject, subject.textAt('name') ?? '', commit);
}

/** Repositories are named without a scheme, `github.com/org/name`; a folder of the machine is no repository. */
function thingOf(place: Place, name: string, commit: string | undefined): ReportThing {
  const isHosted = /^[\w.-]{1,253}\.[a-z]{2,63}\//i.test(name);
  const repository = isHosted ? `https://${name}` : name;
  return {
    kind: 'Code',
    pointer: place.pointer,
    names: [name],
    commits: commit === undefined ? [] : [{ repository, commit }],
    sharedNames: isHosted ? [['repository', name]] : [],
  };
}
