// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLargeJson } from '../../../../core/large-json.ts';
import { itemsOf, toArray } from '../../../../core/long-list.ts';
import { checkCyclonedxConformance } from '../../../../schemas/cyclonedx/conformance.ts';
import { SCHEMA_FORMATS } from '../../../../schemas/cyclonedx/schema-formats.ts';
import {
  findRepeatedItem,
  UniqueLists,
  ValueInterner,
} from '../../../../schemas/cyclonedx/unique-items.ts';
import { bomWith } from '../../../support/cyclonedx-reading.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';

function check(bom: unknown): ReturnType<typeof checkCyclonedxConformance> {
  return checkCyclonedxConformance(bom as JsonValue);
}

const library = { type: 'library', name: 'a' };
const twice = [
  { ...library, version: '1' },
  { version: '1', ...library },
];
const parts = Array.from({ length: 40 }, (_, at) => ({
  ...library,
  name: `a-${at}`,
  components: [{ type: 'library', name: 'inner' }],
}));

describe('checkCyclonedxConformance', () => {
  test.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])(
    'accepts a minimal BOM of %s',
    (specVersion) => {
      const bom = bomWith({ specVersion, components: [{ ...library, version: '1' }] });
      expect(check(bom)).toEqual({ conformant: true, problems: [] });
    },
  );

  test.each([
    ['an unknown version', { specVersion: '9.9' }, 'schema:specVersion', '/specVersion'],
    ['no version', { specVersion: undefined }, 'schema:specVersion', '/specVersion'],
    ['1.1, which is XML only', { specVersion: '1.1' }, 'schema:specVersion', '/specVersion'],
    ['a wrong format', { bomFormat: 'SPDX' }, 'schema:enum', '/bomFormat'],
    ['an unknown member', { extra: 1 }, 'schema:additionalProperties', ''],
    [
      'a repeated component',
      { components: [library, { name: 'a', type: 'library' }] },
      'schema:uniqueItems',
      '/components',
    ],
    [
      'a component without a name',
      { components: [{ type: 'library' }] },
      'schema:required',
      '/components/0',
    ],
    [
      'a short hash',
      { components: [{ ...library, hashes: [{ alg: 'SHA-256', content: 'ab' }] }] },
      'schema:pattern',
      '/components/0/hashes/0/content',
    ],
    [
      'a serial number that is no UUID',
      { serialNumber: 'urn:uuid:x' },
      'schema:pattern',
      '/serialNumber',
    ],
    [
      'a time without a zone',
      { metadata: { timestamp: '2026-01-01T00:00:00' } },
      'schema:format',
      '/metadata/timestamp',
    ],
  ])('refuses %s', (_name, members, code, pointer) => {
    const verdict = check(bomWith(members));
    expect(verdict.conformant).toBe(false);
    expect(verdict.problems.map((problem) => [problem.code, problem.pointer])).toContainEqual([
      code,
      pointer,
    ]);
  });

  test.each([[null], [true], ['text'], [[]], [{}]])('refuses %j, which is no BOM', (value) => {
    expect(check(value).conformant).toBe(false);
  });

  test('lists a bounded number of problems, with short messages', () => {
    const components = Array.from({ length: 500 }, (_, at) => ({
      type: 'x'.repeat(9999),
      name: `${at}`,
    }));
    const { problems } = check(bomWith({ components }));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(20);
    expect(problems.every(({ message }) => message.length <= 160)).toBe(true);
  });

  test('one check leaves nothing behind for the next', () => {
    const bom = bomWith({ components: [library] });
    expect(check(bom).conformant).toBe(true);
    expect(check(bomWith({ components: [library, library] })).conformant).toBe(false);
    expect(check(bom).conformant).toBe(true);
  });

  test('finds the one repetition among many components', () => {
    const components: unknown[] = Array.from({ length: 20_000 }, (_, at) => ({
      type: 'library',
      name: `lib-${at}`,
    }));
    expect(check(bomWith({ components })).conformant).toBe(true);
    components.push({ name: 'lib-19999', type: 'library' });
    expect(check(bomWith({ components })).problems[0]?.code).toBe('schema:uniqueItems');
  });
});

