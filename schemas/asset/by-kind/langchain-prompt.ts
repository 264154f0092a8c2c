// SPDX-License-Identifier: Apache-2.0
import { stringMember } from '../../../core/json.ts';
import { optional } from '../../tool-report/optional.ts';
import { jsonOrYamlRoot } from '../../tool-report/read.ts';
import { hasAll, hasAny, topKeys } from '../yaml-keys.ts';
import type { AssetAdapter } from '../adapter.ts';

/** A prompt template as LangChain saves it. @see https://github.com/langchain-ai/langchain-hub */
export const langchainPrompt: AssetAdapter = {
  format: 'langchain-prompt',
  detect(decoded) {
    const keys = topKeys(decoded);
    if (
      !hasAll(keys, '_type') ||
      !hasAny(keys, 'template', 'template_path', 'messages', 'examples')
    )
      return undefined;
    const type =
      decoded.kind === 'json'
        ? stringMember(decoded.json.value, '_type')
        : decoded.kind === 'text'
          ? /^_type:\s*["']?(\w{1,40})/m.exec(decoded.text)?.[1]
          : undefined;
    return ['prompt', 'few_shot', 'chat'].includes(type ?? '') ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const paths = ['template_path', 'prefix_path', 'suffix_path'].map((key) => root.at(key));
    const variables = root.at('input_variables').items.flatMap(({ text }) => text ?? []);
    return {
      kind: 'Prompt',
      ...optional('name', root.at('name').text),
      mentions: paths.flatMap(({ text, pointer }) =>
        text === undefined ? [] : [{ kind: 'Prompt' as const, name: text, role: 'file', pointer }],
      ),
      attributes: {
        ...optional('type', root.at('_type').text),
        ...optional('templateFormat', root.at('template_format').text),
        variables: variables.join(', '),
      },
    };
  },
};
