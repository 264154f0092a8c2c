// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { readSpdxBytes, spdxEdges } from '../../../support/spdx2-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { SPDX2_FORMATS } from '../../../../schemas/spdx2/read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const story = (name: string): Facts => readSpdxBytes(readShared('samples', 'syft', name)).facts;
const globals = (facts: Facts): string[] =>
  facts.nodes
    .map(({ ref }) => ref)
    .filter((ref) => /^(?:pkg|sha|name):?/.test(ref))
    .sort();

describeShared('the SPDX 2 documents of the story', () => {
  test('three documents of one scan say one thing', () => {
    const json = story('venv.spdx-2.3.json');
    expect(json.subjects.map((id) => json.nodes[id]?.names[0])).toEqual(['tumour-triage-serve']);
    expect(
      json.nodes.some(
        ({ ref }) => ref === 'pkg:pypi/numpy@2.5.1' || ref.startsWith('pkg:pypi/numpy@'),
      ),
    ).toBe(true);
    for (const name of ['venv.spdx-2.2.json', 'venv.spdx']) {
      const other = story(name);
      expect(globals(other).filter((ref) => ref.startsWith('pkg:'))).toEqual(
        globals(json).filter((ref) => ref.startsWith('pkg:')),
      );
      expect(other.subjects).toHaveLength(1);
    }
  });

  test('the scanned folder contains every package that was found in it', () => {
    const facts = story('venv.spdx-2.3.json');
    const parts = new Set(
      spdxEdges(facts, 'contains')
        .filter((edge) => edge.startsWith('tumour-triage-serve contains '))
        .map((edge) => edge.split(' contains ')[1]),
    );
    const packages = facts.nodes.filter(({ ref }) => ref.startsWith('pkg:pypi/'));
    expect(packages.length).toBeGreaterThan(10);
    expect(packages.filter(({ names }) => !parts.has(names[0]))).toEqual([]);
    expect(problemCodes(facts)).not.toContain('dangling-ref');
  });
});

describeShared('every SPDX 2 document of the corpus', () => {
  const manifest = JSON.parse(new TextDecoder().decode(readShared('corpus', 'manifest.json'))) as {
    path: string;
    format: string;
  }[];
  const formats: readonly string[] = SPDX2_FORMATS;
  const entries = manifest.filter(({ format }) => formats.includes(format));

  test('is read to sound facts', () => {
    for (const { path } of entries) {
      const { facts } = readSpdxBytes(readShared('corpus', path), { strict: true });
      const inRange = (id: number): boolean => id >= 0 && id < facts.nodes.length;
      expect(facts.edges.every(({ from, to }) => inRange(from) && inRange(to) && from !== to)).toBe(
        true,
      );
      expect(facts.subjects.length).toBeGreaterThan(0);
      expect(new Set(facts.nodes.map(({ ref }) => ref)).size).toBe(facts.nodes.length);
    }
    expect(entries).toHaveLength(93);
  });

  test('keeps every part within reach of the document or of what it describes', () => {
    for (const { path } of entries) {
      const { facts } = readSpdxBytes(readShared('corpus', path));
      const walked = new Set([
        'contains',
        'wasDerivedFrom',
        'used',
        'alternateOf',
        'specializationOf',
        'namedAs',
        'hasDistributionArtifact',
      ]);
      const next = new Map<number, number[]>();
      for (const { from, to, relation } of facts.edges) {
        if (walked.has(relation)) next.set(from, [...(next.get(from) ?? []), to]);
      }
      const bom = facts.nodes.findIndex(({ kinds }) => kinds.includes('Bom'));
      const found = new Set([bom, ...facts.subjects]);
      for (const node of found) for (const to of next.get(node) ?? []) found.add(to);
      const lost = facts.nodes.filter(
        ({ kinds, ref }, id) =>
          !found.has(id) &&
          !kinds.includes('Supplier') &&
          !kinds.includes('Name') &&
          !ref.startsWith('bom:'),
      );
      expect({ path, lost }).toEqual({ path, lost: [] });
    }
  });
});
