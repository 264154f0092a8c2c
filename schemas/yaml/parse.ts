// SPDX-License-Identifier: Apache-2.0
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Alias,
  type CST,
  type Document,
  type Node,
  type ParsedNode,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { excerpt, PedigreeError, type ErrorCode } from '../../core/errors.ts';
import { pointerJoin, valueAt } from '../../core/json.ts';
import { YAML_LIMITS } from '../../core/limits.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** One YAML document as the JSON value it means, with the text of each scalar as it was written. */
export interface YamlDocument {
  readonly value: JsonValue;
  /** 1-based line on which the document's content begins. */
  readonly line: number;
  /**
   * The scalar at a JSON Pointer as text: a string's value, any other scalar as written (`1.0`, `0012`, `1e5`), so that
   * identities and measurements are never read through a floating-point number. Undefined where there is no scalar, and
   * for null.
   */
  textAt(pointer: string): string | undefined;
}

/** The tags of the core schema; every other tag would make a reader run code or guess. */
const CORE_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Parses a text that holds exactly one YAML document.
 * @throws {PedigreeError} ERR_PARSE_YAML, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY, ERR_LIMIT_SIZE, ERR_LIMIT_ITEMS
 * @see https://yaml.org/spec/1.2.2/
 */
export function parseYaml(text: string): YamlDocument {
  const [first, second] = parseYamlStream(text);
  if (first === undefined)
    throw new PedigreeError('ERR_PARSE_YAML', 'no YAML document', { line: 1 });
  if (second !== undefined) {
    throw new PedigreeError('ERR_PARSE_YAML', 'a second YAML document where one was expected', {
      line: second.line,
    });
  }
  return first;
}

/**
 * Parses every document of a YAML 1.2 stream by the core schema: no other tags, no merge keys, no documents of another YAML
 * version, no key written twice, aliases written out within a limit. Empty documents (a trailing `---`) are left out.
 * @throws {PedigreeError} ERR_PARSE_YAML, ERR_PARSE_DEPTH, ERR_PARSE_DUPLICATE_KEY, ERR_LIMIT_SIZE, ERR_LIMIT_ITEMS
 */
export function parseYamlStream(text: string): readonly YamlDocument[] {
  if (text.length > YAML_LIMITS.chars) {
    throw new PedigreeError(
      'ERR_LIMIT_SIZE',
      `YAML of ${text.length} characters, at most ${YAML_LIMITS.chars} are read`,
    );
  }
  const lines = new LineCounter();
  const tokens = scan(text, lines);
  const budget = { values: YAML_LIMITS.values };
  const documents: YamlDocument[] = [];
  for (const document of compose(tokens, text.length)) {
    assertSound(document, lines);
    if (document.contents === null) continue;
    if (isEmptyDocument(document.contents)) continue;
    if (documents.length >= YAML_LIMITS.documents) {
      throw new PedigreeError(
        'ERR_LIMIT_ITEMS',
        `more than ${YAML_LIMITS.documents} YAML documents`,
      );
    }
    documents.push(new Converter(lines, budget).convertDocument(document.contents));
  }
  return documents;
}

/** A bare `---`: null, and nothing written. */
function isEmptyDocument(contents: ParsedNode): boolean {
  return isScalar(contents) && contents.value === null && contents.source === '';
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    strict: true,
    // checked here in linear time; the package compares every pair of keys
    uniqueKeys: false,
    resolveKnownTags: false,
    merge: false,
    logLevel: 'silent',
  });
  try {
    return [...composer.compose(tokens, false, length)];
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_YAML', 'not YAML', { cause });
  }
}

/** Pieces that the parser's stack holds beside the open collections. */
const STACK_SLACK = 4;

/**
 * The syntax tree of a text. Nesting and number of pieces are bounded while it grows, before the recursive composer runs
 * over it.
 */
