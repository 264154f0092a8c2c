// SPDX-License-Identifier: Apache-2.0
import { optional } from '../../tool-report/optional.ts';
import { jsonOrYamlRoot } from '../../tool-report/read.ts';
import { hasAll, hasAny, topKeys } from '../yaml-keys.ts';
import type { AssetAdapter } from '../adapter.ts';

/** NeMo Guardrails: the configuration of a guarded model: which models, which rails in front of and behind them. @see https://docs.nvidia.com/nemo/guardrails */
export const nemoGuardrails: AssetAdapter = {
  format: 'nemo-guardrails',
  detect(decoded) {
    if (decoded.kind !== 'text') return undefined;
    const keys = topKeys(decoded);
    const isConfig =
      (hasAll(keys, 'models') &&
        hasAny(keys, 'rails', 'instructions', 'colang_version', 'sample_conversation') &&
        /^[ \t]*(?:- )?engine:[ \t]*\S/m.test(decoded.text)) ||
      (hasAll(keys, 'rails') &&
        /^ {1,8}(?:input|output|dialog|retrieval):\s*$/m.test(decoded.text) &&
        /^[ \t]+flows:\s*$/m.test(decoded.text));
    return isConfig
      ? (/^colang_version:\s*["']?([\d.x]{1,16})/m.exec(decoded.text)?.[1] ?? null)
      : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const models = root.at('models').items.map((one) => one.at('model'));
    const rails = root
      .at('rails')
      .entries.flatMap(([stage, rail]): [string, string][] =>
        rail
          .at('flows')
          .items.flatMap(({ text }, at) =>
            text === undefined ? [] : [[`rail.${stage}.${at}`, text]],
          ),
      );
    return {
      kind: 'Config',
      mentions: models.flatMap(({ text, pointer }) =>
        text === undefined ? [] : [{ kind: 'Model' as const, name: text, role: 'model', pointer }],
      ),
      attributes: {
        ...Object.fromEntries(rails),
        ...optional('colangVersion', root.at('colang_version').written),
        prompts: String(root.at('prompts').length),
      },
    };
  },
};
