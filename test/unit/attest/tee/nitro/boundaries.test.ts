// SPDX-License-Identifier: Apache-2.0
import { sign } from 'node:crypto';
import { decode, encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { parseNitroDocument } from '../../../../../attest/tee/nitro/abi.ts';
import { nitroScheme } from '../../../../../attest/tee/nitro/scheme.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { makeNitroInput, makeNitroKeys } from '../support/fake-nitro.ts';
import type { FakeNitro } from '../support/fake-nitro.ts';

// The edges of fields, one step to either side, and values of another type. Found by mutation testing.

const keys = makeNitroKeys();
const MALFORMED = 'failed parse/malformed';
const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;

function run(input: VerifyInput): TeeOutcome {
  return nitroScheme.run({ ...input, policy: {}, binding: 'ignore' });
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

function outcome(payload: FakeNitro['payload']): string {
  return described(run(makeNitroInput({ keys, payload: payload ?? {} })));
}

function registers(count: number): Map<unknown, Uint8Array> {
  return new Map(Array.from({ length: count }, (_, index) => [index, Buffer.alloc(48, 1)]));
}

test('what the caller chooses is the nonce', () => {
  expect(nitroScheme.chosen).toEqual({ policyKey: 'nonce', form: 'hex', binding: 'sha512' });
});

describe('the envelope', () => {
  const header = Buffer.from('a1013822', 'hex');
  const [payload, signature] = [Buffer.from([0xa0]), Buffer.alloc(96, 1)];

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a number', 7],
    ['text of four characters', 'abcd'],
    ['a map', new Map([[1, 2]])],
    ['three parts', [header, new Map(), payload]],
    ['five parts', [header, new Map(), payload, signature, 0]],
    ['a header that is text', [header.toString('latin1'), new Map(), payload, signature]],
    ['a header that is null', [null, new Map(), payload, signature]],
    ['a payload that is null', [header, new Map(), null, signature]],
    ['a payload that is a map', [header, new Map(), new Map(), signature]],
    ['a signature that is a list', [header, new Map(), payload, Array<number>(96).fill(1)]],
    ['a signature that is null', [header, new Map(), payload, null]],
    ['a payload that is CBOR text', [header, new Map(), Buffer.from('6161', 'hex'), signature]],
    ['a payload that is CBOR null', [header, new Map(), Buffer.from([0xf6]), signature]],
    ['a payload that is an array', [header, new Map(), Buffer.from([0x80]), signature]],
    ['a payload that is no CBOR', [header, new Map(), Buffer.from([0xff]), signature]],
  ])('%s', (_what, value) => {
    expect(() => parseNitroDocument(Uint8Array.from(encode(value)))).toThrow(parseError);
  });

  test('a fifth part behind a document that is genuine', () => {
    const input = makeNitroInput({ keys });
    const parts = decode(input.evidence, { useMaps: true }) as readonly unknown[];
    const again = Uint8Array.from(encode(parts));
    expect(described(run({ ...input, evidence: again }))).toBe('passed');
    const longer = Uint8Array.from(encode([...parts, 0]));
    expect(described(run({ ...input, evidence: longer }))).toBe(MALFORMED);
  });

  test('bytes that are no CBOR', () => {
    for (const bytes of [[], [0xff], [0x9f], [0x84], [0x84, 0x40]]) {
      expect(() => parseNitroDocument(Uint8Array.from(bytes))).toThrow(parseError);
    }
  });

  test('more than 16 KiB, though every field is in bounds', () => {
    const filler = (count: number): Record<string, unknown> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`filler${index}`, Buffer.alloc(1000)]),
      );
    expect(outcome(filler(8))).toBe('passed');
    expect(outcome(filler(16))).toBe(MALFORMED);
    const sized = (size: number): VerifyInput => {
      let last = 500;
      for (let tries = 0; tries < 100; tries++) {
        const payload = { ...filler(13), last: Buffer.alloc(last) };
        const input = makeNitroInput({ keys, payload });
        if (input.evidence.length === size) return input;
        // signatures of certificates differ by a byte or two
        last += size - input.evidence.length;
      }
      throw new Error('no document of this size');
    };
    expect(described(run(sized(16 * 1024)))).toBe('passed');
    expect(described(run(sized(16 * 1024 + 1)))).toBe(MALFORMED);
  });
});

describe('CBOR that could be read in two ways', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a number that is none', { extra: Number.NaN }],
    ['infinity', { extra: Number.POSITIVE_INFINITY }],
    ['an integer beyond those that are exact', { extra: 2n ** 63n }],
  ])('%s, in a field that nobody reads', (_what, payload) => {
    expect(outcome(payload)).toBe(MALFORMED);
  });

  test('a key twice, and a value that is undefined, though the signature holds', () => {
    const input = makeNitroInput({ keys, payload: { aa: 1, ab: 2 } });
    expect(withPayload(input, Buffer.from([0xa0]))).toBe(MALFORMED);
    const plain = payloadOf(input);
    expect(withPayload(input, plain)).toBe('passed');
    const twice = Buffer.from(plain);
    twice[twice.indexOf('ab', 0, 'latin1') + 1] = 0x61;
    expect(withPayload(input, twice)).toBe(MALFORMED);
    const nothing = Buffer.from(payloadOf(makeNitroInput({ keys, payload: { user_data: null } })));
    nothing[nothing.indexOf('user_data', 0, 'latin1') + 9] = 0xf7;
    expect(withPayload(input, nothing)).toBe(MALFORMED);
  });

  function payloadOf(input: VerifyInput): Buffer {
    // header of 4 bytes behind two heads, an empty map, then the head of the payload in three bytes
    const evidence = Buffer.from(input.evidence);
    return evidence.subarray(10, 10 + evidence.readUInt16BE(8));
  }

  function withPayload(input: VerifyInput, payload: Uint8Array): string {
    const header = Buffer.from('a1013822', 'hex');
    const signed = encode(['Signature1', header, new Uint8Array(), payload]);
    const key = { key: keys.leaf.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const document = [header, new Map(), payload, sign('sha384', signed, key)];
    const evidence = Uint8Array.from(encode(document));
    return described(run({ ...input, evidence }));
  }
});

