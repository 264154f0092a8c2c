// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** A regular expression and where it stands. */
export interface FoundRegex {
  readonly place: string;
  readonly regex: RegExp;
}

/** Every regular expression literal of the source files below some folders of the project. */
export function regexesOfFolders(folders: readonly string[]): FoundRegex[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .flatMap((path) => regexesOfFile(join(ROOT, folder, path))),
  );
}

function regexesOfFile(file: string): FoundRegex[] {
  const found: FoundRegex[] = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ place: `${relative(ROOT, file)}:${line + 1}`, regex: toRegex(node.text) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function toRegex(literal: string): RegExp {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1));
}

/** Every `pattern` of the JSON schemas that documents are checked against. */
export function patternsOfSchemas(): FoundRegex[] {
  const library = createRequire(import.meta.url).resolve(
    '@cyclonedx/cyclonedx-library/package.json',
  );
  const folder = join(dirname(library), 'res', 'schema');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .sort()
    .flatMap((file) => {
      const patterns = new Set<string>();
      collectPatterns(JSON.parse(readFileSync(join(folder, file), 'utf8')), patterns);
      // as ajv compiles them
      return [...patterns].map((text) => ({ place: file, regex: new RegExp(text, 'u') }));
    });
}

function collectPatterns(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'pattern' && typeof item === 'string') into.add(item);
    else if (key === 'patternProperties') for (const text of Object.keys(item)) into.add(text);
    collectPatterns(item, into);
  }
}

const PUMPS = [
  ...' \t\n\r"\'\\/<>()[]{}@:;,.#%&?=+*-_~|^$!`0aAfz9'.split(''),
  'a.',
  'a-',
  'a/',
  'a:',
  'a@',
  'a ',
  ' a',
  'a_',
  '0.',
  '0-',
  '0:',
  '%41',
  '\\u',
  '\\"',
  '\\\\',
  '--',
  '---\n',
  '- ',
  '[a]',
  '(a)',
  '<a>',
  '</',
  '&a;',
  '\u00e9',
  '\u2028',
  'ab12',
  '://',
  'a\n',
  '\n\n',
  'sha256:',
  'pkg:',
  'git+',
  'T0',
  'SPDXRef-',
  'urn:',
  'a,',
  'a=b&',
  '${',
  '}}',
  '{{',
];

/**
 * Texts that make a backtracking search slow where it can be made slow: one piece over and over, after each beginning that
 * the expression could want, with an end that it does not. The beginnings are pieces of the expression itself.
 */
export function* hostileTexts(regex: RegExp, length: number): Generator<string> {
  const words = [...new Set(regex.source.match(/[A-Za-z0-9:/@#<>=+ .-]{2,}/g) ?? [])].slice(0, 6);
  const starts = ['', 'a', '0', ...words, words.join('')];
  for (const start of new Set(starts)) {
    for (const pump of [...PUMPS, ...words]) {
      const body = pump.repeat(Math.ceil(length / pump.length));
      for (const end of ['', '\u0001', '"']) yield `${start}${body}${end}`;
    }
  }
}
