// SPDX-License-Identifier: Apache-2.0
import { scanKeys, splitCard } from './front-matter.ts';
import { namesHubTag } from './hub-tags.ts';
import type { Decoded, Detected } from '../decoded.ts';

const MODEL_KEYS = [
  ...['base_model', 'base_model_relation', 'base_model_revision', 'pipeline_tag', 'library_name'],
  ...['model-index', 'model_name', 'datasets', 'metrics', 'quantized_by', 'inference', 'widget'],
  ...[
    'model_index',
    'thumbnail',
    'new_version',
    'library',
    'mergekit',
    'license_link',
    'instance_prompt',
  ],
];
const DATASET_KEYS = [
  ...['task_categories', 'task_ids', 'source_datasets', 'size_categories', 'pretty_name'],
  ...['annotations_creators', 'language_creators', 'multilinguality', 'dataset_info', 'configs'],
  ...['paperswithcode_id', 'train-eval-index', 'viewer'],
];
/** Members of both kinds of card, and of other Markdown too. */
const SHARED_KEYS = ['license', 'language', 'tags', 'licence'];
/** Members that a Space, a blog or a wiki has and a card has not. */
const OTHER_KEYS = [
  'sdk',
  'emoji',
  'colorFrom',
  'layout',
  'permalink',
  'draft',
  'slug',
  'sidebar_label',
];
const CARD_HEADING = /^#{1,3}[ \t]{1,4}model card\b/im;
/** How the text of a card shows where its model is, or how to load it. */
const HUB_USE = /\bhuggingface\.co\/|\bhf\.co\/|\.from_pretrained\(/;

/** Recognises a model card by the members of its front matter, or by its heading where it has none. */
export function detectHfModelCard(decoded: Decoded): Detected | undefined {
  return cardKind(decoded) === 'model' ? { format: 'hf-model-card', version: null } : undefined;
}

/** Recognises a dataset card by the members of its front matter. */
export function detectHfDatasetCard(decoded: Decoded): Detected | undefined {
  return cardKind(decoded) === 'dataset' ? { format: 'hf-dataset-card', version: null } : undefined;
}

function cardKind(decoded: Decoded): 'model' | 'dataset' | undefined {
  if (decoded.kind !== 'text') return undefined;
  const { yaml, body } = splitCard(decoded.text);
  if (yaml === null) return CARD_HEADING.test(body.slice(0, 4096)) ? 'model' : undefined;
  if (isListUnderHeading(yaml, body)) return 'model';
  const keys = scanKeys(yaml);
  const count = (names: readonly string[]): number => names.filter((name) => keys.has(name)).length;
  if (count(OTHER_KEYS) > 0) return undefined;
  const model = count(MODEL_KEYS);
  const dataset = count(DATASET_KEYS);
  if (dataset > model) return 'dataset';
  if (model > 0 || count(SHARED_KEYS) > 1) return 'model';
  if (keys.has('license')) return 'model';
  if (isSparse(keys) && (namesHubTag(yaml) || HUB_USE.test(body.slice(0, 65_536)))) return 'model';
  return CARD_HEADING.test(body.slice(0, 4096)) ? 'model' : undefined;
}

/** Nothing but what both kinds of card have: a blog would have a title or a date. */
function isSparse(keys: ReadonlySet<string>): boolean {
  return keys.size > 0 && [...keys].every((key) => SHARED_KEYS.includes(key));
}

/** A card whose front matter is a list is still a card: the hub and everything else that reads front matter wants a map. */
function isListUnderHeading(yaml: string, body: string): boolean {
  return (
    /^\s{0,64}(?:\[|- )/.test(yaml.slice(0, 128)) && /^\s{0,64}#{1,6} /.test(body.slice(0, 128))
  );
}
