// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { sha256 } from '../../../../core/digest.ts';
import { cyclonedxReader } from '../../../../ingest/extract/cyclonedx.ts';
import { detectCyclonedxJson } from '../../../../schemas/cyclonedx/detect.ts';
import { decode } from '../../../../schemas/decoded.ts';
import {
  bomWith,
  factsOf,
  hexOf,
  problemCodes,
  readBytes,
} from '../../../support/cyclonedx-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

/** A BOM that uses every part of the format that facts are read from. */
const RICH = bomWith({
  metadata: {
    component: {
      type: 'machine-learning-model',
      name: 'm',
      'bom-ref': 'm',
      supplier: { name: 's' },
      components: [{ type: 'file', name: 'w', 'bom-ref': 'w' }],
    },
    tools: { components: [{ type: 'application', name: 't' }] },
  },
  components: [
    {
      type: 'machine-learning-model',
      name: 'n',
      'bom-ref': 'n',
      group: 'g',
      version: '1',
      hashes: [{ alg: 'SHA-256', content: hexOf('n') }],
      pedigree: {
        ancestors: [
          {
            type: 'machine-learning-model',
            name: 'a',
            pedigree: { variants: [{ type: 'file', name: 'v' }] },
          },
        ],
      },
      modelCard: {
        modelParameters: {
          datasets: [{ ref: 'd' }, { type: 'dataset', name: 'i', 'bom-ref': 'i' }],
        },
        quantitativeAnalysis: { performanceMetrics: [{ type: 'f1', value: '1', slice: 'd' }] },
      },
    },
    {
      type: 'data',
      name: 'd',
      'bom-ref': 'd',
      properties: [{ name: 'cdx:ai-ml:dataset:stage', value: 'test' }],
    },
  ],
  services: [{ name: 'x', 'bom-ref': 'x' }],
  dependencies: [{ ref: 'm', dependsOn: ['n', 'x'], provides: ['d'] }],
  compositions: [{ aggregate: 'complete', assemblies: ['m'], dependencies: ['m'] }],
  vulnerabilities: [
    {
      id: 'CVE-1',
      'bom-ref': 'CVE-1',
      affects: [{ ref: 'n', versions: [{ version: '1' }] }],
      analysis: { state: 'resolved' },
    },
  ],
  formulation: [
    {
      components: [{ type: 'container', name: 'c', 'bom-ref': 'c' }],
      workflows: [
        {
          'bom-ref': 'f',
          taskTypes: ['build'],
          tasks: [
            {
              'bom-ref': 'k',
              inputs: [{ resource: { ref: 'd' } }],
              outputs: [{ resource: { ref: 'm' } }],
            },
          ],
        },
      ],
    },
  ],
  declarations: {
    claims: [{ target: 'n', predicate: 'p' }],
    targets: { components: [{ type: 'file', name: 'z' }] },
  },
  externalReferences: [{ type: 'bom', url: 'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1' }],
});

/** What every facts of every document must be. */
function expectSound(facts: Facts): void {
  const inRange = (id: number): boolean =>
    Number.isInteger(id) && id >= 0 && id < facts.nodes.length;
  expect(facts.edges.every(({ from, to }) => inRange(from) && inRange(to) && from !== to)).toBe(
    true,
  );
  expect(facts.dependsOn.every(([from, to]) => inRange(from) && inRange(to) && from !== to)).toBe(
    true,
  );
  expect(facts.subjects.every(inRange)).toBe(true);
  expect(facts.subjects).toHaveLength(1);
  expect(new Set(facts.nodes.map(({ ref }) => ref)).size).toBe(facts.nodes.length);
  expect(facts.nodes.every(({ ref }) => ref.length <= LIMITS.refChars)).toBe(true);
  expect(facts.problems.length).toBeLessThanOrEqual(LIMITS.problems);
  const claimed = facts.claims.flatMap((claim) => ('about' in claim ? [claim.about] : []));
  expect(claimed.every(inRange)).toBe(true);
}

