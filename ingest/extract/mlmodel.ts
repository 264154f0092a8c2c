// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { coordinateRef } from '../../graph/domain/node-ref.ts';
import { parseMlmodel, type Mlmodel } from '../../schemas/mlmodel/parse.ts';
import { formConformance } from './form-conformance.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addSubject } from './subject.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** MLflow MLmodel files: which run made the model. */
export const mlmodelReader: FormatReader = {
  formats: ['mlmodel'],
  extractor: 'mlmodel@1',
  read: readMlmodel,
};

function readMlmodel(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'text') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an MLmodel is text');
  const mlmodel = parseMlmodel(decoded.text);
  const builder = new FactsBuilder(context.digest);
  const model = addSubject(builder, context, {
    kinds: ['Model'],
    pointer: '',
    names: [mlmodel.artifactPath ?? '', mlmodel.modelPath ?? ''],
    coordinates: modelCoordinates(mlmodel),
    local: 'model',
    attributes: attributesOf(mlmodel),
  });
  if (mlmodel.runId === undefined) {
    builder.problem(
      'no-run',
      '',
      'names no run: what the model was made from is not recorded here',
    );
  } else {
    const run = builder.nodeOf(`run:mlflow#${mlmodel.runId}`, ['Run'], [mlmodel.runId]);
    builder.edge(model, 'wasGeneratedBy', run, '/run_id');
  }
  return {
    facts: builder.build({
      format: detected.format,
      version: mlmodel.mlflowVersion ?? null,
      statementKind: 'provenance',
    }),
    ...formConformance(context),
  };
}

/** MLflow 3 writes the logged model's id as uuid too; before that the uuid is the only id. */
function modelCoordinates(mlmodel: Mlmodel): string[] {
  const ids = [mlmodel.modelId, mlmodel.modelUuid].filter((id) => id !== undefined);
  return [...new Set(ids)].map((id) => coordinateRef('mlflow', 'model', id));
}

function attributesOf(mlmodel: Mlmodel): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = { flavors: mlmodel.flavors.join(', ') };
  if (mlmodel.createdUtc !== undefined) attributes['createdUtc'] = mlmodel.createdUtc;
  if (mlmodel.mlflowVersion !== undefined) attributes['mlflowVersion'] = mlmodel.mlflowVersion;
  if (mlmodel.loader !== undefined) attributes['loader'] = mlmodel.loader;
  return attributes;
}
