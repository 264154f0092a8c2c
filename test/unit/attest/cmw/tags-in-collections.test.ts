// SPDX-License-Identifier: Apache-2.0
import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { parseCmw } from '../../../../attest/cmw/parse.ts';
import { isPedigreeError } from '../../../../core/errors.ts';

// draft-ietf-rats-msg-wrap section 3.3: an item of a collection in CBOR may be a record, a tag or a collection.

const VALUE = Buffer.from('2347da55', 'hex');
const REFUSED = 'ERR_PARSE_EVIDENCE';
const FORMAT = 30_001;
const tagged = (content: Uint8Array, format = FORMAT): Buffer => {
  const head = Buffer.alloc(5, 0xda);
  head.writeUInt32BE(0x6374_0101 + format, 1);
  return Buffer.concat([head, content]);
};

/** A map of these labels and encoded items. */
function collection(...items: readonly (readonly [string | number, Uint8Array])[]): Buffer {
  const parts = items.flatMap(([label, item]) => [encode(label), item]);
  return Buffer.concat([Buffer.from([0xa0 + items.length]), ...parts]);
}

function outcome(bytes: Uint8Array): unknown {
  try {
    return parseCmw(bytes).map(({ path, type, value, indicator }) => {
      return [path.join('/'), type, Buffer.from(value).toString('hex'), indicator];
    });
  } catch (error) {
    return isPedigreeError(error) ? error.code : error;
  }
}

describe('tags inside a collection', () => {
  const tag = tagged(encode(VALUE));

  test('stand beside records, with labels of either type', () => {
    const record = encode([
      'application/signed-corim+cbor',
      Buffer.from('d28443a10126a1', 'hex'),
      3,
    ]);
    const other = encode([FORMAT, VALUE]);
    expect(outcome(collection([1, record], [2, tag], ['s', other]))).toEqual([
      ['1', 'application/signed-corim+cbor', 'd28443a10126a1', 3],
      ['2', FORMAT, '2347da55', undefined],
      ['s', FORMAT, '2347da55', undefined],
    ]);
  });

  test('stand in a collection within a collection, for every content format', () => {
    for (const format of [0, 1, 65_024]) {
      const inner = collection(['b', tagged(encode(VALUE), format)], ['c', tag]);
      expect(outcome(collection(['a', inner]))).toEqual([
        ['a/b', format, '2347da55', undefined],
        ['a/c', FORMAT, '2347da55', undefined],
      ]);
    }
  });

  test('bytes that look like a tag are none', () => {
    const value = Buffer.concat([tag, Buffer.from([0xda])]);
    expect(outcome(collection(['a', encode([FORMAT, value])]))).toEqual([
      ['a', FORMAT, value.toString('hex'), undefined],
    ]);
  });

  test.each<[string, Uint8Array]>([
    ['a tag of no content format', collection(['a', tagged(encode(VALUE), 65_025)])],
    ['a tag below those of content formats', collection(['a', tagged(encode(VALUE), -1)])],
    ['a tag on text', collection(['a', tagged(encode('text'))])],
    ['a tag on a tag', collection(['a', tagged(tag)])],
    ['a tag on a record', collection(['a', tagged(encode([FORMAT, VALUE]))])],
    ['a tag on a collection', tagged(collection(['a', tag]))],
    ['a tag for a label', Buffer.concat([Buffer.from([0xa1]), tag, tag])],
    ['a tag for the value of a record', Buffer.concat([Buffer.from('820a', 'hex'), tag])],
    ['a tag for the type of a record', Buffer.concat([Buffer.from([0x82]), tag, encode(VALUE)])],
    ['a tag on nothing', collection(['a', tagged(Buffer.alloc(0))])],
    [
      'the number of a tag in more bytes than it needs',
      Buffer.concat([Buffer.from('a16161db00000000', 'hex'), tag.subarray(1)]),
    ],
    ['something behind the collection', Buffer.concat([collection(['a', tag]), tag])],
  ])('%s is refused', (_what, bytes) => {
    expect(outcome(bytes)).toBe(REFUSED);
  });
});
