// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { clip } from '../../core/text.ts';
import { TOOL_ADAPTERS } from '../../schemas/tool-report/adapters.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addSubject } from './subject.ts';
import { addReport } from './tool-report/report-node.ts';
import { isIdentified, thingNodes } from './tool-report/things.ts';
import { stateStatus } from './tool-report/vulnerability.ts';
import type {
  Outcome,
  ReportEvaluation,
  ReportResult,
  ReportThing,
  ToolReport,
} from '../../schemas/tool-report/model.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reports of scanners, testers and profilers: what they looked at and what came of it. They never say what a thing is made of. */
export const toolReportReader: FormatReader = {
  formats: TOOL_ADAPTERS.map(({ format }) => format),
  extractor: 'tool-report@1',
  read: readToolReport,
};

/** Results and totals that are kept as attributes; what is more is counted. */
const MAX_RESULTS = 500;
const MAX_TEXT = 512;
const WORST_FIRST: readonly Outcome[] = ['fail', 'warn', 'pass', 'info'];

function readToolReport(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const adapter = TOOL_ADAPTERS.find(({ format }) => format === detected.format);
  if (adapter === undefined) {
    throw new PedigreeError('ERR_INTERNAL', `no adapter for the format ${detected.format}`);
  }
  const report = adapter.parse(decoded);
  const builder = new FactsBuilder(context.digest);
  const evaluations = report.evaluations ?? [];
  const kind = evaluations.length > 0 ? 'Evaluation' : 'File';
  const node = addReport(builder, context, attributesOf(report), kind);
  if (report.results.length > MAX_RESULTS) {
    const message = `${report.results.length} results, the first ${MAX_RESULTS} are listed`;
    builder.problem('more-results', '', message);
  }
  stateAbout(builder, context, node, report);
  for (const status of report.statuses ?? []) stateStatus(builder, status);
  for (const evaluation of evaluations) stateEvaluation(builder, node, evaluation);
  const { format, version } = detected;
  return {
    facts: builder.build({ format, version, statementKind: 'report' }),
    conformant: null,
    conformanceProblems: [],
  };
}

function attributesOf(report: ToolReport): Readonly<Record<string, string>> {
  const attributes = new Map<string, string>([['tool', report.tool]]);
  if (report.toolVersion !== undefined) attributes.set('toolVersion', report.toolVersion);
  if (report.time !== undefined) attributes.set('time', report.time);
  if (report.stages.length > 0) attributes.set('stage', report.stages.join(','));
  attributes.set('outcome', outcomeOf(report.results));
  for (const outcome of WORST_FIRST) {
    const count = report.results.filter((one) => one.outcome === outcome).length;
    attributes.set(`count.${outcome}`, String(count));
  }
  for (const [name, text] of Object.entries(report.summary ?? {}).slice(0, MAX_RESULTS)) {
    if (text !== '') attributes.set(clip(`summary.${name}`, MAX_TEXT), clip(text, MAX_TEXT));
  }
  for (const result of report.results.slice(0, MAX_RESULTS)) {
    attributes.set(freeKey(attributes, `result.${result.name}`), resultText(result));
  }
  return Object.fromEntries(attributes);
}

/** One failure fails the report; nothing that was judged leaves it an information. */
function outcomeOf(results: readonly ReportResult[]): Outcome {
  return WORST_FIRST.find((outcome) => results.some((one) => one.outcome === outcome)) ?? 'info';
}

function resultText({ outcome, score, count }: ReportResult): string {
  const parts: string[] = [outcome];
  if (score !== undefined) parts.push(clip(score, MAX_TEXT));
  if (count !== undefined) parts.push(`×${clip(count, MAX_TEXT)}`);
  return parts.join(' ');
}

/** Results of one name are told apart by their number. */
function freeKey(attributes: ReadonlyMap<string, string>, name: string): string {
  const key = clip(name, MAX_TEXT);
  let free = key;
  for (let number = 2; attributes.has(free); number++) free = `${key} #${number}`;
  return free;
}

/**
 * What the report is about. The caller's subject is what it is about where it names nothing that could be found elsewhere: it
 * then stands for the one thing that is named, or beside the several that are.
 */
function stateAbout(
  builder: FactsBuilder,
  context: ReadContext,
  report: number,
  { about }: ToolReport,
): void {
  const describe = (thing: number, pointer: string): void => {
    if (thing === report) return;
    builder.edge(report, 'describes', thing, pointer);
    builder.subject(thing);
  };
  const [first] = about;
  const isOne = about.length === 1 && first !== undefined && !isIdentified(first);
  if (context.subject !== undefined && isOne) {
    // labels only: a report does not say that the subject is what others call by these names
    const { kind, pointer, names = [] } = first;
    describe(addSubject(builder, context, { kinds: [kind], pointer, names }), pointer);
    return;
  }
  for (const thing of about) {
    for (const node of thingNodes(builder, thing)) describe(node, thing.pointer);
  }
  if (context.subject !== undefined) {
    describe(addSubject(builder, context, { kinds: [], pointer: '' }), '');
  } else if (!about.some(isIdentified)) {
    builder.problem('no-subject', '', 'names nothing that could be found elsewhere');
  }
  if (builder.subjects.length === 0) builder.subject(report);
}

function stateEvaluation(
  builder: FactsBuilder,
  report: number,
  { model, dataset, metric, value, sampleSize, pointer }: ReportEvaluation,
): void {
  for (const measured of nodesOf(builder, model)) {
    for (const data of nodesOf(builder, dataset)) {
      builder.edge(report, 'evaluates', measured, pointer);
      builder.edge(report, 'testedOn', data, pointer);
      builder.claim({
        type: 'evaluation',
        about: report,
        model: measured,
        dataset: data,
        metric,
        value,
        ...(sampleSize !== undefined && { sampleSize }),
        pointer,
      });
    }
  }
}

function nodesOf(builder: FactsBuilder, thing: ReportThing): readonly number[] {
  return thingNodes(builder, thing);
}