describe('fields', () => {
  const other = [null, 7, 'text', [1], new Map()];

  test('module_id has 1 to 256 characters', () => {
    expect(outcome({ module_id: 'x' })).toBe('passed');
    expect(outcome({ module_id: 'x'.repeat(256) })).toBe('passed');
    for (const module_id of ['', 'x'.repeat(257), 7, null, undefined, Buffer.from('x')]) {
      expect(outcome({ module_id })).toBe(MALFORMED);
    }
  });

  test('timestamp is a whole number of milliseconds', () => {
    for (const timestamp of [
      0,
      -1,
      1.5,
      '1',
      null,
      undefined,
      253_402_300_800_000,
      [1735690200000],
    ]) {
      expect(outcome({ timestamp })).toBe(MALFORMED);
    }
    // the last moment of the year 9999 is a time, outside the life of the certificate
    expect(outcome({ timestamp: 253_402_300_799_999 })).toBe('failed freshness/timestamp');
    expect(outcome({ timestamp: 1 })).toBe('failed freshness/timestamp');
  });

  test('timestamp is within the life of the certificate, ends included', () => {
    const at = (text: string): string => outcome({ timestamp: Date.parse(text) });
    expect(at('2025-01-01T00:00:00Z')).toBe('passed');
    expect(at('2025-01-01T03:00:00Z')).toBe('passed');
    expect(at('2024-12-31T23:59:59.999Z')).toBe('failed freshness/timestamp');
    expect(at('2025-01-01T03:00:00.001Z')).toBe('failed freshness/timestamp');
  });

  test('1 to 32 registers, 0 to 31, of 32, 48 or 64 bytes', () => {
    expect(outcome({ pcrs: registers(32) })).toBe('passed');
    expect(outcome({ pcrs: new Map([[31, Buffer.alloc(48, 1)]]) })).toBe(
      'failed policy/debug-not-allowed',
    );
    for (const size of [32, 48, 64]) {
      expect(outcome({ pcrs: new Map([[0, Buffer.alloc(size, 1)]]) })).toBe('passed');
    }
    for (const size of [0, 31, 33, 47, 49, 63, 65]) {
      expect(outcome({ pcrs: new Map([[0, Buffer.alloc(size, 1)]]) })).toBe(MALFORMED);
    }
    for (const index of [32, -1, 1.5, '0', null]) {
      const pcrs = new Map<unknown, unknown>([...registers(1), [index, Buffer.alloc(48, 1)]]);
      expect(outcome({ pcrs })).toBe(MALFORMED);
    }
    for (const pcrs of [...other, undefined, registers(0), registers(33)]) {
      expect(outcome({ pcrs })).toBe(MALFORMED);
    }
    const values: unknown[] = ['x'.repeat(48), Array<number>(48).fill(1), null];
    for (const value of values) expect(outcome({ pcrs: new Map([[0, value]]) })).toBe(MALFORMED);
  });

  test('a measurement with a zero in it is no debug enclave', () => {
    const pcr = Buffer.alloc(48, 1).fill(0, 5, 9);
    const result = run(makeNitroInput({ keys, payload: { pcrs: new Map([[0, pcr]]) } }));
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({ kind: 'nitro', simulated: false, debug: false });
  });

  test('byte strings of at most 1024 bytes; a public key of at least one', () => {
    for (const name of ['user_data', 'nonce', 'public_key']) {
      const least = name === 'public_key' ? 1 : 0;
      for (const size of [least, 1, 1024]) {
        expect(outcome({ [name]: Buffer.alloc(size) })).toBe('passed');
      }
      expect(outcome({ [name]: Buffer.alloc(1025) })).toBe(MALFORMED);
      for (const value of ['text', 7, [1], true, new Map()]) {
        expect(outcome({ [name]: value })).toBe(MALFORMED);
      }
      expect(outcome({ [name]: null })).toBe('passed');
      expect(outcome({ [name]: undefined })).toBe('passed');
    }
    expect(outcome({ public_key: Buffer.alloc(0) })).toBe(MALFORMED);
  });

  test('certificates: byte strings that are not empty, 1 to 8 above the leaf', () => {
    for (const certificate of [Buffer.alloc(0), Buffer.alloc(1025), ...other, undefined]) {
      expect(outcome({ certificate })).toBe(MALFORMED);
    }
    for (const cabundle of [
      ...other,
      undefined,
      [],
      Array(9).fill(Buffer.alloc(1)),
      [Buffer.alloc(0)],
    ]) {
      expect(outcome({ cabundle })).toBe(MALFORMED);
    }
    const eight = Array<Buffer>(8).fill(Buffer.alloc(1));
    expect(outcome({ cabundle: eight })).toBe('failed chain/certificate-malformed');
    expect(outcome({ certificate: Buffer.alloc(1) })).toBe('failed chain/certificate-malformed');
  });
});
