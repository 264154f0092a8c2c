// SPDX-License-Identifier: Apache-2.0
import { optional } from '../../tool-report/optional.ts';
import { jsonOrYamlRoot } from '../../tool-report/read.ts';
import { hasAll, hasAny, topKeys } from '../yaml-keys.ts';
import type { AssetAdapter } from '../adapter.ts';

/** A task of the LM evaluation harness: which dataset a language model is asked, and which metrics its answers get. @see https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/task_guide.md */
export const evalHarnessTask: AssetAdapter = {
  format: 'eval-harness-task',
  detect(decoded) {
    if (decoded.kind !== 'text') return undefined;
    const keys = topKeys(decoded);
    const isTask =
      hasAll(keys, 'task') &&
      hasAny(keys, 'dataset_path', 'dataset_name') &&
      hasAny(keys, 'doc_to_text', 'doc_to_target', 'output_type', 'metric_list');
    return isTask ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const dataset = root.at('dataset_path');
    const metrics = root.at('metric_list').items.flatMap((one) => one.at('metric').text ?? []);
    return {
      kind: 'Config',
      ...optional('name', root.at('task').text),
      ...optional('version', root.at('metadata', 'version').written),
      mentions:
        dataset.text === undefined
          ? []
          : [
              {
                kind: 'Dataset',
                name: dataset.text,
                role: 'dataset',
                hub: 'dataset',
                pointer: dataset.pointer,
              },
            ],
      attributes: {
        ...optional('datasetConfig', root.at('dataset_name').text),
        ...optional('split', root.at('test_split').text ?? root.at('validation_split').text),
        metrics: metrics.join(', '),
      },
    };
  },
};