function scan(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let pieces = 0;
  lines.addNewLine(0);
  for (const piece of new Lexer().lex(text)) {
    tokens.push(...parser.next(piece));
    if (parser.stack.length > YAML_LIMITS.depth + STACK_SLACK) {
      throw tooDeep(lineAt(lines, parser.offset));
    }
    if (++pieces > YAML_LIMITS.pieces) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${YAML_LIMITS.pieces} pieces of YAML`);
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

function assertSound(document: Document.Parsed, lines: LineCounter): void {
  const error = document.errors[0];
  if (error !== undefined) {
    throw new PedigreeError('ERR_PARSE_YAML', `not YAML: ${excerpt(error.message, 120)}`, {
      line: lineAt(lines, error.pos[0]),
      cause: error,
    });
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2') {
    throw new PedigreeError('ERR_PARSE_YAML', `YAML ${version}, only 1.2 is read`, {
      line: lineAt(lines, document.range[0]),
      hint: 'YAML 1.1 reads yes, no, 0777 and 12:30 otherwise; remove the %YAML directive',
    });
  }
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}

function tooDeep(line: number): PedigreeError {
  return new PedigreeError('ERR_PARSE_DEPTH', `nested more than ${YAML_LIMITS.depth} deep`, {
    line,
  });
}

/** Turns one document's syntax tree into a value, writing out aliases. */
class Converter {
  readonly #lines: LineCounter;
  /** Shared by the documents of a stream: what remains of YAML_LIMITS.values. */
  readonly #budget: { values: number };
  readonly #anchors = new Map<string, Node>();
  readonly #anchored = new Set<Node>();
  /** What each alias meant where it stands, so that a subtree reads the same each time it is written out. */
  readonly #targets = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  readonly #sources = new Map<string, string>();

  constructor(lines: LineCounter, budget: { values: number }) {
    this.#lines = lines;
    this.#budget = budget;
  }

  convertDocument(contents: ParsedNode): YamlDocument {
    const value = this.#convert(contents, '', 0);
    const sources = this.#sources;
    return {
      value,
      line: this.#line(contents),
      textAt: (pointer) => sources.get(pointer) ?? scalarText(value, pointer),
    };
  }

  #convert(node: unknown, pointer: string, depth: number): JsonValue {
    if (--this.#budget.values < 0) {
      throw new PedigreeError(
        'ERR_LIMIT_ITEMS',
        `more than ${YAML_LIMITS.values} YAML values once aliases are written out`,
      );
    }
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.#convertAlias(node, pointer, depth);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
      throw new PedigreeError('ERR_PARSE_YAML', 'not a YAML value', { at: pointer });
    }
    this.#assertCoreTag(node, pointer);
    this.#register(node);
    if (isScalar(node)) return this.#convertScalar(node.value, node.source, pointer);
    if (depth >= YAML_LIMITS.depth) throw tooDeep(this.#line(node));
    this.#open.add(node);
    const value = isMap(node)
      ? this.#convertMap(node, pointer, depth)
      : this.#convertSeq(node, pointer, depth);
    this.#open.delete(node);
    return value;
  }

  /** A node's first visit is in document order; a later one, through an alias, must not move its anchor. */
  #register(node: Node): void {
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor === undefined || this.#anchored.has(node)) return;
    this.#anchored.add(node);
    this.#anchors.set(anchor, node);
  }

  #convertAlias(alias: Alias, pointer: string, depth: number): JsonValue {
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined || this.#open.has(target)) {
      throw this.#fault('ERR_PARSE_YAML', `alias to nothing: *${alias.source}`, alias, pointer);
    }
    this.#targets.set(alias, target);
    return this.#convert(target, pointer, depth);
  }

  #convertScalar(value: unknown, source: string | undefined, pointer: string): JsonValue {
    if (typeof value === 'string' || value === null) return value;
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    const written = source ?? (isPlain ? String(value) : '');
    // .inf and .nan have no JSON value: they stay text
    if (!isPlain || (typeof value === 'number' && !Number.isFinite(value))) return written;
    if (written !== String(value)) this.#sources.set(pointer, written);
    return value;
  }

  #convertSeq(node: YAMLSeq, pointer: string, depth: number): JsonValue {
    return node.items.map((item, at) => this.#convert(item, pointerJoin(pointer, at), depth + 1));
  }

  #convertMap(node: YAMLMap, pointer: string, depth: number): JsonObject {
    const entries = new Map<string, JsonValue>();
    for (const pair of node.items) {
      const key = this.#keyText(pair.key, pointer);
      const at = pointerJoin(pointer, key);
      if (entries.has(key)) {
        throw this.#fault(
          'ERR_PARSE_DUPLICATE_KEY',
          `the key ${at} is written twice`,
          pair.key,
          at,
        );
      }
      entries.set(key, this.#convert(pair.value, at, depth + 1));
    }
    // fromEntries defines own members, so that a key __proto__ stays a key
    return Object.fromEntries(entries);
  }

  /** Keys are text in JSON: a number or boolean key counts as it is written. */
  #keyText(key: unknown, pointer: string): string {
    if (isScalar(key)) {
      this.#assertCoreTag(key, pointer);
      this.#register(key);
      if (typeof key.value === 'string') return key.value;
      return key.source ?? String(key.value);
    }
    throw this.#fault('ERR_PARSE_YAML', 'a key that is not plain text', key, pointer);
  }

  #assertCoreTag(node: Node, pointer: string): void {
    const tag = 'tag' in node ? node.tag : undefined;
    if (tag === undefined || CORE_TAGS.has(tag)) return;
    throw this.#fault('ERR_PARSE_YAML', `tag of another schema: ${excerpt(tag)}`, node, pointer);
  }

  #fault(code: ErrorCode, message: string, node: unknown, pointer: string): PedigreeError {
    return new PedigreeError(code, excerpt(message, 160), { at: pointer, line: this.#line(node) });
  }

  #line(node: unknown): number {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : null;
    return lineAt(this.#lines, range?.[0] ?? 0);
  }
}

/** A JSON value read as YAML would have been, for formats that are written either way. */
export function fromJsonValue(value: JsonValue): YamlDocument {
  return { value, line: 1, textAt: (pointer) => scalarText(value, pointer) };
}

function scalarText(root: JsonValue, pointer: string): string | undefined {
  const value = valueAt(root, pointer);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
