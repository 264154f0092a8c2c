// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHome } from '../../cli/home.ts';
import { sha256 } from '../../core/digest.ts';
import { parseProofBundle, verifyProofBundle } from '../../graph/log/proof-bundle.ts';
import { jsonOf, runCli, useScratch, type CliResult } from './support/run-cli.ts';

const MODEL = 'models/triage-v2/model.onnx';
const scratch = useScratch();

let root = '';
let home = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-export-'));
  home = join(root, 'demo');
  expect((await runCli(['demo', '--home', home, '--json'])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ask = (...args: string[]): Promise<CliResult> => runCli(['export', ...args, '--home', home]);

interface Line {
  readonly digest: string;
  readonly payloads: readonly string[];
  readonly bytes: string;
  readonly proof: unknown;
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

describe('pedigree export', () => {
  test.each([
    ['cyclonedx', 'cyclonedx-json'],
    ['spdx3', 'spdx3-jsonld'],
  ])('%s: a document that inspect takes for conformant', async (format, detected) => {
    const file = scratch.path('out.json');
    const written = await ask(MODEL, '--format', format, '--out', file);
    expect([written.code, written.out]).toEqual([0, '']);
    expect(written.err).toContain('not carried');
    const inspected = jsonOf(await runCli(['inspect', file, '--json']));
    expect(inspected).toMatchObject({ format: detected, conformant: true, standing: 'accepted' });
    const shown = await ask(MODEL, '--format', format);
    expect(shown.out).toBe(readFileSync(file, 'utf8'));
  });

  test('--json: the document with what is not in it; with --out the list alone', async () => {
    const answer = jsonOf(await ask(MODEL, '--format', 'cyclonedx', '--json'));
    expect(answer).toMatchObject({ format: 'cyclonedx', document: { bomFormat: 'CycloneDX' } });
    expect((answer['notCarried'] as unknown[]).length).toBeGreaterThan(5);
    const out = scratch.path('out.json');
    const listed = jsonOf(await ask(MODEL, '--format', 'cyclonedx', '--json', '--out', out));
    expect(listed).toMatchObject({ out, notCarried: answer['notCarried'] });
    expect(listed).not.toHaveProperty('document');
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(answer['document']);
  });

  test('in-toto-bundle: envelopes byte for byte, each proven to be in the log', async () => {
    const answer = jsonOf(await ask(MODEL, '--format', 'in-toto-bundle', '--json'));
    const lines = linesOf(String(answer['document']));
    const { logKey } = openHome(home);
    const publicKey = createPublicKey(logKey.privateKey);
    expect(lines.length).toBeGreaterThan(5);
    for (const { digest, bytes, proof, payloads } of lines) {
      expect(sha256(Buffer.from(bytes, 'base64'))).toBe(digest);
      expect(payloads.length).toBeGreaterThan(0);
      const bundle = parseProofBundle(JSON.stringify(proof));
      const verdict = verifyProofBundle(bundle, publicKey, bundle.origin);
      expect(verdict).toMatchObject({ status: 'passed', value: { event: { document: digest } } });
      const other = { ...bundle, index: bundle.index + 1 };
      expect(verifyProofBundle(other, publicKey, bundle.origin).status).toBe('failed');
    }
    const notCarried = answer['notCarried'] as { what: string; why: string }[];
    expect(notCarried.length).toBeGreaterThan(0);
    expect(notCarried.every(({ what }) => what.startsWith('document '))).toBe(true);
    expect(notCarried.some(({ what }) => what.includes('ml-bom-1.6'))).toBe(true);
  });

  test('an earlier log size is answered as it was', async () => {
    const early = await ask(
      'data/raw/wdbc.csv',
      '--format',
      'cyclonedx',
      '--as-of',
      '40',
      '--down',
    );
    const late = await ask('data/raw/wdbc.csv', '--format', 'cyclonedx', '--down');
    expect([early.code, late.code]).toEqual([0, 0]);
    expect(early.out).not.toBe(late.out);
    expect(JSON.parse(early.out)).toMatchObject({ specVersion: '1.7' });
  });

  test.each([
    [['--format', 'csv'], 64],
    [[], 64],
    [['--format', 'spdx3', '--as-of', 'soon'], 64],
    [['--format', 'spdx3', '--as-of', '100000'], 64],
    [['--format', 'spdx3', '--out', '/nonexistent/folder/file'], 64],
  ])('%j is refused', async (args, code) => {
    expect((await ask(MODEL, ...args)).code).toBe(code);
  });

  test('what nobody knows is exit 2, and writes no file', async () => {
    const out = scratch.path('out.json');
    const answer = await ask(`sha256:${'ab'.repeat(32)}`, '--format', 'spdx3', '--out', out);
    expect(answer.code).toBe(2);
    expect(() => readFileSync(out)).toThrow();
  });
});
