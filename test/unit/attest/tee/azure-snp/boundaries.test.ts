// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseHclReport } from '../../../../../attest/tee/azure-snp/abi.ts';
import { azureSnpScheme } from '../../../../../attest/tee/azure-snp/scheme.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { makeAmdKeys } from '../support/fake-amd.ts';
import { makeAzureInput, makeHclReport } from '../support/fake-azure.ts';
import type { FakeAzure } from '../support/fake-azure.ts';
import { rsaKey } from '../support/fake-pki.ts';

// The edges of fields, and what a pass says. Found by mutation testing.

const amd = makeAmdKeys();
const key = rsaKey();
const MALFORMED = 'failed parse/malformed';
const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;

function run(change: Partial<FakeAzure>): TeeOutcome {
  const input = makeAzureInput({ amd, key, ...change });
  return azureSnpScheme.run({ ...input, policy: {}, binding: 'ignore' });
}

function outcome(change: Partial<FakeAzure>): string {
  const { verdict, findings } = run(change);
  const [first] = verdict === 'passed' ? [] : findings;
  return first === undefined ? verdict : `${verdict} ${first.stage}/${first.code}`;
}

/** The runtime data with something in the place of the key. */
function withKeys(keys: unknown): Partial<FakeAzure> {
  return { runtime: { keys } };
}

function jwk(change: Record<string, unknown> = {}): Record<string, unknown> {
  const { n, e } = key.publicKey.export({ format: 'jwk' });
  return { kid: 'HCLAkPub', key_ops: ['sign'], kty: 'RSA', e, n, ...change };
}

describe('the HCL report', () => {
  const report = Buffer.alloc(1184);

  test('has at most 16 KiB, zeroes included, and runtime JSON at most 8 KiB', () => {
    const withJson = (size: number, more: number): Buffer =>
      makeHclReport(report, Buffer.alloc(size, 0x20), { tail: Buffer.alloc(more) });
    expect(withJson(0, 0)).toHaveLength(1236);
    expect(parseHclReport(withJson(8192, 16_384 - 1236 - 8192)).runtimeJson).toHaveLength(8192);
    expect(() => parseHclReport(withJson(8192, 16_385 - 1236 - 8192))).toThrow(parseError);
    expect(() => parseHclReport(withJson(8193, 0))).toThrow(parseError);
    expect(parseHclReport(withJson(0, 0)).runtimeJson).toHaveLength(0);
    expect(parseHclReport(withJson(2, 0)).snpReport).toHaveLength(1184);
  });

  test('of version 1 or 2', () => {
    expect(outcome({ hcl: { version: 1 } })).toBe('passed');
    expect(outcome({ hcl: { version: 2 } })).toBe('passed');
  });

  test('with reserved bytes that are zero', () => {
    for (let at = 20; at < 32; at++) {
      const bytes = makeHclReport(report, Buffer.from('{}'));
      expect(parseHclReport(bytes).runtimeJson).toHaveLength(2);
      bytes[at] = 1;
      expect(() => parseHclReport(bytes)).toThrow(parseError);
    }
  });
});

