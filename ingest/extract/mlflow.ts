// SPDX-License-Identifier: Apache-2.0
import { parseMlflow } from '../../schemas/mlflow/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { stateLoggedModel } from './mlflow/logged-model-facts.ts';
import { datasetEntity } from './mlflow/identity.ts';
import { stateRun } from './mlflow/run-facts.ts';
import { stateFamily, stateVersion } from './mlflow/version-facts.ts';
import { finishReading } from './reading.ts';
import type { FormatReader } from './extractor.ts';

/** Answers of the MLflow tracking server, records of its file store and what is exported of it: runs, logged models, the registry. */
export const mlflowReader: FormatReader = {
  formats: ['mlflow'],
  extractor: 'mlflow@3',
  read(decoded, detected, context) {
    const found = parseMlflow(decoded);
    const builder = new FactsBuilder(context.digest);
    for (const run of found.runs) stateRun(builder, run);
    for (const model of found.loggedModels) stateLoggedModel(builder, model);
    for (const family of found.families) stateFamily(builder, family);
    for (const version of found.versions) stateVersion(builder, version);
    for (const dataset of found.datasets)
      builder.subject(builder.entity(datasetEntity(builder, dataset)));
    if (found.experiment !== undefined) {
      const { id, name, pointer } = found.experiment;
      const attributes = { experiment: id, system: 'mlflow' };
      const local = `experiment/${id}`;
      builder.entity({ kinds: ['File'], pointer, names: [name ?? id], local, attributes });
    }
    if (found.files.length > 0) {
      builder.problem('listing', '/files', `${found.files.length} files by path, without digests`);
    }
    return finishReading(builder, { detected, statementKind: 'provenance' }, context, []);
  },
};
