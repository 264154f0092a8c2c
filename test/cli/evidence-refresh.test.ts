// SPDX-License-Identifier: Apache-2.0
// `pedigree evidence refresh` against vendors of our own making, and what `evidence verify` then says.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VerifyInput } from '../../attest/tee/scheme.ts';
import { startServer, type TestServer } from '../support/test-server.ts';
import {
  amdAnswers,
  answering,
  intelAnswers,
  type VendorAnswer,
  type VendorAnswers,
} from '../support/vendor-mirror.ts';
import { FMSPC, makeDcapInput, makeDcapKeys } from '../unit/attest/tee/dcap/fake-dcap.ts';
import type { FakeDcap } from '../unit/attest/tee/dcap/fake-dcap.ts';
import {
  chipId,
  makeAmdKeys,
  makeSnpInput,
  tcbBytes,
} from '../unit/attest/tee/support/fake-amd.ts';
import type { FakeSnp } from '../unit/attest/tee/support/fake-amd.ts';
import { toPem } from '../unit/attest/tee/support/fake-pki.ts';
import { jsonOf, runCli, useScratch, type CliResult } from './support/run-cli.ts';

const scratch = useScratch();
let answers: VendorAnswers;
let server: TestServer;

beforeEach(async () => {
  answers = new Map();
  server = await startServer((request, response) => answering(answers)(request, response));
});
afterEach(() => server.close());

interface Row {
  readonly file: string | null;
  readonly state: string;
  readonly why: string | null;
  readonly nextUpdate: string | null;
}

function rowsOf(result: CliResult): readonly Row[] {
  return jsonOf(result)['files'] as readonly Row[];
}

/** The states of the files, in order. */
function statesOf(result: CliResult): string[] {
  return rowsOf(result).map(({ state }) => state);
}

