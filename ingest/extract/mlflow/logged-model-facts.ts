// SPDX-License-Identifier: Apache-2.0
import { nameRef } from '../../../graph/domain/node-ref.ts';
import { artifactEntities, attributesOf, modelRef, runRef } from './identity.ts';
import type { MlflowLoggedModel } from '../../../schemas/mlflow/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** States which run made a logged model, its files, and the scores that name what they were measured on. */
export function stateLoggedModel(builder: FactsBuilder, model: MlflowLoggedModel): void {
  const node = builder.entity({
    kinds: ['Model'],
    pointer: model.pointer,
    names: [model.name ?? '', model.modelId],
    coordinates: [modelRef(model.modelId)],
    attributes: {
      system: 'mlflow',
      ...(model.status !== undefined && { status: model.status }),
      ...attributesOf('metric', model.metrics),
      ...attributesOf('param', model.params),
    },
  });
  builder.subject(node);
  if (model.runId !== undefined) {
    const run = builder.nodeOf(runRef(model.runId), ['Run'], [model.runId]);
    builder.edge(node, 'wasGeneratedBy', run, model.pointer);
  }
  for (const artifact of artifactEntities(model.tags)) {
    builder.edge(node, 'contains', builder.entity(artifact), artifact.pointer);
  }
  stateScores(builder, model, node);
}

function stateScores(builder: FactsBuilder, model: MlflowLoggedModel, node: number): void {
  for (const { key, value, datasetName, datasetDigest, pointer } of model.metrics) {
    if (datasetName === undefined || datasetDigest === undefined) continue;
    const name = `${datasetName}@${datasetDigest}`;
    const dataset = builder.entity({
      kinds: ['Dataset'],
      pointer,
      names: [datasetName],
      nameRefs: [nameRef('mlflow/dataset', name)],
      local: `dataset/${datasetName}/${datasetDigest}`,
    });
    const local = `evaluation/${model.modelId}/${name}`;
    const evaluation = builder.localNode(
      local,
      ['Evaluation'],
      [`${model.modelId} on ${datasetName}`],
    );
    builder.edge(evaluation, 'evaluates', node, pointer);
    builder.edge(evaluation, 'testedOn', dataset, pointer);
    const measured = { about: evaluation, model: node, dataset, metric: key, value, pointer };
    builder.claim({ type: 'evaluation', ...measured });
  }
}
