// SPDX-License-Identifier: Apache-2.0
import type { Decoded } from '../decoded.ts';
import type { FileKind } from '../file-kind.ts';

/** A file that another file names: a model by its name in some service, a dataset of a hub, a path. */
export interface AssetMention {
  readonly kind: FileKind;
  /** As written. It finds the thing and joins nothing. */
  readonly name: string;
  /** `model`, `dataset`, `prompt`, `file`… */
  readonly role: string;
  /** Id on the Hugging Face hub, where the format says that it is one. */
  readonly hub?: 'model' | 'dataset';
  readonly pointer: string;
}

/** A prompt, guardrail, configuration or evaluation set: the file itself is the asset, its digest the identity. */
export interface Asset {
  readonly kind: FileKind;
  /** What it calls itself. */
  readonly name?: string;
  readonly version?: string;
  readonly mentions: readonly AssetMention[];
  /** Settings that tell assets apart, as written. Never the text of a prompt. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One kind of file. Adding one is one file with one of these, and one line in registry.ts. */
export interface AssetAdapter {
  /** Name of the format. */
  readonly format: string;
  /** The version of the format that the file names, null where it names none; undefined where it is something else. Cheap. */
  detect(decoded: Decoded): string | null | undefined;
  /** @throws {PedigreeError} ERR_PARSE_DOCUMENT and other codes of the parsers */
  parse(decoded: Decoded): Asset;
}
