// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isResetValue } from '../../../../../attest/tee/tpm/event-log.ts';
import { parsePublicArea } from '../../../../../attest/tee/tpm/public-area.ts';
import { tpmScheme } from '../../../../../attest/tee/tpm/scheme.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { ecKey, rsaKey, toPem } from '../support/fake-pki.ts';
import type { KeyPair } from '../support/fake-pki.ts';
import {
  AK_ATTRIBUTES,
  digestOf,
  extended,
  makeEventLog,
  makeRsaArea,
  makeTpmInput,
  REGISTERS,
  sized,
  uint16,
  uint32,
} from '../support/fake-tpm.ts';
import type { FakeEvent, FakeTpmEvidence } from '../support/fake-tpm.ts';

// Policy, event logs and elliptic keys with quotes of our own making; software-tpm.test.ts has them from a TPM.

const key = rsaKey();

function run(input: VerifyInput, policy: JsonObject = {}): TeeOutcome {
  return tpmScheme.run({ ...input, policy, binding: 'ignore' });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Omit<FakeTpmEvidence, 'key'>, policy: JsonObject = {}): string {
  return described(run(makeTpmInput({ key, ...change }), policy));
}

const INVALID = expect.objectContaining({ code: 'ERR_POLICY_INVALID' }) as Error;

describe('the policy on a quote of our own', () => {
  const registers = { ...REGISTERS, sha384: { '4': '04'.repeat(48) } };
  const seven = REGISTERS['sha256']?.['7'] ?? '';

  test('registers, nonce and measurement that are as expected', () => {
    const { claims } = run(makeTpmInput({ key, registers }));
    const measurement = claims?.measurement ?? '';
    const nonce = Buffer.from('a nonce').toString('hex');
    const pcrs = { sha256: { '7': seven.toUpperCase(), '0': '01'.repeat(32) } };
    expect(outcome({ registers }, { pcrs, nonce, measurement })).toBe('passed');
    expect(outcome({ registers }, { pcrs: { sha384: { '4': '04'.repeat(48) } } })).toBe('passed');
  });

  test.each<[string, JsonObject, string[]]>([
    ['another value', { pcrs: { sha256: { '7': '08'.repeat(32) } } }, ['pcr']],
    ['a value of another register', { pcrs: { sha256: { '0': seven } } }, ['pcr']],
    ['a register that is not quoted', { pcrs: { sha256: { '8': seven } } }, ['pcr']],
    ['a bank that is not quoted', { pcrs: { sha512: { '7': '07'.repeat(64) } } }, ['pcr']],
    ['a register of another bank', { pcrs: { sha384: { '7': '07'.repeat(48) } } }, ['pcr']],
    [
      'two that are wrong beside one that is right',
      { pcrs: { sha256: { '0': seven, '7': seven, '14': seven } } },
      ['pcr', 'pcr'],
    ],
    ['nonce', { nonce: '00' }, ['nonce']],
    ['measurement', { measurement: '00'.repeat(32) }, ['measurement']],
    ['event log', { requireEventLog: true }, ['event-log-missing']],
  ])('%s', (_what, policy, codes) => {
    const result = run(makeTpmInput({ key, registers }), policy);
    expect(result.findings.map(({ code }) => code)).toEqual(codes);
    expect(result).toMatchObject({ verdict: 'failed', stage: 'policy' });
  });

  test('an event log need not come along unless it is asked for', () => {
    expect(outcome({}, { requireEventLog: false })).toBe('passed');
  });

  test.each<[string, JsonObject]>([
    ['a bank of no hash', { pcrs: { sha1: { '7': '07'.repeat(20) } } }],
    ['a bank of a longer name', { pcrs: { sha2567: { '7': seven } } }],
    ['no bank', { pcrs: {} }],
    ['no register', { pcrs: { sha256: {} } }],
    ['register 24', { pcrs: { sha256: { '24': seven } } }],
    ['a register with a zero in front', { pcrs: { sha256: { '07': seven } } }],
    ['a value of another size', { pcrs: { sha256: { '7': '07'.repeat(31) } } }],
    ['a list', { pcrs: [] }],
    ['a bank that is a list', { pcrs: { sha256: [] } }],
  ])('%s is no policy', (_what, policy) => {
    expect(() => run(makeTpmInput({ key }), policy)).toThrow(INVALID);
  });

  test('registers that any software can set back are pointed out', () => {
    const codes = (index: string): string[] => {
      const quoted = { sha256: { [index]: '01'.repeat(32) } };
      const result = run(makeTpmInput({ key, registers: quoted }));
      expect(result.verdict).toBe('passed');
      return result.findings.map(({ code, stage }) => `${stage}/${code}`);
    };
    for (const index of ['16', '23']) expect(codes(index)).toEqual(['policy/resettable-register']);
    for (const index of ['0', '15', '17', '22']) expect(codes(index)).toEqual([]);
  });
});