describe('the runtime data', () => {
  test.each(['null', '7', '"text"', '[]', '[{}]', 'true'])('that is %s is malformed', (json) => {
    expect(outcome({ json })).toBe(MALFORMED);
  });

  test('names one RSA key of the TPM, whatever it is said to be for', () => {
    expect(outcome(withKeys([jwk()]))).toBe('passed');
    // paravisors of 2023 and before write "encrypt", and so does Microsoft's example of a token
    for (const key_ops of [['encrypt'], ['sign', 'verify'], [], undefined]) {
      expect(outcome(withKeys([jwk({ key_ops })]))).toBe('passed');
    }
    const bad: unknown[] = [
      [],
      null,
      7,
      jwk(),
      [jwk(), jwk()],
      [jwk({ kid: 'HCLEkPub' })],
      [jwk({ kid: undefined })],
      [jwk({ kty: 'EC' })],
      [jwk({ kty: undefined })],
      [jwk({ n: undefined })],
      [jwk({ e: undefined })],
      [jwk({ n: 7 })],
      [null],
    ];
    for (const keys of bad) expect(outcome(withKeys(keys))).toBe(MALFORMED);
    for (const change of [{ n: '' }, { e: '' }, { n: 'AQAB' }]) {
      expect(outcome(withKeys([jwk(change)]))).toBe('failed signature/quote-signature');
    }
    expect(outcome(withKeys([{ kid: 'other' }, null, 7, jwk()]))).toBe('passed');
  });

  test('user data is hex of at most 64 bytes, in either case, or absent', () => {
    const userData = (value: unknown): unknown => {
      const result = run({ runtime: { 'user-data': value } });
      const claims = result.claims as { readonly userData?: unknown } | null;
      return claims === null ? result.findings[0]?.code : claims.userData;
    };
    expect(userData(undefined)).toBeNull();
    expect(userData('')).toBe('');
    expect(userData('aBcD')).toBe('abcd');
    expect(userData('00'.repeat(64))).toBe('00'.repeat(64));
    for (const bad of ['0', 'abc', 'xy', ' 00', '00 ', '00\n', '00'.repeat(65)]) {
      expect(userData(bad)).toBe('malformed');
    }
  });

  test('a configuration of at most 32 members; flags and short texts are repeated', () => {
    const configured = (value: unknown): unknown => {
      const result = run({ runtime: { 'vm-configuration': value } });
      const claims = result.claims as { readonly configuration?: unknown } | null;
      return claims === null ? result.findings[0]?.code : claims.configuration;
    };
    for (const absent of [undefined, null]) expect(configured(absent)).toEqual({});
    expect(configured({})).toEqual({});
    const long = 'x'.repeat(200);
    const plain = { 'secure-boot': false, 'tpm-enabled': true, a: '', long };
    const others = { 'current-time': 1_652_993_091, none: null, list: [], map: {}, y: `${long}x` };
    expect(configured({ ...plain, ...others })).toEqual(plain);
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, true]));
    expect(configured(many(32))).toEqual(many(32));
    expect(configured(many(33))).toBe('malformed');
    for (const bad of [7, [], 'text', true]) expect(configured(bad)).toBe('malformed');
  });
});

describe('what a pass says', () => {
  test('a quote without a nonce binds nothing', () => {
    const { verdict, claims } = run({ quote: { extraData: new Uint8Array() } });
    expect({ verdict, binding: claims?.binding }).toEqual({ verdict: 'passed', binding: null });
  });

  test('the warnings of the report and of the quote', () => {
    const sha256 = { '16': '10'.repeat(32) };
    expect(run({ registers: { sha256 } }).findings).toMatchObject([
      { stage: 'collateral', code: 'revocation-not-checked' },
      { stage: 'policy', code: 'resettable-register' },
    ]);
    const checked = run({ registers: { sha256 }, snp: { crl: {} } }).findings;
    expect(checked.map(({ code }) => code)).toEqual(['resettable-register']);
    expect(run({ snp: { crl: {} } }).findings).toEqual([]);
  });

  test('the field that a caller chooses is the nonce of the quote, 32 bytes for a statement', () => {
    expect(azureSnpScheme.chosen).toEqual({ policyKey: 'nonce', form: 'hex', binding: 'sha256' });
  });

  test('endorsements are told from their content, as for the processor alone', () => {
    const { endorsements } = makeAzureInput({ amd, key, snp: { crl: {} } });
    expect([...endorsements.keys()].toSorted()).toEqual(['ark', 'ask', 'crl', 'ek']);
    for (const [role, [bytes = new Uint8Array()]] of endorsements) {
      expect(azureSnpScheme.findRole('any', bytes)).toBe(role);
      expect(azureSnpScheme.roles.has(role)).toBe(true);
    }
    expect(azureSnpScheme.findRole('any', Buffer.from('junk'))).toBeUndefined();
  });
});
