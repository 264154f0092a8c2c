// SPDX-License-Identifier: Apache-2.0
import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { parseCmw, pickMessage } from '../../../../attest/cmw/parse.ts';
import type { WrappedMessage } from '../../../../attest/cmw/parse.ts';
import { isPedigreeError } from '../../../../core/errors.ts';

// The edges of fields, one step to either side. Found by mutation testing.

const TYPE = 'application/eat+jwt';
const VALUE = Buffer.from('evidence');
const TEXT = VALUE.toString('base64url');
const REFUSED = 'ERR_PARSE_EVIDENCE';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const tag = (number: number, content: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(5, 0xda);
  head.writeUInt32BE(number, 1);
  return Buffer.concat([head, content]);
};

function outcome(bytes: Uint8Array): readonly WrappedMessage[] | string {
  try {
    return parseCmw(bytes);
  } catch (error) {
    if (isPedigreeError(error)) return error.code;
    throw error;
  }
}

/** Whether a record with this type, in JSON and in CBOR, is read. */
function isRead(type: unknown, ...rest: unknown[]): boolean {
  const forms = [json([type, TEXT, ...rest]), encode([type, VALUE, ...rest])];
  const read = forms.map((bytes) => typeof outcome(bytes) !== 'string');
  expect(read[0]).toBe(read[1]);
  return read[0] === true;
}

describe('records', () => {
  test('a message is what stands in it, and nothing more', () => {
    const value = new Uint8Array(VALUE);
    expect(outcome(json([TYPE, TEXT, 4]))).toEqual([{ path: [], type: TYPE, value, indicator: 4 }]);
    const bare = { path: [], type: 263, value, indicator: undefined };
    expect(outcome(encode([263, VALUE]))).toEqual([bare]);
    expect(outcome(json([TYPE, '']))).toMatchObject([{ value: new Uint8Array() }]);
  });

  test('white space in front of JSON', () => {
    for (const space of ['\n', ' ', ' \n ']) {
      for (const value of [[TYPE, TEXT], { a: [TYPE, TEXT] }]) {
        expect(outcome(Buffer.concat([Buffer.from(space), json(value)]))).toHaveLength(1);
      }
    }
  });

  test('types: a media type, or a content format of 0 to 65024', () => {
    for (const type of [0, 1, 65_024, 'a/b', `${'a'.repeat(100)}/${'b'.repeat(300)}`]) {
      expect(isRead(type)).toBe(true);
    }
    expect(isRead('application/eat+jwt; eat_profile="tag:x,2026:y"')).toBe(true);
    const bad = [
      -1,
      65_025,
      1.5,
      null,
      true,
      '',
      '/',
      'a/',
      '/b',
      'a b/c',
      ' a/b',
      'a/b\n',
      'a/é',
      'a/\u{7f}',
      `${'a'.repeat(101)}/b`,
      `a/${'b'.repeat(301)}`,
      [TYPE],
    ];
    for (const type of bad) expect(`${JSON.stringify(type)} ${isRead(type)}`).toMatch(/ false$/);
  });

  test('indicators: 1 to 2^32-1', () => {
    for (const bits of [1, 15, 0xffff_ffff]) expect(isRead(TYPE, bits)).toBe(true);
    for (const bits of [0, -1, 1.5, 0x1_0000_0000, '1', null, true, [1]]) {
      expect(isRead(TYPE, bits)).toBe(false);
    }
    expect(isRead(TYPE, 4, 4)).toBe(false);
  });

  test('values: base64url in JSON, bytes in CBOR', () => {
    for (const value of [7, null, true, [TEXT], { a: TEXT }, 'A', `${TEXT}=`, ` ${TEXT}`]) {
      expect(outcome(json([TYPE, value]))).toBe(REFUSED);
    }
    for (const value of [7, null, true, [1, 2], new Map(), TEXT]) {
      expect(outcome(encode([TYPE, value]))).toBe(REFUSED);
    }
    for (const length of [0, 1]) expect(outcome(json([TYPE, TEXT].slice(0, length)))).toBe(REFUSED);
  });

  test('at most 4 MiB', () => {
    const sized = (size: number): Uint8Array => encode([TYPE, Buffer.alloc(size)]);
    const overhead = sized(4_000_000).length - 4_000_000;
    const limit = 4 * 1024 * 1024;
    expect(outcome(sized(limit - overhead))).toHaveLength(1);
    expect(outcome(sized(limit - overhead + 1))).toBe(REFUSED);
  });
});

describe('tags', () => {
  const content = encode(VALUE);

  test('of the content formats 0 to 65024 (RFC 9277 section 4.3)', () => {
    for (const format of [0, 1, 65_024]) {
      expect(outcome(tag(0x6374_0101 + format, content))).toEqual([
        { path: [], type: format, value: new Uint8Array(VALUE), indicator: undefined },
      ]);
    }
    for (const number of [0x6374_0100, 0x6374_0101 + 65_025, 0, 0xffff_ffff]) {
      expect(outcome(tag(number, content))).toBe(REFUSED);
    }
  });

  test('on a byte string alone', () => {
    const of = (bytes: Uint8Array): unknown => outcome(tag(0x6374_0208, bytes));
    expect(of(content)).toHaveLength(1);
    const bad = [encode('text'), encode(7), encode([VALUE]), encode(new Map()), new Uint8Array()];
    for (const bytes of bad) expect(of(bytes)).toBe(REFUSED);
    expect(of(Buffer.concat([content, content]))).toBe(REFUSED);
    for (let size = 1; size < 5; size++) {
      expect(outcome(tag(0x6374_0208, content).subarray(0, size))).toBe(REFUSED);
    }
  });

  test('read from where the bytes begin, within a larger buffer', () => {
    const padded = Buffer.concat([Buffer.alloc(7, 0xff), tag(0x6374_0208, content)]);
    expect(outcome(new Uint8Array(padded).subarray(7))).toMatchObject([{ type: 263 }]);
  });
});