describe('an event log and the registers of the quote', () => {
  const digest = digestOf('sha256', Buffer.from('kernel'));
  const event: FakeEvent = { register: 8, digests: { sha256: digest } };
  const value = extended('sha256', [digest, digest]).toString('hex');
  const zero = '00'.repeat(32);

  function logged(registers: Record<string, string>, ...events: FakeEvent[]): TeeOutcome {
    const log = makeEventLog({ banks: ['sha256'], events });
    const members = { eventLog: log.toString('base64') };
    return run(makeTpmInput({ key, registers: { sha256: registers }, members }));
  }

  test('explains those that its events lead to, and those that hold what a reset leaves', () => {
    const result = logged(
      { '8': value, '9': zero, '17': 'ff'.repeat(32), '14': '0e'.repeat(32) },
      event,
      event,
    );
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({
      eventLog: {
        events: 2,
        explained: ['sha256:8', 'sha256:9', 'sha256:17'],
        unexplained: ['sha256:14'],
      },
    });
  });

  test('that leads elsewhere is refused', () => {
    const refused = 'failed collateral/event-log';
    expect(described(logged({ '8': value }, event))).toBe(refused);
    expect(described(logged({ '8': value }, event, event, event))).toBe(refused);
    expect(described(logged({ '8': zero }, event))).toBe(refused);
  });

  test('without digests of a quoted bank is refused', () => {
    const log = makeEventLog({ banks: ['sha384'], events: [] });
    const members = { eventLog: log.toString('base64') };
    const registers = { sha256: { '9': zero } };
    expect(outcome({ registers, members })).toBe('failed collateral/event-log');
  });

  test('must explain every register where it is required', () => {
    const log = makeEventLog({ banks: ['sha256'], events: [event, event] });
    const members = { eventLog: log.toString('base64') };
    const policy = { requireEventLog: true };
    const whole = { sha256: { '8': value, '9': zero } };
    expect(outcome({ registers: whole, members }, policy)).toBe('passed');
    const more = { sha256: { '8': value, '9': '01'.repeat(32) } };
    expect(outcome({ registers: more, members }, policy)).toBe(
      'failed policy/event-log-incomplete',
    );
    expect(outcome({ registers: more, members })).toBe('passed');
  });

  test('a reset leaves zeroes, in registers of a dynamic launch all ones', () => {
    const [zeroes, ones] = [new Uint8Array(32), new Uint8Array(32).fill(0xff)];
    for (const index of [0, 16, 23]) {
      expect([isResetValue(index, zeroes), isResetValue(index, ones)]).toEqual([true, false]);
    }
    for (const index of [17, 20, 22]) {
      expect([isResetValue(index, zeroes), isResetValue(index, ones)]).toEqual([false, true]);
    }
    expect(isResetValue(0, Uint8Array.from([0, 1]))).toBe(false);
    expect(isResetValue(17, Uint8Array.from([0xff, 0]))).toBe(false);
  });
});

interface FakePoint {
  readonly curve?: number;
  readonly derivation?: number;
  readonly x?: Uint8Array;
  readonly y?: Uint8Array;
  readonly type?: number;
}

/** A TPM2B_PUBLIC of an elliptic key. */
function makeEccArea(pair: KeyPair, id: number, fake: FakePoint = {}): Buffer {
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  return sized(
    Buffer.concat([
      uint16(fake.type ?? 0x0023),
      uint16(0x000b),
      uint32(AK_ATTRIBUTES),
      sized(new Uint8Array()),
      uint16(0x0010),
      uint16(0x0018),
      uint16(0x000b),
      uint16(fake.curve ?? id),
      uint16(fake.derivation ?? 0x0010),
      sized(fake.x ?? Buffer.from(x, 'base64url')),
      sized(fake.y ?? Buffer.from(y, 'base64url')),
    ]),
  );
}

