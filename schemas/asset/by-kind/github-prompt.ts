// SPDX-License-Identifier: Apache-2.0
import { optional } from '../../tool-report/optional.ts';
import { jsonOrYamlRoot } from '../../tool-report/read.ts';
import { hasAll, hasAny, topKeys } from '../yaml-keys.ts';
import type { AssetAdapter } from '../adapter.ts';

/** A prompt as GitHub Models keeps it (`.prompt.yml`): messages with roles, a model, and test data with evaluators. @see https://docs.github.com/github-models/use-github-models/storing-prompts-in-github-repositories */
export const githubPrompt: AssetAdapter = {
  format: 'prompt-yaml',
  detect(decoded) {
    if (decoded.kind !== 'text') return undefined;
    const keys = topKeys(decoded);
    const isPrompt =
      hasAll(keys, 'messages') &&
      hasAny(keys, 'model', 'modelParameters', 'testData', 'evaluators') &&
      /^[ \t]*- role:[ \t]*["']?(?:system|user|assistant|developer)\b/m.test(decoded.text);
    return isPrompt ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const model = root.at('model');
    return {
      kind: 'Prompt',
      ...optional('name', root.at('name').text),
      ...optional('version', root.at('version').written),
      mentions:
        model.text === undefined
          ? []
          : [{ kind: 'Model', name: model.text, role: 'model', pointer: model.pointer }],
      attributes: {
        messages: String(root.at('messages').length),
        tests: String(root.at('testData').length),
        evaluators: String(root.at('evaluators').length),
      },
    };
  },
};
