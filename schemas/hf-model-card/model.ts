// SPDX-License-Identifier: Apache-2.0
import type { PlacedText } from '../yaml/texts.ts';
import type { CardText } from './front-matter.ts';

/** A dataset as a card lists it: an id, or (seen in real cards) a map of one name to an address. */
export interface CardDataset extends PlacedText {
  /** The name, where `text` is the address. */
  readonly label?: string;
}

/** One measurement of a card's `model-index`. */
export interface CardMetric {
  readonly type: string;
  /** Source text of the number, or the text the author wrote (`10.08%`). Absent: a list, a map, or nothing. */
  readonly value?: string;
  readonly pointer: string;
}

/** One entry of `model-index[].results[]`: what was measured on which dataset. */
export interface CardResult {
  /** Name that the model-index gives the model: a label. */
  readonly model: string;
  readonly task?: string;
  /** `dataset.type`: a repository id by the specification, anything in practice. */
  readonly dataset?: string;
  readonly datasetName?: string;
  readonly config?: string;
  readonly split?: string;
  /** `dataset.revision`; a commit where it is 40 hex digits. */
  readonly revision?: string;
  readonly metrics: readonly CardMetric[];
  readonly pointer: string;
}

/** A fault or tolerance with its place in the card. */
export interface CardProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** Which way of making a model its base was used for. */
export const BASE_RELATIONS = ['finetune', 'adapter', 'merge', 'quantized'] as const;
export type BaseRelation = (typeof BASE_RELATIONS)[number];

/** What a Hugging Face model card says by its front matter, and by a mergekit block in its body. Pointers are into the front matter; `/body/yaml/<n>/…` is the n-th YAML block of the body. */
export interface HfModelCard {
  readonly frontMatter: 'map' | 'absent' | 'not-a-map' | 'template';
  /** JSON type of a front matter that is no map. */
  readonly frontMatterType?: string;
  readonly lineEndings: CardText['lineEndings'];
  /** Members of the front matter, sorted by code point. */
  readonly keys: readonly string[];
  readonly licenses: readonly PlacedText[];
  /** `license_name` of a licence that is on no list (`license: other`). */
  readonly licenseName?: string;
  readonly licenseLink?: string;
  readonly pipelineTag?: string;
  readonly libraryName?: string;
  readonly quantizedBy?: string;
  readonly languages: readonly PlacedText[];
  readonly tags: readonly PlacedText[];
  readonly metricNames: readonly PlacedText[];
  readonly baseModels: readonly PlacedText[];
  /** As written; not necessarily one of BASE_RELATIONS. */
  readonly baseModelRelation?: string;
  readonly baseModelRevision?: string;
  readonly datasets: readonly CardDataset[];
  readonly modelNames: readonly string[];
  readonly results: readonly CardResult[];
  /** Models that a mergekit configuration in the body names. */
  readonly mergedModels: readonly PlacedText[];
  readonly newVersion?: PlacedText;
  readonly duplicatedFrom?: PlacedText;
  readonly problems: readonly CardProblem[];
  /** Why the card does not conform to the Hub's metadata rules. */
  readonly conformanceProblems: readonly CardProblem[];
}