function write(name: string, bytes: Uint8Array | string): string {
  const path = scratch.path(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** The evidence and the root of a vendor, as files. */
function writeInput({ evidence, anchors }: VerifyInput): { evidence: string; roots: string } {
  const root = write('roots/root.der', anchors[0]?.bytes ?? new Uint8Array());
  return { evidence: write('evidence.bin', evidence), roots: dirname(root) };
}

function refresh(kind: string, ...more: string[]): Promise<CliResult> {
  const base = ['--base-url', server.url('/').href, '--json'];
  return runCli(['evidence', 'refresh', '--kind', kind, '--out', out(), ...base, ...more]);
}

function out(): string {
  return scratch.path('endorsements');
}

function kept(name: string): Buffer {
  return readFileSync(scratch.path('endorsements', name));
}

function answer(path: string, change: Partial<VendorAnswer>): void {
  const known = answers.get(path) ?? { body: '' };
  answers.set(path, { ...known, ...change });
}

const HTML = '<!doctype html><html><body>Service notice</body></html>';

describe('AMD', () => {
  const keys = makeAmdKeys();
  const chip = chipId('Genoa').toString('hex');
  const CRL = 'amd-genoa.crl';
  const CHAIN = 'amd-genoa-vcek-chain.pem';
  const EK = `amd-genoa-vcek-${chip.slice(0, 16)}-${tcbBytes('Genoa').toString('hex')}.der`;
  const paths = {
    crl: '/vcek/v1/Genoa/crl',
    chain: '/vcek/v1/Genoa/cert_chain',
    ek: `/vcek/v1/Genoa/${chip}`,
  };

  /** Puts a vendor in place and returns the arguments that ask it. */
  function vendor(fake: Partial<FakeSnp> = {}): string[] {
    const input = makeSnpInput({ product: 'Genoa', keys, crl: {}, ...fake });
    answers = amdAnswers(input.endorsements, 'Genoa', chip);
    const { evidence, roots } = writeInput(input);
    return ['--evidence', evidence, '--roots', roots];
  }

  test('round trip: what was fetched makes the report verify, revocation included', async () => {
    const args = vendor();
    const told = await refresh('sev-snp', ...args);
    expect(rowsOf(told)).toEqual([
      expect.objectContaining({ file: CRL, state: 'new', nextUpdate: '2030-01-01T00:00:00.000Z' }),
      expect.objectContaining({ file: CHAIN, state: 'new', why: null }),
      expect.objectContaining({ file: EK, state: 'new', why: null }),
    ]);
    expect(told.code).toBe(0);
    expect(readdirSync(out()).toSorted()).toEqual([CHAIN, EK, CRL].toSorted());
    const [, evidence = '', , roots = ''] = args;
    const verify = [
      'evidence',
      'verify',
      evidence,
      '--kind',
      'sev-snp',
      '--roots',
      roots,
      '--json',
    ];
    expect((await runCli(verify)).code).not.toBe(0);
    const answered = jsonOf(await runCli([...verify, '--endorsements', out()]));
    expect(answered).toMatchObject({ verdict: 'passed', claims: { revocation: 'checked' } });
  });

  test('the certificate is asked for by chip and TCB, and only once', async () => {
    const args = vendor();
    await refresh('sev-snp', ...args);
    const asked = server.requests.map(({ path }) => path);
    expect(asked).toContain(`${paths.ek}?blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=219`);
    const again = await refresh('sev-snp', ...args);
    expect(again.code).toBe(0);
    expect(statesOf(again)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(server.requests.filter(({ path }) => path.startsWith(paths.ek))).toHaveLength(1);
  });

  test('without evidence the product line alone is fetched', async () => {
    const [, , ...roots] = vendor();
    const told = await refresh('sev-snp', '--product', 'genoa', ...roots);
    expect(told.code).toBe(0);
    expect(rowsOf(told).map(({ file }) => file)).toEqual([CRL, CHAIN]);
  });

  test('a vendor whose root is not the pinned one: nothing is written', async () => {
    const [, evidence = ''] = vendor();
    const told = await refresh('sev-snp', '--evidence', evidence);
    expect(told.code).toBe(1);
    expect(statesOf(told)).toEqual(['refused', 'refused', 'refused']);
    expect(existsSync(out())).toBe(false);
  });

  test('an older list, genuine and in force, does not replace a newer one', async () => {
    const args = vendor({ crl: { thisUpdate: '2025-01-01T00:00:00Z' } });
    await refresh('sev-snp', ...args);
    const before = kept(CRL);
    const older = await refresh('sev-snp', ...vendor({ crl: {} }));
    expect(older.code).toBe(1);
    expect(rowsOf(older)[0]).toMatchObject({
      state: 'refused',
      why: expect.stringContaining('older than the one that is there'),
      nextUpdate: '2030-01-01T00:00:00.000Z',
    });
    expect(kept(CRL)).toEqual(before);
    const newer = await refresh(
      'sev-snp',
      ...vendor({ crl: { thisUpdate: '2026-01-01T00:00:00Z' } }),
    );
    expect([newer.code, rowsOf(newer)[0]?.state]).toEqual([0, 'replaced']);
  });

  test('a damaged file stands in nobody’s way', async () => {
    const args = vendor();
    write(`endorsements/${CRL}`, 'junk');
    write(`endorsements/${EK}`, 'junk');
    const told = await refresh('sev-snp', ...args);
    expect([told.code, ...statesOf(told)]).toEqual([0, 'replaced', 'new', 'replaced']);
  });

  test('an intermediate that the new list names is refused, and the list is written', async () => {
    const told = await refresh('sev-snp', ...vendor({ crl: { revoked: [[1, 0, 1]] } }));
    expect(told.code).toBe(1);
    expect(statesOf(told).slice(0, 2)).toEqual(['new', 'refused']);
    expect(existsSync(scratch.path('endorsements', CRL))).toBe(true);
    expect(existsSync(scratch.path('endorsements', CHAIN))).toBe(false);
  });

  test.each<[string, Partial<FakeSnp>]>([
    ['stale', { crl: { nextUpdate: '2024-01-01T00:00:00Z' } }],
    [
      'of tomorrow',
      { crl: { thisUpdate: '2039-01-01T00:00:00Z', nextUpdate: '2039-02-01T00:00:00Z' } },
    ],
    ['that never ends', { crl: { nextUpdate: null } }],
    ['of another key', { crl: { issuerKey: makeAmdKeys().ark } }],
    ['of another name', { crl: { issuer: 'ARK-Milan' } }],
  ])('a list %s is refused', async (_name, fake) => {
    const told = await refresh('sev-snp', ...vendor(fake));
    expect([told.code, rowsOf(told)[0]?.state]).toEqual([1, 'refused']);
    expect(existsSync(scratch.path('endorsements', CRL))).toBe(false);
  });

  test.each<[string, Partial<FakeSnp>]>([
    ['another chip', { ekExtensions: { '4': Buffer.alloc(64, 0xc2) } }],
    ['another TCB', { ekExtensions: { '3.8': Buffer.from([0x02, 0x01, 0x05]) } }],
    ['another issuer', { ek: { issuerKey: makeAmdKeys().ask } }],
    ['the past', { ek: { notAfter: '2024-01-01T00:00:00Z' } }],
    ['another role', { ek: { subject: 'SEV-VLEK' } }],
  ])('a VCEK of %s is refused', async (_name, fake) => {
    const told = await refresh('sev-snp', ...vendor(fake));
    expect(told.code).toBe(1);
    expect(statesOf(told)).toEqual(['new', 'new', 'refused']);
    expect(existsSync(scratch.path('endorsements', EK))).toBe(false);
  });

  test.each<[string, Partial<VendorAnswer>, number, string]>([
    ['HTML', { body: HTML }, 1, 'refused'],
    ['nothing', { body: '' }, 1, 'refused'],
    ['half of it, declared so', { body: '-----BEGIN CERTIFICATE-----\nMIIB' }, 1, 'refused'],
    ['500', { status: 501 }, 69, 'unavailable'],
    ['404', { status: 404 }, 69, 'unavailable'],
    ['403', { status: 403 }, 69, 'unavailable'],
    ['429 for an hour', { status: 429, headers: { 'retry-after': '3600' } }, 69, 'unavailable'],
    ['503 for an hour', { status: 503, headers: { 'retry-after': '3600' } }, 69, 'unavailable'],
    [
      'a redirect to a host that nobody named',
      { status: 302, headers: { location: 'http://127.0.0.2/x' } },
      69,
      'unavailable',
    ],
  ])('%s in place of a chain: the old one stays', async (_name, change, code, state) => {
    const args = vendor();
    await refresh('sev-snp', ...args);
    const before = kept(CHAIN);
    answer(paths.chain, change);
    const told = await refresh('sev-snp', ...args);
    expect([told.code, ...statesOf(told)]).toEqual([code, 'unchanged', state, 'unchanged']);
    expect(rowsOf(told)[1]?.why).toEqual(expect.any(String));
    expect(kept(CHAIN)).toEqual(before);
    expect(readdirSync(out())).toHaveLength(3);
  });

  test.each<[string, Partial<FakeSnp>]>([
    ['is no authority', { ask: { isCa: false } }],
    ['may not sign certificates', { ask: { keyUsage: 0x80 } }],
    ['is of another line', { ask: { subject: 'SEV-Milan' } }],
    ['is of the past', { ask: { notAfter: '2024-01-01T00:00:00Z' } }],
    ['has another issuer', { ask: { issuerKey: makeAmdKeys().ark } }],
  ])('an intermediate that %s is refused', async (_name, fake) => {
    const told = await refresh('sev-snp', ...vendor(fake));
    expect([told.code, ...statesOf(told).slice(0, 2)]).toEqual([1, 'new', 'refused']);
    expect(existsSync(scratch.path('endorsements', CHAIN))).toBe(false);
  });

  test('an older intermediate does not replace a newer one', async () => {
    const args = vendor({ ask: { notBefore: '2022-01-01T00:00:00Z' } });
    await refresh('sev-snp', ...args);
    const before = kept(CHAIN);
    // the same root, byte for byte, and an earlier intermediate of its key
    const [, root = ''] = before.toString().split(/(?=-----BEGIN)/);
    const earlier = makeSnpInput({ product: 'Genoa', keys }).endorsements.get('ask')?.[0];
    answer(paths.chain, { body: toPem(earlier ?? new Uint8Array()) + root });
    const told = await refresh('sev-snp', ...args);
    expect([told.code, ...statesOf(told)]).toEqual([1, 'unchanged', 'refused', 'unchanged']);
    expect(rowsOf(told)[1]?.why).toContain(
      'the intermediate is of 2020-01-01T00:00:00.000Z, older',
    );
    expect(kept(CHAIN)).toEqual(before);
  });

  test('not genuine is graver than not there', async () => {
    const args = vendor();
    answer(paths.chain, { body: HTML });
    answer(paths.crl, { status: 404 });
    expect((await refresh('sev-snp', ...args)).code).toBe(1);
  });

  test('a VLEK and a masked chip are not asked for, and it says why', async () => {
    const masked = await refresh(
      'sev-snp',
      ...vendor({ edit: (report) => report.fill(0, 0x1a0, 0x1e0) }),
    );
    expect(rowsOf(masked)[2]).toMatchObject({
      file: null,
      state: 'not-published',
      why: expect.stringContaining('masks'),
    });
    expect(server.requests.some(({ path }) => path.startsWith(`/vcek/v1/Genoa/00`))).toBe(false);
  });

  test('the table for people', async () => {
    const args = vendor();
    answer(paths.chain, { body: HTML });
    const base = ['--base-url', server.url('/').href];
    const told = await runCli([
      'evidence',
      'refresh',
      '--kind',
      'sev-snp',
      '--out',
      out(),
      ...base,
      ...args,
    ]);
    expect(told.out).toMatch(
      /amd-genoa\.crl +new +2030-01-01T00:00:00\.000Z +revocation list of ARK-Genoa/,
    );
    expect(told.out).toMatch(/amd-genoa-vcek-chain\.pem +refused +-/);
    expect(told.out).not.toContain('<html>');
  });
});

describe('Intel', () => {
  const keys = makeDcapKeys();
  const window = { issueDate: '2026-01-01T00:00:00Z', nextUpdate: '2039-01-01T00:00:00Z' };
  const list = { thisUpdate: '2026-01-01T00:00:00Z', nextUpdate: '2038-01-01T00:00:00Z' };
  const TCB = '/tdx/certification/v4/tcb';
  const FILE = `intel-tdx-${FMSPC}.json`;

  function vendor(fake: Partial<FakeDcap> = {}): string[] {
    const { tcbInfo, qeIdentity, ...rest } = fake;
    const input = makeDcapInput({
      keys,
      rootCrl: list,
      pckCrl: list,
      tcbInfo: (info) => (tcbInfo ?? same)({ ...info, ...window }),
      qeIdentity: (identity) => (qeIdentity ?? same)({ ...identity, ...window }),
      ...rest,
    });
    const text = Buffer.from(input.endorsements.get('collateral')?.[0] ?? []).toString();
    answers = intelAnswers(JSON.parse(text) as Record<string, string>, fake.tee ?? 'tdx');
    const { evidence, roots } = writeInput(input);
    return ['--evidence', evidence, '--roots', roots];
  }

  function same<T>(value: T): T {
    return value;
  }

  test.each(['tdx', 'sgx'] as const)('round trip of %s', async (tee) => {
    const args = vendor({ tee });
    const told = await refresh(tee, ...args);
    expect(told.code).toBe(0);
    expect(rowsOf(told)).toEqual([
      expect.objectContaining({
        file: `intel-${tee}-${FMSPC}.json`,
        state: 'new',
        nextUpdate: '2038-01-01T00:00:00.000Z',
      }),
    ]);
    const [, evidence = '', , roots = ''] = args;
    const verify = ['evidence', 'verify', evidence, '--kind', tee, '--roots', roots, '--json'];
    expect((await runCli(verify)).code).toBe(2);
    const answered = jsonOf(await runCli([...verify, '--endorsements', out()]));
    expect(answered).toMatchObject({ verdict: 'passed' });
    expect(statesOf(await refresh(tee, ...args))).toEqual(['unchanged']);
  });

  test('--fmspc names the platform where there is no quote', async () => {
    const [, evidence = '', ...roots] = vendor();
    expect((await refresh('tdx', '--fmspc', FMSPC.toUpperCase(), ...roots)).code).toBe(0);
    expect(server.requests[0]?.path).toBe(`${TCB}?fmspc=${FMSPC.toUpperCase()}`);
    const other = ['--fmspc', '00906ed50000', ...roots];
    const wrong = await refresh('tdx', ...other);
    expect([wrong.code, ...statesOf(wrong)]).toEqual([1, 'refused']);
    expect((await refresh('tdx', '--evidence', evidence, ...other)).code).toBe(64);
  });

  test('the processor authority is asked for its own list', async () => {
    const args = vendor({ caName: 'Intel SGX PCK Processor CA' });
    expect((await refresh('tdx', ...args)).code).toBe(0);
    expect(server.requests.some(({ path }) => path.includes('ca=processor'))).toBe(true);
    const [, , ...roots] = args;
    expect((await refresh('tdx', '--fmspc', FMSPC, ...roots)).code).toBe(1);
  });

  test('a vendor whose root is not the pinned one: nothing is written', async () => {
    const [, evidence = ''] = vendor();
    const told = await refresh('tdx', '--evidence', evidence);
    expect([told.code, ...statesOf(told)]).toEqual([1, 'refused']);
    expect(existsSync(out())).toBe(false);
  });

  test.each<[string, Partial<FakeDcap>]>([
    ['TCB info of another key', { tcbInfoKey: keys.pck }],
    ['QE identity of another key', { qeIdentityKey: keys.pck }],
    ['stale TCB info', { tcbInfo: (info) => ({ ...info, nextUpdate: '2026-02-01T00:00:00Z' }) }],
    ['TCB info for enclaves', { tcbInfo: (info) => ({ ...info, id: 'SGX' }) }],
    ['a root list of another key', { rootCrl: { ...list, issuerKey: keys.ca } }],
    ['a PCK list of another key', { pckCrl: { ...list, issuerKey: keys.root } }],
    ['a stale PCK list', { pckCrl: { ...list, nextUpdate: '2026-02-01T00:00:00Z' } }],
    ['a revoked signer', { rootCrl: { ...list, revoked: [[0x44]] } }],
    ['an authority that is none', { certificates: { ca: { isCa: false } } }],
    ['a revoked authority', { rootCrl: { ...list, revoked: [[0x22]] } }],
  ])('%s is refused, and the old file stays', async (_name, fake) => {
    await refresh('tdx', ...vendor());
    const before = kept(FILE);
    const told = await refresh('tdx', ...vendor(fake));
    expect([told.code, ...statesOf(told)]).toEqual([1, 'refused']);
    expect(rowsOf(told)[0]?.nextUpdate).toBe('2038-01-01T00:00:00.000Z');
    expect(kept(FILE)).toEqual(before);
  });

  test('a part that is older than the one there is refused, although all is genuine', async () => {
    await refresh('tdx', ...vendor());
    const before = kept(FILE);
    const told = await refresh(
      'tdx',
      ...vendor({ tcbInfo: (info) => ({ ...info, issueDate: '2025-12-01T00:00:00Z' }) }),
    );
    expect(told.code).toBe(1);
    expect(rowsOf(told)[0]?.why).toContain('the TCB info is of 2025-12-01T00:00:00.000Z, older');
    expect(kept(FILE)).toEqual(before);
  });

  test.each<[string, string, Partial<VendorAnswer>, number]>([
    ['HTML', TCB, { body: HTML }, 1],
    ['a text that was touched', TCB, { body: '{"tcbInfo":{ },"signature":"00"}' }, 1],
    ['no chain', TCB, { headers: {} }, 1],
    ['a chain that is not encoded', TCB, { headers: { 'TCB-Info-Issuer-Chain': '%zz' } }, 1],
    ['HTML', '/sgx/certification/v4/pckcrl', { body: HTML }, 1],
    ['nothing', '/sgx/certification/v4/rootcacrl', { body: '' }, 1],
    ['404', '/tdx/certification/v4/qe/identity', { status: 404 }, 69],
    ['429', '/sgx/certification/v4/pckcrl', { status: 429, headers: { 'retry-after': '999' } }, 69],
    ['503', TCB, { status: 503, headers: { 'retry-after': '999' } }, 69],
  ])('%s from %s', async (_name, path, change, code) => {
    const args = vendor();
    answer(path, change);
    expect((await refresh('tdx', ...args)).code).toBe(code);
    expect(existsSync(out())).toBe(false);
  });

  test('an answer that breaks off is asked for again, and never written', async () => {
    const args = vendor();
    answer(TCB, { isCut: true });
    expect((await refresh('tdx', ...args)).code).toBe(69);
    expect(server.requests.filter(({ path }) => path.startsWith(TCB)).length).toBeGreaterThan(1);
    expect(existsSync(out())).toBe(false);
  });
});

describe('key sets', () => {
  const keySet = (): string => {
    const { publicKey } = makeDcapKeys().attestation;
    return JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] });
  };

  test.each(['azure-maa', 'intel-trust-authority', 'gcp-cs-jwt'])('%s', async (kind) => {
    answers.set('/', { body: keySet() });
    expect(statesOf(await refresh(kind))).toEqual(['new']);
    const before = kept(`${kind}-keys.json`);
    for (const body of [HTML, '{"keys":[]}', '{}', '']) {
      answers.set('/', { body });
      const told = await refresh(kind);
      expect([told.code, ...statesOf(told)]).toEqual([1, 'refused']);
      expect(kept(`${kind}-keys.json`)).toEqual(before);
    }
  });

  test('never in the clear from another machine', async () => {
    const args = ['--kind', 'azure-maa', '--out', out(), '--base-url', 'http://keys.example/certs'];
    expect((await runCli(['evidence', 'refresh', ...args, '--json'])).code).toBe(64);
  });
});

test('nitro: nothing to fetch, and it says so', async () => {
  const told = await refresh('nitro');
  expect(told.code).toBe(0);
  expect(rowsOf(told)).toEqual([
    expect.objectContaining({ file: null, state: 'not-published', why: expect.any(String) }),
  ]);
  expect(server.requests).toHaveLength(0);
});

test.each([
  [['--kind', 'sev-snp']],
  [['--kind', 'sev-snp', '--product', 'Rome']],
  [['--kind', 'tdx']],
  [['--kind', 'tdx', '--fmspc', '../..']],
  [['--kind', 'sgx', '--fmspc', '00906ed50000', '--ca', 'own']],
  [['--kind', 'azure-maa']],
  [['--kind', 'tpm']],
  [['--kind', 'tdx', '--fmspc', '00906ed50000', '--base-url', 'file:///etc']],
])('%j is a mistake of use', async (args) => {
  const told = await runCli(['evidence', 'refresh', '--out', out(), '--json', ...args]);
  expect(told.code).toBe(64);
  expect(existsSync(out())).toBe(false);
});
