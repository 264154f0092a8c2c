// SPDX-License-Identifier: Apache-2.0
// `npm run demo`: the story's known answers (samples/README.md), told so that a newcomer can follow them.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STORY } from '../../cli/demo/story.ts';
import { jsonOf, runCli, spawnCli, useScratch, type CliResult } from './support/run-cli.ts';

const TITLES = [
  '1. Ingest',
  '2. What is the deployed model made of?',
  '3. A supplier withdraws',
  '4. And the poisoned training set',
  '5. The gate',
  'Next',
];

const MADE = [
  'completeness-inputs.json',
  'completeness-sources.json',
  'deployment-v1.json',
  'deployment-v2.json',
  'evaluation-v1-altered.json',
  'evaluation-v1.json',
  'evaluation-v2.json',
];

let root = '';
let home = '';
let told: CliResult;
let chapters: readonly string[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-demo-'));
  home = join(root, 'a folder', 'demo');
  told = spawnCli(['demo', '--home', home]);
  const starts = TITLES.map((title) => told.out.indexOf(`\n${title}`));
  chapters = starts.map((start, at) => told.out.slice(start, starts[at + 1]));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** One part of the story, by its number. */
function chapter(number: number): string {
  return chapters[number - 1] ?? '';
}

/** The block of lines that begins with a line and is indented deeper. */
function block(text: string, start: RegExp): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => start.test(line));
  if (from === -1) return '';
  const indent = (lines[from] ?? '').search(/\S/);
  const length = lines.slice(from + 1).findIndex((line) => line.search(/\S/) <= indent);
  return lines.slice(from, length === -1 ? undefined : from + 1 + length).join('\n');
}

describe('the demo', () => {
  test('runs, in its order, with nothing but progress on stderr', () => {
    expect(told.code).toBe(0);
    expect(told.err).toMatch(/^ingest: (\d+) of \1\n$/);
    const starts = TITLES.map((title) => told.out.indexOf(`\n${title}`));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(0);
  });

  test('says which documents it made, and that the evidence is simulated', () => {
    expect(chapter(1)).toMatch(/Made by the demo with throw-away keys/);
    for (const name of MADE.filter((one) => !one.includes('altered')))
      expect(chapter(1)).toContain(name);
    expect(chapter(1)).toContain('SIMULATED');
    expect(chapter(1)).not.toMatch(/pending|quarantined|refused/);
    expect(readdirSync(join(home, 'made')).sort()).toEqual(MADE);
  });

  test('traces the deployed model to both raw files', () => {
    for (const path of [
      'data/raw/wdbc.csv',
      'data/raw/newbatch.csv',
      'data/split/train.csv',
      'models/triage-v1/model.pkl',
    ])
      expect(chapter(2)).toContain(path);
    expect(chapter(2)).toContain('in-toto/clean_newbatch.a011e4e9.link');
    expect(chapter(2)).not.toContain('poisoned');
  });

  test('withdrawn data: v2, its bundle and the deployment are affected, each with a witness', () => {
    const text = chapter(3);
    const affected = text.slice(text.search(/\naffected \d/), text.indexOf('\npossible'));
    for (const [start, steps] of [
      [/^ {2}Model triage-v2/, ['data/raw/newbatch.csv', 'clean_newbatch', 'retrain_v2']],
      [/^ {2}Package dist\/triage-v2\.tar/, ['data/raw/newbatch.csv', 'retrain_v2', 'bundle']],
      [
        /^ {2}Deployment triage-prod\/tumour-triage/,
        ['data/raw/newbatch.csv', 'retrain_v2', 'made by the demo/deployment-v2.json', 'running'],
      ],
    ] as const) {
      const witness = block(affected, start);
      expect(witness).not.toBe('');
      for (const step of steps) expect(witness).toContain(step);
    }
    expect(affected).not.toMatch(/triage-v1|poisoned/);
    expect(affected).toContain('triage-oncall@example.org');
  });

  test('v1 is clear, v2 rolls back to it, v2 is to be made again', () => {
    expect(block(chapter(3), /^clear \d+/)).toContain('triage-v1 (Model)');
    expect(chapter(3)).toMatch(
      /roll back triage-prod\/tumour-triage from triage-v2 \(version 2\) to: triage-v1 \(version 1\)/,
    );
    expect(chapter(3)).toMatch(/^retrain, wave 1: triage-v2$/m);
  });

  test('the poisoned model is open, with the claim that is missing', () => {
    expect(chapter(3)).toContain(
      'triage-poisoned (Model): missing claim: all inputs of run train_poisoned',
    );
    expect(block(chapter(3), /^clear \d+/)).not.toContain('poisoned');
  });

  test('poisoned data reaches the poisoned model and nothing that is deployed', () => {
    const text = chapter(4);
    const affected = text.slice(text.search(/\naffected \d/), text.indexOf('\npossible'));
    expect(affected).toMatch(/^ {2}Model triage-poisoned/m);
    expect(affected).not.toMatch(/Deployment|triage-v1|triage-v2/);
    expect(text).toContain('nothing deployed is reached');
    expect(text).toMatch(/^retrain, wave 1: triage-poisoned$/m);
    expect(block(text, /^clear \d+/)).toMatch(/triage-v1 \(Model\), triage-v2 \(Model\)/);
  });

  test('the gate allows v1, denies v2 for the revocation, denies the altered score for its evidence', () => {
    const [, allowed = '', withdrawn = '', altered = ''] = chapter(5).split(/\n(?=triage-v[12])/);
    expect(allowed).toMatch(/^ALLOW prod, on SIMULATED evidence$/m);
    expect(allowed).not.toMatch(/✗|\?/);
    expect(withdrawn).toMatch(/^DENY prod/m);
    expect(withdrawn.match(/✗ .*/g)).toEqual(['✗ not-revoked']);
    expect(withdrawn).toMatch(/data\/raw\/newbatch\.csv is revoked/);
    expect(withdrawn).toContain('would flip it: withdrawal');
    expect(altered).toMatch(/^DENY prod/m);
    expect(altered.match(/✗ .*/g)).toEqual(['✗ tee-evidence']);
    expect(altered).toContain('the evidence no longer binds this statement');
    expect(altered).toContain('0.999');
  });

  test('people are spared long digests and long lines', () => {
    expect(told.out).not.toMatch(/[0-9a-f]{33}/);
    const long = told.out.split('\n').filter((line) => Array.from(line).length > 110);
    expect(long).toEqual([]);
    expect(told.out).toMatch(/Evaluation accuracy 0\.98\d* of models\/triage-v2\/model\.pkl/);
    expect(told.out).not.toContain('local:');
  });

  test('what it names at the end works', async () => {
    const commands = [...chapter(6).matchAll(/^ {2}npx pedigree (.*)$/gm)].map(([, line]) =>
      wordsOf(line ?? ''),
    );
    expect(commands.map(([name]) => name)).toEqual(['path', 'lineage', 'log', 'serve']);
    for (const args of commands.filter(([name]) => name !== 'serve')) {
      expect(args.slice(-2)).toEqual(['--home', home]);
      const { code, out } = await runCli(args);
      expect(code).toBe(0);
      expect(out).not.toBe('');
    }
    // that it serves is tested with the server; here that the command line is one
    expect(commands.at(-1)).toEqual(['serve', '--dev', '--home', home]);
    expect(chapter(6)).toContain('http://127.0.0.1:7465/graphql');
  });
});

