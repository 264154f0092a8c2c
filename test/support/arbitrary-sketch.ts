// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { Identity } from '../../core/identity.ts';
import {
  refOf,
  Sketch,
  step,
  WHO,
  type EdgeOptions,
  type SketchDocument,
  type SketchEdge,
} from './sketch.ts';

/** A document whose name is its content, so that the same statement is the same document. */
export interface NamedDocument {
  readonly name: string;
  readonly document: SketchDocument;
}

const DATA = ['#d1', '#d2', '#d3'];
const MODELS = ['#m1', '#m2', '#m3'];
const FILES = ['#f1', '#f2'];
const COORDINATES = ['pkg:generic/x@1', 'pkg:generic/x@2'];
const NAMES = ['name:hf/a', 'name:hf/b', 'name:hf/c'];
const RUNS = ['@run', '@run', '@run', 'run:ci#1', 'run:ci#2'];
const THINGS = [...DATA, ...MODELS, ...FILES];
const SNAPSHOT: EdgeOptions = { qualifiers: { scope: 'work-tree-snapshot' } };

/** Refs that questions may be asked about. */
export const TARGETS: readonly string[] = [...THINGS, ...COORDINATES].map((ref) => refOf(ref, ''));

/** Who may have signed: nobody, somebody known, or each role. */
const anySigner: fc.Arbitrary<readonly Identity[] | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant([WHO.known]) },
  { weight: 3, arbitrary: fc.constant([WHO.builder]) },
  { weight: 3, arbitrary: fc.constant([WHO.steward]) },
  { weight: 2, arbitrary: fc.constant([WHO.release]) },
  { weight: 2, arbitrary: fc.constant([WHO.owner]) },
);

/** Nobody, or somebody who is authorised for nothing. */
const strangeSigner: fc.Arbitrary<readonly Identity[] | undefined> = fc.constantFrom(undefined, [
  WHO.known,
]);

const some = (from: readonly string[], max = 2): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...from), { maxLength: max });
const one = (from: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...from);

function withNames(document: SketchDocument): SketchDocument {
  const refs = [
    ...(document.edges ?? []).flatMap(([from, , to]) => [from, to]),
    ...(document.subjects ?? []),
  ];
  const nodes = { ...document.nodes };
  for (const ref of new Set(refs)) {
    if (/^#(m|d|f)\d/.test(ref)) {
      const kind = ref.startsWith('#m') ? 'Model' : ref.startsWith('#d') ? 'Dataset' : 'File';
      nodes[ref] = { kinds: [kind], names: [`${ref.slice(1)}.bin`] };
    }
  }
  return { ...document, nodes };
}

const stepArbitrary = fc
  .record({
    inputs: some(THINGS, 3),
    products: some(THINGS),
    run: one(RUNS),
    name: fc.constantFrom('train', 'train', 'evaluate it'),
    isSnapshot: fc.boolean(),
  })
  .map(({ inputs, products, run, name, isSnapshot }): SketchDocument => {
    const made = products.filter((product) => !inputs.includes(product));
    const { by: _, ...plain } = step(inputs, made, { run, name });
    if (!isSnapshot) return plain;
    const edges = (plain.edges ?? []).map(([from, relation, to]): SketchEdge =>
      relation === 'used' ? [from, relation, to, SNAPSHOT] : [from, relation, to],
    );
    return { ...plain, edges };
  });

const bomArbitrary = fc
  .record({
    whole: one(THINGS),
    parts: some([...THINGS, ...COORDINATES], 3),
    alias: fc.option(one(THINGS)),
    coordinate: fc.option(one(COORDINATES)),
    relation: fc.constantFrom('contains', 'trainedOn', 'wasDerivedFrom', 'wasRevisionOf'),
    strength: fc.constantFrom('explicit', 'explicit', 'implied', 'inferred'),
  })
  .map(({ whole, parts, alias, coordinate, relation, strength }): SketchDocument => {
    const edges: SketchEdge[] = parts
      .filter((part) => part !== whole)
      .map((part) => [whole, relation, part, { strength }]);
    if (alias !== null && alias !== whole) edges.push([whole, 'alternateOf', alias]);
    if (coordinate !== null) edges.push([whole, 'specializationOf', coordinate]);
    return { kind: 'sbom', edges, subjects: [whole] };
  });

