// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { parseEventLog, replayEvents } from '../../../../../attest/tee/tpm/event-log.ts';
import { parsePublicArea } from '../../../../../attest/tee/tpm/public-area.ts';
import { parseTpmQuote } from '../../../../../attest/tee/tpm/quote.ts';
import { tpmScheme } from '../../../../../attest/tee/tpm/scheme.ts';
import { parseTpmSignature } from '../../../../../attest/tee/tpm/signature.ts';
import type { TeeOutcome, VerifyInput } from '../../../../../attest/tee/scheme.ts';
import { ecKey, rsaKey } from '../support/fake-pki.ts';
import {
  AK_ATTRIBUTES,
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
  sized,
  uint16,
} from '../support/fake-tpm.ts';
import type { FakeArea, FakeQuote, FakeTpmEvidence } from '../support/fake-tpm.ts';

// Structures of our own making, so that every field can be wrong; quotes that a TPM made are in software-tpm.test.ts.

const key = rsaKey();
const stranger = rsaKey();
const MALFORMED = 'failed parse/malformed';
const PARSE_ERROR = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' });

function run(input: VerifyInput, policy: JsonObject = {}): TeeOutcome {
  return tpmScheme.run({ ...input, policy, binding: 'ignore' });
}

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function outcome(change: Omit<FakeTpmEvidence, 'key'>): string {
  return described(run(makeTpmInput({ key, ...change })));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

describe('a quote of our own', () => {
  test('passes and says what it is', () => {
    const result = run(makeTpmInput({ key }));
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({
      binding: Buffer.from('a nonce').toString('hex'),
      clock: { milliseconds: '123456', resetCount: 7, restartCount: 2, safe: true },
      firmwareVersion: '0x2020031200120003',
      pcrDigest: `sha256:${Buffer.from(quoteOver(REGISTERS).pcrDigest ?? '').toString('hex')}`,
      qualifiedSigner: `000b${'aa'.repeat(32)}`,
    });
  });

  test('the measurement is the definition in docs/tee.md, written out by hand', () => {
    const registers = { sha384: { '9': '99'.repeat(48) }, ...REGISTERS };
    const lines = [
      `sha256:0:${'01'.repeat(32)}`,
      `sha256:7:${'07'.repeat(32)}`,
      `sha256:14:${'0e'.repeat(32)}`,
      `sha384:9:${'99'.repeat(48)}`,
    ];
    const definition = Buffer.from(`pedigree/tpm-measurement/v1\0${lines.join('\n')}\n`);
    const result = run(makeTpmInput({ key, registers }));
    expect(result.claims?.measurement).toBe(digestOf('sha256', definition).toString('hex'));
  });

  test.each<[string, FakeQuote]>([
    ['another magic', { magic: 0xff54_4346 }],
    ['a certification', { type: 0x8017 }],
    ['a statement of the time', { type: 0x8019 }],
    ['safe that is 2', { safe: 2 }],
    ['an endless signer', { qualifiedSigner: new Uint8Array(67) }],
    ['endless extra data', { extraData: new Uint8Array(67) }],
    ['no selection', { selections: [] }],
    ['a bank with no register', { selections: [{ bank: 'sha256', indices: [] }] }],
    ['SHA-1', { selections: [{ bank: 'sha1', indices: [0] }] }],
    ['SM3', { selections: [{ bank: 'sm3', indices: [0] }] }],
    ['a selection of 4 bytes', { selections: [{ bank: 'sha256', indices: [0], sizeBytes: 4 }] }],
    ['a selection of no byte', { selections: [{ bank: 'sha256', indices: [], sizeBytes: 0 }] }],
    [
      'a bank twice',
      {
        selections: [
          { bank: 'sha256', indices: [0] },
          { bank: 'sha256', indices: [7, 14] },
        ],
      },
    ],
    ['an endless digest', { pcrDigest: new Uint8Array(65) }],
    ['a byte behind it', { tail: new Uint8Array(1) }],
    ['a kilobyte behind it', { tail: new Uint8Array(1024) }],
  ])('%s is malformed, though it is signed', (_what, quote) => {
    expect(outcome({ quote })).toBe(MALFORMED);
  });

  test.each<[string, FakeQuote, string]>([
    ['another digest', { pcrDigest: new Uint8Array(32) }, 'pcr-digest'],
    ['a shorter digest', { pcrDigest: new Uint8Array(31) }, 'pcr-digest'],
    ['no digest', { pcrDigest: new Uint8Array() }, 'pcr-digest'],
    ['fewer registers', { selections: [{ bank: 'sha256', indices: [0, 7] }] }, 'pcr-selection'],
    [
      'more registers',
      { selections: [{ bank: 'sha256', indices: [0, 7, 8, 14] }] },
      'pcr-selection',
    ],
    ['another bank', { selections: [{ bank: 'sha384', indices: [0, 7, 14] }] }, 'pcr-selection'],
  ])('%s', (_what, quote, code) => {
    expect(outcome({ quote })).toBe(`failed signature/${code}`);
  });

  test('a clock that is not safe is a warning', () => {
    const result = run(makeTpmInput({ key, quote: { safe: 0 } }));
    expect([described(result), result.findings[0]?.code]).toEqual(['passed', 'clock-not-safe']);
  });

  test('every truncation of quote, signature and key is refused', () => {
    const quote = makeQuote({ extraData: Buffer.from('n'), ...quoteOver(REGISTERS) });
    const signature = signQuote(quote, key);
    const area = makeRsaArea({ key });
    for (let at = 0; at < quote.length; at++) {
      expect(() => parseTpmQuote(quote.subarray(0, at))).toThrow(PARSE_ERROR);
    }
    for (let at = 0; at < signature.length; at++) {
      expect(() => parseTpmSignature(signature.subarray(0, at))).toThrow(PARSE_ERROR);
    }
    for (let at = 0; at < area.length; at++) {
      expect(() => parsePublicArea(area.subarray(0, at))).toThrow(PARSE_ERROR);
    }
  });
});

describe('signatures', () => {
  test.each<[string, (signature: Buffer) => Buffer, string]>([
    ['of HMAC', (bytes) => Buffer.concat([uint16(0x0005), bytes.subarray(2)]), MALFORMED],
    ['of no scheme', (bytes) => Buffer.concat([uint16(0x0010), bytes.subarray(2)]), MALFORMED],
    [
      'with SHA-1',
      (bytes) => Buffer.concat([uint16(0x0014), uint16(4), bytes.subarray(4)]),
      MALFORMED,
    ],
    ['with a byte behind it', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]), MALFORMED],
    ['without a header', (bytes) => bytes.subarray(6), MALFORMED],
    [
      'that claims RSAPSS',
      (bytes) => Buffer.concat([uint16(0x0016), bytes.subarray(2)]),
      'failed signature/quote-signature',
    ],
    [
      'that claims SHA-384',
      (bytes) => Buffer.concat([uint16(0x0014), uint16(0x000c), bytes.subarray(4)]),
      'failed signature/quote-signature',
    ],
    [
      'that is empty',
      () => Buffer.concat([uint16(0x0014), uint16(0x000b), uint16(0)]),
      'failed signature/quote-signature',
    ],
    [
      'that claims ECDSA with zero numbers',
      () =>
        Buffer.concat([
          uint16(0x0018),
          uint16(0x000b),
          sized(Buffer.alloc(32)),
          sized(Buffer.alloc(32)),
        ]),
      'failed signature/quote-signature',
    ],
  ])('%s', (_what, change, expected) => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const signature = text(change(signQuote(quote, key)));
    expect(outcome({ members: { quote: text(quote), signature } })).toBe(expected);
  });

  test('by a stranger, with the trusted key named', () => {
    const quote = makeQuote(quoteOver(REGISTERS));
    const members = { quote: text(quote), signature: text(signQuote(quote, stranger)) };
    expect(outcome({ members })).toBe('failed signature/quote-signature');
  });

  test('numbers of ECDSA with zero bytes left out still count, longer ones do not', () => {
    const ec = ecKey('P-256');
    const quote = makeQuote(quoteOver(REGISTERS));
    const made = parseTpmSignature(signQuote(quote, ec));
    const rewrite = (r: Uint8Array, s: Uint8Array): string => {
      const signature = Buffer.concat([uint16(0x0018), uint16(0x000b), sized(r), sized(s)]);
      const members = { quote: text(quote), signature: text(signature) };
      return described(run(makeTpmInput({ key: ec, members })));
    };
    expect(rewrite(made.r, made.s)).toBe('passed');
    expect(rewrite(Buffer.concat([Buffer.alloc(1), made.r]), made.s)).toBe(
      'failed signature/quote-signature',
    );
    expect(rewrite(made.s, made.r)).toBe('failed signature/quote-signature');
    expect(rewrite(made.r.subarray(1), made.s)).toBe(
      made.r[0] === 0 ? 'passed' : 'failed signature/quote-signature',
    );
  });

  test('a key that is too short, or of another type', () => {
    for (const weak of [rsaKey(1024), ecKey('P-384')]) {
      const spki = weak.publicKey.export({ format: 'der', type: 'spki' });
      const quote = makeQuote(quoteOver(REGISTERS));
      const members = {
        quote: text(quote),
        signature: text(signQuote(quote, key)),
        akPublic: text(spki),
      };
      expect(described(run(makeTpmInput({ key, anchors: [spki], members })))).toBe(
        'failed signature/quote-signature',
      );
    }
    const short = rsaKey(1024);
    const area = makeRsaArea({ key: short });
    expect(described(run(makeTpmInput({ key: short, anchors: [area] })))).toBe(
      'failed signature/quote-signature',
    );
  });
});

