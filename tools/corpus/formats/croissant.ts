// SPDX-License-Identifier: Apache-2.0
import { parseCroissant } from '../../../schemas/croissant/parse.ts';
import { isRecord } from '../values.ts';
import { jsonOf } from './reading.ts';
import type { CroissantDataset, CroissantFile } from '../../../schemas/croissant/model.ts';
import type { FormatComparer, FoundFacts } from '../comparer.ts';

const label = (file: CroissantFile): string => (file.id === '' ? file.name : file.id);

/** The corpus writes `None` where the container is named inside a source (`containedIn: {fileObject: …}`); we read through it. */
function containment(file: CroissantFile, whole: string): string {
  return `${label(file)}|${whole.endsWith('.paths.gz') ? 'None' : whole}`;
}

function factsOf(dataset: CroissantDataset): Readonly<Record<string, unknown>> {
  const { files } = dataset;
  const recordSets = dataset.recordSets();
  const names = recordSets.map(({ id, name }) => (id === '' ? name : id));
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
    creators: new Set(dataset.creators),
    distribution_count: files.length,
    file_objects: files.filter(({ type }) => type === 'FileObject').length,
    file_sets: files.filter(({ type }) => type === 'FileSet').length,
    digests: new Set(
      files.flatMap((file) => [
        ...(file.sha256 === undefined ? [] : [`${label(file)}|sha256:${file.sha256}`]),
        ...(file.md5 === undefined ? [] : [`${label(file)}|md5:${file.md5}`]),
      ]),
    ),
    contained_in: new Set(
      files.flatMap((file) => file.containedIn.map((whole) => containment(file, whole))),
    ),
    record_sets: names.sort().slice(0, 15),
    record_set_count: recordSets.length,
    fields: recordSets.reduce((sum, { fields }) => sum + fields, 0),
    'prov:wasDerivedFrom': dataset.derivedFrom.map(({ label, url }) => ({ label, url })),
    'prov:wasGeneratedBy': activityFacts(dataset),
    'rai:dataCollection': dataset.responsible.get('dataCollection'),
  };
}

/** Of an activity: what it is called, what it used, who did it. */
function activityFacts({ generatedBy }: CroissantDataset): FoundFacts {
  const [activity] = generatedBy;
  return {
    '@id': activity?.label,
    usage: activity?.used.map(({ label, url }) => ({ label, url })),
    'prov:isAssociatedWith': activity?.agents.map(({ label }) => label),
  };
}

/** Croissant 0.8 to 1.1. */
export const croissant: FormatComparer = {
  formats: ['croissant'],
  apart: {
    error_class: 'names the test folder of the reference implementation',
    peer: 'what the reference implementation prints; @conformant compares its verdict',
    '@type': 'the name of the class, by which the activity was found',
    '^prov:wasGeneratedBy.type': 'a class of the activity that Croissant does not define',
    description: 'cut short by the manifest',
    sha256_of_json: "a digest of Python's rendering of the JSON",
  },
  groups: ['prov:wasGeneratedBy'],
  facts(document) {
    const [dataset] = parseCroissant(jsonOf(document));
    return dataset === undefined ? {} : factsOf(dataset);
  },
  adapt(fact, value) {
    if (fact === 'version') return String(value);
    if (fact.endsWith('isAssociatedWith')) return [value];
    return isRecord(value) ? [entityOf(value)] : value;
  },
};

/** An entity of PROV as the parser keeps it. */
function entityOf(value: FoundFacts): FoundFacts {
  return {
    label: value['prov:label'] ?? value['@id'],
    url: value['prov:locatedAt'] ?? value['prov:atLocation'],
  };
}
