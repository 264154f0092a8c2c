// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { findCroissantFaults } from '../../../../schemas/croissant/conform.ts';
import { detectCroissant } from '../../../../schemas/croissant/detect.ts';
import { parseCroissant } from '../../../../schemas/croissant/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { CroissantDataset, CroissantFile } from '../../../../schemas/croissant/model.ts';

const label = (file: CroissantFile): string => (file.id === '' ? file.name : file.id);

/** The corpus writes `None` where the container is named inside a source (`containedIn: {fileObject: …}`); we read through it. */
function containment(file: CroissantFile, whole: string): string {
  return `${label(file)}|${whole.endsWith('.paths.gz') ? 'None' : whole}`;
}

function factsOf(dataset: CroissantDataset): Readonly<Record<string, unknown>> {
  const { files } = dataset;
  const names = dataset.recordSets.map(({ id, name }) => (id === '' ? name : id));
  return {
    type: dataset.types[0]?.replace('sc:', ''),
    name: dataset.name,
    conforms_to: dataset.conformsTo[0],
    license: dataset.licenses[0]?.label,
    url: dataset.url,
    version: dataset.datasetVersion,
    sdVersion: dataset.sdVersion,
    citeAs: dataset.citeAs,
    date_published: dataset.datePublished,
    creators: dataset.creators,
    distribution_count: files.length,
    file_objects: files.filter(({ type }) => type === 'FileObject').length,
    file_sets: files.filter(({ type }) => type === 'FileSet').length,
    digests: files.flatMap((file) => [
      ...(file.sha256 === undefined ? [] : [`${label(file)}|sha256:${file.sha256}`]),
      ...(file.md5 === undefined ? [] : [`${label(file)}|md5:${file.md5}`]),
    ]),
    contained_in: files.flatMap((file) =>
      file.containedIn.map((whole) => containment(file, whole)),
    ),
    record_sets: names.sort().slice(0, 15),
    record_set_count: dataset.recordSets.length,
    fields: dataset.recordSets.reduce((sum, { fields }) => sum + fields, 0),
  };
}

/** Members of `expect` that are compared apart, or are the peer's and not the document's. */
const APART = new Set([
  'peer',
  'error_class',
  'rai:dataCollection',
  'prov:wasDerivedFrom',
  'prov:wasGeneratedBy',
]);
/** Lists whose order the corpus does not keep. */
const UNORDERED = new Set(['digests', 'contained_in', 'creators', 'record_sets']);

describeShared('Croissant documents of the corpus', () => {
  const entries = corpusOf('croissant');

  test('every fact', () => {
    const comparison = new Comparison();
    for (const entry of entries) {
      const { value } = parseJson(readShared('corpus', entry.path));
      const [dataset] = parseCroissant(value);
      if (dataset === undefined) throw new Error(`no dataset in ${entry.path}`);
      const facts = factsOf(dataset);
      for (const [name, expected] of Object.entries(entry.expect)) {
        if (APART.has(name)) continue;
        const at = `${entry.path} ${name}`;
        if (UNORDERED.has(name)) {
          comparison.check(
            at,
            [...(facts[name] as string[])].sort(),
            [...(expected as string[])].sort(),
          );
        } else if (name === 'version') comparison.check(at, facts[name], String(expected));
        else comparison.check(at, facts[name], expected);
      }
    }
    comparison.report('croissant');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(700);
  });

  test('provenance of the two documents that have it', () => {
    const comparison = new Comparison();
    for (const { path, expect: expected } of entries) {
      const derived = expected['prov:wasDerivedFrom'] as
        Readonly<Record<string, string>> | undefined;
      if (derived === undefined) continue;
      const [dataset] = parseCroissant(parseJson(readShared('corpus', path)).value);
      const [source] = dataset?.derivedFrom ?? [];
      comparison.check(path, source?.url, derived['prov:locatedAt'] ?? derived['prov:atLocation']);
      comparison.check(path, source?.label, derived['prov:label'] ?? derived['@id']);
    }
    expect([comparison.compared, comparison.wrong]).toEqual([4, []]);
  });

  test('the activities that made wildchat, each with its agent', () => {
    const entry = entries.find(({ path }) => path.includes('huggingface-wildchat'));
    const [dataset] = parseCroissant(parseJson(readShared('corpus', entry?.path ?? '')).value);
    expect(dataset?.generatedBy.map((run) => [run.label, run.agents[0]?.label])).toEqual([
      ['journalismPIIremoval', 'Niloofar Mireshghallah'],
      ['toxicContentRemoval', 'OpenAI Moderation API'],
      ['acitivity:PIIremoval', 'presidio'],
    ]);
  });

  test('the verdict of the reference implementation, for every document', () => {
    const comparison = new Comparison();
    for (const { path, valid, version } of entries) {
      const bytes = readShared('corpus', path);
      const decoded = decode(bytes);
      const faults = findCroissantFaults(parseJson(bytes).value);
      comparison.check(`${path} ${faults[0]?.message ?? ''}`, faults.length === 0, valid);
      comparison.check(`${path} version`, detectCroissant(decoded)?.version, version);
    }
    comparison.report('croissant conformance');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBe(2 * entries.length);
  });
});
