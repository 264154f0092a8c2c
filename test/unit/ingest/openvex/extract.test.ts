// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { openVexReader } from '../../../../ingest/extract/openvex.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectOpenVex } from '../../../../schemas/openvex/detect.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { assertCarriesNothing } from '../tool-report/read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const HEX = sha256('an image').slice(7);

function factsOf(document: object | Uint8Array): Facts {
  const input = document instanceof Uint8Array ? document : JSON.stringify(document);
  const { facts } = readWith(detectOpenVex, openVexReader, input);
  assertSound(facts);
  assertCarriesNothing(facts);
  return facts;
}

const vex = (statements: readonly object[], more: object = {}): object => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.org/vex-1',
  author: 'A',
  timestamp: '2026-01-01T00:00:00Z',
  version: 3,
  statements,
  ...more,
});

const statement = (status: string, more: object = {}): object => ({
  vulnerability: { name: 'CVE-2026-1' },
  products: [{ '@id': 'pkg:pypi/p@1.0' }],
  status,
  ...more,
});

/** Status and, where it no longer counts, that it does not. */
function statuses(facts: Facts): string[] {
  return facts.edges
    .filter(({ relation }) => relation === 'hasStatus')
    .map(
      ({ qualifiers }) =>
        `${qualifiers['status']}${qualifiers['current'] === 'false' ? ' (old)' : ''}`,
    );
}

describe('statements', () => {
  test('a status of a product, with its reason, and the document that says so', () => {
    const justification = 'component_not_present';
    const facts = factsOf(vex([statement('not_affected', { justification })]));
    expect(refEdges(facts, 'hasStatus')).toEqual([
      'name:vulnerability/CVE-2026-1 hasStatus pkg:pypi/p@1.0',
    ]);
    const edge = facts.edges.find(({ relation }) => relation === 'hasStatus');
    expect(edge?.qualifiers).toEqual({
      status: 'not_affected',
      justification,
      time: '2026-01-01T00:00:00Z',
    });
    expect(facts.statementKind).toBe('vex');
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual(['pkg:pypi/p@1.0']);
    expect(facts.claims).toEqual([
      {
        type: 'supersession',
        family: 'openvex:https://example.org/vex-1',
        version: '3',
        pointer: '/version',
      },
    ]);
  });

  test('the later statement counts, whatever order they are written in', () => {
    const early = statement('affected', { timestamp: '2026-01-01T00:00:00Z' });
    const late = statement('fixed', { timestamp: '2026-02-01T00:00:00+01:00' });
    expect(statuses(factsOf(vex([early, late])))).toEqual(['affected (old)', 'fixed']);
    expect(statuses(factsOf(vex([late, early])))).toEqual(['fixed', 'affected (old)']);
  });

  test('of equal times, the last one written; of other products, each its own', () => {
    const other = { products: [{ '@id': 'pkg:pypi/q@1.0' }] };
    const written = [statement('affected'), statement('fixed'), statement('affected', other)];
    expect(statuses(factsOf(vex(written)))).toEqual(['affected (old)', 'fixed', 'affected']);
  });

  test("a subcomponent says where in the product; the status is the product's", () => {
    const products = [
      { '@id': 'pkg:oci/i@sha256%3A' + HEX, subcomponents: [{ '@id': 'pkg:apk/x@1' }] },
    ];
    const facts = factsOf(vex([statement('fixed', { products })]));
    expect(refEdges(facts, 'hasStatus')).toEqual([
      `name:vulnerability/CVE-2026-1 hasStatus pkg:oci/i@sha256:${HEX}`,
      `name:vulnerability/CVE-2026-1 hasStatus sha256:${HEX}`,
    ]);
    const edge = facts.edges.find(({ relation }) => relation === 'hasStatus');
    expect(edge?.qualifiers['subcomponent']).toBe('pkg:apk/x@1');
    expect(facts.nodes.map(({ ref }) => ref)).not.toContain('pkg:apk/x@1');
  });

  test('0.0.x: strings for vulnerability and product, subcomponents beside them', () => {
    const old = {
      vulnerability: 'CVE-2026-2',
      products: ['pkg:pypi/p@2'],
      subcomponents: ['pkg:pypi/s@1'],
      status: 'affected',
    };
    const facts = factsOf(vex([old], { '@context': 'https://openvex.dev/ns', version: '1' }));
    expect(facts.version).toBe('0.0.x');
    expect(refEdges(facts, 'hasStatus')).toEqual([
      'name:vulnerability/CVE-2026-2 hasStatus pkg:pypi/p@2',
    ]);
  });

  test('hashes identify; a product that is only a name is a shared name', () => {
    const products = [{ hashes: { 'sha-256': HEX } }, { '@id': 'nginx' }];
    const facts = factsOf(vex([statement('affected', { products })]));
    expect(refEdges(facts, 'hasStatus')).toEqual([
      'name:vulnerability/CVE-2026-1 hasStatus #Package/nginx',
      `name:vulnerability/CVE-2026-1 hasStatus sha256:${HEX}`,
    ]);
    expect(refEdges(facts, 'namedAs')).toEqual(['#Package/nginx namedAs name:product/nginx']);
  });

  test('aliases are names of the vulnerability', () => {
    const vulnerability = { name: 'CVE-2026-1', aliases: ['GHSA-x', 'CVE-2026-1', ''] };
    const facts = factsOf(vex([statement('affected', { vulnerability })]));
    expect(refEdges(facts, 'alternateOf')).toEqual([
      'name:vulnerability/CVE-2026-1 alternateOf name:vulnerability/GHSA-x',
    ]);
  });

  test.each([
    ['no product', { products: [] }, 'no-product'],
    ['no name of the vulnerability', { vulnerability: {} }, 'vulnerability-without-id'],
    ['a blank name', { vulnerability: { name: '  ' } }, 'vulnerability-without-id'],
  ])('%s: a problem and no status', (_label, more, code) => {
    const facts = factsOf(vex([statement('affected', more)]));
    expect(statuses(facts)).toEqual([]);
    expect(codesOf(facts)).toContain(code);
  });
});

