// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalizeJcs } from '../../../../../core/canonical-json-jcs.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import { signSimulatedEvidence } from '../../../../../attest/tee/simulated/sign.ts';
import { simulatedScheme } from '../../../../../attest/tee/simulated/scheme.ts';

const platform = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const ISSUED = parseInstant('2026-01-01T00:00:00Z');
const AT = parseInstant('2026-01-01T00:00:01Z');
const MEASUREMENT = new Uint8Array(48).fill(0xab);
const PAE = new TextEncoder().encode('DSSEv1 4 test 2 {}');
const BIND = bindStatement('simulated', PAE);

function anchor(key: KeyObject, name = 'platform.pem'): TrustAnchor {
  return { name, bytes: Buffer.from(key.export({ format: 'pem', type: 'spki' })) };
}

function evidence(platformKey = platform.privateKey): Uint8Array {
  return signSimulatedEvidence({
    measurement: MEASUREMENT,
    reportData: BIND,
    issuedAt: ISSUED,
    platformKey,
  });
}

function run(
  bytes: Uint8Array,
  policy: JsonObject = {},
  options: { anchors?: TrustAnchor[]; at?: string; binding?: Uint8Array } = {},
): TeeOutcome {
  return simulatedScheme.run({
    evidence: bytes,
    endorsements: new Map(),
    anchors: options.anchors ?? [anchor(platform.publicKey)],
    at: options.at === undefined ? AT : parseInstant(options.at),
    policy,
    binding: options.binding ?? 'ignore',
  });
}

function codeOf(outcome: TeeOutcome): string {
  return outcome.verdict === 'passed'
    ? 'passed'
    : `${outcome.verdict} ${outcome.findings[0]?.code}`;
}

/** Signs any members as the platform would, so that only the form is at fault. */
function signed(members: Record<string, unknown>): Uint8Array {
  const { signature: _unused, ...statement } = members;
  const text = `pedigree/simulated-evidence/v1\0${canonicalizeJcs(statement)}`;
  const value = sign(null, Buffer.from(text), platform.privateKey).toString('base64url');
  return Buffer.from(JSON.stringify({ ...members, signature: value }));
}

function members(): Record<string, unknown> {
  return JSON.parse(Buffer.from(evidence()).toString()) as Record<string, unknown>;
}

