// SPDX-License-Identifier: Apache-2.0
import { gunzipSync, gzipSync } from 'node:zlib';
import { below, mutate, pick, type Random } from './mutate.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonRecord = { [key: string]: Json };

/** Bytes that a mutated document may grow to: large enough to show what is worse than linear, as large as a YAML parser can
 * read in half a second. */
const MAX_BYTES = 400_000;
const MAX_EDITS = 4;
const MAX_REPEATS = 5000;
const DEEP = 300;

/** Texts that readers trip over: prototypes, numbers at their edges, half characters, markup of every syntax. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'NaN',
  '-0',
  '1e400',
  '9007199254740993',
  '\ud800',
  '\u0000',
  '\u2028',
  'NOASSERTION',
  'NONE',
  '..',
  '../../etc/passwd',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  'pkg:',
  'pkg:npm/%zz@1',
  'pkg:npm/a@1?b=c&b=d#e',
  'urn:cdx:00000000-0000-0000-0000-000000000000/1#a',
  'urn:uuid:',
  'https://[::1',
  'git+https://example.org/a@b',
  '2025-13-41T99:99:99Z',
  '0001-01-01T00:00:00Z',
  '275760-09-13T00:00:00.000Z',
  '~0~1/',
  '#/',
  'a'.repeat(5000),
  '/'.repeat(3000),
  '%41'.repeat(1500),
  'a-'.repeat(2000),
  '@'.repeat(3000),
  ':'.repeat(3000),
  ' \t'.repeat(2000),
  '('.repeat(2000),
  'bm90IGpzb24=',
];
const HOSTILE_MARKUP = [
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '&#x0;',
  '&#x10ffff;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?x ?>',
  '<a>',
  '</a>',
  '<a xmlns="',
  '<text>',
  '</text>',
  '&a ',
  '*a',
  '<<: *a',
  '? ',
  '- - - - ',
  '{[',
  ']}',
  '|\n',
  '>-\n',
  '!!binary ',
  '!!set ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '\t',
  '\r',
  '\r\n',
  '"',
  "'",
  '\\',
  '\\ud800',
  '\\u0000',
  ',',
  ':',
  '#',
  '\ufeff',
];

/**
 * The document with something changed: in its structure where it is JSON (in base64 payloads as well), in its lines and
 * words where it is text, in its bytes otherwise.
 * @param others other documents, to splice from
 */
export function mutateDocument(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && random() < 0.8) {
    return new Uint8Array(gzipSync(mutate(gunzipSync(bytes), others, random)));
  }
  const text = findText(bytes);
  if (text === undefined || random() < 0.25) return mutate(bytes, others, random);
  const other = findText(pick(random, others)) ?? '';
  let edited = text;
  const edits = 1 + below(random, MAX_EDITS);
  for (let edit = 0; edit < edits; edit++) {
    const asJson = random() < 0.75 ? mutateJsonText(edited, other, random) : undefined;
    edited = asJson ?? mutateLines(edited, other, random);
  }
  return new TextEncoder().encode(edited);
}

function findText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function findJson(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function mutateJsonText(text: string, other: string, random: Random): string | undefined {
  const root = findJson(text);
  if (root === undefined) return undefined;
  const holder: JsonRecord = { root };
  const [parent, key] = pick(random, placesOf(holder));
  const value = memberOf(parent, key);
  const inner = typeof value === 'string' ? mutatePayload(value, other, random) : undefined;
  if (inner !== undefined && random() < 0.8) setMember(parent, key, inner);
  else pick(random, JSON_EDITS)(parent, key, random, findJson(other));
  const written = JSON.stringify(holder['root'] ?? null);
  return written.length > MAX_BYTES ? text : written;
}

/** Every place below the root, the root's own included; not more than a picker needs. */
function placesOf(root: JsonRecord): (readonly [JsonRecord | Json[], string])[] {
  const found: (readonly [JsonRecord | Json[], string])[] = [];
  const queue: Json[] = [root];
  for (let at = 0; at < queue.length && found.length < 20_000; at++) {
    const value = queue[at];
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, item] of Object.entries(value)) {
      found.push([value, key]);
      if (typeof item === 'object') queue.push(item);
    }
  }
  return found;
}

function memberOf(parent: JsonRecord | Json[], key: string): Json | undefined {
  return Array.isArray(parent) ? parent[Number(key)] : parent[key];
}