describe('the attestation key', () => {
  const bit = (at: number): number => AK_ATTRIBUTES & ~(1 << at);

  test.each<[string, number]>([
    ['not fixed to the TPM', bit(1)],
    ['not fixed to its parent', bit(4)],
    ['not made by the TPM', bit(5)],
    ['not restricted', bit(16)],
    ['not for signatures', bit(18)],
    ['for decryption too', AK_ATTRIBUTES | (1 << 17)],
    ['with no attribute at all', 0],
  ])('%s is refused, listed or stated', (_what, attributes) => {
    const area = makeRsaArea({ key, attributes });
    const spki = key.publicKey.export({ format: 'pem', type: 'spki' });
    const expected = 'failed chain/attestation-key-attributes';
    const members = { akPublic: text(area) };
    expect(outcome({ members, anchors: [area] })).toBe(expected);
    expect(outcome({ members, anchors: [Buffer.from(spki)] })).toBe(expected);
    expect(outcome({ members: { akPublic: text(Buffer.from(spki)) }, anchors: [area] })).toBe(
      expected,
    );
  });

  test('stated attributes do not stand in for the listed ones', () => {
    const listed = makeRsaArea({ key, attributes: bit(16) });
    expect(outcome({ anchors: [listed] })).toBe('failed chain/attestation-key-name');
    const renamed = makeRsaArea({ key, attributes: AK_ATTRIBUTES | (1 << 10) });
    expect(outcome({ anchors: [renamed] })).toBe('failed chain/attestation-key-name');
  });

  test('a listed key signs with its own scheme only', () => {
    const pss = makeRsaArea({ key, scheme: 0x0016 });
    const sha384 = makeRsaArea({ key, schemeHash: 0x000c });
    for (const area of [pss, sha384]) {
      expect(outcome({ anchors: [area], members: { akPublic: text(area) } })).toBe(
        'failed signature/quote-signature',
      );
    }
  });

  test.each<[string, Omit<FakeArea, 'key'>]>([
    ['a name algorithm of SHA-1', { nameAlgorithm: 0x0004 }],
    ['no name algorithm', { nameAlgorithm: 0x0010 }],
    ['a symmetric algorithm', { symmetric: 0x0006 }],
    ['no scheme of its own', { scheme: 0x0010 }],
    ['an encryption scheme', { scheme: 0x0015 }],
    ['a scheme with SHA-1', { schemeHash: 0x0004 }],
    ['another size than its modulus', { bits: 3072 }],
    ['a byte behind it', { tail: new Uint8Array(1) }],
  ])('%s is malformed', (_what, change) => {
    const area = makeRsaArea({ key, ...change });
    expect(outcome({ members: { akPublic: text(area) } })).toBe(MALFORMED);
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('a key')],
    [
      'a certificate in PEM',
      Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
    ],
    ['a malformed key', Buffer.from('3003020101', 'hex')],
    ['a TPM2B of another size', Buffer.concat([makeRsaArea({ key }), Buffer.alloc(1)])],
    [
      'a private key',
      Buffer.from(rsaKey().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    ],
  ])('%s in the trust store is a fault of the trust store', (_what, anchor) => {
    const good = makeRsaArea({ key });
    expect(outcome({ anchors: [good, anchor] })).toBe('undetermined chain/trust-anchor-invalid');
  });

  test('none is trusted unless it is listed', () => {
    expect(outcome({ anchors: [] })).toBe('undetermined chain/no-trust-anchor');
    expect(tpmScheme.pinnedAnchors()).toEqual([]);
    expect(outcome({ anchors: [makeRsaArea({ key: stranger })] })).toBe(
      'failed chain/attestation-key-not-trusted',
    );
    const two = Buffer.from([key, stranger].map((one) => pem(one.publicKey)).join('\n'));
    expect(outcome({ anchors: [two] })).toBe('passed');
    expect(outcome({ members: { akPublic: text(two) } })).toBe(MALFORMED);
  });

  function pem(publicKey: typeof key.publicKey): string {
    return publicKey.export({ format: 'pem', type: 'spki' }).toString();
  }
});

