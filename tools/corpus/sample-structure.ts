// SPDX-License-Identifier: Apache-2.0
import { loadAll } from '../../core/stored-bytes.ts';
import { parseLayout } from '../../schemas/intoto/layout.ts';
import { parseStatement } from '../../schemas/intoto/statement.ts';
import { parseProvenance } from '../../schemas/slsa/provenance.ts';
import { comparerOf } from './comparers.ts';
import { jsonOf } from './formats/reading.ts';
import type { Relation } from '../../graph/domain/relations.ts';
import type { PreparedDocument } from '../../ingest/prepare.ts';
import type { FoundFacts } from './comparer.ts';
import type { CorpusDocument } from './entry.ts';

/** Formats of the product whose comparer counts under the names of the corpus. */
const COUNTED = new Set([
  'cyclonedx-json',
  'cyclonedx-xml',
  'spdx2-json',
  'spdx2-tv',
  'spdx3-jsonld',
]);

/** What a document is made of: steps, subjects, parts. */
export function structureFacts({ entry, prepared }: CorpusDocument): FoundFacts {
  const statement = prepared.at(-1);
  if (statement?.facts === null || statement === undefined) return {};
  const events = prepared.filter(({ format }) => format === 'openlineage');
  const counts = { ...factsOfFormat(statement, entry), ...countedFacts(statement) };
  return events.length === 0 ? counts : { ...counts, ...eventFacts(events) };
}

function factsOfFormat(document: PreparedDocument, entry: CorpusDocument['entry']): FoundFacts {
  const { format, facts } = document;
  const edges = (relation: Relation): number =>
    facts?.edges.filter((edge) => edge.relation === relation).length ?? 0;
  const run = facts?.nodes.find(({ kinds }) => kinds.includes('Run'));
  switch (format) {
    case 'in-toto-link':
      return {
        step: run?.attributes?.['step'],
        materials: edges('used'),
        products: edges('wasGeneratedBy'),
      };
    case 'in-toto-layout':
      return { steps: parseLayout(jsonOf(document)).steps.length };
    case 'slsa-provenance': {
      const statement = parseStatement(jsonOf(document));
      const { inputs } = parseProvenance(statement).provenance;
      return { subjects: facts?.subjects.length, resolvedDependencies: inputs.length };
    }
    case 'witness-collection':
      return { subjects: parseStatement(jsonOf(document)).subjects.length };
    case 'oms-signature':
      return { resources: edges('contains') };
    case 'croissant':
      return {
        fileObjects: comparerOf('croissant').facts(asEntry(document, entry))['file_objects'],
      };
    case 'sarif':
      return { dependencies: undefined };
    case 'opaque':
      return { subjects: undefined, resolvedDependencies: undefined };
    case 'dvc-lock':
    case 'dvc-pipeline':
      return { stages: facts?.nodes.filter(({ kinds }) => kinds.includes('Run')).length };
    case 'syft-json':
      return { packages: comparerOf('syft-json').facts(asEntry(document, entry))['artifacts'] };
    default:
      return {};
  }
}

/** Boms under the counting rules of the corpus; Syft's packages are their components. */
function countedFacts(document: PreparedDocument): FoundFacts {
  if (!COUNTED.has(document.format)) return {};
  const entry = { path: '', format: document.format, version: null, valid: true, expect: {} };
  const found = comparerOf(document.format).facts(asEntry(document, entry));
  const { components, packages, elements, relationships } = found;
  return {
    components: found['components_top_level'],
    packages: packages ?? components,
    elements,
    relationships,
  };
}

function asEntry(document: PreparedDocument, entry: CorpusDocument['entry']): CorpusDocument {
  return { entry, bytes: loadAll(document.bytes), prepared: [document] };
}

function eventFacts(events: readonly PreparedDocument[]): FoundFacts {
  const jobs = events.flatMap(({ bytes }) => {
    const found = comparerOf('openlineage').facts({
      entry: { path: '', format: 'openlineage', version: null, valid: true, expect: {} },
      bytes: loadAll(bytes),
      prepared: [],
    });
    return [...(found['jobs'] as Set<string>)];
  });
  return { events: events.length, jobs: new Set(jobs).size };
}