describe('simulated evidence', () => {
  test('passes under the platform key that is named, and says that it is simulated', () => {
    const outcome = run(evidence(), { measurement: 'ab'.repeat(48) }, { binding: BIND });
    expect(outcome.verdict).toBe('passed');
    expect(outcome.claims).toMatchObject({ kind: 'simulated', simulated: true, issuedAt: ISSUED });
    expect(outcome.findings.map((finding) => finding.code)).toEqual(['simulated']);
  });

  test('the signed bytes are the domain, a zero byte and the RFC 8785 text', () => {
    expect(codeOf(run(signed(members())))).toBe('passed');
  });

  test('no platform key ships with the product, and none means that nobody can say', () => {
    expect(simulatedScheme.pinnedAnchors()).toEqual([]);
    expect(codeOf(run(evidence(), {}, { anchors: [] }))).toBe('undetermined no-trust-anchor');
  });

  test.each<[string, () => TeeOutcome, string]>([
    [
      'of a platform that is not trusted',
      () => run(evidence(stranger.privateKey)),
      'failed platform-key-not-trusted',
    ],
    [
      'under another anchor',
      () => run(evidence(), {}, { anchors: [anchor(stranger.publicKey)] }),
      'failed platform-key-not-trusted',
    ],
    [
      'issued after the time of verification',
      () => run(evidence(), {}, { at: '2025-12-31T23:59:59Z' }),
      'failed not-yet-issued',
    ],
    [
      'of another measurement',
      () => run(evidence(), { measurement: 'ac'.repeat(48) }),
      'failed measurement',
    ],
    [
      'of other report data',
      () => run(evidence(), { reportData: '00'.repeat(64) }),
      'failed report-data',
    ],
    [
      'bound to another statement',
      () => run(evidence(), {}, { binding: bindStatement('simulated', BIND) }),
      'failed binding',
    ],
    [
      'bound to the same statement as another kind',
      () => run(evidence(), {}, { binding: bindStatement('sev-snp', PAE) }),
      'failed binding',
    ],
    [
      'with an anchor that is no key',
      () => run(evidence(), {}, { anchors: [{ name: 'x', bytes: PAE }] }),
      'undetermined trust-anchor-invalid',
    ],
    [
      'with an RSA anchor',
      () =>
        run(
          evidence(),
          {},
          { anchors: [anchor(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)] },
        ),
      'undetermined trust-anchor-invalid',
    ],
  ])('evidence %s does not pass', (_what, attempt, expected) => {
    expect(codeOf(attempt())).toBe(expected);
  });

  test('evidence larger than its six members need', () => {
    const padded = Buffer.concat([evidence(), Buffer.alloc(16 * 1024, 0x20)]);
    expect(codeOf(run(padded))).toBe('failed malformed');
    expect(codeOf(run(Buffer.concat([evidence(), Buffer.from('\n')])))).toBe('passed');
  });

  test('a private key is no anchor', () => {
    const secret = platform.privateKey.export({ format: 'pem', type: 'pkcs8' });
    const anchors = [{ name: 'platform.pem', bytes: Buffer.from(secret) }];
    expect(codeOf(run(evidence(), {}, { anchors }))).toBe('undetermined trust-anchor-invalid');
  });

  test('a stranger who names the trusted key did not sign with it', () => {
    const forged = {
      ...(JSON.parse(Buffer.from(evidence(stranger.privateKey)).toString()) as object),
    };
    const trusted = members()['platformKeyId'];
    const bytes = Buffer.from(JSON.stringify({ ...forged, platformKeyId: trusted }));
    expect(codeOf(run(bytes))).toBe('failed evidence-signature');
  });

  test.each<[string, Record<string, unknown>]>([
    ['another kind', { kind: 'sev-snp' }],
    ['a measurement of 47 bytes', { measurement: 'ab'.repeat(47) }],
    ['a measurement in capitals', { measurement: 'AB'.repeat(48) }],
    ['report data of 63 bytes', { reportData: '00'.repeat(63) }],
    ['a number for report data', { reportData: 5 }],
    ['a time in another writing', { issuedAt: '2026-01-01T00:00:00+00:00' }],
    ['a time that is none', { issuedAt: '2026-02-30T00:00:00.000Z' }],
    ['a member more', { note: 'hello' }],
    ['a key id that is no digest', { platformKeyId: 'mine' }],
    ['no measurement', { measurement: undefined }],
  ])('%s is refused though it is signed', (_what, change) => {
    expect(codeOf(run(signed({ ...members(), ...change })))).toBe('failed malformed');
  });

  test('each member is signed', () => {
    for (const [key, value] of Object.entries(members())) {
      const text = String(value);
      const changed = {
        ...members(),
        [key]: `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
      };
      const bytes = Buffer.from(JSON.stringify(changed));
      expect(run(bytes).verdict).toBe('failed');
    }
  });

  test('no changed byte and no truncation passes', () => {
    const bytes = evidence();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ xor;
        expect(run(changed).verdict).toBe('failed');
      }),
      { numRuns: 300 },
    );
    for (let size = 0; size < bytes.length; size += 5) {
      expect(run(bytes.subarray(0, size)).verdict).toBe('failed');
    }
  });

  test.each([
    '',
    '[]',
    'null',
    '"x"',
    '{}',
    '{"kind":"simulated","kind":"simulated"}',
    '[[[[]]]]',
    '\u{feff}{',
  ])('the text %j is refused', (text) => {
    expect(codeOf(run(Buffer.from(text)))).toBe('failed malformed');
  });

  test('the signer refuses fields of a wrong size and keys of another type', () => {
    const good = { measurement: MEASUREMENT, reportData: BIND, issuedAt: ISSUED };
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const usage = expect.objectContaining({ code: 'ERR_USAGE' });
    const platformKey = platform.privateKey;
    expect(() => signSimulatedEvidence({ ...good, platformKey: rsa })).toThrow(usage);
    expect(() => signSimulatedEvidence({ ...good, platformKey: platform.publicKey })).toThrow(
      usage,
    );
    const short = { ...good, platformKey, measurement: MEASUREMENT.subarray(1) };
    expect(() => signSimulatedEvidence(short)).toThrow(usage);
    const long = { ...good, platformKey, reportData: new Uint8Array(65) };
    expect(() => signSimulatedEvidence(long)).toThrow(usage);
  });

  test.each([{ measurement: 'ab' }, { reportData: 3 }, { vmpl: 1 }, { allowDebug: true }])(
    'the policy %j is refused',
    (policy) => {
      expect(() => run(evidence(), policy)).toThrow(
        expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
      );
    },
  );
});