describe('conformance', () => {
  const conforms = (document: object): boolean | null =>
    readWith(detectOpenVex, openVexReader, JSON.stringify(document), { strict: true }).conformant;

  test('is asked for; of drafts only what no statement can do without', () => {
    const good = vex([statement('fixed')]);
    expect(conforms(good)).toBe(true);
    const draft = { ...good, '@context': 'https://openvex.dev/ns' };
    expect(conforms(draft)).toBe(true);
    expect(conforms({ ...draft, author: undefined })).toBe(true);
    expect(conforms({ ...good, '@context': '' })).toBe(false);
    expect(conforms({ ...draft, statements: [statement('perhaps')] })).toBe(false);
    expect(conforms({ ...draft, statements: [statement('not_affected')] })).toBe(false);
    expect(readWith(detectOpenVex, openVexReader, JSON.stringify(good)).conformant).toBeNull();
  });

  test.each([
    ['not affected without a reason', vex([statement('not_affected')])],
    ['affected without an action', vex([statement('affected')])],
    ['no such status', vex([statement('ok')])],
    ['a member of nobody', vex([statement('fixed', { statement: 'x' })])],
    ['version 0', vex([statement('fixed')], { version: 0 })],
    ['no statement', vex([])],
  ])('%s does not conform', (_label, document) => {
    expect(conforms(document)).toBe(false);
  });
});

describe('what is no VEX', () => {
  test.each([
    '{}',
    '{"@context":"https://openvex.dev/ns"}',
    '{"@context":"https://openvex.dev.evil/ns","statements":[]}',
    '{"@context":"x https://openvex.dev/ns","statements":[]}',
    '{"@context":"","statements":[]}',
    '{"@context":"https://schema.org","statements":[]}',
  ])('%s is not taken', (text) => {
    expect(detectOpenVex(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });

  test('any value in any place is read or refused, never more', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const shape = fc.record({ vulnerability: anything, products: anything, status: anything });
    fc.assert(
      fc.property(fc.array(fc.oneof(anything, shape)), (statements) => {
        try {
          factsOf(vex(statements as object[]));
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describeShared('real documents', () => {
  test('each status that the corpus lists is stated of each product', () => {
    let stated = 0;
    for (const { path, expect: expected } of corpusOf('openvex')) {
      const facts = factsOf(readShared('corpus', path));
      const found = new Set(
        facts.edges
          .filter(({ relation }) => relation === 'hasStatus')
          .map(({ from, qualifiers }) => `${facts.nodes[from]?.names[0]}|${qualifiers['status']}`),
      );
      for (const line of expected['statements'] as readonly string[]) {
        const [vulnerability = '', status = ''] = line.split('|');
        expect(found).toContain(`${vulnerability}|${status}`);
        stated++;
      }
    }
    expect(stated).toBeGreaterThan(25);
  });
});
