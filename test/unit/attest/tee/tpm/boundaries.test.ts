// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findTrustedKey } from '../../../../../attest/tee/tpm/attestation-key.ts';
import { takeUint64 } from '../../../../../attest/tee/tpm/big-endian.ts';
import { parseEventLog, replayEvents } from '../../../../../attest/tee/tpm/event-log.ts';
import { findRegisterIndex } from '../../../../../attest/tee/tpm/evidence.ts';
import { algorithmName } from '../../../../../attest/tee/tpm/hash-algorithm.ts';
import type { TpmHash } from '../../../../../attest/tee/tpm/hash-algorithm.ts';
import { parsePublicArea } from '../../../../../attest/tee/tpm/public-area.ts';
import { parseTpmQuote } from '../../../../../attest/tee/tpm/quote.ts';
import { findResettable, measureRegisters } from '../../../../../attest/tee/tpm/registers.ts';
import { tpmScheme } from '../../../../../attest/tee/tpm/scheme.ts';
import { parseTpmSignature } from '../../../../../attest/tee/tpm/signature.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { ByteReader } from '../../../../../attest/tee/dcap/byte-reader.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { ecKey, rsaKey, toPem } from '../support/fake-pki.ts';
import type { KeyPair } from '../support/fake-pki.ts';
import {
  digestOf,
  extended,
  makeEvent,
  makeEventLog,
  makeQuote,
  makeRsaArea,
  makeSpecId,
  makeTpmInput,
  quoteOver,
  REGISTERS,
  signQuote,
  signQuotePss,
  sized,
  uint16,
} from '../support/fake-tpm.ts';
import type { FakeEvent, FakeTpmEvidence } from '../support/fake-tpm.ts';

// The edges of fields and lists, one step to either side, and what a quote says to the last member. Found by mutation testing.

const key = rsaKey();
const MALFORMED = 'failed parse/malformed';
const UNSIGNED = 'failed signature/quote-signature';
const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;