/** Reads bytes as a pipeline would; the only other way out is a PedigreeError. */
function readOrRefuse(bytes: Uint8Array): Facts | undefined {
  try {
    const decoded = decode(bytes);
    const detected = detectCyclonedxJson(decoded);
    return detected === undefined
      ? undefined
      : cyclonedxReader.read(decoded, detected, { digest: sha256(bytes), strict: true }).facts;
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

/** Every place of a JSON value, as a path. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [
    path,
    ...members.flatMap(([key, item]) => pathsOf(item, [...path, key as string | number])),
  ];
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, at) => (at === key ? replaced(item, rest, by) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === key ? replaced(item, rest, by) : item,
    ]),
  );
}

describe('a BOM with anything in any place', () => {
  const paths = pathsOf(RICH).filter((path) => path.length > 0);
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      '',
      'm',
      'd',
      '__proto__',
      'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#m',
      '\ud800',
      'pkg:npm/%zz@1',
      -0,
      1e308,
      'x'.repeat(5000),
    ),
    fc.constant({ __proto__: null, constructor: 'x', toString: 1 }),
  );

  test('reads to sound facts, and no fault throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        odd,
        fc.constantFrom(...paths),
        odd,
        (one, first, two, second) => {
          const bom = replaced(replaced(RICH, one, first), two, second);
          const bytes = new TextEncoder().encode(JSON.stringify(bom));
          const facts = readOrRefuse(bytes);
          if (facts !== undefined) expectSound(facts);
          if (one[0] !== 'bomFormat' && two[0] !== 'bomFormat') expect(facts).toBeDefined();
        },
      ),
      { numRuns: 400 },
    );
  });

  test('reads the same twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), odd, (path, value) => {
        const bom = replaced(RICH, path, value);
        const bytes = new TextEncoder().encode(JSON.stringify(bom));
        expect(readOrRefuse(bytes)).toEqual(readOrRefuse(bytes));
      }),
      { numRuns: 100 },
    );
  });

  test('with bytes changed or cut is read, refused, or something else', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(RICH));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const changed = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) changed[at] = value;
        const facts = readOrRefuse(changed);
        if (cut) expect(facts).toBeUndefined();
        else if (facts !== undefined) expectSound(facts);
      }),
      { numRuns: 400 },
    );
  });

  test('itself yields facts without a fault beyond its own', () => {
    const facts = factsOf(RICH);
    expectSound(facts);
    expect(problemCodes(facts)).toEqual([]);
  });
});

/** Each grows a list that a pairwise or nested reading would go through squared; the test's own time limit ends those. */
describe('large documents', () => {
  const many = 20_000;
  const list = (make: (at: number) => object): object[] =>
    Array.from({ length: many }, (_, at) => make(at));

  test.each<[string, Record<string, unknown>]>([
    [
      'one bom-ref on everything',
      {
        components: list((at) => ({ type: 'library', name: `${at}`, 'bom-ref': 'x' })),
        dependencies: list(() => ({ ref: 'x', dependsOn: ['x'] })),
      },
    ],
    [
      'one long chain',
      {
        components: list((at) => ({ type: 'library', name: `${at}`, 'bom-ref': `${at}` })),
        dependencies: list((at) => ({ ref: `${at}`, dependsOn: [`${at + 1}`] })),
      },
    ],
    [
      'one hub',
      {
        components: list((at) => ({ type: 'library', name: `${at}`, 'bom-ref': `${at}` })),
        dependencies: [{ ref: '0', dependsOn: list((at) => ({ at })).map((_, at) => `${at}`) }],
      },
    ],
    [
      'loose data and one model',
      {
        components: [
          { type: 'machine-learning-model', name: 'm' },
          ...list((at) => ({
            type: 'data',
            name: `${at}`,
            properties: [{ name: 'cdx:ai-ml:dataset:stage', value: 'x' }],
          })),
        ],
      },
    ],
    [
      'models and loose data',
      {
        components: [
          ...list((at) => ({ type: 'machine-learning-model', name: `${at}` })),
          ...list((at) => ({
            type: 'data',
            name: `d${at}`,
            properties: [{ name: 'cdx:ai-ml:dataset:stage', value: 'x' }],
          })),
        ],
      },
    ],
    [
      'slices of one name',
      {
        components: [
          {
            type: 'machine-learning-model',
            name: 'm',
            modelCard: {
              quantitativeAnalysis: {
                performanceMetrics: list(() => ({ type: 'f', value: '1', slice: 'd' })),
              },
            },
          },
          ...list(() => ({ type: 'data', name: 'd' })),
        ],
      },
    ],
    [
      'one identity, nested data',
      {
        components: [
          {
            type: 'machine-learning-model',
            name: 'm',
            modelCard: { modelParameters: { datasets: list((at) => ({ ref: `${at}` })) } },
            components: list((at) => ({ type: 'data', name: `${at}`, 'bom-ref': `${at}` })),
          },
        ],
      },
    ],
    [
      'twins',
      {
        components: list(() => ({
          type: 'library',
          name: 'same',
          purl: 'pkg:npm/same@1',
          'bom-ref': 'same',
        })),
        dependencies: list(() => ({ ref: 'same', dependsOn: ['same', 'gone'] })),
      },
    ],
  ])('%s', (_name, members) => {
    const bytes = new TextEncoder().encode(JSON.stringify(bomWith(members)));
    const { facts } = readBytes(bytes);
    expectSound(facts);
    expect(facts.nodes.length).toBeGreaterThan(1);
  });

  test('nesting to the limit of the parser is read', () => {
    let component: object = { type: 'library', name: 'leaf' };
    for (let depth = 0; depth < 96; depth++)
      component = { type: 'library', name: `n${depth}`, components: [component] };
    const facts = factsOf(bomWith({ components: [component] }));
    expect(facts.edges.filter(({ relation }) => relation === 'contains')).toHaveLength(97 + 96);
  });

  test('nesting beyond it is refused', () => {
    const deep = `${'{"components":['.repeat(150)}${']}'.repeat(150)}`;
    expect(
      readOrRefuse(new TextEncoder().encode(`{"bomFormat":"CycloneDX","components":[${deep}]}`)),
    ).toBeUndefined();
  });
});

describe('a reader of CycloneDX JSON', () => {
  test('does not check the schema unless asked', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(bomWith({ extra: 1 })));
    expect(readBytes(bytes)).toMatchObject({ conformant: null, conformanceProblems: [] });
    const strict = readBytes(bytes, { strict: true });
    expect(strict.conformant).toBe(false);
    expect(strict.conformanceProblems.map(({ code }) => code)).toEqual([
      'schema:additionalProperties',
    ]);
    expect(strict.facts).toEqual(readBytes(bytes).facts);
  });

  test.each([
    ['text', 'bomFormat: CycloneDX'],
    ['a list', '[]'],
  ])('refuses %s', (_name, text) => {
    const bytes = new TextEncoder().encode(text);
    let code: unknown;
    try {
      cyclonedxReader.read(
        decode(bytes),
        { format: 'cyclonedx-json', version: null },
        { digest: sha256(bytes) },
      );
    } catch (error) {
      code = isPedigreeError(error) ? error.code : error;
    }
    expect(code).toBe('ERR_PARSE_DOCUMENT');
  });
});

describeShared('every CycloneDX JSON document of the corpus', () => {
  test('reads to sound facts, twice the same', () => {
    const manifest = JSON.parse(
      new TextDecoder().decode(readShared('corpus', 'manifest.json')),
    ) as readonly { path: string; format: string; bytes: number }[];
    const mine = manifest.filter(
      ({ format, bytes }) => format === 'cyclonedx-json' && bytes < 500_000,
    );
    let read = 0;
    for (const { path } of mine) {
      const bytes = readShared('corpus', path);
      const facts = readOrRefuse(bytes);
      if (facts === undefined) continue;
      read++;
      expectSound(facts);
      expect(readOrRefuse(bytes)).toEqual(facts);
    }
    // two are no JSON, one is no BOM, four are larger
    expect(mine.length - read).toBe(3);
  });
});
