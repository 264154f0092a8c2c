// SPDX-License-Identifier: Apache-2.0
// What some other code hangs on Object.prototype is said by no document.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { listAt, textAt, textsAt } from '../../../schemas/tool-report/members.ts';
import { Place } from '../../../schemas/tool-report/place.ts';
import { WireReader } from '../../../schemas/wire-reader.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';

const HUNG: Readonly<Record<string, unknown>> = {
  hungText: 'trusted',
  hungNumber: 1,
  hungList: ['a'],
  hungObject: { a: 1 },
};

beforeEach(() => {
  for (const [key, value] of Object.entries(HUNG)) {
    Reflect.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
  }
});
afterEach(() => {
  for (const key of Object.keys(HUNG)) Reflect.deleteProperty(Object.prototype, key);
});

const readings: readonly [name: string, read: (value: JsonObject, key: string) => unknown][] = [
  ['member', member],
  ['stringMember', stringMember],
  ['arrayMember', arrayMember],
  ['text', (value, key) => new WireReader().text({ value, pointer: '' }, key)],
  ['textOrNumber', (value, key) => new WireReader().textOrNumber({ value, pointer: '' }, key)],
  ['object', (value, key) => new WireReader().object({ value, pointer: '' }, key)],
  ['textAt', textAt],
  ['listAt', (value, key) => listAt(value, key)[0]],
  ['textsAt', (value, key) => textsAt(value, key)[0]],
  ['text of a place', (value, key) => new Place(value).textAt(key)],
  ['scalar of a place', (value, key) => new Place(value).writtenAt(key)],
  ['list of a place', (value, key) => new Place(value).at(key).items[0]],
  ['list', (value, key) => new WireReader().list({ value, pointer: '' }, key)[0]],
];

test.each(readings)('%s takes nothing that objects inherit', (_, read) => {
  for (const key of Object.keys(HUNG)) expect(read({}, key)).toBeUndefined();
});

test.each(readings)('%s takes what is there', (_, read) => {
  const own = { hungText: 'b', hungNumber: 2, hungList: ['b'], hungObject: { b: 2 } };
  const found = Object.keys(HUNG).map((key) => read(own, key));
  expect(found.some((value) => value !== undefined)).toBe(true);
});