describe('elliptic attestation keys', () => {
  const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;
  const p256 = ecKey('P-256');

  test.each([
    ['P-256', 0x0003],
    ['P-384', 0x0004],
    ['P-521', 0x0005],
  ] as const)('%s: listed and stated, the quote passes', (curve, id) => {
    const pair = ecKey(curve);
    const area = makeEccArea(pair, id);
    const members = { akPublic: area.toString('base64') };
    const result = run(makeTpmInput({ key: pair, anchors: [area], members }));
    expect(described(result)).toBe('passed');
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
    expect(result.claims).toMatchObject({
      signatureScheme: 'ecdsa',
      attestationKey: {
        attributes: 'listed',
        digest: `sha256:${createHash('sha256').update(spki).digest('hex')}`,
      },
    });
  });

  test('a coordinate with its zeroes left out is the same number', () => {
    let pair = ecKey('P-256');
    const xOf = (one: KeyPair): Buffer =>
      Buffer.from(one.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    for (let tries = 0; xOf(pair)[0] !== 0 && tries < 5000; tries++) pair = ecKey('P-256');
    const short = xOf(pair).subarray(1);
    expect(xOf(pair)[0]).toBe(0);
    expect(parsePublicArea(makeEccArea(pair, 3, { x: short })).key.equals(pair.publicKey)).toBe(
      true,
    );
  });

  test.each<[string, FakePoint]>([
    ['a curve of no name', { curve: 0x0010 }],
    ['P-224', { curve: 0x0002 }],
    ['another curve than the point is on', { curve: 0x0004 }],
    ['a key derivation', { derivation: 0x0020 }],
    ['X too long', { x: Buffer.alloc(33, 1) }],
    ['Y too long', { y: Buffer.alloc(33, 1) }],
    ['X beyond every curve', { x: Buffer.alloc(67, 1) }],
    ['a point that is not on the curve', { x: Buffer.alloc(32, 1), y: Buffer.alloc(32, 1) }],
    ['no point', { x: Buffer.alloc(0), y: Buffer.alloc(0) }],
    ['the type of a keyed hash', { type: 0x0008 }],
    ['the type of an RSA key', { type: 0x0001 }],
  ])('%s is refused', (_what, fake) => {
    expect(() => parsePublicArea(makeEccArea(p256, 3, fake))).toThrow(parseError);
  });
});

describe('the trust store', () => {
  const spki = (pair: KeyPair): Buffer => pair.publicKey.export({ format: 'der', type: 'spki' });

  test('of two entries for one key the one with attributes counts', () => {
    const pem = Buffer.from(toPem(spki(key), 'PUBLIC KEY'));
    const area = makeRsaArea({ key });
    for (const anchors of [
      [pem, area],
      [area, pem],
    ]) {
      const { claims, findings } = run(makeTpmInput({ key, anchors }));
      expect(claims).toMatchObject({ attestationKey: { attributes: 'listed' } });
      expect(findings).toEqual([]);
    }
    const bare = run(makeTpmInput({ key, anchors: [pem, spki(key)] }));
    expect(bare.claims).toMatchObject({ attestationKey: { attributes: 'stated' } });
  });

  test('1024 keys are read, one more is too many', () => {
    const one = toPem(spki(ecKey('P-256')), 'PUBLIC KEY');
    const files = Array<Uint8Array>(16).fill(Buffer.from(one.repeat(64)));
    expect(outcome({ anchors: files })).toBe('failed chain/attestation-key-not-trusted');
    const more = [...files, Buffer.from(one)];
    expect(outcome({ anchors: more })).toBe('undetermined chain/trust-anchor-invalid');
  });

  test('an akPublic of two keys, or of none, is refused', () => {
    const one = toPem(spki(key), 'PUBLIC KEY');
    const stated = (text: string): string =>
      outcome({ members: { akPublic: Buffer.from(text).toString('base64') } });
    expect(stated(one)).toBe('passed');
    expect(stated(one + one)).toBe('failed parse/malformed');
    expect(stated(one.replaceAll('PUBLIC KEY', 'CERTIFICATE'))).toBe('failed parse/malformed');
    expect(stated('-----BEGIN ')).toBe('failed parse/malformed');
  });
});
