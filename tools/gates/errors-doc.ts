// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Gate } from './gate.ts';

/** What docs/ERRORS.md says about one code. */
export interface ErrorText {
  /** What happened, one sentence. */
  readonly meaning: string;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;
}

/** Where the generated page lies. */
export const ERRORS_PAGE = 'docs/ERRORS.md';

/** Every code of core/errors.ts is explained, no other is, and the page says what tools/errors.json says. */
export const errorsDocGate: Gate = {
  name: 'errors-doc',
  async run(root) {
    const codes = await readErrorCodes(root);
    const texts = readErrorTexts(root);
    const problems = [...textProblems(codes, texts)];
    if (problems.length === 0 && readPage(root) !== errorsPage(codes, texts)) {
      problems.push(`${ERRORS_PAGE}: out of date: run \`npm run docs:errors\``);
    }
    return { looked: codes.length, unit: 'error codes', problems };
  },
};

/** ERROR_CODES of the project at `root`, in their order. */
export async function readErrorCodes(root: string): Promise<readonly string[]> {
  const url = pathToFileURL(join(root, 'core/errors.ts')).href;
  const { ERROR_CODES } = (await import(url)) as { readonly ERROR_CODES: readonly string[] };
  return ERROR_CODES;
}

/** The explanations of the project at `root`, by code. */
export function readErrorTexts(root: string): ReadonlyMap<string, ErrorText> {
  const text = readFileSync(join(root, 'tools/errors.json'), 'utf8');
  return new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, ErrorText>>));
}

/** Codes without an explanation, and explanations without a code. */
export function textProblems(
  codes: readonly string[],
  texts: ReadonlyMap<string, ErrorText>,
): readonly string[] {
  const known = new Set(codes);
  const unexplained = codes.filter((code) => !isExplained(texts.get(code)));
  const strangers = [...texts.keys()].filter((code) => !known.has(code));
  return [
    ...unexplained.map((code) => `tools/errors.json: no meaning and remedy for ${code}`),
    ...strangers.map((code) => `tools/errors.json: ${code} is not in core/errors.ts`),
  ];
}

function isExplained(text: ErrorText | undefined): boolean {
  return text !== undefined && text.meaning.trim() !== '' && text.remedy.trim() !== '';
}

function readPage(root: string): string | undefined {
  try {
    return readFileSync(join(root, ERRORS_PAGE), 'utf8');
  } catch {
    return undefined;
  }
}

/** The whole page, one row a code, in the order of core/errors.ts. */
export function errorsPage(
  codes: readonly string[],
  texts: ReadonlyMap<string, ErrorText>,
): string {
  const rows = codes.map((code) => {
    const { meaning, remedy } = texts.get(code) ?? { meaning: '', remedy: '' };
    return `| \`${code}\` | ${meaning} | ${remedy} |`;
  });
  return [
    '<!-- Generated from core/errors.ts and tools/errors.json by `npm run docs:errors`. -->',
    '',
    '# Error codes',
    '',
    'Every error that Pedigree throws, answers or prints carries one of these codes. Codes are part of the interface: a',
    'code is never renamed and never given another meaning. Tell errors apart by code, not by message.',
    '',
    '| Code | What happened | What you can do |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
