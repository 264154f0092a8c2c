// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEntry,
  entryData,
  entryLeafHash,
  findCanonicalEvent,
} from '../../../../graph/log/leaf.ts';
import { eventOf, saltOf } from './memory-log.ts';

const SALT = saltOf(1);

describe('the public leaf of an entry', () => {
  test('is SHA-256(0x00 ‖ SHA-256(salt ‖ event)), computed here by hand', () => {
    const { event, leafHash } = createEntry(eventOf(1), SALT);
    const commitment = createHash('sha256')
      .update(Buffer.concat([Buffer.from(SALT, 'hex'), Buffer.from(event, 'utf8')]))
      .digest();
    expect(Buffer.from(entryData(event, SALT))).toEqual(commitment);
    expect(leafHash).toBe(
      createHash('sha256').update(Uint8Array.of(0)).update(commitment).digest('hex'),
    );
    expect(entryLeafHash(event, SALT)).toBe(leafHash);
  });

  test('does not depend on the order in which members were written', () => {
    const event = eventOf(1);
    const reversed = Object.fromEntries(Object.entries(event).toReversed()) as typeof event;
    expect(createEntry(reversed, SALT)).toEqual(createEntry(event, SALT));
    expect(createEntry(event, SALT).event).toMatch(/^\{"by":.*"type":"retracted"\}$/);
  });

  test('hides equal events from one another, and differs for every event', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), fc.nat(), (a, b, i, j) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        const same = a === b && i === j;
        expect(entryLeafHash(a, saltOf(i)) === entryLeafHash(b, saltOf(j))).toBe(same);
      }),
    );
  });

  test.each([
    '',
    'ab',
    SALT.toUpperCase(),
    `${SALT}00`,
    SALT.slice(1),
    `${SALT}\n`,
    'g'.repeat(64),
  ])('salt of another form: %j', (salt) => {
    expect(() => createEntry(eventOf(1), salt)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
    expect(() => entryData('{}', salt)).toThrow(
      expect.objectContaining({ code: 'ERR_LOG_CORRUPT' }),
    );
  });

  test('an event that JSON cannot carry is not logged', () => {
    const event = { ...eventOf(1), reason: '\ud800' };
    expect(() => createEntry(event, SALT)).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL' }),
    );
  });
});

describe('canonical text', () => {
  test('of any event is found canonical, and comes back', () => {
    for (let i = 0; i < 5; i++) {
      const event = eventOf(i);
      expect(findCanonicalEvent(createEntry(event, SALT).event)).toEqual(event);
    }
  });

  test.each([
    ['spaces', '{"a": 1}'],
    ['members in another order', '{"b":1,"a":2}'],
    ['a member written twice', '{"a":1,"a":1}'],
    ['a number in another form', '{"a":1.0}'],
    ['an exponent', '{"a":1e2}'],
    ['minus zero', '{"a":-0}'],
    ['a number too large', '{"a":1e400}'],
    ['a needless escape', '{"a":"\\u0061"}'],
    ['an escaped lone surrogate', '{"a":"\\ud800"}'],
    ['a lone surrogate', '{"a":"\ud800"}'],
    ['a newline behind', '{}\n'],
    ['a byte-order mark', '\ufeff{}'],
    ['something behind', '{}{}'],
    ['a text cut short', '{"a":'],
    ['no text', ''],
    ['depth beyond the limit', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('not with %s', (_, text) => {
    expect(findCanonicalEvent(text)).toBeUndefined();
  });

  test('a member named __proto__ is a member like any other', () => {
    const text = '{"__proto__":{"receivedAt":"x"},"a":1}';
    expect(JSON.stringify(findCanonicalEvent(text))).toBe(text);
  });
});
