// SPDX-License-Identifier: Apache-2.0
// `pedigree evidence verify` as a pipeline meets it. What each kind means is tested with its scheme.
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeShared, sharedPath } from '../support/shared.ts';
import { jsonLinesOf, jsonOf, runCli, useScratch } from './support/run-cli.ts';

const scratch = useScratch();

describeShared('evidence verify --cases', () => {
  const manifest = sharedPath('vectors', 'tee', 'manifest.json');

  test('sev-snp: 0, one line a case, all agree', async () => {
    const args = ['evidence', 'verify', '--cases', manifest, '--kind', 'sev-snp'];
    const told = await runCli(args);
    expect(told.code).toBe(0);
    const lines = told.out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.every((line) => line.startsWith('agrees '))).toBe(true);
    expect(told.err).toBe(`${lines.length} agreed, 0 disagreed\n`);

    const asJson = jsonLinesOf(await runCli([...args, '--json']));
    expect(asJson).toHaveLength(lines.length);
    for (const one of asJson) {
      expect(one).toMatchObject({ kind: 'sev-snp', agrees: true, id: expect.any(String) });
      expect(['passed', 'failed', 'undetermined']).toContain(one['verdict']);
    }
    expect(asJson.some(({ verdict }) => verdict === 'passed')).toBe(true);
    expect(asJson.some(({ verdict }) => verdict === 'failed')).toBe(true);
  });
});

test.each([
  ['evidence that is not there', () => scratch.path('none.bin'), 65],
  ['a folder in place of evidence', () => scratch.path(), 65],
])('%s: %i', async (_name, path, code) => {
  const answer = await runCli(['evidence', 'verify', path(), '--kind', 'sev-snp', '--json']);
  expect(answer.code).toBe(code);
  expect(jsonOf(answer)).toHaveProperty('error');
});

test('bytes that are no evidence are not genuine: never 0', async () => {
  const file = scratch.write('junk.bin', 'not a report');
  const at = ['--at', '2026-11-21T00:00:00Z'];
  const answer = await runCli(['evidence', 'verify', file, '--kind', 'sev-snp', '--json', ...at]);
  expect([1, 2]).toContain(answer.code);
  expect(jsonOf(answer)).toMatchObject({
    kind: 'sev-snp',
    stage: expect.any(String),
    findings: [expect.objectContaining({ code: expect.any(String) })],
  });
});

test('text says what it is, which step failed and what to do', async () => {
  const file = scratch.write('junk.bin', 'not a report');
  const at = ['--at', '2026-11-21T00:00:00Z'];
  const { out, code } = await runCli(['evidence', 'verify', file, '--kind', 'sev-snp', ...at]);
  expect(code).toBe(1);
  expect(out).toContain('AMD SEV-SNP attestation report (sev-snp): it is not to be believed');
  expect(out).toContain('step parse, can it be read as evidence of this kind?');
  expect(out).toContain('→ is the file whole');
});

test('--wrapped: the message in a wrapper is what is verified', async () => {
  const value = Buffer.alloc(0x4a0).toString('base64url');
  const file = scratch.write('cmw.json', JSON.stringify({ cpu: ['application/x.snp', value, 4] }));
  const args = ['evidence', 'verify', file, '--kind', 'sev-snp', '--json'];
  // zeroes are a report of version 0; the wrapper itself would not even have the size
  const inner = jsonOf(await runCli([...args, '--wrapped', 'cpu']));
  expect(JSON.stringify(inner)).toContain('report version 0');
  expect(JSON.stringify(jsonOf(await runCli([...args, '--wrapped'])))).toContain('version 0');
  expect(JSON.stringify(jsonOf(await runCli(args)))).toContain('has 1184');
  expect((await runCli([...args, '--wrapped', 'gpu'])).code).toBe(64);
  const junk = scratch.write('junk.json', '["x"]');
  const broken = ['evidence', 'verify', junk, '--kind', 'sev-snp', '--wrapped', '--json'];
  expect((await runCli(broken)).code).toBe(65);
});

test.each([
  [['--kind', 'sev-snp', '--at', 'noon'], 65],
  [['--kind', 'no-such-kind'], 64],
  [[], 64],
])('%j: %i', async (args, code) => {
  const file = scratch.write('junk.bin', 'x');
  expect((await runCli(['evidence', 'verify', file, ...args, '--json'])).code).toBe(code);
});

test('a manifest that is none: 65; one that is not there: 65', async () => {
  const file = scratch.write('manifest.json', '{"cases":[]}');
  expect((await runCli(['evidence', 'verify', '--cases', file])).code).toBe(65);
  expect((await runCli(['evidence', 'verify', '--cases', scratch.path('none')])).code).toBe(65);
});

test('a case that leaves its folder is not run, and the answer is not 0', async () => {
  mkdirSync(scratch.path('cases'));
  scratch.write('outside.bin', 'x');
  const one = {
    ...{ id: 'outside', kind: 'sev-snp', evidence: '../outside.bin', files: {} },
    ...{ verifyAt: '2026-11-21T00:00:00Z', policy: {}, expect: 'reject' },
  };
  const manifest = scratch.write('cases/manifest.json', JSON.stringify([one]));
  const answer = await runCli(['evidence', 'verify', '--cases', manifest]);
  expect(answer.code).toBe(1);
  expect(answer.out).toMatch(/^DISAGREES/);
});
