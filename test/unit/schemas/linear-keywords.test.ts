// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkCyclonedxConformance } from '../../../schemas/cyclonedx/conformance.ts';
import { collectBomRefs } from '../../../schemas/cyclonedx/bom-refs.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';

/** Keywords that look at each value once, so long as schemas do not nest them in each other without end. */
const LINEAR_KEYWORDS = new Set([
  ...['$schema', '$id', '$comment', '$ref', 'definitions', 'title', 'description', 'examples'],
  ...['default', 'deprecated', 'type', 'enum', 'const', 'format', 'pattern', 'minLength'],
  ...['maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['properties', 'patternProperties', 'additionalProperties', 'required', 'propertyNames'],
  ...['items', 'additionalItems', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else', 'dependencies', 'contentEncoding'],
  ...['contentMediaType', 'readOnly', 'writeOnly', 'meta:enum'],
]);
/** Compares items; replaced by our own, which does not compare them pairwise. */
const REPLACED_KEYWORDS = new Set(['uniqueItems']);
/** Members of these are names, not keywords. */
const NAMING_KEYWORDS = new Set(['properties', 'patternProperties', 'definitions', 'dependencies']);
const DATA_KEYWORDS = new Set(['enum', 'const', 'default', 'examples', 'meta:enum', 'required']);

function collectKeywords(schema: unknown, into: Set<string>): void {
  if (Array.isArray(schema)) for (const item of schema) collectKeywords(item, into);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    into.add(keyword);
    if (DATA_KEYWORDS.has(keyword)) continue;
    const inner = NAMING_KEYWORDS.has(keyword) ? Object.values(value as object) : [value];
    for (const one of inner) collectKeywords(one, into);
  }
}

/** How many members and items of a value are looked at, by whoever is given it. */
function countReads(value: JsonValue, use: (counted: JsonValue) => void): number {
  let reads = 0;
  const wrap = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const known = wrapped.get(inner);
    if (known !== undefined) return known;
    const made = new Proxy(inner, {
      get: (own, key) => {
        reads++;
        return wrap(Reflect.get(own, key));
      },
    });
    wrapped.set(inner, made);
    return made;
  };
  const wrapped = new Map<object, object>();
  use(wrap(value) as JsonValue);
  return reads;
}

function bomOf(components: JsonValue[]): JsonValue {
  return { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components };
}

/** Shapes that make a careless check look at everything for everything. */
const HOSTILE: readonly (readonly [string, (size: number) => JsonValue])[] = [
  [
    'components that differ in one text',
    (size) =>
      bomOf(Array.from({ length: size }, (_, at) => ({ type: 'library', name: `name-${at}` }))),
  ],
  [
    'components nested in each other, each list to be unique',
    (size) => {
      let components: JsonValue[] = [];
      for (let at = 0; at < size; at++) components = [{ type: 'library', name: 'a', components }];
      return bomOf(components);
    },
  ],
  [
    'licences that could be either',
    (size) => {
      const licenses = Array.from({ length: size }, (_, at) => ({ license: { name: `l${at}` } }));
      return bomOf([{ type: 'library', name: 'a', licenses }]);
    },
  ],
];

describe('work grows as the document does', () => {
  test.each(HOSTILE)('conformance: %s', (_name, make) => {
    const [small, large] = [40, 160].map((size) =>
      countReads(make(size), (bom) => void checkCyclonedxConformance(bom)),
    );
    expect(small).toBeGreaterThan(40);
    expect((large ?? 0) / (small ?? 1)).toBeLessThan(6);
  });

  test.each(HOSTILE)('bom-refs: %s', (_name, make) => {
    const [small, large] = [40, 160].map((size) =>
      countReads(make(size), (bom) => void collectBomRefs(bom)),
    );
    expect((large ?? 0) / (small ?? 1)).toBeLessThan(6);
  });

  test('the count sees a check that compares every pair', () => {
    const everyPair = (root: JsonValue): void => {
      const { components } = root as { components: JsonValue[] };
      for (const one of components) for (const other of components) void [one, other];
    };
    const make = HOSTILE[0]?.[1];
    const [small, large] = [40, 160].map((size) => countReads(make?.(size) ?? null, everyPair));
    expect((large ?? 0) / (small ?? 1)).toBeGreaterThan(12);
  });
});

test('the official schemas have no keyword that is not known to be linear', () => {
  const library = createRequire(import.meta.url).resolve(
    '@cyclonedx/cyclonedx-library/package.json',
  );
  const folder = join(dirname(library), 'res', 'schema');
  const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
  const keywords = new Set<string>();
  for (const file of files) {
    collectKeywords(JSON.parse(readFileSync(join(folder, file), 'utf8')), keywords);
  }
  const unknown = [...keywords].filter(
    (keyword) => !LINEAR_KEYWORDS.has(keyword) && !REPLACED_KEYWORDS.has(keyword),
  );
  expect(files.length).toBeGreaterThan(5);
  expect(keywords.has('uniqueItems')).toBe(true);
  expect(unknown).toEqual([]);
});