/** Words of a POSIX shell command with single quotes only. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('demo --json', () => {
  const scratch = useScratch();

  test('is one document with the same answers, and a second run gives them again', async () => {
    const args = ['demo', '--home', scratch.path('demo'), '--json'];
    const first = jsonOf(await runCli(args));
    const second = jsonOf(await runCli(args));
    for (const story of [first, second]) {
      expect(Object.keys(story)).toEqual([
        ...['home', 'made', 'simulatedMeasurement', 'ingest', 'lineage'],
        ...['withdrawn', 'poisoned', 'decisions', 'next'],
      ]);
      expect(story['ingest']).toMatchObject({ counts: { accepted: 65 } });
      expect(story['decisions']).toMatchObject([
        { decision: { outcome: 'allow', simulated: true } },
        { decision: { outcome: 'deny' } },
        { decision: { outcome: 'deny' } },
      ]);
      expect(story['withdrawn']).toMatchObject({
        targets: [{ ref: STORY.withdrawn.ref }],
        rollback: [{ runs: { name: 'triage-v2' }, target: { name: 'triage-v1', version: '1' } }],
      });
    }
    // keys are made afresh, answers are not
    expect(first['poisoned']).not.toBe(second['poisoned']);
    const affected = (story: Record<string, unknown>): string[] =>
      (story['poisoned'] as { affected: { name: string }[] }).affected.map(({ name }) => name);
    expect(affected(first)).toEqual(affected(second));
  });
});

describe('the folder of the demo', () => {
  const scratch = useScratch();

  test('an empty folder is taken', async () => {
    mkdirSync(scratch.path('empty'));
    expect((await runCli(['demo', '--home', scratch.path('empty'), '--json'])).code).toBe(0);
  });

  test('one that a demo made is emptied', async () => {
    const folder = scratch.path('demo');
    expect((await runCli(['demo', '--home', folder, '--json'])).code).toBe(0);
    writeFileSync(join(folder, 'left-over'), '');
    expect((await runCli(['demo', '--home', folder, '--json'])).code).toBe(0);
    expect(existsSync(join(folder, 'left-over'))).toBe(false);
  });

  test.each([
    [
      'a folder of somebody’s own',
      () => scratch.write('mine.txt', 'precious'),
      () => scratch.path(),
    ],
    ['a home that no demo made', () => scratch.write('bom.json', '{}'), () => scratch.path('home')],
    ['a file', () => scratch.write('mine.txt', 'precious'), () => scratch.path('mine.txt')],
  ])('%s is refused and left alone', async (_name, prepare, folder) => {
    const file = prepare();
    if (folder() === scratch.path('home')) await runCli(['ingest', file, '--home', folder()]);
    const before = snapshot(scratch.path());
    const refused = await runCli(['demo', '--home', folder(), '--json']);
    expect(refused.code).toBe(64);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'ERR_USAGE', file: folder() } });
    expect(snapshot(scratch.path())).toEqual(before);
  });

  function snapshot(folder: string): string[] {
    return readdirSync(folder, { recursive: true }).map(String).sort();
  }
});
