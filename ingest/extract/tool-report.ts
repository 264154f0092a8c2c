// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { TOOL_ADAPTERS } from '../../schemas/tool-report/adapters.ts';
import { formConformance } from './form-conformance.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addSubject } from './subject.ts';
import { listMoreResults, reportAttributes } from './tool-report/attributes.ts';
import { addReport } from './tool-report/report-node.ts';
import { isIdentified, thingNodes } from './tool-report/things.ts';
import { isVulnerabilityId, NAMELESS, stateStatus } from './tool-report/vulnerability.ts';
import type { ReportEvaluation, ReportThing, ToolReport } from '../../schemas/tool-report/model.ts';
import type { SchemaProblem } from '../../schemas/intoto/problem.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reports of scanners, testers and profilers: what they looked at and what came of it. They never say what a thing is made of. */
export const toolReportReader: FormatReader = {
  formats: TOOL_ADAPTERS.map(({ format }) => format),
  extractor: 'tool-report@5',
  read: readToolReport,
};

function readToolReport(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const adapter = TOOL_ADAPTERS.find(({ format }) => format === detected.format);
  if (adapter === undefined) {
    throw new PedigreeError('ERR_INTERNAL', `no adapter for the format ${detected.format}`);
  }
  const report = adapter.parse(decoded);
  const builder = new FactsBuilder(context.digest);
  const evaluations = report.evaluations ?? [];
  const kind = evaluations.length > 0 ? 'Evaluation' : 'File';
  const node = addReport(builder, context, reportAttributes(report), kind);
  listMoreResults(builder, report.results);
  stateAbout(builder, context, node, report);
  for (const status of report.statuses ?? []) stateStatus(builder, status);
  for (const evaluation of evaluations) stateEvaluation(builder, node, evaluation);
  const repairs = repairsOf(decoded);
  for (const { code, pointer, message } of repairs) builder.problem(code, pointer, message);
  const { format, version } = detected;
  return {
    facts: builder.build({ format, version, statementKind: 'report' }),
    ...formConformance(context, [...repairs, ...(report.faults ?? []), ...namelessOf(report)]),
  };
}

/** What is said of vulnerabilities that cannot be told from others, and so is left out. */
function namelessOf({ statuses = [] }: ToolReport): readonly SchemaProblem[] {
  return statuses
    .filter(({ id }) => !isVulnerabilityId(id))
    .map(({ pointer }) => ({ ...NAMELESS, pointer }));
}

/** What had to be changed for the document to be JSON. */
function repairsOf(decoded: Decoded): readonly SchemaProblem[] {
  const count = decoded.kind === 'json' ? (decoded.notNumbers ?? 0) : 0;
  if (count === 0) return [];
  const message = `${count} of NaN and Infinity, which JSON does not have, read as null`;
  return [{ code: 'not-a-number', pointer: '', message }];
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
  const isNamed = context.subject !== undefined && about.length === 1;
  if (isNamed && first !== undefined && !isIdentified(first)) {
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