const namesArbitrary = fc
  .record({ thing: one(THINGS), name: one(NAMES), from: fc.option(one(NAMES)) })
  .map(({ thing, name, from }): SketchDocument => {
    const edges: SketchEdge[] = [
      ['@mention', 'namedAs', name],
      [thing, 'alternateOf', '@mention', { strength: 'implied' }],
    ];
    if (from !== null && from !== name) {
      edges.push(['@base', 'namedAs', from], [thing, 'wasDerivedFrom', '@base']);
    }
    return { kind: 'sbom', edges, subjects: [thing], nodes: { '@mention': 'Model' } };
  });

const deploymentArbitrary = fc
  .record({
    artefact: one(THINGS),
    service: fc.constantFrom('s', 't'),
    since: fc.constantFrom('2026-01-01T00:00:00Z', '2026-02-01T01:00:00+02:00', undefined),
    version: fc.constantFrom('1', '2', '10'),
  })
  .map(({ artefact, service, since, version }): SketchDocument => {
    const ref = `deployment:prod/${service}@${since ?? artefact.slice(1)}`;
    return {
      kind: 'deployment',
      subjects: [artefact],
      edges: [[ref, 'deploys', artefact]],
      claims: (id) => [
        {
          type: 'placement',
          about: id(ref),
          artefact: id(artefact),
          service,
          environment: 'prod',
          family: 'f',
          version,
          ...(since !== undefined && { since }),
          pointer: '',
        },
      ],
    };
  });

const evaluationArbitrary = fc
  .record({ model: one(MODELS), data: one(DATA), id: fc.constantFrom('a', 'b') })
  .map(({ model, data, id }): SketchDocument => ({
    kind: 'evaluation',
    subjects: [model],
    edges: [
      [`evaluation:${id}`, 'evaluates', model],
      [`evaluation:${id}`, 'testedOn', data],
    ],
  }));

const claimArbitrary = fc
  .record({
    covers: fc.constantFrom('inputs', 'primary-source'),
    about: fc.uniqueArray(fc.constantFrom(...THINGS, 'run:ci#1', 'run:ci#2'), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ covers, about }): SketchDocument => ({
    kind: 'completeness',
    subjects: about,
    claims: (id) =>
      about.map((ref) => ({ type: 'completeness', about: id(ref), covers, pointer: '' })),
  }));

const contentArbitrary = fc.oneof(
  { weight: 5, arbitrary: stepArbitrary },
  { weight: 3, arbitrary: claimArbitrary },
  { weight: 2, arbitrary: bomArbitrary },
  { weight: 2, arbitrary: deploymentArbitrary },
  { weight: 2, arbitrary: namesArbitrary },
  { weight: 1, arbitrary: evaluationArbitrary },
);

function documents(
  signer: fc.Arbitrary<readonly Identity[] | undefined>,
): fc.Arbitrary<NamedDocument> {
  return fc.tuple(contentArbitrary, signer).map(([content, by]) => {
    const document = withNames(content);
    const claims = document.claims?.((ref) => ref.length * 31 + ref.charCodeAt(ref.length - 1));
    const about = document.claims === undefined ? '' : JSON.stringify([document.subjects, claims]);
    const name = JSON.stringify([document.kind, document.edges, document.nodes, about]);
    return { name, document: by === undefined ? document : { ...document, by } };
  });
}

/** Documents by all kinds of signers. */
export const documentsArbitrary: fc.Arbitrary<NamedDocument[]> = fc.array(documents(anySigner), {
  minLength: 1,
  maxLength: 10,
});

/** Documents that nobody authorised has signed. */
export const strangeDocumentsArbitrary: fc.Arbitrary<NamedDocument[]> = fc.array(
  documents(strangeSigner),
  { minLength: 1, maxLength: 6 },
);

/** A sketch of documents, in this order. */
export function sketchOf(list: readonly NamedDocument[], into: Sketch = new Sketch()): Sketch {
  for (const { name, document } of list) into.add(name, document);
  return into;
}

/** The list in another order, with some of it twice. */
export const shuffledArbitrary = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length }),
      fc.subarray([...list]),
    )
    .map(([all, again]) => [...all, ...again]);