function run(
  input: VerifyInput,
  policy: JsonObject = {},
  binding: Uint8Array | 'ignore' = 'ignore',
): TeeOutcome {
  return tpmScheme.run({ ...input, policy, binding });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Omit<FakeTpmEvidence, 'key'>): string {
  return described(run(makeTpmInput({ key, ...change })));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function spki(pair: KeyPair): Buffer {
  return pair.publicKey.export({ format: 'der', type: 'spki' });
}

test('what the caller chooses is the nonce', () => {
  expect(tpmScheme.chosen).toEqual({ policyKey: 'nonce', form: 'hex', binding: 'sha256' });
});

describe('what a quote says', () => {
  test('registers, key and nothing that was not there', () => {
    const registers = { ...REGISTERS, sha384: { '4': '04'.repeat(48) } };
    const area = makeRsaArea({ key });
    const { claims, findings } = run(makeTpmInput({ key, registers }));
    expect(findings).toEqual([]);
    expect(claims).toMatchObject({
      kind: 'tpm',
      simulated: false,
      debug: false,
      pcrs: registers,
      signatureScheme: 'rsassa',
      attestationKey: {
        digest: `sha256:${digestOf('sha256', spki(key)).toString('hex')}`,
        name: `000b${digestOf('sha256', area.subarray(2)).toString('hex')}`,
        attributes: 'listed',
      },
      eventLog: null,
    });
  });

  test('the name of a key has the algorithm of its name', () => {
    const area = makeRsaArea({ key, nameAlgorithm: 0x000d });
    const members = { akPublic: base64(area) };
    const { claims } = run(makeTpmInput({ key, anchors: [area], members }));
    const name = `000d${digestOf('sha512', area.subarray(2)).toString('hex')}`;
    expect(claims).toMatchObject({ attestationKey: { name } });
  });

  test('a bare key on both sides: no name, and a warning', () => {
    const members = { akPublic: base64(spki(key)) };
    const result = run(makeTpmInput({ key, anchors: [spki(key)], members }));
    expect(described(result)).toBe('passed');
    expect(result.findings).toMatchObject([{ stage: 'chain', code: 'attestation-key-bare' }]);
    expect(result.claims).toMatchObject({ attestationKey: { name: null, attributes: 'unknown' } });
    const stated = run(makeTpmInput({ key, anchors: [spki(key)] }));
    expect(stated.findings).toMatchObject([{ stage: 'chain', code: 'attestation-key-bare' }]);
  });

  test('a clock that is not safe is a warning about freshness', () => {
    const { claims, findings } = run(makeTpmInput({ key, quote: { safe: 0 } }));
    expect(findings).toMatchObject([{ stage: 'freshness', code: 'clock-not-safe' }]);
    expect(claims).toMatchObject({ clock: { safe: false } });
  });

  test('extra data is the binding; where it is empty nothing is bound', () => {
    const binding = bindStatement('tpm', Buffer.from('DSSEv1 4 test 2 {}'));
    const quoted = (extraData: Uint8Array): TeeOutcome =>
      run(makeTpmInput({ key, quote: { extraData } }), {}, binding);
    expect(described(quoted(binding))).toBe('passed');
    expect(described(quoted(Buffer.concat([binding, Buffer.alloc(1)])))).toBe(
      'failed policy/binding',
    );
    expect(described(quoted(new Uint8Array()))).toBe('failed policy/binding');
    const bare = run(makeTpmInput({ key, quote: { extraData: new Uint8Array() } }));
    expect(bare.claims?.binding).toBeNull();
    const longest = run(makeTpmInput({ key, quote: { extraData: Buffer.alloc(66, 5) } }));
    expect(longest.claims?.binding).toBe('05'.repeat(66));
  });

  test('numbers of 64 bits, big-endian', () => {
    const bytes = Buffer.from('0102030405060708', 'hex');
    expect(takeUint64(new ByteReader(bytes), 'a number')).toBe(0x0102_0304_0506_0708n);
  });

  test('algorithms in messages have four digits', () => {
    expect([algorithmName(0x4), algorithmName(0x8018)]).toEqual(['0x0004', '0x8018']);
  });
});

describe('registers', () => {
  test('are measured in ascending order, however they came', () => {
    const entries = [0, 1, 2, 3].map((index) => [index, Buffer.alloc(32, index)] as const);
    const banks = (...order: number[]): ReadonlyMap<TpmHash, ReadonlyMap<number, Uint8Array>> =>
      new Map([['sha256', new Map(order.flatMap((at) => entries.slice(at, at + 1)))]]);
    const ascending = measureRegisters(banks(0, 1, 2, 3));
    for (const order of [
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      [1, 0, 2, 3],
    ]) {
      expect(measureRegisters(banks(...order))).toBe(ascending);
    }
    expect(measureRegisters(banks(0, 1, 2))).not.toBe(ascending);
  });

  test('that can be set back are named', () => {
    expect(
      findResettable([
        { bank: 'sha256', indices: [0, 16, 22] },
        { bank: 'sha384', indices: [23] },
      ]),
    ).toEqual(['sha256:16', 'sha384:23']);
  });

  test('a bank, or a register, more or less than the quote covers', () => {
    const quoted = quoteOver(REGISTERS);
    const given = (pcrs: unknown): string => outcome({ quote: quoted, members: { pcrs } });
    const { '0': zero, ...rest } = REGISTERS['sha256'] ?? {};
    const refused = 'failed signature/pcr-selection';
    expect(given(REGISTERS)).toBe('passed');
    expect(given({ ...REGISTERS, sha384: { '0': '00'.repeat(48) } })).toBe(refused);
    expect(given({ sha256: { ...REGISTERS['sha256'], '1': '00'.repeat(32) } })).toBe(refused);
    expect(given({ sha256: rest })).toBe(refused);
    expect(given({ sha256: { ...rest, '1': zero } })).toBe(refused);
    expect(given({})).toBe(refused);
  });

  test('one bank that is right does not stand for another one', () => {
    const registers = { ...REGISTERS, sha384: { '4': '04'.repeat(48) } };
    for (const pcrs of [
      { ...REGISTERS, sha384: { '5': '04'.repeat(48) } },
      { ...registers, sha256: { '0': '01'.repeat(32) } },
    ]) {
      expect(outcome({ registers, members: { pcrs } })).toBe('failed signature/pcr-selection');
    }
  });

  test('0 to 23, in one writing', () => {
    expect(['0', '9', '10', '23'].map(findRegisterIndex)).toEqual([0, 9, 10, 23]);
    for (const text of ['', '24', '99', '100', '00', '07', '-1', ' 1', '1 ', '1.0', '1e1', 'x1']) {
      expect(findRegisterIndex(text)).toBeUndefined();
    }
  });

  test('values: hex of exactly their size', () => {
    const given = (text: string): string =>
      outcome({ members: { pcrs: { sha256: { '0': text } } } });
    for (const text of [
      'x'.padEnd(64, '0'),
      '0'.repeat(63).concat('x'),
      '00'.repeat(33),
      '0'.repeat(63),
      '',
    ]) {
      expect(given(text)).toBe(MALFORMED);
    }
  });

  test('a selection has 1 to 3 bytes of bits', () => {
    const quoted = (indices: number[], sizeBytes: number): string => {
      const registers = {
        sha256: Object.fromEntries(indices.map((at) => [at, '01'.repeat(32)])),
      };
      const selections = [{ bank: 'sha256', indices, sizeBytes }];
      return outcome({ registers, quote: { ...quoteOver(registers), selections } });
    };
    expect(quoted([0, 7], 1)).toBe('passed');
    expect(quoted([0, 8, 15], 2)).toBe('passed');
    expect(quoted([0, 8, 22], 3)).toBe('passed');
    expect(quoted([0, 8, 22], 4)).toBe(MALFORMED);
  });

  test('three banks; a bank that is not known is refused wherever it stands', () => {
    const registers = {
      sha256: { '0': '01'.repeat(32) },
      sha384: { '0': '02'.repeat(48) },
      sha512: { '0': '03'.repeat(64) },
    };
    expect(outcome({ registers })).toBe('passed');
    const { selections = [] } = quoteOver(registers);
    for (const bank of ['sha1', 'sm3', 'sha512']) {
      const more = [...selections, { bank, indices: [0] }];
      expect(outcome({ registers, quote: { selections: more } })).toBe(MALFORMED);
    }
    const five = Array.from({ length: 5 }, () => ({ bank: 'sha256', indices: [0] }));
    expect(() => parseTpmQuote(makeQuote({ selections: five }))).toThrow(parseError);
  });
});

describe('signatures', () => {
  function signed(anchor: Uint8Array, signature: Buffer, quote: Buffer): string {
    const members = {
      quote: base64(quote),
      signature: base64(signature),
      akPublic: base64(anchor),
    };
    return described(run(makeTpmInput({ key, anchors: [anchor], members })));
  }

  test.each(['sha256', 'sha384', 'sha512'] as const)('RSASSA and ECDSA with %s', (hash) => {
    const quote = makeQuote(quoteOver(REGISTERS, hash));
    for (const pair of [key, ecKey('P-521')]) {
      expect(signed(spki(pair), signQuote(quote, pair, hash), quote)).toBe('passed');
    }
  });

  test.each(['sha256', 'sha384'] as const)('RSAPSS with %s, whatever the salt', (hash) => {
    const quote = makeQuote(quoteOver(REGISTERS, hash));
    for (const salt of [0, 32, 48, 190]) {
      expect(signed(spki(key), signQuotePss(quote, key, salt, hash), quote)).toBe('passed');
    }
    const area = makeRsaArea({ key, scheme: 0x0016, schemeHash: hash === 'sha256' ? 0xb : 0xc });
    const signature = signQuotePss(quote, key, 32, hash);
    const members = {
      quote: base64(quote),
      signature: base64(signature),
      akPublic: base64(area),
    };
    const result = run(makeTpmInput({ key, anchors: [area], members }));
    expect(result.claims).toMatchObject({ signatureScheme: 'rsapss' });
    const other = makeQuote({ ...quoteOver(REGISTERS, hash), extraData: Buffer.from('x') });
    expect(signed(spki(key), signature, other)).toBe(UNSIGNED);
    expect(signed(spki(key), signQuotePss(quote, rsaKey(), 32, hash), quote)).toBe(UNSIGNED);
  });

  test('RSAPSS is not RSASSA, in either direction', () => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const pss = signQuotePss(quote, key, 32);
    const claimed = Buffer.concat([uint16(0x0014), pss.subarray(2)]);
    expect(signed(spki(key), claimed, quote)).toBe(UNSIGNED);
  });

  test('a key that X.509 restricts to RSA-PSS is none of a TPM', () => {
    const pair = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    const quote = makeQuote(quoteOver(REGISTERS));
    expect(signed(spki(pair), signQuotePss(quote, pair, 32), quote)).toBe(UNSIGNED);
  });

  test('keys of other kinds and curves sign nothing', () => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    expect(signed(spki(koblitz), signQuote(quote, koblitz), quote)).toBe(UNSIGNED);
    const edwards = generateKeyPairSync('ed25519');
    const numbers = [sized(Buffer.alloc(32, 1)), sized(Buffer.alloc(32, 1))];
    const ecdsa = Buffer.concat([uint16(0x0018), uint16(0x000b), ...numbers]);
    expect(signed(spki(edwards), ecdsa, quote)).toBe(UNSIGNED);
    expect(signed(spki(key), ecdsa, quote)).toBe(UNSIGNED);
    const curve = ecKey('P-256');
    expect(signed(spki(curve), signQuote(quote, key), quote)).toBe(UNSIGNED);
  });

  test('S of ECDSA is no longer than its curve, though only by a zero', () => {
    const pair = ecKey('P-256');
    const quote = makeQuote(quoteOver(REGISTERS));
    let made = parseTpmSignature(signQuote(quote, pair));
    // the last byte of R is where a longer S would begin
    while (made.r.at(-1) !== 0) made = parseTpmSignature(signQuote(quote, pair));
    const written = (s: Uint8Array): Buffer =>
      Buffer.concat([uint16(0x0018), uint16(0x000b), sized(made.r), sized(s)]);
    expect(signed(spki(pair), written(made.s), quote)).toBe('passed');
    const longer = Buffer.concat([Buffer.alloc(1), made.s]);
    expect(signed(spki(pair), written(longer), quote)).toBe(UNSIGNED);
  });

  test('either number without its zeroes is the same number', () => {
    const pair = ecKey('P-256');
    const quote = makeQuote(quoteOver(REGISTERS));
    for (const member of ['r', 's'] as const) {
      let made = parseTpmSignature(signQuote(quote, pair));
      while (made[member][0] !== 0) made = parseTpmSignature(signQuote(quote, pair));
      const [r, s] = [made.r, made.s].map((one) => (one === made[member] ? one.subarray(1) : one));
      if (r === undefined || s === undefined) throw new Error('numbers');
      const written = Buffer.concat([uint16(0x0018), uint16(0x000b), sized(r), sized(s)]);
      expect(signed(spki(pair), written, quote)).toBe('passed');
    }
  });

  test('parsed parts: what the scheme has not is empty', () => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const rsa = parseTpmSignature(signQuote(quote, key));
    expect([rsa.rsa.length, rsa.r.length, rsa.s.length]).toEqual([256, 0, 0]);
    const ecdsa = parseTpmSignature(signQuote(quote, ecKey('P-256')));
    expect([ecdsa.rsa.length, ecdsa.r.length, ecdsa.s.length]).toEqual([0, 32, 32]);
  });

  test('a public area with one scheme, a signature with the same scheme and another hash', () => {
    const area = makeRsaArea({ key, schemeHash: 0x000c });
    const members = { akPublic: base64(area) };
    const change = { anchors: [area], members };
    expect(outcome({ ...change, hash: 'sha384' })).toBe('passed');
    expect(outcome({ ...change, hash: 'sha256' })).toBe(UNSIGNED);
    const pss = makeRsaArea({ key, scheme: 0x0016 });
    expect(outcome({ anchors: [pss], members: { akPublic: base64(pss) } })).toBe(UNSIGNED);
  });
});

