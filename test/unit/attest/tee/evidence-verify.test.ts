// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  verifyEvidenceCases,
  verifyEvidenceFile,
} from '../../../../cli/commands/evidence-verify.ts';
import type { EvidenceReport } from '../../../../cli/commands/evidence-verify.ts';
import { parseInstant } from '../../../../core/instant.ts';
import { signSimulatedEvidence } from '../../../../attest/tee/simulated/sign.ts';
import { describeShared, sharedPath } from '../../../support/shared.ts';
import { supportedKinds } from '../../../../attest/tee/registry.ts';
import type { VerifyInput } from '../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';
import { makeAmdKeys, makeSnpInput } from './support/fake-amd.ts';
import { makeNitroInput, makeNitroKeys } from './support/fake-nitro.ts';
import { rsaKey } from './support/fake-pki.ts';
import { makeTpmInput } from './support/fake-tpm.ts';

const AT = parseInstant('2025-01-01T00:00:00Z');
const keys = makeAmdKeys();
const fake = makeSnpInput({ keys, crl: {} });
const platform = generateKeyPairSync('ed25519');
const folders: string[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  folders.push(folder);
  mkdirSync(join(folder, 'snp'));
  writeFileSync(join(folder, 'snp', 'report.bin'), fake.evidence);
  for (const [role, [bytes = new Uint8Array()]] of fake.endorsements) {
    writeFileSync(join(folder, 'snp', `${role}.der`), bytes);
  }
});

afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true });
});

const FILES = { ek: 'snp/ek.der', ask: 'snp/ask.der', ark: 'snp/ark.der', crl: 'snp/crl.der' };

function snpCase(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'one',
    kind: 'sev-snp',
    evidence: 'snp/report.bin',
    files: { ...FILES, root: 'snp/ark.der' },
    verifyAt: AT,
    policy: { trustRootOverride: true },
    expect: 'accept',
    ...change,
  };
}

async function runCases(
  cases: unknown,
  options: { kind?: string } = {},
): Promise<{
  agreed: number;
  disagreed: number;
  reports: (EvidenceReport & { agrees: boolean })[];
}> {
  const path = join(folder, 'manifest.json');
  writeFileSync(path, typeof cases === 'string' ? cases : JSON.stringify(cases));
  const reports: (EvidenceReport & { agrees: boolean })[] = [];
  const write = (line: string): void => {
    reports.push(JSON.parse(line) as EvidenceReport & { agrees: boolean });
  };
  const counts = await verifyEvidenceCases(path, write, { ...options, format: 'json' });
  return { ...counts, reports };
}

