// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { HeldText, type TagText } from './tag-text.ts';

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

/** Tags that stand one after the other in a text. */
export interface TagRange {
  readonly from: number;
  readonly to: number;
  /** 1-based line of its first character. */
  readonly line: number;
}

/** How early spdx-sbom-generators write a relationship: without the colon. No other line can be mistaken for one. */
const BARE_RELATIONSHIP =
  /^[ \t]*(Relationship)[ \t]+((?:DocumentRef-|SPDXRef-)\S{1,512}[ \t]+[A-Z_]{1,64}[ \t]+\S{1,512})[ \t]*$/;
const OPEN = '<text>';
const CLOSE = '</text>';
const LONGEST_TAG = 64;
/** Where a single tag is wanted: most take less. */
const LINE = 1 << 8;

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;

/**
 * Splits a tag-value text into its tags. What stands between `<text>` and `</text>` is one value, however many lines it has
 * and whatever they look like; `#` begins a comment at the start of a line only. Linear.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a line that is no tag, or a `<text>` that never ends; ERR_LIMIT_ITEMS
 * @see https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements
 */
export function splitTagValue(text: string): readonly TagValue[] {
  const found: TagValue[] = [];
  readTags(new HeldText(text), undefined, (tag) => found.push(tag));
  return found;
}

/**
 * Hands over the tags of a text, or of a part of it that begins with a tag, each with the offset of its line. Linear; only a
 * piece of a large text is held.
 * @throws {PedigreeError} as splitTagValue
 */
export function readTags(
  text: TagText,
  range: TagRange | undefined,
  take: (tag: TagValue, offset: number) => void,
): void {
  const { from, to, line } = range ?? { from: text.start, to: text.end, line: 1 };
  const scanner = new TagScanner(line, LIMITS.edges, take);
  readPieces(text, from, to, text.piece, scanner);
}

/**
 * The tag whose line begins at an offset; undefined where none does.
 * @param line 1-based
 * @throws {PedigreeError} as splitTagValue
 */
export function readTagAt(text: TagText, offset: number, line: number): TagValue | undefined {
  let found: TagValue | undefined;
  const scanner = new TagScanner(line, 1, (tag) => (found ??= tag));
  readPieces(text, offset, text.end, LINE, scanner);
  return found;
}

function readPieces(
  text: TagText,
  from: number,
  to: number,
  piece: number,
  scanner: TagScanner,
): void {
  let wanted = piece;
  for (let start = from; start < to && !scanner.isDone;) {
    const end = Math.min(text.lineEnd(start, wanted), to);
    const written = text.slice(start, end);
    const isPlain = written.length === end - start;
    const read = scanner.scan(written, start, end === to, isPlain ? undefined : text);
    const isRead = read === written.length;
    start = isRead ? end : start + text.widthOf(written.slice(0, read));
    // a value goes on beyond the piece: twice as much of it is looked at
    wanted = isRead ? piece : Math.max(wanted, end - start) * 2;
  }
}

class TagScanner {
  readonly #take: (tag: TagValue, offset: number) => void;
  readonly #most: number;
  #line: number;
  #count = 0;

  /** @param most tags that are wanted; where they are many, a text that has more is refused */
  constructor(line: number, most: number, take: (tag: TagValue, offset: number) => void) {
    this.#line = line;
    this.#most = most;
    this.#take = take;
  }

  get isDone(): boolean {
    return this.#most === 1 && this.#count === 1;
  }