describe('public areas', () => {
  test('an exponent of zero is the usual one, any other is read', () => {
    const read = (exponent: number): boolean =>
      parsePublicArea(makeRsaArea({ key, exponent })).key.equals(key.publicKey);
    expect([0, 65_537, 3].map(read)).toEqual([true, true, false]);
  });

  test.each([
    [0x000b, 0x0014, 'sha256', 'rsassa'],
    [0x000c, 0x0016, 'sha384', 'rsapss'],
    [0x000d, 0x0014, 'sha512', 'rsassa'],
  ])('hash %i, scheme %i', (schemeHash, scheme, hash, name) => {
    const area = parsePublicArea(makeRsaArea({ key, schemeHash, scheme }));
    expect([area.hash, area.scheme]).toEqual([hash, name]);
  });

  test('each attribute is its own bit', () => {
    const bits = {
      fixedTpm: 1,
      fixedParent: 4,
      sensitiveDataOrigin: 5,
      restricted: 16,
      decrypt: 17,
      sign: 18,
    };
    for (const [name, bit] of Object.entries(bits)) {
      const { attributes } = parsePublicArea(makeRsaArea({ key, attributes: 2 ** bit }));
      const set = Object.entries(attributes).filter(([, value]) => value);
      expect(set).toEqual([[name, true]]);
    }
    const others = 2 ** 31 + 2 ** 19 + 2 ** 10 + 2 ** 6 + 2 ** 2 + 2 ** 0;
    const { attributes } = parsePublicArea(makeRsaArea({ key, attributes: others }));
    expect(Object.values(attributes).every((value) => !value)).toBe(true);
  });

  test('a modulus of another size than the key says, to either side', () => {
    for (const bits of [2040, 2047, 2049, 2056, 0]) {
      expect(() => parsePublicArea(makeRsaArea({ key, bits }))).toThrow(parseError);
    }
  });

  test('no more than a kilobyte is read', () => {
    const area = makeRsaArea({ key, tail: Buffer.alloc(1024) });
    expect(() => parsePublicArea(area)).toThrow(parseError);
  });
});