describe('collections', () => {
  const record = [TYPE, TEXT];

  test('of 1 to 64 messages', () => {
    const many = (count: number): unknown =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, record]));
    expect(outcome(json(many(64)))).toHaveLength(64);
    expect(outcome(json(many(65)))).toBe(REFUSED);
    expect(outcome(json({}))).toBe(REFUSED);
    expect(outcome(json({ a: {} }))).toBe(REFUSED);
    expect(outcome(encode(new Map()))).toBe(REFUSED);
  });

  test('four deep and no deeper', () => {
    expect(outcome(json({ a: { b: { c: { d: record } } } }))).toMatchObject([
      { path: ['a', 'b', 'c', 'd'] },
    ]);
    expect(outcome(json({ a: { b: { c: { d: { e: record } } } } }))).toBe(REFUSED);
    const map = (inner: unknown): Map<string, unknown> => new Map([['x', inner]]);
    const cbor = [TYPE, VALUE];
    expect(outcome(encode(map(map(map(map(cbor))))))).toHaveLength(1);
    expect(outcome(encode(map(map(map(map(map(cbor)))))))).toBe(REFUSED);
  });

  test('labels: text without a slash, and in CBOR whole numbers', () => {
    const labelled = (label: unknown): unknown => {
      const found = outcome(encode(new Map([[label, [TYPE, VALUE]]])));
      return typeof found === 'string' ? found : found.map(({ path }) => path);
    };
    expect(labelled('a label')).toEqual([['a label']]);
    expect(labelled(0)).toEqual([['0']]);
    expect(labelled(-7)).toEqual([['-7']]);
    for (const label of ['', '/', 'a/', '/a', 1.5, true, null, VALUE, [1]]) {
      expect(labelled(label)).toBe(REFUSED);
    }
    expect(outcome(json({ '/': record }))).toBe(REFUSED);
  });

  test('what is neither a record nor a collection', () => {
    for (const value of [7, 'text', null, true]) {
      expect(outcome(json({ a: value }))).toBe(REFUSED);
      expect(outcome(encode(new Map([['a', value]])))).toBe(REFUSED);
      expect(outcome(encode(value))).toBe(REFUSED);
    }
    expect(outcome(encode(new Map([['a', VALUE]])))).toBe(REFUSED);
  });

  test('the type of a collection is no message', () => {
    expect(outcome(json({ __cmwc_t: 'tag:x,2026:y', a: record }))).toMatchObject([{ path: ['a'] }]);
  });
});

describe('CBOR that could be written in another way', () => {
  test.each<[string, string]>([
    ['a length in more bytes than it needs', '82 61 61 58 01 00'],
    ['an indefinite byte string', '82 63612f62 5f 41 00 ff'],
    ['an indefinite array', '9f 63612f62 41 00 ff'],
    ['a key twice', 'a2 6161 82 63612f62 4100 6161 82 63612f62 4100'],
    ['undefined', 'a2 6161 82 63612f62 4100 6162 f7'],
    ['not a number', '83 63612f62 4100 f97e00'],
    ['infinity', '83 63612f62 4100 f97c00'],
    ['an integer beyond those that are exact', '83 63612f62 4100 1bffffffffffffffff'],
    ['a tag inside of a record', '82 63612f62 c1 4100'],
    ['two items', '82 63612f62 4100 00'],
    ['nothing at all', ''],
  ])('%s', (_what, hex) => {
    expect(outcome(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBe(REFUSED);
    // the same, written as it should be
    expect(outcome(Buffer.from('8263612f624100', 'hex'))).toHaveLength(1);
  });
});

describe('the message to verify', () => {
  const message = (label: string, indicator?: number): WrappedMessage => {
    return { path: label.split('/'), type: TYPE, value: VALUE, indicator };
  };
  const codeOf = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return isPedigreeError(error) ? [error.code, error.hint] : error;
    }
  };

  test('by its labels, exactly', () => {
    const all = [message('a'), message('b/c', 2)];
    expect(pickMessage(all, 'b/c')).toBe(all[1]);
    const hint = 'the wrapper holds: a, b/c';
    for (const label of ['', 'b', 'c', 'A', 'b/c/']) {
      expect(codeOf(() => pickMessage(all, label))).toEqual(['ERR_USAGE', hint]);
    }
  });

  test('without a label: the only evidence or result, or one that says nothing of itself', () => {
    const reference = message('r', 1);
    const endorsement = message('e', 2);
    for (const indicator of [4, 8, 12, 7, 15, undefined]) {
      const one = message('x', indicator);
      expect(pickMessage([reference, one, endorsement], undefined)).toBe(one);
      const both = [one, message('y', 4)];
      expect(codeOf(() => pickMessage(both, undefined))).toEqual([
        'ERR_USAGE',
        'the wrapper holds: x, y',
      ]);
    }
    for (const indicator of [1, 2, 3, 16, 19]) {
      expect(codeOf(() => pickMessage([message('x', indicator)], undefined))).toEqual([
        'ERR_USAGE',
        'the wrapper holds: x',
      ]);
    }
  });
});
