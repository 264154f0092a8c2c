// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseEvaluationReport } from '../../schemas/evaluation-report/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Score reports that name model and dataset by digest. The report's own bytes are the Evaluation. */
export const evaluationReportReader: FormatReader = {
  formats: ['evaluation-report'],
  extractor: 'evaluation-report@1',
  read: readEvaluationReport,
};

function readEvaluationReport(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a report is JSON');
  const report = parseEvaluationReport(decoded.json);
  const builder = new FactsBuilder(context.digest);
  const labels = context.source === undefined ? [] : [context.source];
  const evaluation = builder.nodeOf(context.digest, ['Evaluation'], labels);
  builder.subject(evaluation);
  const model = builder.entity({
    kinds: ['Model'],
    pointer: '/model_sha256',
    names: [report.model.label],
    digests: [{ algorithm: 'sha256', hex: report.model.sha256 }],
    local: 'model',
  });
  const dataset = builder.entity({
    kinds: ['Dataset'],
    pointer: '/dataset_sha256',
    names: [report.dataset.label],
    digests: [{ algorithm: 'sha256', hex: report.dataset.sha256 }],
    local: 'dataset',
  });
  builder.edge(evaluation, 'evaluates', model, '/model_sha256');
  builder.edge(evaluation, 'testedOn', dataset, '/dataset_sha256');
  const harness =
    report.harness === undefined
      ? undefined
      : builder.localNode(`harness/${report.harness}`, ['Code'], [report.harness]);
  for (const { name, value, pointer } of report.metrics) {
    builder.claim({
      type: 'evaluation',
      about: evaluation,
      model,
      dataset,
      metric: name,
      value,
      ...(report.sampleSize === undefined ? {} : { sampleSize: report.sampleSize }),
      ...(harness === undefined ? {} : { harness }),
      ...(report.nonce === undefined ? {} : { nonce: report.nonce }),
      pointer,
    });
  }
  return {
    facts: builder.build({ format: detected.format, version: null, statementKind: 'evaluation' }),
    conformant: null,
    conformanceProblems: [],
  };
}