describe('the container', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an unknown member', { more: 1 }],
    ['an inherited name', { constructor: 1 }],
    ['no quote', { quote: undefined }],
    ['no signature', { signature: undefined }],
    ['no key', { akPublic: undefined }],
    ['no registers', { pcrs: undefined }],
    ['registers as a list', { pcrs: [] }],
    ['a bank as a list', { pcrs: { sha256: [] } }],
    ['a bank of SHA-1', { pcrs: { sha1: { '0': '00'.repeat(20) } } }],
    ['a bank by another name', { pcrs: { SHA256: { '0': '00'.repeat(32) } } }],
    ['an inherited bank', { pcrs: { toString: {} } }],
    ['register 24', { pcrs: { sha256: { '24': '00'.repeat(32) } } }],
    ['register 00', { pcrs: { sha256: { '00': '00'.repeat(32) } } }],
    ['register -1', { pcrs: { sha256: { '-1': '00'.repeat(32) } } }],
    ['register 1e1', { pcrs: { sha256: { '1e1': '00'.repeat(32) } } }],
    ['a register in upper case', { pcrs: { sha256: { '0': 'AA'.repeat(32) } } }],
    ['a register of 31 bytes', { pcrs: { sha256: { '0': '00'.repeat(31) } } }],
    ['a register that is a number', { pcrs: { sha256: { '0': 0 } } }],
    ['a quote in base64url', { quote: '_1RDR' }],
    ['a quote without padding', { quote: 'AA' }],
    ['a quote with a line break', { quote: 'AA==\n' }],
    ['an empty quote', { quote: '' }],
    ['a quote that is an object', { quote: {} }],
    ['an event log that is null', { eventLog: null }],
    ['an empty event log', { eventLog: '' }],
    ['an event log that is none', { eventLog: 'AAAA' }],
  ])('%s is malformed', (_what, members) => {
    expect(outcome({ members })).toBe(MALFORMED);
  });

  test('no JSON, a member twice, too deep, too large', () => {
    const input = makeTpmInput({ key });
    const json = Buffer.from(input.evidence).toString();
    const texts = [
      '',
      'null',
      '[]',
      json.slice(0, -1),
      `${json}x`,
      json.replace('{', '{"quote":"AAAA",'),
      '[[[[[[]]]]]]',
      `{"quote":"${'A'.repeat(2 * 1024 * 1024)}"}`,
    ];
    for (const one of texts) {
      expect(described(run({ ...input, evidence: Buffer.from(one) }))).toBe(MALFORMED);
    }
  });

  test('any change of any bytes of the text is refused, or says the same', () => {
    const input = makeTpmInput({ key });
    const before = run(input).claims;
    fc.assert(
      fc.property(
        fc.nat(input.evidence.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (at, xor) => {
          const evidence = Uint8Array.from(input.evidence);
          evidence[at] = (evidence[at] ?? 0) ^ xor;
          const result = run({ ...input, evidence });
          // white space around a token may change; nothing that is said may
          if (result.verdict === 'passed') expect(result.claims).toEqual(before);
          else expect(result.verdict).toBe('failed');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('event logs', () => {
  const digest = (content: string): Buffer => digestOf('sha256', Buffer.from(content));
  const event = { register: 4, digests: { sha256: digest('boot loader') } };

  test('replay extends in order, and the startup locality counts for register 0', () => {
    const locality = Buffer.from('StartupLocality\0\x03', 'latin1');
    const silent = { register: 0, type: 3, digests: { sha256: Buffer.alloc(32) }, data: locality };
    const first = { register: 0, digests: { sha256: digest('crtm') } };
    const bytes = makeEventLog({ banks: ['sha256'], events: [silent, first, event, event] });
    const replayed = replayEvents(parseEventLog(bytes), 'sha256');
    const start = Buffer.concat([Buffer.alloc(31), Buffer.from([3])]);
    expect(Buffer.from(replayed.get(0) ?? '')).toEqual(extended('sha256', [digest('crtm')], start));
    const twice = [event.digests.sha256, event.digests.sha256];
    expect(Buffer.from(replayed.get(4) ?? '')).toEqual(extended('sha256', twice));
    expect([...replayed.keys()]).toEqual([0, 4]);
  });

  const spec = makeSpecId(['sha256']);
  const locality = (value: number, tail = ''): Buffer =>
    makeEvent({
      register: 0,
      type: 3,
      digests: { sha256: Buffer.alloc(32) },
      data: Buffer.from(`StartupLocality\0${String.fromCharCode(value)}${tail}`, 'latin1'),
    });
  const good = makeEvent(event);
  const zero = makeEvent({ ...event, register: 0 });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['the old form', makeSpecId(['sha256'], { signature: 'Spec ID Event00\0' })],
    ['no first event', good],
    ['a first event of another register', Buffer.concat([Buffer.from([1]), spec.subarray(1)])],
    ['no algorithm', makeSpecId([])],
    ['an algorithm twice', makeSpecId(['sha256', 'sha256'])],
    ['nine algorithms', makeSpecId(Array<string>(9).fill('sha256'))],
    ['SHA-256 of 20 bytes', makeSpecId(['sha256'], { sizes: [20] })],
    ['an algorithm of no bytes', makeSpecId(['sm3'], { sizes: [0] })],
    ['an algorithm of 65 bytes', makeSpecId(['sm3'], { sizes: [65] })],
    ['more in the first event than it says', makeSpecId(['sha256'], { tail: Buffer.alloc(1) })],
    ['register 24', Buffer.concat([spec, makeEvent({ ...event, register: 24 })])],
    ['no digest', Buffer.concat([spec, makeEvent({ ...event, digests: {} })])],
    [
      'a digest too many',
      Buffer.concat([
        spec,
        makeEvent({ ...event, digests: { sha256: digest('a'), sha384: digest('b') } }),
      ]),
    ],
    [
      'another digest',
      Buffer.concat([spec, makeEvent({ ...event, digests: { sha1: Buffer.alloc(20) } })]),
    ],
    ['a locality of 5', Buffer.concat([spec, locality(5)])],
    ['a locality that is longer', Buffer.concat([spec, locality(3, 'x')])],
    ['a locality twice', Buffer.concat([spec, locality(3), locality(3)])],
    ['a locality after an event', Buffer.concat([spec, zero, locality(3)])],
    ['a mebibyte', Buffer.concat([spec, Buffer.alloc(1024 * 1024)])],
  ])('%s is malformed', (_what, bytes) => {
    expect(() => parseEventLog(bytes)).toThrow(PARSE_ERROR);
  });

  test('every truncation that does not end at an event is refused', () => {
    const bytes = Buffer.concat([spec, good, locality(0), good]);
    const ends = new Set([spec.length, spec.length + good.length, bytes.length - good.length]);
    for (let at = 0; at < bytes.length; at++) {
      if (ends.has(at)) expect(parseEventLog(bytes.subarray(0, at)).events.length).toBeLessThan(2);
      else expect(() => parseEventLog(bytes.subarray(0, at))).toThrow(PARSE_ERROR);
    }
  });

  test('a length that points far behind the end is refused at once', () => {
    for (const at of [spec.length + 8, good.length + spec.length - 12, 28]) {
      const bytes = Buffer.concat([spec, good]);
      bytes.fill(0xff, at, at + 4);
      expect(() => parseEventLog(bytes)).toThrow(PARSE_ERROR);
    }
  });

  test('a log of too many events is refused', () => {
    const events = Buffer.concat([
      spec,
      ...Array<Buffer>(16_385).fill(makeEvent({ ...event, data: Buffer.alloc(0) })),
    ]);
    expect(() => parseEventLog(events)).toThrow(PARSE_ERROR);
  });
});

describe('the policy', () => {
  test.each<[string, JsonValue]>([
    ['pcrs', {}],
    ['pcrs', []],
    ['pcrs', { '0': '00'.repeat(32) }],
    ['pcrs', { sha256: {} }],
    ['pcrs', { sha256: [] }],
    ['pcrs', { sha1: { '0': '00'.repeat(20) } }],
    ['pcrs', { sha256: { '24': '00'.repeat(32) } }],
    ['pcrs', { sha256: { '01': '00'.repeat(32) } }],
    ['pcrs', { sha256: { '0': '00'.repeat(48) } }],
    ['pcrs', { sha256: { '0': 5 } }],
    ['nonce', ''],
    ['nonce', 'abc'],
    ['nonce', '00'.repeat(67)],
    ['measurement', '00'.repeat(48)],
    ['requireEventLog', 'yes'],
    ['allowDebug', true],
    ['trustRootOverride', true],
  ])('{%s: %j} is refused', (member, value) => {
    expect(() => run(makeTpmInput({ key }), { [member]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });
});
