// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

/** One `Tag: value` of a tag-value document. */
export interface TagValue {
  readonly tag: string;
  /** Without `<text>` and white space around it; lines are separated by `\n`. */
  readonly value: string;
  /** 1-based line on which the tag stands. */
  readonly line: number;
  /** The colon is missing and was put in. */
  readonly isRepaired?: true;
}

/** How early spdx-sbom-generators write a relationship: without the colon. No other line can be mistaken for one. */
const BARE_RELATIONSHIP =
  /^[ \t]*(Relationship)[ \t]+((?:DocumentRef-|SPDXRef-)\S{1,512}[ \t]+[A-Z_]{1,64}[ \t]+\S{1,512})[ \t]*$/;
const TAG = /^[ \t]*([A-Za-z][A-Za-z0-9]{0,63})[ \t]*:(.*)$/;
const OPEN = '<text>';
const CLOSE = '</text>';

/**
 * Splits a tag-value text into its tags. What stands between `<text>` and `</text>` is one value, however many lines it has
 * and whatever they look like; `#` begins a comment at the start of a line only. Linear.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a line that is no tag, or a `<text>` that never ends; ERR_LIMIT_ITEMS
 * @see https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements
 */
export function splitTagValue(text: string): readonly TagValue[] {
  const lines = text.split(/\r\n|\r|\n/);
  const found: TagValue[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const tagged = TAG.exec(line);
    const match = tagged ?? BARE_RELATIONSHIP.exec(line);
    if (match === null) {
      throw new PedigreeError('ERR_PARSE_DOCUMENT', `not a tag: "${excerpt(line)}"`, {
        line: at + 1,
      });
    }
    if (found.length >= LIMITS.edges) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.edges} tags`);
    }
    const [, tag = '', rest = ''] = match;
    const { value, last } = readValue(lines, at, rest);
    const repaired = tagged === null ? ({ isRepaired: true } as const) : {};
    found.push({ tag, value, line: at + 1, ...repaired });
    at = last;
  }
  return found;
}

/** The value that begins on a line, and the line on which it ends. */
function readValue(
  lines: readonly string[],
  first: number,
  rest: string,
): { readonly value: string; readonly last: number } {
  const begin = rest.trimStart();
  if (!begin.startsWith(OPEN)) return { value: rest.trim(), last: first };
  const parts: string[] = [];
  for (let at = first; at < lines.length; at++) {
    const line = at === first ? begin.slice(OPEN.length) : (lines[at] ?? '');
    const close = line.indexOf(CLOSE);
    if (close >= 0) {
      parts.push(line.slice(0, close));
      return { value: parts.join('\n').trim(), last: at };
    }
    parts.push(line);
  }
  throw new PedigreeError('ERR_PARSE_DOCUMENT', `${OPEN} without ${CLOSE}`, { line: first + 1 });
}
