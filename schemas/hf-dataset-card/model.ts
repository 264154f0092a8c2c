// SPDX-License-Identifier: Apache-2.0
import type { PlacedText } from '../yaml/texts.ts';
import type { CardProblem, HfModelCard } from '../hf-model-card/model.ts';

/** One entry of `source_datasets`, by the Hub's convention. */
export type DatasetSource =
  /** The data was collected for this dataset. */
  | { readonly kind: 'original'; readonly pointer: string }
  /** Made from another dataset of the Hub (`extended|squad`, or a bare id). */
  | { readonly kind: 'dataset'; readonly text: string; readonly pointer: string }
  /** Made from something that is no dataset of the Hub (`extended|other-nist`). */
  | { readonly kind: 'elsewhere'; readonly text: string; readonly pointer: string }
  /** Nothing a reader can use (`unknown`, `extended` alone). */
  | { readonly kind: 'unstated'; readonly text: string; readonly pointer: string };

/** What a Hugging Face dataset card says by its front matter. Pointers are into the front matter. */
export interface HfDatasetCard {
  readonly frontMatter: HfModelCard['frontMatter'];
  readonly lineEndings: HfModelCard['lineEndings'];
  /** Members of the front matter, sorted by code point. */
  readonly keys: readonly string[];
  readonly licenses: readonly PlacedText[];
  readonly prettyName?: string;
  readonly languages: readonly PlacedText[];
  readonly tags: readonly PlacedText[];
  readonly taskCategories: readonly PlacedText[];
  readonly sources: readonly DatasetSource[];
  readonly sourceTexts: readonly PlacedText[];
  /** `configs[].config_name`. */
  readonly configNames: readonly string[];
  readonly problems: readonly CardProblem[];
  readonly conformanceProblems: readonly CardProblem[];
}

/** One file that a dataset was downloaded as. */
export interface DownloadedFile {
  readonly url: string;
  /** As written: SHA-256 in hex in every version that writes it. Absent: not recorded. */
  readonly checksum?: string;
  readonly sizeBytes?: string;
  readonly pointer: string;
}

/** One configuration in a `dataset_infos.json`. */
export interface DatasetInfo {
  readonly config: string;
  /** `version.version_str`, else the parts. */
  readonly version?: string;
  readonly license?: string;
  readonly splits: ReadonlyMap<string, number>;
  readonly downloads: readonly DownloadedFile[];
  readonly pointer: string;
}
