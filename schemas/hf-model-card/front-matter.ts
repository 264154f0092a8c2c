// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { indentQuotedLines } from '../yaml/quoted-lines.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';

/** A card cut at its front matter. */
export interface CardText {
  /** The YAML between the two `---` lines; null where the card opens otherwise or never closes it. */
  readonly yaml: string | null;
  /** Everything after the front matter; the whole text where there is none. */
  readonly body: string;
  readonly lineEndings: 'lf' | 'crlf' | 'cr';
}

/** What was repaired so that a front matter could be read. */
export interface FrontMatterRepair {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** Front matter read: a map, or why it is none. */
export type FrontMatter =
  | {
      readonly kind: 'map';
      readonly map: JsonObject;
      readonly document: YamlDocument;
      /** What was repaired; a strict reader refuses it. */
      readonly repairs: readonly FrontMatterRepair[];
    }
  /** The card has no front matter; legal, it then says nothing that a machine reads. */
  | { readonly kind: 'absent' }
  /** YAML of another shape (a list, a text). */
  | { readonly kind: 'not-a-map'; readonly type: string }
  /** A template that nobody filled in: `{{ card_data }}`. */
  | { readonly kind: 'template' };

/**
 * Cuts a README at its front matter: a first line `---` and the next line that is `---` alone.
 * @see https://huggingface.co/docs/hub/model-cards#model-card-metadata
 */
export function splitCard(text: string): CardText {
  const lineEndings = endingsOf(text);
  const opened = /^\s*---[ \t]*(?:\r\n|\r|\n)/.exec(text.slice(0, 4096));
  if (opened === null) return { yaml: null, body: text, lineEndings };
  const from = opened[0].length;
  const closing = /^---[ \t]*$/gm;
  closing.lastIndex = from;
  const closed = closing.exec(text);
  if (closed === null) return { yaml: null, body: text, lineEndings };
  return {
    yaml: text.slice(from, closed.index),
    body: text.slice(closed.index + closed[0].length),
    lineEndings,
  };
}

function endingsOf(text: string): CardText['lineEndings'] {
  if (text.includes('\r\n')) return 'crlf';
  return text.includes('\r') && !text.includes('\n') ? 'cr' : 'lf';
}

/**
 * Parses the front matter of a card.
 * @throws {PedigreeError} ERR_PARSE_YAML and the other codes of parseYaml, where it is no YAML and no template either
 */
export function parseFrontMatter(card: CardText): FrontMatter {
  if (card.yaml === null) return { kind: 'absent' };
  try {
    return frontMatterOf(parseYaml(card.yaml), []);
  } catch (error) {
    if (card.yaml.includes('{{')) return { kind: 'template' };
    if (card.yaml.trim() === '') return { kind: 'absent' };
    return parseRepaired(card.yaml) ?? raise(inFrontMatter(error));
  }
}

function frontMatterOf(document: YamlDocument, repairs: readonly FrontMatterRepair[]): FrontMatter {
  const { value } = document;
  if (isJsonObject(value)) return { kind: 'map', map: value, document, repairs };
  return { kind: 'not-a-map', type: Array.isArray(value) ? 'list' : typeof value };
}

const REPAIR: FrontMatterRepair = {
  code: 'yaml-indentation',
  pointer: '',
  message: 'lines of a quoted text stand further left than YAML allows',
};

/** Texts of widgets are often pasted between quotes, their lines at the margin: the hub reads such a card. */
function parseRepaired(yaml: string): FrontMatter | undefined {
  const indented = indentQuotedLines(yaml);
  if (indented === undefined) return undefined;
  try {
    return frontMatterOf(parseYaml(indented), [REPAIR]);
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

function raise(error: unknown): never {
  throw error;
}

/** Lines are counted from the top of the file, one line of `---` above the YAML. */
function inFrontMatter(error: unknown): unknown {
  if (!isPedigreeError(error) || error.line === undefined) return error;
  return new PedigreeError(error.code, `front matter: ${error.message}`, {
    line: error.line + 1,
    cause: error,
    ...(error.at === undefined ? {} : { at: error.at }),
  });
}

/** The member names at the top level of a front matter, found without parsing it: all as far from the margin as the first. For detection only. */
export function scanKeys(yaml: string): ReadonlySet<string> {
  const [, margin = ''] = /^([ \t]{0,64})[^\s#]/m.exec(yaml) ?? [];
  const keys = new Set<string>();
  for (const [, indent, key = ''] of yaml.matchAll(
    /^([ \t]{0,64})([A-Za-z_][\w-]{0,40})[ \t]{0,16}:/gm,
  )) {
    if (indent === margin) keys.add(key);
  }
  return keys;
}