describe('the trust store', () => {
  const pem = toPem(spki(key), 'PUBLIC KEY');
  const INVALID = 'undetermined chain/trust-anchor-invalid';

  test('a private key has no place in it, not even as a remark', () => {
    expect(outcome({ anchors: [Buffer.from(pem)] })).toBe('passed');
    const remark = `${pem}\nMIIEvQIBADANBg==\n-----END PRIVATE KEY-----\n`;
    expect(outcome({ anchors: [Buffer.from(remark)] })).toBe(INVALID);
  });

  test('a fault of the trust store names the file', () => {
    const stated = { key: key.publicKey, area: undefined };
    for (const bytes of [Buffer.from('nothing'), Buffer.from('PRIVATE KEY')]) {
      expect(() => findTrustedKey(stated, [{ name: 'ak.pem', bytes }])).toThrow(
        expect.objectContaining({ code: 'ERR_TRUST_INVALID', file: 'ak.pem' }) as Error,
      );
    }
  });

  test('the key that is listed counts, wherever it stands', () => {
    const [other, stranger] = [ecKey('P-256'), ecKey('P-256')].map(spki);
    if (other === undefined || stranger === undefined) throw new Error('keys');
    expect(outcome({ anchors: [other, makeRsaArea({ key }), stranger] })).toBe('passed');
    expect(outcome({ anchors: [other, stranger] })).toBe(
      'failed chain/attestation-key-not-trusted',
    );
  });
});

