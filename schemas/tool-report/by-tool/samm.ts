// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * OWASP SAMM: an assessment as SAMMwise saves it, as answers (0 to 1 for each of 90 questions) or as scores (0 to 3 for each
 * practice). How mature is enough is for a policy to say. @see https://github.com/owaspsamm/sammwise
 */
export const samm: ToolAdapter = {
  format: 'samm',
  detect(decoded) {
    const document = jsonObject(decoded);
    return isAnswers(document) || isScores(document) ? null : undefined;
  },
  parse(decoded) {
    const root = jsonRoot(decoded);
    return root.at('Pages').isArray ? parseScores(root) : parseAnswers(root);
  },
};

const QUESTION = /^question([1-9][0-9]?)$/;
/** A survey that is answered at least by half, unless it names whom it is about as SAMMwise does. */
const MIN_ANSWERS = 45;
const NAMES = ['Company Name', 'Project name'];

function isAnswers(document: unknown): boolean {
  if (!isJsonObject(document)) return false;
  const names = Object.keys(document).filter((name) => QUESTION.test(name));
  const isNamed = NAMES.some((name) => stringMember(document, name) !== undefined);
  return (
    names.length >= (isNamed ? 1 : MIN_ANSWERS) &&
    names.every((name) => isAnswer(member(document, name)))
  );
}

function isAnswer(value: unknown): boolean {
  return value === 0 || value === 0.25 || value === 0.5 || value === 1;
}

function isScores(document: unknown): boolean {
  const pages = arrayMember(document, 'Pages') ?? [];
  const names = pages.map((page) => stringMember(page, 'name'));
  return ['Governance', 'Design', 'Implementation', 'Verification', 'Operations'].every((name) =>
    names.includes(name),
  );
}

function report(
  results: readonly ReportResult[],
  summary: Readonly<Record<string, string>>,
): ToolReport {
  return { tool: 'samm', stages: [1], about: [], results, summary };
}

function parseAnswers(root: Place): ToolReport {
  const results = root.entries
    .filter(([name]) => QUESTION.test(name))
    .map(([name, { numeral }]): ReportResult => ({
      name,
      outcome: 'info',
      ...optional('score', numeral),
    }));
  return report(results, {
    ...optional('company', root.at('Company Name').text),
    ...optional('project', root.at('Project name').text),
  });
}

function parseScores(root: Place): ToolReport {
  const scoreOf = (place: Place, prefix = ''): ReportResult => ({
    name: `${prefix}${place.at('name').text ?? ''}`,
    outcome: 'info',
    ...optional('score', place.at('score').numeral),
  });
  const pages = root.at('Pages').items;
  const practices = pages.flatMap((page) =>
    page.at('panels').items.map((panel) => scoreOf(panel, `${page.at('name').text ?? ''}: `)),
  );
  return report([scoreOf(root), ...pages.map((page) => scoreOf(page)), ...practices], {
    ...optional('company', root.at('companyname').text),
    ...optional('project', root.at('projectname').text),
  });
}
