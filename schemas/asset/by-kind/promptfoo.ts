// SPDX-License-Identifier: Apache-2.0
import { kindsOfFileName } from '../../file-kind.ts';
import { optional } from '../../tool-report/optional.ts';
import { jsonOrYamlRoot } from '../../tool-report/read.ts';
import { hasAll, hasAny, topKeys } from '../yaml-keys.ts';
import type { AssetAdapter, AssetMention } from '../adapter.ts';
import type { Place } from '../../tool-report/place.ts';

/** An evaluation set of promptfoo: prompts, the models that answer them, and what the answers must be. @see https://www.promptfoo.dev/docs/configuration/reference/ */
export const promptfoo: AssetAdapter = {
  format: 'promptfoo-config',
  detect(decoded) {
    const keys = topKeys(decoded);
    const isConfig =
      hasAll(keys, 'prompts') &&
      hasAny(keys, 'providers', 'targets') &&
      hasAny(keys, 'tests', 'defaultTest', 'scenarios', 'redteam', 'description');
    return isConfig ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const providers = [...root.at('providers').items, ...root.at('targets').items];
    const tests = root.at('tests');
    return {
      kind: 'Config',
      ...optional('name', root.at('description').text),
      mentions: [
        ...providers.flatMap(providerOf),
        ...root.at('prompts').items.flatMap((one) => fileOf(one, 'Prompt')),
        ...[tests, ...tests.items].flatMap((one) => fileOf(one)),
      ],
      attributes: {
        prompts: String(root.at('prompts').length),
        tests: String(tests.length),
      },
    };
  },
};

/** `openai:gpt-4o`, or a map with an `id`. */
function providerOf(place: Place): AssetMention[] {
  const id = place.text ?? place.at('id').text;
  return id === undefined
    ? []
    : [{ kind: 'Model', name: id, role: 'model', pointer: place.pointer }];
}

/** `file://…` is a file of its own; anything else is the prompt itself. */
function fileOf(place: Place, kind?: 'Prompt'): AssetMention[] {
  const path = place.text ?? '';
  if (!path.startsWith('file://')) return [];
  const name = path.slice('file://'.length);
  const [found = 'File'] = kindsOfFileName(name);
  return [{ kind: kind ?? found, name, role: 'file', pointer: place.pointer }];
}