describe('--cases', () => {
  test('honours trustRootOverride and says so', async () => {
    const { agreed, disagreed, reports } = await runCases([snpCase()]);
    expect([agreed, disagreed]).toEqual([1, 0]);
    expect(reports[0]).toMatchObject({ id: 'one', verdict: 'passed', stage: null, testRoot: true });
  });

  test('without the override the pinned root decides, whatever files.root says', async () => {
    for (const policy of [{}, { trustRootOverride: false }]) {
      const { agreed, reports } = await runCases([snpCase({ policy })]);
      expect(agreed).toBe(0);
      expect(reports[0]).toMatchObject({ verdict: 'failed', stage: 'chain', agrees: false });
      expect(reports[0]).not.toHaveProperty('testRoot');
    }
  });

  test('rejections and alsoAllowed count as the manifest says', async () => {
    const policy = { trustRootOverride: true, vmpl: 3 };
    const { reports } = await runCases([
      snpCase({ id: 'a', policy, expect: 'reject' }),
      snpCase({ id: 'b', policy, expect: 'accept' }),
      snpCase({ id: 'c', policy, expect: 'accept', alsoAllowed: 'reject' }),
      snpCase({ id: 'd', expect: 'reject' }),
      snpCase({ id: 'e', expect: 'reject', alsoAllowed: 'accept' }),
    ]);
    expect(reports.map((report) => report.agrees)).toEqual([true, false, true, false, true]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown kind', { kind: 'abacus' }, 'kind-not-supported'],
    ['a missing file', { evidence: 'snp/nothing.bin' }, 'case-not-run'],
    ['a folder for a file', { evidence: 'snp' }, 'case-not-run'],
    ['a path out of the folder', { evidence: '../evidence.bin' }, 'case-not-run'],
    ['an absolute path', { evidence: '/etc/hostname' }, 'case-not-run'],
    ['a missing certificate', { files: { ...FILES, ek: 'snp/none.der' } }, 'case-not-run'],
    [
      'a certificate out of the folder',
      { files: { ...FILES, ek: '../../ek.der' } },
      'case-not-run',
    ],
    ['an unknown policy key', { policy: { alowDebug: true } }, 'case-not-run'],
    ['a policy value of a wrong size', { policy: { measurement: 'ee' } }, 'case-not-run'],
    ['an override without a root', { files: FILES }, 'case-not-run'],
    [
      'an override whose root is no certificate',
      { files: { ...FILES, root: 'snp/report.bin' } },
      'trust-anchor-invalid',
    ],
  ])('%s is no answer: it disagrees with accept and with reject', async (_what, change, code) => {
    for (const expectation of ['accept', 'reject']) {
      const { agreed, disagreed, reports } = await runCases([
        snpCase({ ...change, expect: expectation }),
      ]);
      expect([agreed, disagreed]).toEqual([0, 1]);
      expect(reports[0]).toMatchObject({ verdict: 'undetermined', findings: [{ code }] });
    }
  });

  test('a symbolic link out of the folder is not followed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    folders.push(outside);
    writeFileSync(join(outside, 'report.bin'), fake.evidence);
    symlinkSync(join(outside, 'report.bin'), join(folder, 'link.bin'));
    symlinkSync(outside, join(folder, 'linked'));
    for (const evidence of ['link.bin', 'linked/report.bin']) {
      const { agreed, reports } = await runCases([snpCase({ evidence, expect: 'reject' })]);
      expect(agreed).toBe(0);
      expect(reports[0]?.findings[0]?.message).toContain('leaves the folder');
    }
    symlinkSync(join(folder, 'snp', 'report.bin'), join(folder, 'inside.bin'));
    expect((await runCases([snpCase({ evidence: 'inside.bin' })])).agreed).toBe(1);
  });

  test('a kind filter runs only those cases', async () => {
    const cases = [snpCase(), snpCase({ id: 'two', kind: 'abacus' })];
    expect((await runCases(cases, { kind: 'sev-snp' })).reports.map((one) => one.id)).toEqual([
      'one',
    ]);
  });

  test('zero cases is an error, never success', async () => {
    const usage = expect.objectContaining({ code: 'ERR_USAGE' });
    await expect(runCases([])).rejects.toThrow(usage);
    await expect(runCases([snpCase()], { kind: 'nitro' })).rejects.toThrow(usage);
  });

  test.each<[string, unknown]>([
    ['no array', { cases: [] }],
    ['no object', [3]],
    ['no id', [snpCase({ id: undefined })]],
    ['an id twice', [snpCase(), snpCase()]],
    ['another expectation', [snpCase({ expect: 'maybe' })]],
    ['another alsoAllowed', [snpCase({ alsoAllowed: 'maybe' })]],
    ['a time that is none', [snpCase({ verifyAt: 'yesterday' })]],
    ['no time', [snpCase({ verifyAt: undefined })]],
    ['a policy that is text', [snpCase({ policy: 'none' })]],
    ['an override that is text', [snpCase({ policy: { trustRootOverride: 'true' } })]],
    ['files that are a list', [snpCase({ files: ['ek.der'] })]],
    ['a file that is a number', [snpCase({ files: { ek: 4 } })]],
  ])('a manifest with %s is refused', async (_what, cases) => {
    await expect(runCases(cases)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });

  test('a manifest that is no JSON, or names a member twice', async () => {
    await expect(runCases('[')).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_JSON' }),
    );
    const twice = '[{"id":"a","id":"b"}]';
    await expect(runCases(twice)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DUPLICATE_KEY' }),
    );
  });

  test('one line of text a case', async () => {
    const path = join(folder, 'manifest.json');
    const cases = [snpCase(), snpCase({ id: 'two', policy: { trustRootOverride: true, vmpl: 2 } })];
    writeFileSync(path, JSON.stringify(cases));
    const lines: string[] = [];
    await verifyEvidenceCases(path, (line) => lines.push(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('agrees    one: passed, expected accept [test root]');
    expect(lines[1]).toMatch(
      /^DISAGREES two: failed, expected accept \[test root\] policy\/vmpl: /,
    );
  });
});

describe('--nonce', () => {
  const tpmKey = rsaKey();
  const hexOf = (content: string): string => Buffer.from(content).toString('hex');

  async function verifyWith(
    kind: string,
    input: VerifyInput,
    nonce: string,
    policy?: JsonObject,
  ): Promise<string> {
    const path = join(folder, 'evidence');
    const [roots, endorsements] = [join(folder, 'roots'), join(folder, 'collateral')];
    for (const one of [roots, endorsements]) mkdirSync(one, { recursive: true });
    writeFileSync(path, input.evidence);
    for (const [index, { bytes }] of input.anchors.entries()) {
      writeFileSync(join(roots, String(index)), bytes);
    }
    for (const [role, [bytes = '']] of input.endorsements) {
      writeFileSync(join(endorsements, role), bytes);
    }
    const policyFile = join(folder, 'nonce-policy.json');
    if (policy !== undefined) writeFileSync(policyFile, JSON.stringify(policy));
    const given = policy === undefined ? {} : { policy: policyFile };
    const options = { file: path, kind, at: input.at, roots, endorsements, nonce, ...given };
    const report = await verifyEvidenceFile(options);
    return report.verdict === 'passed' ? 'passed' : `${report.verdict} ${report.findings[0]?.code}`;
  }

  test('is compared with the field of the kind', async () => {
    const snp = 'dd'.repeat(64);
    expect(await verifyWith('sev-snp', fake, snp)).toBe('passed');
    expect(await verifyWith('sev-snp', fake, snp.toUpperCase())).toBe('passed');
    expect(await verifyWith('sev-snp', fake, 'de'.repeat(64))).toBe('failed report-data');
    const tpm = makeTpmInput({ key: tpmKey });
    expect(await verifyWith('tpm', tpm, hexOf('a nonce'))).toBe('passed');
    expect(await verifyWith('tpm', tpm, hexOf('a nonc'))).toBe('failed nonce');
    const nitro = makeNitroInput({ keys: makeNitroKeys() });
    expect(await verifyWith('nitro', nitro, hexOf('a nonce'))).toBe('passed');
    expect(await verifyWith('nitro', nitro, hexOf('b nonce'))).toBe('failed nonce');
  });

  test('may repeat the policy and not contradict it', async () => {
    const tpm = makeTpmInput({ key: tpmKey });
    const nonce = hexOf('a nonce');
    expect(await verifyWith('tpm', tpm, nonce, { nonce: nonce.toUpperCase() })).toBe('passed');
    for (const stated of ['00', 5]) {
      await expect(verifyWith('tpm', tpm, nonce, { nonce: stated })).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
    }
  });

  test('of another size than the field is an error, and is never filled up', async () => {
    await expect(verifyWith('sev-snp', fake, 'dd'.repeat(63))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  test.each(['', 'abc', 'zz', '0x00', '00 00', '00'.repeat(1025)])(
    '"%s" is not hex of 1 to 1024 bytes',
    async (nonce) => {
      await expect(verifyWith('sev-snp', fake, nonce)).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
    },
  );

  test('of a token is the hex of its characters', async () => {
    const input = { ...fake, evidence: Buffer.from('a.b.c') };
    expect(await verifyWith('ear', input, hexOf('a nonce'))).toMatch(/^(?:failed|undetermined) /);
    await expect(verifyWith('ear', input, '00ff')).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });

  test('every kind has a field for it', async () => {
    const size = new Map([
      ['nitro', 8],
      ['tpm', 8],
      ['azure-snp-vtpm', 8],
      ['nvidia-gpu', 32],
      ['ear', 8],
      ['gcp-cs-jwt', 8],
    ]);
    for (const kind of supportedKinds()) {
      const nonce = '61'.repeat(size.get(kind) ?? 64);
      expect(await verifyWith(kind, { ...fake, evidence: Buffer.from('none') }, nonce)).not.toBe(
        'passed',
      );
    }
  });
});

describeShared('--nonce and a genuine token', () => {
  test('is the hex of the characters of eat_nonce', async () => {
    const nonce = '75a91c8dbe289f190d5e70ab1cb70c93cc14d7243f0ef3ff5326a622ead220a6';
    const options = {
      file: sharedPath('vectors', 'tee', 'gcp-cs-jwt', 'evidence', 'ok.jwt'),
      kind: 'gcp-cs-jwt',
      at: parseInstant('2025-09-05T08:20:00Z'),
    };
    const characters = Buffer.from(nonce).toString('hex');
    expect((await verifyEvidenceFile({ ...options, nonce: characters })).verdict).toBe('passed');
    const cut = await verifyEvidenceFile({ ...options, nonce: characters.slice(2) });
    expect(cut).toMatchObject({ verdict: 'failed', stage: 'policy' });
  });
});

describe('one file', () => {
  const file = (): string => join(folder, 'snp', 'report.bin');

  test('roots come from the operator’s folder or from the product, never from a policy', async () => {
    const roots = join(folder, 'roots');
    mkdirSync(roots);
    writeFileSync(join(roots, 'mine.der'), fake.endorsements.get('ark')?.[0] ?? '');
    const endorsements = join(folder, 'snp');
    const options = { file: file(), kind: 'sev-snp', at: AT, endorsements };
    expect(await verifyEvidenceFile({ ...options, roots })).toMatchObject({ verdict: 'passed' });
    const pinned = await verifyEvidenceFile(options);
    expect(pinned).toMatchObject({ verdict: 'failed', stage: 'chain', claims: null });
    expect(pinned).not.toHaveProperty('testRoot');
    const policy = join(folder, 'policy.json');
    writeFileSync(policy, '{"trustRootOverride": true}');
    await expect(verifyEvidenceFile({ ...options, policy })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  test('endorsements are known by content, other files are left alone', async () => {
    const endorsements = join(folder, 'named');
    const roots = join(folder, 'roots');
    mkdirSync(endorsements);
    mkdirSync(roots);
    for (const [index, [bytes = new Uint8Array()]] of [...fake.endorsements.values()].entries()) {
      writeFileSync(join(endorsements, `${index}.crt`), bytes);
    }
    writeFileSync(join(endorsements, 'README.txt'), 'hello');
    writeFileSync(join(roots, 'mine.der'), fake.endorsements.get('ark')?.[0] ?? '');
    const report = await verifyEvidenceFile({
      file: file(),
      kind: 'sev-snp',
      at: AT,
      endorsements,
      roots,
    });
    expect(report).toMatchObject({ verdict: 'passed', claims: { revocation: 'checked' } });
  });

  test('simulated evidence needs a named platform key', async () => {
    const path = join(folder, 'simulated.json');
    const evidence = signSimulatedEvidence({
      measurement: new Uint8Array(48),
      reportData: new Uint8Array(64),
      issuedAt: AT,
      platformKey: platform.privateKey,
    });
    writeFileSync(path, evidence);
    const options = { file: path, kind: 'simulated', at: AT };
    expect(await verifyEvidenceFile(options)).toMatchObject({ verdict: 'undetermined' });
    const roots = join(folder, 'roots');
    mkdirSync(roots);
    writeFileSync(join(roots, 'k.pem'), platform.publicKey.export({ format: 'pem', type: 'spki' }));
    expect(await verifyEvidenceFile({ ...options, roots })).toMatchObject({
      verdict: 'passed',
      claims: { simulated: true },
    });
  });

  test('a policy in YAML means the same', async () => {
    const roots = join(folder, 'roots');
    mkdirSync(roots);
    writeFileSync(join(roots, 'mine.der'), fake.endorsements.get('ark')?.[0] ?? '');
    const base = {
      file: file(),
      kind: 'sev-snp',
      at: AT,
      endorsements: join(folder, 'snp'),
      roots,
    };
    const outcomes: (string | undefined)[] = [];
    for (const [name, text] of [
      ['met.yaml', 'vmpl: 0\nminTcb:\n  snp: 4\n'],
      ['unmet.yml', 'vmpl: 2\n'],
      ['unmet.json', '{"vmpl": 2}'],
    ] as const) {
      const policy = join(folder, name);
      writeFileSync(policy, text);
      const report = await verifyEvidenceFile({ ...base, policy });
      outcomes.push(report.verdict === 'passed' ? 'passed' : report.findings[0]?.code);
    }
    expect(outcomes).toEqual(['passed', 'vmpl', 'vmpl']);
    for (const text of [
      'vmpl: 0\nvmpl: 1\n',
      '- vmpl\n',
      'vmpl: [',
      'measurement: 00\n',
      'a: &a [*a]\n',
    ]) {
      const policy = join(folder, 'bad.yaml');
      writeFileSync(policy, text);
      await expect(verifyEvidenceFile({ ...base, policy })).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
      );
    }
  });

  test('an unsupported kind is undetermined and lists the supported ones', async () => {
    const report = await verifyEvidenceFile({ file: file(), kind: 'abacus', at: AT });
    expect(report).toMatchObject({ verdict: 'undetermined', claims: null });
    expect(report.findings[0]?.hint).toContain('sev-snp');
  });

  test.each<[string, Record<string, string>, string]>([
    ['a missing file', { file: 'none' }, 'ERR_NOT_FOUND'],
    ['a missing folder', { endorsements: 'none' }, 'ERR_NOT_FOUND'],
    ['a missing policy', { policy: 'none' }, 'ERR_NOT_FOUND'],
    ['a missing root folder', { roots: 'none' }, 'ERR_NOT_FOUND'],
    ['a policy that is no JSON', { policy: 'bad.json' }, 'ERR_POLICY_INVALID'],
    ['a policy that is a list', { policy: 'list.json' }, 'ERR_POLICY_INVALID'],
  ])('%s is an error', async (_what, change, code) => {
    writeFileSync(join(folder, 'bad.json'), '{"allowDebug": tru');
    writeFileSync(join(folder, 'list.json'), '[]');
    const paths = Object.entries(change).map(([key, name]) => [key, join(folder, name)]);
    const options = { file: file(), kind: 'sev-snp', at: AT, ...Object.fromEntries(paths) };
    await expect(verifyEvidenceFile(options)).rejects.toThrow(expect.objectContaining({ code }));
  });
});
