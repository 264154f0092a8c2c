// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { splitCard } from '../../hf-model-card/front-matter.ts';
import { optional } from '../../tool-report/optional.ts';
import { placeOfYaml } from '../../tool-report/place.ts';
import { textOf } from '../../tool-report/read.ts';
import { parseYaml } from '../../yaml/parse.ts';
import type { AssetAdapter, AssetMention } from '../adapter.ts';
import type { Place } from '../../tool-report/place.ts';

/** A prompt in Markdown with a head that says which model it is for: Prompty, Dotprompt. @see https://prompty.ai/docs/prompty-file-spec */
export const prompty: AssetAdapter = {
  format: 'prompty',
  detect(decoded) {
    if (decoded.kind !== 'text' || !decoded.text.startsWith('---')) return undefined;
    const { yaml, body } = splitCard(decoded.text);
    if (yaml === null || !/^model:/m.test(yaml)) return undefined;
    const isPrompty = /^model:\s*$/m.test(yaml) && /^ {2,8}(?:api|configuration):/m.test(yaml);
    const isDotprompt = /^(?:input|output|config):\s*$/m.test(yaml) && body.includes('{{');
    return isPrompty || isDotprompt ? null : undefined;
  },
  parse(decoded) {
    const { yaml } = splitCard(textOf(decoded));
    if (yaml === null) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a prompt without a head');
    const root = placeOfYaml(parseYaml(yaml));
    return {
      kind: 'Prompt',
      ...optional('name', root.at('name').text),
      ...optional('version', root.at('version').written),
      mentions: modelOf(root.at('model')),
      attributes: { ...optional('api', root.at('model', 'api').text) },
    };
  },
};

/** Dotprompt names the model, Prompty the deployment of one. */
function modelOf(place: Place): AssetMention[] {
  const configured = ['azure_deployment', 'name', 'model'].map((key) =>
    place.at('configuration', key),
  );
  const found = [place, ...configured].find(({ text }) => text !== undefined);
  return found?.text === undefined
    ? []
    : [{ kind: 'Model', name: found.text, role: 'model', pointer: found.pointer }];
}
