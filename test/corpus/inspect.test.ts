// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createTrustRoots } from '../../attest/trust/roots.ts';
import { jsonPieces } from '../../cli/command.ts';
import { inspected } from '../../cli/commands/inspect.ts';
import { isDigest, sha256 } from '../../core/digest.ts';
import { parseInstant } from '../../core/instant.ts';
import { RELATIONS } from '../../graph/domain/relations.ts';
import { prepareDocument } from '../../ingest/prepare.ts';
import { allEntries } from '../../tools/corpus/entry.ts';
import { describeShared, readShared } from '../support/shared.ts';

interface Inspected {
  readonly format: unknown;
  readonly version: unknown;
  readonly digest: unknown;
  readonly conformant: unknown;
  readonly standing: unknown;
  readonly signature: { readonly status: unknown; readonly identity: unknown } | null;
  readonly entities: readonly Readonly<Record<string, unknown>>[];
  readonly relations: readonly Readonly<Record<string, unknown>>[];
  readonly problems: readonly Readonly<Record<string, unknown>>[];
}

const TRUST = {
  roots: createTrustRoots([]),
  teeAnchors: new Map(),
  at: parseInstant('2026-01-01T00:00:00Z'),
};
const STANDINGS = ['accepted', 'pending', 'quarantined', 'opaque'];
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

/** What DESIGN.md 7 promises of one document, each broken promise as a line. */
function faultsOf(document: Inspected): string[] {
  const { digest, signature, entities, relations, problems } = document;
  const refs = new Set(entities.map(({ ref }) => ref));
  const promises: readonly (readonly [string, boolean])[] = [
    ['format', typeof document.format === 'string' && document.format !== ''],
    ['version', isTextOrNull(document.version)],
    ['digest', typeof digest === 'string' && isDigest(digest)],
    ['conformant', [true, false, null].includes(document.conformant as boolean | null)],
    ['standing', STANDINGS.includes(String(document.standing))],
    ['signature', signature === null || isTextOrNull(signature.identity)],
    ['signature.status', signature === null || typeof signature.status === 'string'],
    ['entities', entities.every(isEntity)],
    ['one entity a ref', refs.size === entities.length],
    ['relations', relations.every(isRelation)],
    ['ends of relations', relations.every(({ from, to }) => refs.has(from) && refs.has(to))],
    ['problems', problems.every(isProblem)],
  ];
  return promises.flatMap(([name, holds]) => (holds ? [] : [name]));
}

function isEntity({ ref, kind, names, digests }: Readonly<Record<string, unknown>>): boolean {
  const isText = typeof ref === 'string' && typeof kind === 'string';
  return isText && Array.isArray(names) && Array.isArray(digests) && digests.every(isDigestText);
}

function isDigestText(value: unknown): boolean {
  return typeof value === 'string' && isDigest(value);
}

function isRelation(relation: Readonly<Record<string, unknown>>): boolean {
  const { relation: name, qualifiers, pointer } = relation;
  const isKnown = typeof name === 'string' && Object.hasOwn(RELATIONS, name);
  return isKnown && typeof qualifiers === 'object' && typeof pointer === 'string';
}

function isProblem({ code, pointer, message }: Readonly<Record<string, unknown>>): boolean {
  return [code, pointer, message].every((text) => typeof text === 'string') && code !== '';
}

describeShared('inspect --json', () => {
  test('keeps its promises for every document of the corpus', { timeout: 60_000 }, async () => {
    const broken: string[] = [];
    let count = 0;
    for (const path of new Set(allEntries().map((entry) => entry.path))) {
      const bytes = readShared('corpus', path);
      const prepared = await prepareDocument(bytes, path, TRUST, { strict: false });
      expect(prepared[0]?.digest).toBe(sha256(bytes));
      for (const one of prepared) {
        count++;
        const line = [...jsonPieces(...inspected(one))].join('');
        const faults = faultsOf(JSON.parse(line) as Inspected);
        broken.push(...faults.map((fault) => `${fault} ${path}`));
      }
    }
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThan(1600);
  });

  test('a broken promise is told', () => {
    const good: Inspected = {
      format: 'x',
      version: null,
      digest: sha256('x'),
      conformant: null,
      standing: 'accepted',
      signature: null,
      entities: [{ ref: 'name:a', kind: 'File', names: [], digests: [] }],
      relations: [],
      problems: [],
    };
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf({ ...good, conformant: undefined })).toEqual(['conformant']);
    expect(faultsOf({ ...good, entities: [{ ref: 'a', kind: 'File' }] })).toEqual(['entities']);
    const relation = {
      from: 'name:b',
      relation: 'used',
      to: 'name:a',
      qualifiers: {},
      pointer: '',
    };
    expect(faultsOf({ ...good, relations: [relation] })).toEqual(['ends of relations']);
    expect(faultsOf({ ...good, problems: [{ code: 'x', pointer: '' }] })).toEqual(['problems']);
  });
});
