// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

/** One field of a protocol buffer message: a number is a varint, everything else is delimited by its length. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [...varint(number * 8 + 2), ...delimited(bytes)];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function delimited(bytes: readonly number[]): number[] {
  return [...varint(bytes.length), ...bytes];
}

const entry = (key: string, value: string): number[] => [...field(1, key), ...field(2, value)];
const MAGIC = [...new TextEncoder().encode('WHY1')];
const CREATED = Date.UTC(2026, 4, 1);
const DATA = Date.UTC(2026, 3, 1);
const TIMES = [...field(4, CREATED), ...field(5, DATA)];
const COLUMN = field(2, entry('age', ''));
/** What follows a header: a byte that no text has. */
const CHUNKS = [0xff, 0x00];

function profile(properties: readonly number[], segment: readonly number[] = []): Uint8Array {
  const header = [...field(1, properties), ...COLUMN];
  return Uint8Array.from([...MAGIC, ...delimited(segment), ...delimited(header), ...CHUNKS]);
}

/** The form of the releases before 1.0. */
function early(properties: readonly number[], rest: readonly number[] = COLUMN): Uint8Array {
  return Uint8Array.from(delimited([...field(1, properties), ...rest]));
}

const detected = (bytes: Uint8Array): unknown =>
  detectToolReport({ kind: 'binary', bytes })?.format;

test('a profile says its version, both times, the name of its data and what it was tagged with', () => {
  const metadata = [
    ...field(7, entry('whylogs.version', '1.6.4')),
    ...field(7, entry('whylogs.name', 'visits')),
    ...field(7, entry('whylogs.user.tags', '["a"]')),
  ];
  const facts = reportFacts(profile([...TIMES, ...metadata]));
  expect(reportNode(facts).attributes).toMatchObject({
    tool: 'whylogs',
    toolVersion: '1.6.4',
    time: '2026-05-01T00:00:00.000Z',
  });
  expect(attributesUnder(facts, 'summary.')).toMatchObject({
    columns: '1',
    dataTime: '2026-04-01T00:00:00.000Z',
    'whylogs.user.tags': '["a"]',
  });
  expect(attributesUnder(facts, 'result.')).toEqual({ age: 'info' });
  expect(facts.subjects.map((id) => facts.nodes[id]?.names)).toEqual([['visits']]);
});

test('a profile of a segment has a header before its own', () => {
  const tag = entry('whylogs.tag.ward', 'b2');
  const segment = [...field(1, 1), ...field(4, field(1, tag)), ...field(5, [8, 0, 16, 9])];
  const version = field(7, entry('whylogs.version', '1.3.0'));
  const facts = reportFacts(profile([...TIMES, ...field(6, tag), ...version], segment));
  expect(reportNode(facts).attributes).toMatchObject({ toolVersion: '1.3.0' });
  expect(attributesUnder(facts, 'summary.')).toMatchObject({ 'whylogs.tag.ward': 'b2' });
});

test('a profile that names no version is a profile, and so is one of the early form', () => {
  for (const bytes of [profile(TIMES), early([...field(1, 1), ...TIMES])]) {
    const facts = reportFacts(bytes);
    expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01T00:00:00.000Z' });
    expect(reportNode(facts).attributes).not.toHaveProperty('toolVersion');
    expect(attributesUnder(facts, 'result.')).toEqual({ age: 'info' });
  }
  const named = early([...field(1, 1), ...TIMES, ...field(6, entry('name', 'visits'))]);
  expect(reportNode(reportFacts(named)).attributes).toMatchObject({ tool: 'whylogs' });
});

test.each([
  ['another major version', early([...field(1, 2), ...TIMES])],
  ['no version', early(TIMES)],
  ['no time', early(field(1, 1))],
  ['another field', early([...field(1, 1), ...TIMES], field(3, 'x'))],
  ['more after it', Uint8Array.from([...early([...field(1, 1), ...TIMES]), 0])],
  ['a cut end', early([...field(1, 1), ...TIMES]).slice(0, -1)],
  ['a magic and nothing', Uint8Array.from([...MAGIC, 0])],
  ['a magic and no properties', Uint8Array.from([...MAGIC, 0, ...delimited(COLUMN), 0])],
  ['another magic', profile(TIMES).map((byte, at) => (at === 3 ? 0x32 : byte))],
])('%s is no profile', (_, bytes) => {
  expect(detected(bytes)).toBeUndefined();
});

test('bytes of any kind are no profile', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(detected(bytes)).toBeUndefined();
    }),
  );
});

test('tables of pandas, however they are turned', () => {
  const counts = { 'counts/n': 4, 'counts/null': 1 };
  const named = { age: counts, ward: { ...counts, 'counts/n': 3 } };
  const expected = { age: 'info ×4', ward: 'info ×3' };
  const byMetric = { 'counts/n': { age: 4, ward: 3 }, 'counts/null': { age: 1, ward: 1 } };
  const table = 'column,counts/n,counts/null\nage,4,1\nward,3,1\n';
  const records = Object.entries(named).map(([column, one]) => ({ column, ...one }));
  for (const form of [named, byMetric, table, records]) {
    const facts = reportFacts(form);
    expect(attributesUnder(facts, 'result.')).toEqual(expected);
    expect(attributesUnder(facts, 'summary.')).toEqual({ columns: '2' });
  }
});

test('constraints as objects and as the lists that a named tuple becomes', () => {
  const summary = { metric: 'counts', n: 3 };
  const tuples = [
    ['age greater than number 0', 1, 0, null],
    ['age has no missing values', 0, 1, summary],
  ];
  const objects = tuples.map(([name, passed, failed, last]) => ({
    name,
    passed,
    failed,
    summary: last,
  }));
  for (const form of [tuples, objects]) {
    const facts = reportFacts(form);
    expect(attributesUnder(facts, 'result.')).toEqual({
      'age greater than number 0': 'pass',
      'age has no missing values': 'fail',
    });
    expect(attributesUnder(facts, 'summary.')).toEqual({ constraints: '2' });
  }
});

test('drift without thresholds has no category; a column that could not be compared has no score', () => {
  const score = { algorithm: 'ks', pvalue: 0.02, statistic: 0.4, thresholds: null };
  const thresholds = { NO_DRIFT: [0, 0.15], DRIFT: [0.4, 1] };
  const distance = { algorithm: 'hellinger', pvalue: null, statistic: 0.7, thresholds };
  const facts = reportFacts({
    age: { ...score, drift_category: null },
    ward: null,
    sex: { ...distance, drift_category: 'DRIFT' },
  });
  expect(attributesUnder(facts, 'result.')).toEqual({
    age: 'info 0.02',
    ward: 'info',
    sex: 'fail 0.7',
  });
});

test.each<[string, unknown]>([
  ['columns without a score', { age: null }],
  [
    'a category of its own',
    { a: { algorithm: 'x', pvalue: 1, statistic: 1, thresholds: null, drift_category: 'x' } },
  ],
  ['rows', [['a b', 1, 1, null]]],
  ['three cells', [['a b', 1, 0]]],
  ['five cells', [['a b', 1, 0, null, null]]],
  ['other counts', [['a b', 2, 0, null]]],
  ['no counts', { age: { 'counts/n': 1 } }],
])('%s: not whylogs', (_, value) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  expect(detectToolReport(decode(bytes))).toBeUndefined();
});