describe('findRepeatedItem', () => {
  const json = fc
    .jsonValue({ maxDepth: 3 })
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

  test('finds a repetition exactly where comparing every pair does', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 8 }), (items) => {
        const shuffledTwin = items.length > 0 ? [...items, reordered(items[0])] : items;
        for (const list of [items, shuffledTwin]) {
          expect(findRepeatedItem(list, new ValueInterner()) >= 0).toBe(hasEqualPair(list));
        }
      }),
    );
  });

  test.each([
    ['text and number', ['1', 1]],
    ['null and its text', [null, 'null']],
    ['false and zero', [false, 0]],
    ['a list and an object', [[], {}]],
    ['a list and its text', [['a'], '["a"]']],
    ['nested lists of other shape', [[[1], 2], [[1, 2]], [1, [2]]]],
    ['keys and values swapped', [{ a: 'b' }, { b: 'a' }]],
    ['texts that look like keys', ['"a', '=1', '[0', '{0']],
  ])('tells apart %s', (_name, items) => {
    expect(findRepeatedItem(items, new ValueInterner())).toBe(-1);
  });

  test('member order makes no difference', () => {
    const items = [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ];
    expect(findRepeatedItem(items, new ValueInterner())).toBe(1);
  });

  test('and of a list that is not held too', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 8 }), (items) => {
        const shuffledTwin = items.length > 0 ? [...items, reordered(items[0])] : items;
        for (const list of [items, shuffledTwin]) {
          const long = toArray({ count: list.length, item: (at) => list[at] });
          const lists = new UniqueLists({ long });
          expect(lists.hasRepeatedItem(long, '/long')).toBe(hasEqualPair(list));
        }
      }),
    );
  });

  test.each([
    ['in the long list', { components: [...parts, parts[7]] }, false],
    ['in the last item', { components: [...parts, { ...library, components: twice }] }, false],
    ['only in different items', { components: [...parts, { ...parts[0], name: 'b' }] }, true],
    [
      'in a short list beside it',
      { components: parts, services: [{ name: 's' }, { name: 's' }] },
      false,
    ],
  ])('of a large document: %s', (_where, members, conformant) => {
    const bytes = new TextEncoder().encode(JSON.stringify(bomWith(members)));
    const bom = parseLargeJson(bytes, 50, 200)?.value ?? null;
    expect(itemsOf((bom as { components: unknown[] }).components)).toBeDefined();
    const { problems, ...found } = check(bom);
    expect(found.conformant).toBe(conformant);
    expect(problems.map(({ code }) => code)).toEqual(conformant ? [] : ['schema:uniqueItems']);
    expect(check(bomWith(members)).conformant).toBe(conformant);
  });

  function hasEqualPair(items: readonly unknown[]): boolean {
    const texts = items.map((item) => JSON.stringify(sorted(item)));
    return new Set(texts).size < texts.length;
  }

  function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
    return { members: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
  }

  function reordered(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).reverse());
  }
});

describe('the string formats', () => {
  test.each([
    ['date-time', '2026-11-21T21:50:00Z'],
    ['date-time', '2024-02-29T00:00:00.123456789+14:00'],
    ['date', '2024-02-29'],
    ['idn-email', 'jürgen@例え.jp'],
    ['iri-reference', ''],
    ['iri-reference', 'https://example.org/a?b=c#d'],
    ['iri-reference', 'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#a%20b'],
    ['iri-reference', '../relative/päth'],
    ['iri-reference', '//[2001:db8::1]:8080/x'],
    ['iri-reference', 'git@example.org/a'],
    ['uri', 'mailto:a@example.org'],
  ])('%s takes %s', (format, text) => {
    expect(SCHEMA_FORMATS[format]?.(text)).toBe(true);
  });

  test.each([
    ['date-time', '2023-02-29T00:00:00Z'],
    ['date-time', '2026-11-21 21:50:00Z'],
    ['date-time', '2026-11-21T24:00:00Z'],
    ['date-time', '2026-11-21T21:50:00'],
    ['date', '2026-13-01'],
    ['date', '2026-1-1'],
    ['idn-email', 'https://example.org'],
    ['iri-reference', 'https://example.org/${project.artifactId}/issues'],
    ['iri-reference', 'https://example.org/a b'],
    ['iri-reference', 'https://example.org/100%'],
    ['iri-reference', 'http://[::1/x'],
    ['iri-reference', 'https://host:port/x'],
    ['iri-reference', 'a#b#c'],
    ['iri-reference', ':nothing'],
    ['iri-reference', 'git@example.org:a/b'],
    ['uri', 'no-scheme'],
  ])('%s refuses %s', (format, text) => {
    expect(SCHEMA_FORMATS[format]?.(text)).toBe(false);
  });
});
