// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';
import type { Reading } from '../../../../ingest/extract/extractor.ts';

const advisory = (id: string): object => ({
  id,
  modified: '2026-01-02T03:04:05Z',
  summary: 's',
  affected: [{ package: { ecosystem: 'PyPI', name: 'p' }, versions: ['1'] }],
});

async function read(document: unknown, strict = false): Promise<Reading> {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const { reading } = await readDocument(bytes, { digest: sha256(bytes), strict });
  return reading;
}

const innerOf = ({ inner = [] }: Reading): unknown[] =>
  inner.map(({ name, bytes }) => [name, JSON.parse(new TextDecoder().decode(bytes)) as unknown]);

test.each([
  ['an array', [advisory('GHSA-1'), advisory('GHSA-2')]],
  ['an answer of the database', { vulns: [advisory('GHSA-1'), advisory('GHSA-2')] }],
])('%s: each advisory is a document of its own', async (_, document) => {
  const reading = await read(document, true);
  expect(reading.facts).toMatchObject({ format: 'osv-list', nodes: [], edges: [], problems: [] });
  expect(reading.conformant).toBe(true);
  expect(innerOf(reading)).toEqual([
    ['advisory-0', advisory('GHSA-1')],
    ['advisory-1', advisory('GHSA-2')],
  ]);
  for (const { bytes } of reading.inner ?? []) {
    const { reading: inner } = await readDocument(bytes, { digest: sha256(bytes), strict: true });
    expect(inner.facts.format).toBe('osv');
  }
});

test('what is no object, and that there are more pages, is listed and refused by strict mode', async () => {
  const page = { vulns: [advisory('GHSA-1'), 7], next_page_token: 't' };
  const reading = await read(page, true);
  expect(reading.facts.problems.map(({ code, pointer }) => [code, pointer])).toEqual([
    ['not-an-advisory', '/vulns/1'],
    ['more-pages', '/next_page_token'],
  ]);
  expect(reading.conformant).toBe(false);
  expect(innerOf(reading)).toHaveLength(1);
});

test.each([
  ['ids alone', { vulns: [{ id: 'GHSA-1', modified: '2026-01-02T03:04:05Z' }] }],
  ['nothing found', { vulns: [] }],
  ['more members', { vulns: [advisory('GHSA-1')], results: [] }],
  ['other vulnerabilities', { vulns: [{ ...advisory('GHSA-1'), severityScore: 3 }] }],
  ['an empty list', []],
  ['a list of ids', ['GHSA-1']],
  ['a list in a list', [[advisory('GHSA-1')]]],
  ['a list of something else', [{ id: 'a', modified: '2026-01-02T03:04:05Z' }]],
])('%s: no list of advisories', async (_, document) => {
  expect((await read(document)).facts.format).not.toBe('osv-list');
});

test('a list that is too long is refused', async () => {
  const many = Array.from({ length: LIMITS.archiveMembers + 1 }, () => 0);
  const reading = read([advisory('GHSA-1'), ...many.map(() => ({}))]);
  await expect(reading).rejects.toMatchObject({ code: 'ERR_LIMIT_ITEMS' });
});

test('whatever stands in the list, nothing but a PedigreeError is thrown', async () => {
  const item = fc.oneof(fc.jsonValue(), fc.constant(advisory('GHSA-1')));
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 4 }), fc.boolean(), async (items, isAnswer) => {
      const list = [advisory('GHSA-0'), ...items];
      try {
        const reading = await read(isAnswer ? { vulns: list } : list);
        const objects = list.filter(
          (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
        );
        expect(innerOf(reading)).toHaveLength(objects.length);
      } catch (error) {
        if (!isPedigreeError(error)) throw error;
      }
    }),
    { numRuns: 100 },
  );
});