  /**
   * Reads the lines of a piece.
   * @param offset of the piece in the text
   * @param widths tells offsets where characters are not all of one unit
   * @returns how much of it was read: all, or up to a value that does not end in it
   */
  scan(written: string, offset: number, isLast: boolean, widths: TagText | undefined): number {
    const piece = withLineFeeds(written);
    // where the last line was whose offset had to be counted
    let counted = 0;
    let width = 0;
    for (let at = 0; at < piece.length && !this.isDone;) {
      const feed = piece.indexOf('\n', at);
      const end = feed < 0 ? piece.length : feed;
      const tagAt = skipBlanks(piece, at, end);
      const colon = findColon(piece, tagAt, end);
      if (colon < 0 && isSilent(piece, tagAt, end)) {
        this.#line++;
        at = end + 1;
        continue;
      }
      const next = colon < 0 ? end : findEnd(piece, colon, end);
      if (next < 0) {
        if (!isLast) return at;
        throw new PedigreeError('ERR_PARSE_DOCUMENT', `${OPEN} without ${CLOSE}`, {
          line: this.#line,
        });
      }
      if (widths !== undefined) {
        width += widths.widthOf(piece.slice(counted, at));
        counted = at;
      }
      const lineOffset = offset + (widths === undefined ? at : width);
      if (++this.#count > this.#most) {
        throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.edges} tags`);
      }
      const tag =
        colon < 0
          ? this.#repaired(piece.slice(at, end))
          : {
              tag: piece.slice(tagAt, nameEnd(piece, tagAt, colon)),
              value: valueOf(piece, colon, end, next),
              line: this.#line,
            };
      this.#take(tag, lineOffset);
      this.#line += next === end ? 1 : countLines(piece, at, next);
      at = next + 1;
    }
    return written.length;
  }

  #repaired(written: string): TagValue {
    const line = written.endsWith('\r') ? written.slice(0, -1) : written;
    const [, tag, value] = BARE_RELATIONSHIP.exec(line) ?? [];
    if (tag === undefined || value === undefined) {
      throw new PedigreeError('ERR_PARSE_DOCUMENT', `not a tag: "${excerpt(line)}"`, {
        line: this.#line,
      });
    }
    return { tag, value, line: this.#line, isRepaired: true };
  }
}

/** With old line ends made new; as long as before. Those of two characters stay: the first of them counts as a blank. */
function withLineFeeds(piece: string): string {
  return piece.includes('\r') ? piece.replaceAll(/\r(?!\n)/g, '\n') : piece;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** True for what may stand between words: a space, a tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The colon behind the name of a tag, -1 where there is none: a letter, then letters and digits. */
function findColon(text: string, tagAt: number, end: number): number {
  if (tagAt >= end || !isLetter(text.charCodeAt(tagAt))) return -1;
  const last = Math.min(end, tagAt + LONGEST_TAG);
  let at = tagAt + 1;
  while (at < last && isLetterOrDigit(text.charCodeAt(at))) at++;
  at = skipBlanks(text, at, end);
  return at < end && text.charCodeAt(at) === COLON ? at : -1;
}

function nameEnd(text: string, tagAt: number, colon: number): number {
  let end = colon;
  while (end > tagAt && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isLetterOrDigit(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39);
}

/** True for a line that says nothing: blank, or a comment. White space of any kind counts as blank. */
function isSilent(text: string, from: number, end: number): boolean {
  if (from >= end) return true;
  const first = text.charCodeAt(from);
  if (first === HASH || (first === CARRIAGE_RETURN && from + 1 === end)) return true;
  const line = text.slice(from, end).trimStart();
  return line === '' || line.startsWith('#');
}

/** The end of the line on which the value ends; -1 where it does not end in the text. */
function findEnd(text: string, colon: number, end: number): number {
  const open = openOf(text, colon, end);
  if (open < 0) return end;
  const close = text.indexOf(CLOSE, open + OPEN.length);
  if (close < 0) return -1;
  if (close < end) return end;
  const feed = text.indexOf('\n', close);
  return feed < 0 ? text.length : feed;
}

/** Where a value that may have many lines opens; -1 for every other. */
function openOf(text: string, colon: number, end: number): number {
  const at = skipBlanks(text, colon + 1, end);
  if (text.startsWith(OPEN, at)) return at;
  const first = text.charCodeAt(at);
  if (at >= end || (first > SPACE && first < 0x80)) return -1;
  // white space of other kinds may stand before it
  const rest = text.slice(at, end).trimStart();
  return rest.startsWith(OPEN) ? end - rest.length : -1;
}

function valueOf(text: string, colon: number, end: number, next: number): string {
  const open = openOf(text, colon, end);
  if (open < 0) return text.slice(skipBlanks(text, colon + 1, end), end).trim();
  const value = text.slice(open + OPEN.length, text.indexOf(CLOSE, open + OPEN.length));
  return (next === end ? value : value.replaceAll('\r\n', '\n')).trim();
}

/** Lines from one position to the end of a line. */
function countLines(text: string, from: number, end: number): number {
  let count = 1;
  for (let at = text.indexOf('\n', from); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}
