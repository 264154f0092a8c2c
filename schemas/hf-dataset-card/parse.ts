// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, pointerJoin } from '../../core/json.ts';
import { parseFrontMatter, splitCard } from '../hf-model-card/front-matter.ts';
import { findText, listTexts, type PlacedText } from '../yaml/texts.ts';
import type { CardProblem } from '../hf-model-card/model.ts';
import type { DatasetSource, HfDatasetCard } from './model.ts';

/**
 * Parses a dataset card.
 * @throws {PedigreeError} ERR_PARSE_YAML and the other codes of parseYaml, where the front matter is no YAML
 * @see https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
 */
export function parseHfDatasetCard(text: string): HfDatasetCard {
  const card = splitCard(text);
  const frontMatter = parseFrontMatter(card);
  if (frontMatter.kind !== 'map') return emptyCard(frontMatter.kind, card.lineEndings);
  const { document, map, repairs } = frontMatter;
  const list = (key: string): readonly PlacedText[] => listTexts(document, map, '', key);
  const prettyName = findText(document, '', 'pretty_name');
  const sourceTexts = list('source_datasets');
  const configs = arrayMember(map, 'configs') ?? [];
  return {
    frontMatter: 'map',
    lineEndings: card.lineEndings,
    keys: Object.keys(map).sort(),
    licenses: list('license'),
    ...(prettyName === undefined ? {} : { prettyName }),
    languages: list('language'),
    tags: list('tags'),
    taskCategories: list('task_categories'),
    sources: sourceTexts.map(readSource),
    sourceTexts,
    configNames: configs.flatMap((config, at) => {
      const name = isJsonObject(config)
        ? findText(document, pointerJoin('/configs', at), 'config_name')
        : undefined;
      return name === undefined ? [] : [name];
    }),
    problems: repairs,
    conformanceProblems: repairs,
  };
}

function emptyCard(
  kind: 'absent' | 'not-a-map' | 'template',
  lineEndings: HfDatasetCard['lineEndings'],
): HfDatasetCard {
  const faults: Record<typeof kind, CardProblem[]> = {
    absent: [],
    'not-a-map': [
      { code: 'front-matter-not-a-map', pointer: '', message: 'front matter is not a map' },
    ],
    template: [
      {
        code: 'card-template',
        pointer: '',
        message: 'front matter is a template that was not filled in',
      },
    ],
  };
  return {
    frontMatter: kind,
    lineEndings,
    keys: [],
    licenses: [],
    languages: [],
    tags: [],
    taskCategories: [],
    sources: [],
    sourceTexts: [],
    configNames: [],
    problems: faults[kind],
    conformanceProblems: faults[kind],
  };
}

/** @see https://github.com/huggingface/hub-docs/blob/main/datasetcard.md (source_datasets) */
function readSource({ text, pointer }: PlacedText): DatasetSource {
  if (text === 'original') return { kind: 'original', pointer };
  if (text === 'unknown' || text === 'extended') return { kind: 'unstated', text, pointer };
  const extended = /^extended\|(.*)$/s.exec(text)?.[1] ?? text;
  const other = /^other-(.+)$/s.exec(extended)?.[1];
  if (other !== undefined) return { kind: 'elsewhere', text: other, pointer };
  if (extended === '') return { kind: 'unstated', text, pointer };
  return { kind: 'dataset', text: extended, pointer };
}