describe('the container', () => {
  test('base64 has one writing, even of what is genuine', () => {
    for (const extra of [5, 6, 7]) {
      const quote = makeQuote({ ...quoteOver(REGISTERS), extraData: Buffer.alloc(extra, 0xff) });
      const signature = base64(signQuote(quote, key));
      const written = (text: string): string => outcome({ members: { quote: text, signature } });
      const text = base64(quote);
      expect(written(text)).toBe('passed');
      expect(written(`${text}\n`)).toBe(MALFORMED);
      expect(written(` ${text}`)).toBe(MALFORMED);
      expect(written(`${text.slice(0, 8)}\n${text.slice(8)}`)).toBe(MALFORMED);
      expect(written(`${text}=`)).toBe(MALFORMED);
      expect(written(text.replaceAll('/', '_'))).toBe(MALFORMED);
    }
  });

  test('2 MiB are read, one byte more is too much', () => {
    const input = makeTpmInput({ key });
    const padded = (size: number): string => {
      const evidence = Buffer.alloc(size, ' ');
      evidence.set(input.evidence);
      return described(run({ ...input, evidence }));
    };
    expect(padded(2 * 1024 * 1024)).toBe('passed');
    expect(padded(2 * 1024 * 1024 + 1)).toBe(MALFORMED);
  });
});

