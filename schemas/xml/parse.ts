// SPDX-License-Identifier: Apache-2.0
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { excerpt, PedigreeError, type ErrorCode } from '../../core/errors.ts';
import { XML_LIMITS } from '../../core/limits.ts';
import type { XmlElement } from './element.ts';

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

/** An element whose end tag has not come yet, with what only its building needs. */
interface Frame {
  readonly element: OpenElement;
  readonly countByName: Map<string, number>;
}

/**
 * Parses namespace-well-formed XML to a tree. There is no document type declaration (so no entity but the five of XML, and
 * nothing is ever fetched or expanded), and nesting, elements and attributes are bounded while the text is read. Linear.
 * @throws {PedigreeError} ERR_PARSE_XML, ERR_PARSE_DEPTH, ERR_LIMIT_SIZE, ERR_LIMIT_ITEMS
 * @see https://www.w3.org/TR/xml/ and https://www.w3.org/TR/xml-names/
 */
export function parseXml(text: string): XmlElement {
  if (text.length > XML_LIMITS.chars) {
    throw new PedigreeError(
      'ERR_LIMIT_SIZE',
      `XML of ${text.length} characters, at most ${XML_LIMITS.chars} are read`,
    );
  }
  return new TreeBuilder().build(text);
}

class TreeBuilder {
  readonly #parser = createParser();
  readonly #open: Frame[] = [];
  #root: OpenElement | undefined;
  #elements = 0;
  #attributes = 0;

  build(text: string): XmlElement {
    const parser = this.#parser;
    parser.on('error', (error) => this.#syntaxError(error));
    parser.on('doctype', () => {
      throw this.#fault('ERR_PARSE_XML', 'has a document type declaration', {
        hint: 'remove <!DOCTYPE …>; entities are not expanded and nothing is fetched',
      });
    });
    parser.on('attribute', () => this.#countAttribute());
    parser.on('opentag', (tag) => this.#openElement(tag));
    parser.on('closetag', () => this.#open.pop());
    parser.on('text', (characters) => this.#append(characters));
    parser.on('cdata', (characters) => this.#append(characters));
    parser.write(text).close();
    if (this.#root === undefined) throw this.#fault('ERR_PARSE_XML', 'has no element');
    return this.#root;
  }

  #openElement(tag: SaxesTagNS): void {
    this.#attributes = 0;
    if (this.#open.length >= XML_LIMITS.depth) {
      throw this.#fault('ERR_PARSE_DEPTH', `nested more than ${XML_LIMITS.depth} deep`);
    }
    if (++this.#elements > XML_LIMITS.elements) {
      throw this.#fault('ERR_LIMIT_ITEMS', `more than ${XML_LIMITS.elements} elements`);
    }
    const above = this.#open.at(-1);
    const position = (above?.countByName.get(tag.local) ?? 0) + 1;
    above?.countByName.set(tag.local, position);
    const element: OpenElement = {
      name: tag.local,
      namespace: tag.uri,
      attributes: attributesOf(tag),
      children: [],
      text: '',
      parent: above?.element,
      position,
      line: this.#parser.line,
    };
    above?.element.children.push(element);
    this.#root ??= element;
    this.#open.push({ element, countByName: new Map() });
  }

  #countAttribute(): void {
    if (++this.#attributes > XML_LIMITS.attributes) {
      throw this.#fault(
        'ERR_LIMIT_ITEMS',
        `more than ${XML_LIMITS.attributes} attributes of one element`,
      );
    }
  }

  #append(characters: string): void {
    const frame = this.#open.at(-1);
    if (frame !== undefined) frame.element.text += characters;
  }

  /** The parser's own words quote the document; they begin with line and column. */
  #syntaxError(error: Error): never {
    throw this.#fault('ERR_PARSE_XML', `not XML: ${excerpt(error.message, 120)}`, { cause: error });
  }

  #fault(code: ErrorCode, message: string, more: { hint?: string; cause?: unknown } = {}): Error {
    return new PedigreeError(code, message, { line: this.#parser.line, ...more });
  }
}

function attributesOf(tag: SaxesTagNS): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { prefix, local, uri, value } of Object.values(tag.attributes)) {
    if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) continue;
    found.set(uri === '' ? local : `{${uri}}${local}`, value);
  }
  return found;
}

/** A parser that resolves namespaces and no entity but the five. */
export function createParser(): SaxesParser<{ xmlns: true; position: true }> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.ENTITIES = Object.assign(Object.create(null) as Record<string, string>, FIVE_ENTITIES);
  return parser;
}

const FIVE_ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
