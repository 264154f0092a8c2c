// SPDX-License-Identifier: Apache-2.0
import { parseMlmodel } from '../../../schemas/mlmodel/parse.ts';
import { textOf } from './reading.ts';
import type { FormatComparer } from '../comparer.ts';

/** MLflow's MLmodel files. */
export const mlmodel: FormatComparer = {
  formats: ['mlmodel'],
  facts(document) {
    const model = parseMlmodel(textOf(document));
    return {
      artifact_path: model.artifactPath,
      run_id: model.runId,
      model_uuid: model.modelUuid,
      mlflow_version: model.mlflowVersion,
      utc_time_created: model.createdUtc,
      flavors: model.flavors,
      python_function_loader: model.loader,
      has_signature: model.hasSignature,
      signature_inputs: model.signatureInputs,
    };
  },
};
