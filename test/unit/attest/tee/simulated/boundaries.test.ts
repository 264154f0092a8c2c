// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalizeJcs } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import { readPlatformKeys } from '../../../../../attest/tee/simulated/collateral.ts';
import { simulatedScheme } from '../../../../../attest/tee/simulated/scheme.ts';
import { signSimulatedEvidence } from '../../../../../attest/tee/simulated/sign.ts';

// The edges of fields and times, one step to either side. Found by mutation testing.

const platform = generateKeyPairSync('ed25519');
const ISSUED = '2026-01-01T00:00:00.000Z';

function members(): Record<string, string> {
  const evidence = signSimulatedEvidence({
    measurement: Buffer.alloc(48, 0xab),
    reportData: Buffer.alloc(64, 0xcd),
    issuedAt: parseInstant(ISSUED),
    platformKey: platform.privateKey,
  });
  return JSON.parse(Buffer.from(evidence).toString()) as Record<string, string>;
}

/** The members with some changed, signed again, so that only their form is at fault. */
function runWith(change: Record<string, string>, at = ISSUED): TeeOutcome {
  const { signature: _unused, ...statement } = { ...members(), ...change };
  const text = `pedigree/simulated-evidence/v1\0${canonicalizeJcs(statement)}`;
  const value = sign(null, Buffer.from(text), platform.privateKey).toString('base64url');
  const signature = change['signature'] ?? value;
  return simulatedScheme.run({
    evidence: Buffer.from(JSON.stringify({ ...statement, signature })),
    endorsements: new Map(),
    anchors: [
      {
        name: 'platform',
        bytes: Buffer.from(platform.publicKey.export({ format: 'pem', type: 'spki' })),
      },
    ],
    at: parseInstant(at),
    policy: {},
    binding: 'ignore',
  });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

describe('simulated evidence, at the edges', () => {
  test('issued now is good, a millisecond later is not yet issued', () => {
    const outcome = runWith({});
    expect(described(outcome)).toBe('passed');
    expect(outcome.claims).toMatchObject({
      kind: 'simulated',
      simulated: true,
      debug: false,
      measurement: 'ab'.repeat(48),
      binding: 'cd'.repeat(64),
      issuedAt: ISSUED,
    });
    expect(outcome.findings).toMatchObject([{ stage: 'policy', code: 'simulated' }]);
    expect(described(runWith({ issuedAt: '2026-01-01T00:00:00.001Z' }))).toBe(
      'failed freshness/not-yet-issued',
    );
  });

  const fields = {
    measurement: 'ab'.repeat(48),
    reportData: 'cd'.repeat(64),
    platformKeyId: `sha256:${'0'.repeat(64)}`,
    issuedAt: ISSUED,
    signature: 'A'.repeat(86),
  };
  const cases = Object.entries(fields).flatMap(([name, value]) => [
    [name, `x${value}`] as const,
    [name, `${value}x`] as const,
    [name, `${value.slice(0, -1)} `] as const,
    [name, value.slice(0, -1)] as const,
    [name, `${value}\n`] as const,
    [name, ''] as const,
  ]);

  test.each(cases)('%s %j is malformed', (name, value) => {
    expect(described(runWith({ [name]: value }))).toBe('failed parse/malformed');
  });

  test('a signature in another writing of the same bytes', () => {
    // the last of 86 characters writes 2 bits that count and 4 that do not
    expect(described(runWith({ signature: `${'A'.repeat(85)}B` }))).toBe('failed parse/malformed');
    expect(described(runWith({ signature: 'A'.repeat(86) }))).toBe(
      'failed signature/evidence-signature',
    );
  });

  test('report data of the right size and no other is signed', () => {
    const made = (measured: number, reported: number): Uint8Array =>
      signSimulatedEvidence({
        measurement: Buffer.alloc(measured),
        reportData: Buffer.alloc(reported),
        issuedAt: parseInstant(ISSUED),
        platformKey: platform.privateKey,
      });
    const usage = expect.objectContaining({ code: 'ERR_USAGE' }) as Error;
    expect(made(48, 64).length).toBeGreaterThan(100);
    const wrong: readonly (readonly [number, number])[] = [
      [47, 64],
      [49, 64],
      [48, 63],
      [48, 65],
    ];
    for (const [measured, reported] of wrong) expect(() => made(measured, reported)).toThrow(usage);
  });

  test('of at most 16 KiB, white space included', () => {
    const text = JSON.stringify(members());
    const anchors = [platformAnchor()];
    const run = (size: number): TeeOutcome =>
      simulatedScheme.run({
        evidence: Buffer.from(text.padEnd(size)),
        endorsements: new Map(),
        anchors,
        at: parseInstant(ISSUED),
        policy: {},
        binding: 'ignore',
      });
    expect(described(run(16 * 1024))).toBe('passed');
    expect(described(run(16 * 1024 + 1))).toBe('failed parse/malformed');
  });

  test('a key file at fault is named', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const files = [
      'junk',
      platform.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      rsa.publicKey.export({ format: 'pem', type: 'spki' }),
    ];
    for (const text of files) {
      expect(() => readPlatformKeys([{ name: 'k.pem', bytes: Buffer.from(text) }])).toThrow(
        expect.objectContaining({ code: 'ERR_TRUST_INVALID', file: 'k.pem' }),
      );
    }
    expect([...readPlatformKeys([platformAnchor()]).keys()]).toEqual([members()['platformKeyId']]);
  });

  test('the field that a caller chooses is the report data', () => {
    expect(simulatedScheme.chosen).toEqual({
      policyKey: 'reportData',
      form: 'hex',
      binding: 'sha512',
    });
    expect([...simulatedScheme.roles]).toEqual([]);
    expect(simulatedScheme.findRole('x', new Uint8Array())).toBeUndefined();
  });
});

function platformAnchor(): TrustAnchor {
  const pem = platform.publicKey.export({ format: 'pem', type: 'spki' });
  return { name: 'platform', bytes: Buffer.from(pem) };
}
