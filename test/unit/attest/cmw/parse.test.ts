// SPDX-License-Identifier: Apache-2.0
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCmw, pickMessage } from '../../../../attest/cmw/parse.ts';
import { isPedigreeError } from '../../../../core/errors.ts';

const VALUE = Buffer.from('evidence');
const TEXT = VALUE.toString('base64url');
const TYPE = 'application/eat+jwt';
const EVIDENCE = 4;

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isPedigreeError(error) ? error.code : `not ours: ${String(error)}`;
  }
  return 'none';
}

describe('records', () => {
  test.each<[string, Uint8Array]>([
    ['JSON', json([TYPE, TEXT, EVIDENCE])],
    ['CBOR', encode([TYPE, VALUE, EVIDENCE])],
  ])('%s', (_form, bytes) => {
    const [message, ...more] = parseCmw(bytes);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ path: [], type: TYPE, indicator: EVIDENCE });
    expect(Buffer.from(message?.value ?? []).toString()).toBe('evidence');
  });

  test('without an indicator, and with a content format', () => {
    expect(parseCmw(json([263, TEXT]))[0]).toMatchObject({ type: 263, indicator: undefined });
    expect(parseCmw(encode([263, VALUE]))[0]).toMatchObject({ type: 263, indicator: undefined });
  });

  test('as a tag of a content format', () => {
    // TN(263) = 0x63740101 + 263
    const tagged = Buffer.concat([Buffer.from('da63740208', 'hex'), encode(VALUE)]);
    const [message] = parseCmw(tagged);
    expect(message).toMatchObject({ path: [], type: 263 });
    expect(Buffer.from(message?.value ?? []).toString()).toBe('evidence');
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', json('evidence')],
    ['a number', json(1)],
    ['an empty record', json([])],
    ['a type alone', json([TYPE])],
    ['four items', json([TYPE, TEXT, EVIDENCE, 1])],
    ['no media type', json(['eat', TEXT])],
    ['a negative format', json([-1, TEXT])],
    ['a format that is none', json([65_025, TEXT])],
    ['padded base64', json([TYPE, 'ZXZpZGVuY2U='])],
    ['base64 with a bit too many', json([TYPE, 'ZXZpZGVuY2V'])],
    ['standard base64', json([TYPE, '+/+/'])],
    ['bytes as text in CBOR', encode([TYPE, TEXT])],
    ['an indicator of zero', json([TYPE, TEXT, 0])],
    ['an indicator that is text', json([TYPE, TEXT, '4'])],
    ['an indicator that is null', json([TYPE, TEXT, null])],
    ['bytes behind it', Buffer.concat([encode([TYPE, VALUE]), Buffer.from([0])])],
    [
      'an indefinite array',
      Buffer.concat([Buffer.from([0x9f]), encode(TYPE), encode(VALUE), Buffer.from([0xff])]),
    ],
    ['another tag', Buffer.from('da6374010041ff', 'hex')],
    ['a tag on a record', Buffer.concat([Buffer.from('da63740208', 'hex'), encode([TYPE, VALUE])])],
    ['a tag cut off', Buffer.from('da6374', 'hex')],
    ['a tag on nothing', Buffer.from('da63740208', 'hex')],
    ['an empty collection', json({})],
    ['a collection of a type alone', json({ __cmwc_t: 'tag:example.org,2026:c' })],
    ['a label that is empty', json({ '': [TYPE, TEXT] })],
    ['a label with a slash', json({ 'a/b': [TYPE, TEXT] })],
    ['a member twice', Buffer.from(`{"a":["${TYPE}","${TEXT}"],"a":["${TYPE}","${TEXT}"]}`)],
    [
      '1 and "1"',
      encode(
        new Map<unknown, unknown>([
          [1, [TYPE, VALUE]],
          ['1', [TYPE, VALUE]],
        ]),
      ),
    ],
    ['nested too deeply', json({ a: { b: { c: { d: { e: [TYPE, TEXT] } } } } })],
  ])('%s is refused', (_what, bytes) => {
    expect(codeOf(() => parseCmw(bytes))).toMatch(/^ERR_(?:PARSE|LIMIT)_/);
  });

  test('whatever the bytes are, only our own errors come out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => parseCmw(bytes))).toMatch(/^(?:none|ERR_\w+)$/);
      }),
    );
  });
});

describe('collections', () => {
  const collection = {
    __cmwc_t: 'tag:example.org,2026:c',
    cpu: [TYPE, TEXT, EVIDENCE],
    'made of': { gpu: ['application/octet-stream', TEXT, EVIDENCE], roots: [TYPE, TEXT, 2] },
  };

  test.each<[string, Uint8Array]>([
    ['JSON', json(collection)],
    [
      'CBOR',
      encode(
        new Map<string, unknown>([
          ['__cmwc_t', 'tag:example.org,2026:c'],
          ['cpu', [TYPE, VALUE, EVIDENCE]],
          [
            'made of',
            new Map([
              ['gpu', ['application/octet-stream', VALUE, EVIDENCE]],
              ['roots', [TYPE, VALUE, 2]],
            ]),
          ],
        ]),
      ),
    ],
  ])('%s: each message has its labels', (_form, bytes) => {
    const messages = parseCmw(bytes);
    expect(messages.map(({ path }) => path.join('/'))).toEqual([
      'cpu',
      'made of/gpu',
      'made of/roots',
    ]);
    expect(pickMessage(messages, 'made of/gpu').type).toBe('application/octet-stream');
    expect(codeOf(() => pickMessage(messages, 'gpu'))).toBe('ERR_USAGE');
    expect(codeOf(() => pickMessage(messages, undefined))).toBe('ERR_USAGE');
  });

  test('the only evidence needs no label', () => {
    const messages = parseCmw(json({ roots: [TYPE, TEXT, 2], cpu: [TYPE, TEXT, EVIDENCE] }));
    expect(pickMessage(messages, undefined).path).toEqual(['cpu']);
    const results = parseCmw(json({ roots: [TYPE, TEXT, 2], result: [TYPE, TEXT, 8] }));
    expect(pickMessage(results, undefined).path).toEqual(['result']);
    const neither = parseCmw(json({ roots: [TYPE, TEXT, 2] }));
    expect(codeOf(() => pickMessage(neither, undefined))).toBe('ERR_USAGE');
  });
});
