// SPDX-License-Identifier: Apache-2.0
import { afterAll, describe, expect, test } from 'vitest';
import { compareEntry, type EntryResult } from '../../tools/corpus/compare-entry.ts';
import { concerns, DISAGREEMENTS } from '../../tools/corpus/disagreements.ts';
import { allEntries, type CorpusEntry } from '../../tools/corpus/entry.ts';
import { factLines, summarize } from '../../tools/corpus/summary.ts';
import { compareSamples } from '../../tools/corpus/samples.ts';
import { describeShared, hasShared } from '../support/shared.ts';

const entries: readonly CorpusEntry[] = hasShared() ? allEntries() : [];
const formats = [...new Set(entries.map(({ format }) => format))];
const results: EntryResult[] = [];

/** Compares the documents of a format. */
async function compareFormat(format: string): Promise<readonly EntryResult[]> {
  const own: EntryResult[] = [];
  for (const entry of entries) if (entry.format === format) own.push(await compareEntry(entry));
  return own;
}

describeShared('every document of the corpus says what its manifest states', () => {
  afterAll(() => {
    for (const { format, compared, disagreed } of summarize(results)) {
      process.stderr.write(`${format}: ${compared} facts compared, ${disagreed} disagreed\n`);
    }
  });

  test.each(formats)('%s', { timeout: 60_000 }, async (format) => {
    const own = await compareFormat(format);
    results.push(...own);
    const [summary] = summarize(own);
    expect(factLines(own, ['wrong'])).toEqual([]);
    expect(factLines(own, ['uncompared'])).toEqual([]);
    expect(summary?.conformance['wrong'] ?? 0).toBe(0);
    expect(summary?.compared ?? 0).toBeGreaterThan(own.length);
  });

  test('the comparison looked at all of it', () => {
    expect(results).toHaveLength(1377);
    const compared = summarize(results).reduce((sum, row) => sum + row.compared, 0);
    expect(compared).toBeGreaterThan(23_000);
  });

  test('samples', { timeout: 60_000 }, async () => {
    const samples = await compareSamples();
    results.push(...samples);
    expect(factLines(samples, ['wrong', 'uncompared'])).toEqual([]);
    expect(samples.filter(({ standing }) => standing === 'quarantined')).toEqual([]);
    expect(samples).toHaveLength(197);
    const compared = summarize(samples).reduce((sum, row) => sum + row.compared, 0);
    expect(compared).toBeGreaterThan(180);
  });

  test('every disagreement that is argued is still one', () => {
    const disagreed = results
      .flatMap(({ facts }) => facts)
      .filter(({ outcome }) => outcome === 'disagreed');
    const stale = DISAGREEMENTS.filter(
      (one) => !disagreed.some(({ path, fact }) => concerns(one, path, fact)),
    );
    expect(stale).toEqual([]);
  });
});

describeShared('the comparison tells what is wrong', () => {
  const find = (format: string, name: string): CorpusEntry => {
    const entry = entries.find((one) => one.format === format && one.path.includes(name));
    if (entry === undefined) throw new Error(`no entry ${name}`);
    return entry;
  };

  /** One that was changed, of each kind of value: a number, a text, a list, a folded list, a record, a member of a group. */
  const planted: readonly (readonly [string, string, string, unknown])[] = [
    ['cyclonedx-json', 'keycloak-10.0.2', 'components', 1],
    ['cyclonedx-json', 'keycloak-10.0.2', 'serial_number', 'urn:uuid:0'],
    ['cyclonedx-json', 'keycloak-10.0.2', 'purls', { count: 1, sha256: '0'.repeat(64) }],
    ['cyclonedx-json', 'keycloak-10.0.2', 'component_types', { library: 1 }],
    ['spdx3-jsonld', 'example02', 'root_elements', ['https://example.org/nothing']],
    ['openlineage', 'full_event', 'inputs', ['a|b']],
    ['dvc', 'dvc.lock', 'edges_stage_to_stage', []],
    ['slsa', '', 'builder_id', 'https://example.org/other'],
  ];

  test.each(planted)('%s %s: another %s', async (format, name, fact, value) => {
    const own = entries.filter((one) => one.format === format && fact in one.expect);
    const entry = own.find(({ path }) => path.includes(name)) ?? own[0];
    if (entry === undefined) throw new Error(`no entry of ${format} with ${fact}`);
    const changed = { ...entry, expect: { ...entry.expect, [fact]: value } };
    const { facts } = await compareEntry(changed);
    const wrong = facts.filter(({ outcome }) => outcome === 'wrong').map((one) => one.fact);
    expect(wrong).toEqual([fact]);
  });

  test('a fact that nobody compares is listed as such', async () => {
    const entry = find('grype-json', '');
    const changed = { ...entry, expect: { ...entry.expect, weather: 'fine' } };
    const { facts } = await compareEntry(changed);
    const open = facts.filter(({ outcome }) => outcome === 'uncompared').map(({ fact }) => fact);
    expect(open).toEqual(['weather']);
  });

  test('another label, another version and another format are wrong', async () => {
    const entry = find('cyclonedx-xml', 'valid-bom-1.4.xml');
    const changed = { ...entry, valid: false, version: '1.3', format: 'cyclonedx-json' };
    const { facts, conformance } = await compareEntry(changed);
    const wrong = facts.filter(({ outcome }) => outcome === 'wrong').map(({ fact }) => fact);
    expect(wrong).toEqual(expect.arrayContaining(['@format', '@version', '@conformant']));
    expect(conformance).toBe('wrong');
  });
});

describe('a disagreement', () => {
  const one = { path: 'a/b.json', facts: ['licenses', '@graph.*'], why: 'x' };
  test.each([
    ['x/a/b.json', 'licenses', true],
    ['a/b.json', '@graph.purls', true],
    ['a/b.json', 'licenses2', false],
    ['a/b.json.golden', 'licenses', false],
    ['b.json', 'licenses', false],
  ])('%s %s: %s', (path, fact, expected) => {
    expect(concerns(one, path, fact)).toBe(expected);
  });
});