describe('event logs', () => {
  const digest = digestOf('sha256', Buffer.from('kernel'));
  const event: FakeEvent = { register: 8, digests: { sha256: digest } };
  const spec = makeSpecId(['sha256']);

  /** The first event, with algorithms by number. */
  function header(formats: readonly (readonly [number, number])[], vendor = ''): Buffer {
    const little = (value: number): number[] => [value & 0xff, value >> 8];
    const body = Buffer.concat([
      Buffer.from('Spec ID Event03\0\0\0\0\0\x02\0\x02\x02', 'latin1').subarray(0, 24),
      Buffer.from([formats.length, 0, 0, 0]),
      Buffer.from(formats.flatMap(([id, size]) => [...little(id), ...little(size)])),
      Buffer.from([vendor.length]),
      Buffer.from(vendor, 'latin1'),
    ]);
    const head = Buffer.alloc(32);
    head.writeUInt32LE(3, 4);
    head.writeUInt32LE(body.length, 28);
    return Buffer.concat([head, body]);
  }

  function locality(content: string, change: Partial<FakeEvent> = {}): Buffer {
    const digests = { sha256: Buffer.alloc(32) };
    return makeEvent({
      register: 0,
      type: 3,
      digests,
      data: Buffer.from(content, 'latin1'),
      ...change,
    });
  }

  const parsed = (...parts: Buffer[]): ReturnType<typeof parseEventLog> =>
    parseEventLog(Buffer.concat([spec, ...parts]));

  test('the first event: register 0, type 3, a digest of zeroes', () => {
    expect(parseEventLog(spec).events).toEqual([]);
    for (const at of [0, 4, 8, 27]) {
      const bytes = Buffer.from(spec);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(() => parseEventLog(bytes)).toThrow(parseError);
    }
  });

  test('1 to 8 algorithms; those that are not taken are passed over', () => {
    const formats = Array.from({ length: 7 }, (_, index) => [0x100 + index, 64] as const);
    const whole = parseEventLog(header([[0x000b, 32], ...formats]));
    expect([...whole.banks]).toEqual(['sha256']);
    const nine = header([[0x000b, 32], ...formats, [0x200, 64]]);
    expect(() => parseEventLog(nine)).toThrow(parseError);
    expect([...parseEventLog(header([[0x0100, 1]])).banks]).toEqual([]);
    for (const format of [
      [0x000b, 31],
      [0x000c, 32],
      [0x000d, 48],
      [0x0100, 65],
      [0x0100, 0],
    ] as const) {
      expect(() => parseEventLog(header([format]))).toThrow(parseError);
    }
    const twice = [0x0100, 8] as const;
    expect(() => parseEventLog(header([twice, twice]))).toThrow(parseError);
  });

  test('all banks that we take', () => {
    const log = parseEventLog(makeSpecId(['sha512', 'sha1', 'sha384', 'sha256']));
    expect([...log.banks]).toEqual(['sha512', 'sha384', 'sha256']);
  });

  test('digests of algorithms that are not taken are passed over', () => {
    const digests = { sha1: Buffer.alloc(20, 1), sha256: digest, sm3: Buffer.alloc(32, 2) };
    const [id, size] = [0x0012, 32];
    const spec3 = header([
      [0x0004, 20],
      [0x000b, 32],
      [id, size],
    ]);
    const log = parseEventLog(Buffer.concat([spec3, makeEvent({ register: 1, digests })]));
    const [only] = log.events;
    expect([log.events.length, only?.register]).toEqual([1, 1]);
    expect([...(only?.digests ?? [])].map(([bank, value]) => [bank, base64(value)])).toEqual([
      ['sha256', base64(digest)],
    ]);
  });

  test('words of the vendor are passed over, as long as they say', () => {
    const format = [0x000b, 32] as const;
    expect(parseEventLog(header([format], 'a vendor')).events).toEqual([]);
    const longer = header([format], 'a vendor');
    longer.writeUInt8(7, longer.length - 9);
    expect(() => parseEventLog(longer)).toThrow(parseError);
  });

  test('digests of an event: each algorithm of the log once', () => {
    const banks = ['sha256', 'sha384'];
    const digests = { sha384: Buffer.alloc(48, 2), sha256: digest };
    const right = makeEventLog({ banks, events: [{ register: 1, digests }] });
    expect(parseEventLog(right).events[0]?.digests.size).toBe(2);
    const one = makeEvent({ register: 1, digests: { sha256: digest } });
    const again = Buffer.concat([one.subarray(0, 12), one.subarray(12, 46), one.subarray(12)]);
    again.writeUInt32LE(2, 8);
    expect(() => parseEventLog(Buffer.concat([makeSpecId(banks), again]))).toThrow(parseError);
    const alone = Buffer.concat([makeSpecId(banks), one]);
    expect(() => parseEventLog(alone)).toThrow(parseError);
  });

  test('16384 events are read, one more is too many', () => {
    const small = makeEvent({ ...event, data: Buffer.alloc(0) });
    const log = Buffer.concat([spec, ...Array<Buffer>(16_384).fill(small)]);
    expect(parseEventLog(log).events).toHaveLength(16_384);
    expect(() => parseEventLog(Buffer.concat([log, small]))).toThrow(parseError);
  });

  test('a mebibyte is read, one byte more is too much', () => {
    const bare = makeEvent({ ...event, data: Buffer.alloc(0) });
    const fitting = (size: number): Buffer =>
      makeEvent({ ...event, data: Buffer.alloc(size - spec.length - bare.length) });
    expect(parsed(fitting(1024 * 1024)).events).toHaveLength(1);
    expect(() => parsed(fitting(1024 * 1024 + 1))).toThrow(parseError);
  });

  test('registers 0 to 23; an event in words goes into none', () => {
    expect(parsed(makeEvent({ ...event, register: 23 })).events).toHaveLength(1);
    expect(() => parsed(makeEvent({ ...event, register: 24 }))).toThrow(parseError);
    const words = makeEvent({ ...event, register: 0xffff_ffff, type: 3 });
    expect(parsed(words).events).toEqual([]);
  });

  test.each([
    ['none', '', 0],
    ['0', 'StartupLocality\0\0', 0],
    ['3', 'StartupLocality\0\x03', 3],
    ['4', 'StartupLocality\0\x04', 4],
    ['in other words', 'StartupLocalitY\0\x03', 0],
  ])('startup locality: %s', (_what, content, expected) => {
    const log = parsed(locality(content), makeEvent({ ...event, register: 0 }));
    expect(log.startupLocality).toBe(expected);
    const start = Buffer.alloc(32);
    start[31] = expected;
    const replayed = Buffer.from(replayEvents(log, 'sha256').get(0) ?? '');
    expect(replayed).toEqual(extended('sha256', [digest], start));
  });

  test('a startup locality counts in register 0 only, and only in words', () => {
    const content = 'StartupLocality\0\x03';
    expect(parsed(locality(content, { register: 1 })).startupLocality).toBe(0);
    const measured = parsed(locality(content, { type: 1 }));
    expect([measured.startupLocality, measured.events.length]).toEqual([0, 1]);
    // an event in another register before it changes nothing
    expect(parsed(makeEvent(event), locality(content)).startupLocality).toBe(3);
    const other = replayEvents(parsed(locality(content), makeEvent(event)), 'sha256').get(8);
    expect(Buffer.from(other ?? '')).toEqual(extended('sha256', [digest]));
  });

  test('other words, before or after a startup locality, change nothing', () => {
    const zero = makeEvent({ ...event, register: 0 });
    const words = locality('a separator');
    expect(parsed(zero, words).startupLocality).toBe(0);
    const log = parsed(words, locality('StartupLocality\0\x03'), words, zero, words);
    expect([log.startupLocality, log.events.length]).toEqual([3, 1]);
  });

  test.each(['StartupLocality\0', 'StartupLocality\0\x01', 'StartupLocality\0\x02'])(
    'the startup locality %j is malformed',
    (content) => {
      expect(() => parsed(locality(content))).toThrow(parseError);
    },
  );

  test('a locality of 0 is one too, so that a second one is refused', () => {
    const zero = locality('StartupLocality\0\0');
    expect(() => parsed(zero, zero)).toThrow(parseError);
  });

  test('a bank that the log has no digests for is not replayed', () => {
    expect(() => replayEvents(parsed(makeEvent(event)), 'sha384')).toThrow(parseError);
  });

  test('two banks are judged, each by its own digests', () => {
    const digests = { sha256: digest, sha384: digestOf('sha384', Buffer.from('kernel')) };
    const log = makeEventLog({ banks: ['sha256', 'sha384'], events: [{ register: 8, digests }] });
    const right = {
      sha256: { '8': extended('sha256', [digests.sha256]).toString('hex') },
      sha384: { '8': extended('sha384', [digests.sha384]).toString('hex') },
    };
    const members = { eventLog: base64(log) };
    const result = run(makeTpmInput({ key, registers: right, members }), { requireEventLog: true });
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({
      eventLog: { events: 1, explained: ['sha256:8', 'sha384:8'], unexplained: [] },
    });
    const wrong = { ...right, sha384: { '8': '01'.repeat(48) } };
    expect(outcome({ registers: wrong, members })).toBe('failed collateral/event-log');
  });
});
