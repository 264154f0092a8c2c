// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectDsse, parseDsse } from '../../../../schemas/dsse/envelope.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const DER = Buffer.from('certificate one');
const PEM = `-----BEGIN CERTIFICATE-----\n${DER.toString('base64')}\n-----END CERTIFICATE-----\n`;

function envelope(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    payloadType: 'application/vnd.in-toto+json',
    payload: b64('{}'),
    signatures: [{ keyid: 'k', sig: b64('s') }],
    ...more,
  };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isPedigreeError(error) ? error.code : 'another error';
  }
  return 'no error';
}

const codes = (value: unknown): readonly string[] =>
  parseDsse(value).problems.map(({ code }) => code);

describe('DSSE envelopes', () => {
  test('payload, signed bytes and signatures as bytes', () => {
    const { envelope: parsed, problems } = parseDsse(envelope());
    expect(parsed.envelopeType).toBe('dsse');
    expect(Buffer.from(parsed.payload).toString()).toBe('{}');
    expect(Buffer.from(parsed.signedBytes).toString()).toBe(
      'DSSEv1 28 application/vnd.in-toto+json 2 {}',
    );
    expect(parsed.signatures).toEqual([{ keyId: 'k', signature: new Uint8Array([0x73]) }]);
    expect(parsed.material).toBeUndefined();
    expect(problems).toEqual([]);
  });

  test('several signatures keep their order; a key id that is absent is null, an empty one is empty', () => {
    const signatures = [
      { sig: b64('a') },
      { keyid: '', sig: b64('b') },
      { keyid: 'c', sig: b64('c') },
    ];
    const parsed = parseDsse(envelope({ signatures })).envelope;
    expect(parsed.signatures.map(({ keyId }) => keyId)).toEqual([null, '', 'c']);
  });

  test('the certificates that travel beside the specification', () => {
    const bytes = (all: readonly Uint8Array[] | undefined): readonly string[] | undefined =>
      all?.map((der) => Buffer.from(der).toString());
    const github = parseDsse(envelope({ signatures: [{ sig: b64('s'), cert: PEM + PEM }] }));
    expect(bytes(github.envelope.material?.certificates)).toEqual([
      'certificate one',
      'certificate one',
    ]);
    const witness = { sig: b64('s'), certificate: b64(PEM), intermediates: [b64(PEM)] };
    expect(
      bytes(parseDsse(envelope({ signatures: [witness] })).envelope.material?.certificates),
    ).toHaveLength(2);
    expect(parseDsse(envelope({ signatures: [{ sig: b64('s'), cert: '' }] })).problems).toEqual([]);
  });

  test.each([
    ['not PEM', { cert: 'MIIB' }],
    ['PEM without an end', { cert: '-----BEGIN CERTIFICATE-----\nZm9v' }],
    [
      'PEM of broken base64',
      { cert: '-----BEGIN CERTIFICATE-----\nZm9\n-----END CERTIFICATE-----' },
    ],
    ['an empty certificate', { cert: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----' }],
    ['an intermediate that is no text', { certificate: b64(PEM), intermediates: [1] }],
    ['PEM not in base64', { certificate: PEM }],
  ])('a certificate that is %s is a problem and brings no material', (_, more) => {
    const parsed = parseDsse(envelope({ signatures: [{ sig: b64('s'), ...more }] }));
    expect(parsed.problems.map(({ code }) => code)).toEqual(['certificate-unreadable']);
    expect(parsed.envelope.material).toBeUndefined();
    expect(parsed.envelope.signatures).toHaveLength(1);
  });

  test.each([
    ['missing', {}],
    ['empty', { sig: '' }],
    ['not base64', { sig: 'not base64!' }],
    ['no text', { sig: 5 }],
  ])('a signature that is %s stays in the list with no bytes', (_, signature) => {
    const parsed = parseDsse(
      envelope({ signatures: [{ keyid: 'k', ...signature }, { sig: b64('good') }] }),
    );
    expect(parsed.problems).toMatchObject([
      { code: 'signature-unreadable', pointer: '/signatures/0' },
    ]);
    expect(parsed.envelope.signatures.map(({ signature: sig }) => sig.length)).toEqual([0, 4]);
  });

  test('nobody signed, or nothing was signed: listed', () => {
    expect(codes(envelope({ signatures: [] }))).toEqual(['no-signature']);
    expect(codes(envelope({ payload: '' }))).toEqual(['empty-payload']);
  });

  test.each([
    ['no payload', { payload: undefined }],
    ['a payload that is no text', { payload: {} }],
    ['a payload that is not base64', { payload: 'a b' }],
    ['a payload type that is no text', { payloadType: null }],
    ['a payload type of broken text', { payloadType: '\ud800' }],
    ['signatures that are no array', { signatures: {} }],
    ['no signatures member', { signatures: undefined }],
  ])('refuses %s', (_, more) => {
    expect(codeOf(() => parseDsse(envelope(more)))).toBe('ERR_PARSE_DOCUMENT');
  });

  test('refuses what is no object, and more signatures than anyone needs', () => {
    for (const value of [null, 'text', 5, [], undefined]) {
      expect(codeOf(() => parseDsse(value))).toBe('ERR_PARSE_DOCUMENT');
    }
    const signatures = Array.from({ length: 1001 }, () => ({ sig: b64('s') }));
    expect(codeOf(() => parseDsse(envelope({ signatures })))).toBe('ERR_LIMIT_ITEMS');
  });

  test('inherited members are not members', () => {
    const value = JSON.parse(
      '{"__proto__": {"payload": "e30=", "payloadType": "t", "signatures": []}}',
    ) as unknown;
    expect(codeOf(() => parseDsse(value))).toBe('ERR_PARSE_DOCUMENT');
  });
});

describe('detection', () => {
  const detect = (text: string): unknown => detectDsse(decode(new TextEncoder().encode(text)));

  test('payload and payloadType make an envelope, whatever their values', () => {
    expect(detect(JSON.stringify(envelope()))).toEqual({ format: 'dsse', version: null });
    expect(detect('{"payload": 1, "payloadType": 2}')).toEqual({ format: 'dsse', version: null });
  });

  test.each(['{"payload": "e30="}', '{"payloadType": "t"}', '[]', '{}', 'payload payloadType'])(
    '%s is something else',
    (text) => {
      expect(detect(text)).toBeUndefined();
    },
  );
});