function setMember(parent: JsonRecord | Json[], key: string, value: Json): void {
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else
    Object.defineProperty(parent, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/** A document inside a text: base64 of JSON, or JSON as text. */
function mutatePayload(text: string, other: string, random: Random): string | undefined {
  if (text.length < 8) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  const inner = mutateJsonText(decoded, other, random);
  if (inner !== undefined) return Buffer.from(inner).toString('base64');
  return mutateJsonText(text, other, random);
}

type JsonEdit = (
  parent: JsonRecord | Json[],
  key: string,
  random: Random,
  other: Json | undefined,
) => void;

const JSON_EDITS: readonly JsonEdit[] = [
  (parent, key, random) => setMember(parent, key, pick(random, HOSTILE_TEXTS)),
  (parent, key, random) => setMember(parent, key, pick(random, HOSTILE_TEXTS)),
  (parent, key, random) =>
    setMember(
      parent,
      key,
      pick<Json>(random, [null, true, 0, -1, 1e308, 2 ** 53, 0.1, [], {}, [[]], [null], [{}]]),
    ),
  (parent, key, random) => setMember(parent, key, deep(1 + below(random, DEEP), random() < 0.5)),
  (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  // a name that objects inherit, or another one
  (parent, key, random) => {
    const value = memberOf(parent, key);
    if (value !== undefined) setMember(parent, pick(random, HOSTILE_TEXTS), value);
  },
  (parent, key, random) => {
    const value = memberOf(parent, key);
    if (value !== undefined) setMember(parent, key, [value]);
    if (Array.isArray(value) && random() < 0.5) setMember(parent, key, value[0] ?? null);
  },
  repeatItem,
  repeatItem,
  // what stands elsewhere in the document
  (parent, key, random) => {
    const [from, name] = pick(random, placesOf(parent as JsonRecord));
    setMember(parent, key, structuredClone(memberOf(from, name) ?? null));
  },
  (parent, key, random, other) => {
    if (typeof other !== 'object' || other === null) return;
    const places = placesOf({ other });
    const [from, name] = pick(random, places);
    setMember(parent, key, memberOf(from, name) ?? null);
  },
  (parent, key, random, other) => {
    if (typeof other !== 'object' || other === null || Array.isArray(other)) return;
    const name = pick(random, Object.keys(other).concat(key));
    setMember(parent, Array.isArray(parent) ? key : name, other[name] ?? null);
  },
];

/** The list with one of its items very often: as it is, or each a little different. */
function repeatItem(parent: JsonRecord | Json[], key: string, random: Random): void {
  const value = memberOf(parent, key);
  const items = Array.isArray(value) && value.length > 0 ? value : [value ?? null];
  const item = pick(random, items);
  const size = JSON.stringify(item).length + 1;
  const times = 1 + below(random, Math.min(MAX_REPEATS, Math.max(1, MAX_BYTES / 4 / size)));
  const isVaried = random() < 0.6;
  const copies = Array.from({ length: times }, (_, at) => (isVaried ? varied(item, at) : item));
  setMember(parent, key, [...items, ...copies]);
}

/** Every text of a record but its type words made its own. */
function varied(item: Json, at: number): Json {
  if (typeof item === 'string') return item.length < 6 ? `${item}${at}` : `${item}-${at}`;
  if (Array.isArray(item)) return item.map((one) => varied(one, at));
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      /type|alg/i.test(key) ? value : varied(value, at),
    ]),
  );
}

function deep(levels: number, isList: boolean): Json {
  let value: Json = isList ? [] : {};
  for (let level = 0; level < levels; level++) value = isList ? [value] : { a: value };
  return value;
}

type LineEdit = (lines: string[], at: number, other: readonly string[], random: Random) => void;

const LINE_EDITS: readonly LineEdit[] = [
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 0, lines[at] ?? ''),
  (lines, at, _other, random) => {
    const size = (lines[at]?.length ?? 0) + 1;
    const times = below(random, Math.min(MAX_REPEATS, MAX_BYTES / 4 / size));
    lines.splice(at, 1, ...Array<string>(Math.floor(times) + 1).fill(lines[at] ?? ''));
  },
  // a block of lines, which may be a whole record
  (lines, at, _other, random) => {
    const block = lines.slice(at, at + 1 + below(random, 30));
    const size = block.join('\n').length + 1;
    const times = 1 + below(random, Math.min(2000, MAX_BYTES / 4 / size));
    const copies = Array.from({ length: times }, () => block).flat();
    lines.splice(at, 0, ...copies);
  },
  (lines, at, other, random) => {
    const from = below(random, other.length);
    lines.splice(at, 0, ...other.slice(from, from + 1 + below(random, 10)));
  },
  (lines, at, _other, random) => {
    const line = lines[at] ?? '';
    const from = below(random, line.length + 1);
    lines[at] = `${line.slice(0, from)}${pick(random, HOSTILE_MARKUP)}${line.slice(from)}`;
  },
  (lines, at, _other, random) => {
    lines[at] = `${' '.repeat(below(random, 40))}${(lines[at] ?? '').trim()}`;
  },
  replaceWord,
  replaceWord,
  replaceWord,
];

function replaceWord(lines: string[], at: number, _other: readonly string[], random: Random): void {
  const line = lines[at] ?? '';
  const words = [...line.slice(0, 20_000).matchAll(/[\w.@/+-]+/g)];
  if (words.length === 0) return;
  const word = pick(random, words);
  const repeated = word[0].repeat(1 + below(random, 200));
  const text = random() < 0.7 ? pick(random, HOSTILE_TEXTS) : repeated;
  lines[at] = `${line.slice(0, word.index)}${text}${line.slice(word.index + word[0].length)}`;
}

function mutateLines(text: string, other: string, random: Random): string {
  const lines = text.split('\n');
  pick(random, LINE_EDITS)(lines, below(random, lines.length), other.split('\n'), random);
  const edited = lines.join('\n');
  return edited.length > MAX_BYTES ? text : edited;
}
