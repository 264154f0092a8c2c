// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { tpmScheme } from '../../../../../attest/tee/tpm/scheme.ts';
import type { TpmClaims } from '../../../../../attest/tee/tpm/verify.ts';
import { describeSoftwareTpm, SoftwareTpm } from '../../../../support/software-tpm.ts';
import type { KeyOptions, SoftwareKey, SoftwareQuote } from '../../../../support/software-tpm.ts';
import { digestOf, makeEventLog, makeQuote, quoteOver } from '../support/fake-tpm.ts';
import type { FakeEvent } from '../support/fake-tpm.ts';

const RSA: KeyOptions = { algorithm: 'rsa', scheme: 'rsassa', hash: 'sha256' };
const NONCE = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');
const SELECTION = 'sha256:0,1,8,9,14';

describeSoftwareTpm('quotes of a software TPM', () => {
  let tpm: SoftwareTpm;
  let key: SoftwareKey;
  let genuine: SoftwareQuote;
  let registers: Record<string, Record<string, string>>;

  const EVENTS: readonly FakeEvent[] = [
    { register: 0, digests: digests('firmware') },
    { register: 8, digests: digests('kernel') },
    { register: 8, digests: digests('command line') },
    { register: 14, digests: digests('shim') },
  ];

  beforeAll(async () => {
    tpm = await SoftwareTpm.start();
    for (const { register, digests: values } of EVENTS) {
      for (const [bank, value] of Object.entries(values)) tpm.extend(register, bank, value);
    }
    key = tpm.createKey(RSA);
    genuine = tpm.quote(key, SELECTION, NONCE);
    registers = tpm.registers(SELECTION);
  });

  afterAll(async () => {
    await tpm.stop();
  });

  test('the registers are those that the TPM was given', () => {
    expect(Object.keys(registers['sha256'] ?? {})).toEqual(['0', '1', '8', '9', '14']);
    expect(registers['sha256']?.['1']).toBe('00'.repeat(32));
    expect(registers['sha256']?.['8']).not.toBe('00'.repeat(32));
  });

  test('a genuine quote passes and says what it is', () => {
    const outcome = check(genuine, {});
    expect(described(outcome)).toBe('passed');
    expect(outcome.findings).toEqual([]);
    expect(outcome.claims).toMatchObject({
      kind: 'tpm',
      simulated: false,
      debug: false,
      binding: NONCE.toString('hex'),
      pcrs: registers,
      signatureScheme: 'rsassa',
      attestationKey: { name: key.name, attributes: 'listed' },
      eventLog: null,
    });
    const { clock, firmwareVersion } = outcome.claims as TpmClaims;
    expect(clock).toMatchObject({ safe: true, restartCount: 0 });
    expect(Number(clock.milliseconds)).toBeGreaterThan(0);
    expect(firmwareVersion).toMatch(/^0x[0-9a-f]+$/);
  });

  test.each<KeyOptions>([
    { algorithm: 'rsa', scheme: 'rsapss', hash: 'sha256' },
    { algorithm: 'rsa', scheme: 'rsassa', hash: 'sha384' },
    { algorithm: 'ecc256', scheme: 'ecdsa', hash: 'sha256' },
    { algorithm: 'ecc384', scheme: 'ecdsa', hash: 'sha384' },
  ])('$algorithm $scheme $hash', (options) => {
    const other = tpm.createKey(options);
    const quote = tpm.quote(other, 'sha384:8+sha256:0,14', NONCE);
    const pcrs = tpm.registers('sha384:8+sha256:0,14');
    const outcome = check(quote, { key: other, pcrs });
    expect(described(outcome)).toBe('passed');
    expect(outcome.claims).toMatchObject({
      signatureScheme: options.scheme,
      pcrs,
      attestationKey: { name: other.name },
    });
    expect(described(check(quote, { key: other, pcrs, anchors: [key.area] }))).toBe(
      'failed chain/attestation-key-not-trusted',
    );
    expect(described(check(genuine, { key: other }))).toBe('failed signature/quote-signature');
  });

  test('a bare key in the trust store passes with a warning, whatever the evidence states', () => {
    const pem = Buffer.from(key.pem);
    for (const [akPublic, attributes] of [
      [key.area, 'stated'] as const,
      [pem, 'unknown'] as const,
    ]) {
      const outcome = check(genuine, { anchors: [pem], akPublic });
      expect(described(outcome)).toBe('passed');
      expect(outcome.findings.map(({ code }) => code)).toEqual(['attestation-key-bare']);
      expect(outcome.claims).toMatchObject({ attestationKey: { attributes } });
    }
    const both = check(genuine, { anchors: [pem, key.area], akPublic: pem });
    expect(both.claims).toMatchObject({ attestationKey: { name: key.name, attributes: 'listed' } });
    expect(both.findings).toEqual([]);
  });

  test('no bit of the quote or of its signature can be changed', () => {
    for (let at = 0; at < genuine.quote.length; at++) {
      const quote = flipped(genuine.quote, at);
      expect(`${at} ${check({ ...genuine, quote }, {}).verdict}`).toBe(`${at} failed`);
    }
    for (let at = 0; at < genuine.signature.length; at += 3) {
      const signature = flipped(genuine.signature, at);
      expect(`${at} ${check({ ...genuine, signature }, {}).verdict}`).toBe(`${at} failed`);
    }
  });

  test('registers that are not those of the quote', () => {
    const bank = registers['sha256'] ?? {};
    const { '14': fourteen = '', ...without } = bank;
    const wrong: readonly [Record<string, Record<string, string>>, string][] = [
      [{ sha256: { ...bank, '14': `ff${fourteen.slice(2)}` } }, 'pcr-digest'],
      [{ sha256: { ...bank, '8': bank['14'] ?? '', '14': bank['8'] ?? '' } }, 'pcr-digest'],
      [{ sha256: without }, 'pcr-selection'],
      [{ sha256: { ...bank, '15': '00'.repeat(32) } }, 'pcr-selection'],
      [{ sha256: { ...without, '15': fourteen } }, 'pcr-selection'],
      [{ sha256: bank, sha384: { '0': '00'.repeat(48) } }, 'pcr-selection'],
      [{}, 'pcr-selection'],
    ];
    for (const [pcrs, code] of wrong) {
      expect(described(check(genuine, { pcrs }))).toBe(`failed signature/${code}`);
    }
  });

  test('a quote carries the binding of one statement', () => {
    const pae = Buffer.from('DSSEv1 4 test 2 {}');
    const quote = tpm.quote(key, SELECTION, bindStatement('tpm', pae));
    const run = (binding: Uint8Array): string => described(check(quote, { binding }));
    expect(run(bindStatement('tpm', pae))).toBe('passed');
    expect(run(bindStatement('nvidia-gpu', pae))).toBe('failed policy/binding');
    expect(run(bindStatement('azure-snp-vtpm', pae))).toBe('failed policy/binding');
    expect(run(bindStatement('tpm', Buffer.from('other')))).toBe('failed policy/binding');
    const bare = tpm.quote(key, SELECTION);
    expect(check(bare, {}).claims?.binding).toBeNull();
    expect(described(check(bare, { binding: bindStatement('tpm', pae) }))).toBe(
      'failed policy/binding',
    );
  });

  test('a key that is not restricted signs anything, and is refused where its attributes are known', () => {
    const plain = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign';
    const loose = tpm.createPlainKey(plain);
    const pcrs = { sha256: { '0': '11'.repeat(32) } };
    // the values were never in any register
    const forged = makeQuote(quoteOver(pcrs));
    // a TPM lets such a key sign its magic too, since the key promises nothing
    const quote = { quote: forged, signature: tpm.sign(loose, forged) };
    const refused = 'failed chain/attestation-key-attributes';
    expect(described(check(quote, { key: loose, pcrs }))).toBe(refused);
    const pem = Buffer.from(loose.pem);
    expect(described(check(quote, { key: loose, pcrs, anchors: [pem] }))).toBe(refused);
    const unknown = check(quote, { key: loose, pcrs, anchors: [pem], akPublic: pem });
    expect(unknown.findings.map(({ code }) => code)).toEqual(['attestation-key-bare']);
    expect(() => tpm.sign(key, forged)).toThrow();
  });

  test('a statement of the TPM that is no quote is refused, though the key signed it', () => {
    const [message, signature] = [tpm.path('time.msg'), tpm.path('time.sig')];
    const other = tpm.createPlainKey('fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign');
    const files = ['-o', message, '-s', signature];
    tpm.run('tpm2_certify', '-C', key.context, '-c', other.context, '-g', 'sha256', ...files);
    const certified = { quote: tpm.read(message), signature: tpm.read(signature) };
    expect(described(check(certified, {}))).toBe('failed parse/malformed');
  });

  test('another TPM is not trusted', async () => {
    const stranger = await SoftwareTpm.start();
    try {
      const foreign = stranger.createKey(RSA);
      const quote = stranger.quote(foreign, SELECTION, NONCE);
      const pcrs = stranger.registers(SELECTION);
      expect(described(check(quote, { key: foreign, pcrs }))).toBe('passed');
      expect(described(check(quote, { key: foreign, pcrs, anchors: [key.area] }))).toBe(
        'failed chain/attestation-key-not-trusted',
      );
      expect(described(check(quote, { pcrs }))).toBe('failed signature/quote-signature');
    } finally {
      await stranger.stop();
    }
  });

  test('the event log leads to the registers', () => {
    const log = makeEventLog({ banks: ['sha1', 'sha256'], events: withSha1(EVENTS) });
    const outcome = check(genuine, { log });
    expect(described(outcome)).toBe('passed');
    expect(outcome.claims).toMatchObject({
      eventLog: {
        events: EVENTS.length,
        explained: ['sha256:0', 'sha256:1', 'sha256:8', 'sha256:9', 'sha256:14'],
        unexplained: [],
      },
    });
    expect(described(check(genuine, { log, policy: { requireEventLog: true } }))).toBe('passed');
    expect(described(check(genuine, { policy: { requireEventLog: true } }))).toBe(
      'failed policy/event-log-missing',
    );
  });

  test('an event log that leaves a register out explains less', () => {
    const log = makeEventLog({ banks: ['sha256'], events: EVENTS.slice(0, 3).map(onlySha256) });
    const outcome = check(genuine, { log });
    expect(outcome.claims).toMatchObject({ eventLog: { unexplained: ['sha256:14'] } });
    expect(described(check(genuine, { log, policy: { requireEventLog: true } }))).toBe(
      'failed policy/event-log-incomplete',
    );
  });

  test('an event more or less, changed, moved or swapped does not lead to the registers', () => {
    const events = EVENTS.map(onlySha256);
    const [firmware, kernel, line, shim] = events;
    if (!firmware || !kernel || !line || !shim) throw new Error('events');
    const variants: readonly FakeEvent[][] = [
      [firmware, kernel, shim],
      [firmware, line, kernel, shim],
      [...events, kernel],
      [
        firmware,
        kernel,
        { ...line, digests: { sha256: digestOf('sha256', Buffer.from('x')) } },
        shim,
      ],
      [...events, { ...shim, register: 1 }],
      [{ ...firmware, register: 9 }, kernel, line, shim],
    ];
    for (const variant of variants) {
      const log = makeEventLog({ banks: ['sha256'], events: variant });
      expect(described(check(genuine, { log }))).toBe('failed collateral/event-log');
    }
    const other = makeEventLog({ banks: ['sha384'], events: EVENTS.map(onlySha384) });
    expect(described(check(genuine, { log: other }))).toBe('failed collateral/event-log');
  });

  test('an event in words only (EV_NO_ACTION) changes no register', () => {
    const silent = { register: 0, type: 3, digests: { sha256: Buffer.alloc(32) } };
    const log = makeEventLog({ banks: ['sha256'], events: [silent, ...EVENTS.map(onlySha256)] });
    expect(check(genuine, { log }).claims).toMatchObject({ eventLog: { events: EVENTS.length } });
  });

  test('registers that software may set back are pointed out', () => {
    tpm.extend(16, 'sha256', digestOf('sha256', Buffer.from('debug')));
    const quote = tpm.quote(key, 'sha256:0,16,23', NONCE);
    const outcome = check(quote, { pcrs: tpm.registers('sha256:0,16,23') });
    expect(described(outcome)).toBe('passed');
    expect(outcome.findings.map(({ code }) => code)).toEqual(['resettable-register']);
  });

  test('the measurement is of these registers and of no others', () => {
    const whole = check(genuine, {}).claims?.measurement ?? '';
    expect(whole).toMatch(/^[0-9a-f]{64}$/);
    expect(described(check(genuine, { policy: { measurement: whole } }))).toBe('passed');
    // both quotes carry the digest of 32 zero bytes
    const [one, nine] = ['sha256:1', 'sha256:9'].map((selection) => {
      const quote = tpm.quote(key, selection, NONCE);
      return check(quote, { pcrs: tpm.registers(selection) }).claims as TpmClaims;
    });
    expect(one?.pcrDigest).toBe(nine?.pcrDigest);
    expect(one?.measurement).not.toBe(nine?.measurement);
  });

  test('expected registers and nonce', () => {
    const value = registers['sha256']?.['8'] ?? '';
    const met: JsonObject = { pcrs: { sha256: { '8': value } }, nonce: NONCE.toString('hex') };
    expect(described(check(genuine, { policy: met }))).toBe('passed');
    const unmet: readonly [JsonObject, string][] = [
      [{ pcrs: { sha256: { '8': '00'.repeat(32) } } }, 'pcr'],
      [{ pcrs: { sha256: { '7': '00'.repeat(32) } } }, 'pcr'],
      [{ pcrs: { sha384: { '8': '00'.repeat(48) } } }, 'pcr'],
      [{ nonce: '00' }, 'nonce'],
      [{ nonce: `${NONCE.toString('hex')}00` }, 'nonce'],
      [{ measurement: '00'.repeat(32) }, 'measurement'],
    ];
    for (const [policy, code] of unmet) {
      expect(described(check(genuine, { policy }))).toBe(`failed policy/${code}`);
    }
  });

  interface Given {
    readonly key?: SoftwareKey;
    readonly pcrs?: Record<string, Record<string, string>>;
    readonly akPublic?: Uint8Array;
    readonly anchors?: readonly Uint8Array[];
    readonly log?: Uint8Array;
    readonly policy?: JsonObject;
    readonly binding?: Uint8Array;
  }

  function check(quote: SoftwareQuote, given: Given): TeeOutcome {
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const used = given.key ?? key;
    const evidence = {
      quote: base64(quote.quote),
      signature: base64(quote.signature),
      pcrs: given.pcrs ?? registers,
      akPublic: base64(given.akPublic ?? used.area),
      ...(given.log === undefined ? {} : { eventLog: base64(given.log) }),
    };
    const anchors = given.anchors ?? [used.area];
    return tpmScheme.run({
      evidence: Buffer.from(JSON.stringify(evidence)),
      endorsements: new Map(),
      anchors: anchors.map((bytes, index) => ({ name: `key ${index}`, bytes })),
      at: parseInstant('2026-01-01T00:00:00Z'),
      policy: given.policy ?? {},
      binding: given.binding ?? 'ignore',
    });
  }
});

function described(outcome: TeeOutcome): string {
  const [first] = outcome.verdict === 'passed' ? [] : outcome.findings;
  return first === undefined ? 'passed' : `${outcome.verdict} ${first.stage}/${first.code}`;
}

function digests(text: string): Record<string, Buffer> {
  return {
    sha256: digestOf('sha256', Buffer.from(text)),
    sha384: digestOf('sha384', Buffer.from(text)),
  };
}

function only(event: FakeEvent, bank: string): FakeEvent {
  return { ...event, digests: { [bank]: event.digests[bank] ?? new Uint8Array() } };
}

function onlySha256(event: FakeEvent): FakeEvent {
  return only(event, 'sha256');
}

function onlySha384(event: FakeEvent): FakeEvent {
  return only(event, 'sha384');
}

/** As real logs have them: with a digest that is not used here. */
function withSha1(events: readonly FakeEvent[]): FakeEvent[] {
  return events.map((event) => ({
    ...event,
    digests: { sha1: Buffer.alloc(20, 1), ...onlySha256(event).digests },
  }));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
  return copy;
}
