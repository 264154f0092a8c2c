// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';

/** A card cut at its front matter. */
export interface CardText {
  /** The YAML between the two `---` lines; null where the card opens otherwise or never closes it. */
  readonly yaml: string | null;
  /** Everything after the front matter; the whole text where there is none. */
  readonly body: string;
  readonly lineEndings: 'lf' | 'crlf' | 'cr';
}

/** Front matter read: a map, or why it is none. */
export type FrontMatter =
  | { readonly kind: 'map'; readonly map: JsonObject; readonly document: YamlDocument }
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
  let document: YamlDocument;
  try {
    document = parseYaml(card.yaml);
  } catch (error) {
    if (card.yaml.includes('{{')) return { kind: 'template' };
    if (card.yaml.trim() === '') return { kind: 'absent' };
    throw inFrontMatter(error);
  }
  const { value } = document;
  if (isJsonObject(value)) return { kind: 'map', map: value, document };
  return { kind: 'not-a-map', type: Array.isArray(value) ? 'list' : typeof value };
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

/** The member names at the top level of a front matter, found without parsing it. For detection only. */
export function scanKeys(yaml: string): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const match of yaml.matchAll(/^([A-Za-z_][\w-]{0,40})[ \t]*:/gm)) keys.add(match[1] ?? '');
  return keys;
}
