// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import {
  openLineageFacetReader,
  openLineageReader,
} from '../../../../ingest/extract/openlineage.ts';
import {
  detectOpenLineage,
  detectOpenLineageFacet,
} from '../../../../schemas/openlineage/detect.ts';
import { splitJsonLines } from '../../../../schemas/jsonl.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const RUN = '01a20006-48f8-7989-8605-623beb08ac52';
const PRODUCER = 'https://example.org/tool/tree/1.2.3/python';
const HEX = sha256('a table').slice(7);

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: object;
}

const named = (name: string, facets: object = {}, namespace = 'db://host'): Named => ({
  namespace,
  name,
  facets,
});

function event(more: object): object {
  return {
    eventType: 'COMPLETE',
    eventTime: '2026-11-21T21:32:21Z',
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: RUN },
    job: { namespace: 'jobs', name: 'load' },
    ...more,
  };
}

function factsOf(document: object | Uint8Array): Facts {
  const input = document instanceof Uint8Array ? document : JSON.stringify(document);
  const { facts } = readWith(detectOpenLineage, openLineageReader, input);
  assertSound(facts);
  return facts;
}

const coordinate = (name: string): string =>
  `coord:openlineage/https://example.org/tool/python/db://host/${name}@`;
const version = (text: string): object => ({ version: { datasetVersion: text } });

describe('runs', () => {
  test('inputs are used, outputs are made; the producer and its release are apart', () => {
    const facts = factsOf(event({ inputs: [named('a')], outputs: [named('b')] }));
    expect(refEdges(facts, 'used')).toEqual([`run:openlineage#${RUN} used ${coordinate('a')}`]);
    expect(refEdges(facts, 'wasGeneratedBy')).toEqual([
      `${coordinate('b')} wasGeneratedBy run:openlineage#${RUN}`,
    ]);
    expect(refEdges(facts, 'wasAssociatedWith')).toEqual([
      `run:openlineage#${RUN} wasAssociatedWith builder:https://example.org/tool/python`,
    ]);
    const [run] = facts.subjects.map((id) => facts.nodes[id]);
    expect(run?.attributes).toMatchObject({
      job: 'jobs/load',
      step: 'load',
      builder: PRODUCER,
      complete: '2026-11-21T21:32:21Z',
    });
  });

  test('START and COMPLETE of one run meet in its node, whatever order they come in', () => {
    const start = event({ eventType: 'START', inputs: [named('a')] });
    const complete = event({ outputs: [named('b')] });
    const both = [...refEdges(factsOf(start)), ...refEdges(factsOf(complete))];
    const run = `run:openlineage#${RUN}`;
    expect(both).toContain(`${run} used ${coordinate('a')}`);
    expect(both).toContain(`${coordinate('b')} wasGeneratedBy ${run}`);
    const united = refEdges(factsOf([start, complete]));
    expect(united).toEqual([...new Set(refEdges(factsOf([complete, start])))]);
    for (const edge of united) expect(both).toContain(edge);
  });

  test('a digest in the version facet identifies; a version in a real namespace is a coordinate', () => {
    const facts = factsOf(
      event({ inputs: [named('a', version(`sha256:${HEX}`)), named('b', version('7'))] }),
    );
    expect(refEdges(facts, 'used')).toEqual([
      `run:openlineage#${RUN} used coord:db://host/b@7`,
      `run:openlineage#${RUN} used sha256:${HEX}`,
    ]);
  });

  test.each([
    ['no digest', HEX.slice(1)],
    ['a bare number', HEX],
    ['another algorithm', 'crc32:00'],
  ])('%s in the version facet is a version and no digest', (_label, text) => {
    const facts = factsOf(event({ inputs: [named('a', version(text))] }));
    expect(facts.nodes.filter(({ ref }) => ref.startsWith('sha256:'))).toEqual([]);
  });

  test.each(['default', 'file', 'file:/data', '{NAMESPACE}', ''])(
    'the namespace %j says nothing: a name of this document',
    (namespace) => {
      const facts = factsOf(event({ inputs: [named('/data/a', {}, namespace)] }));
      expect(facts.nodes.filter(({ ref }) => ref.startsWith('coord:'))).toEqual([]);
      expect(refEdges(facts, 'namedAs')).toEqual([
        `#dataset/${namespace}//data/a namedAs name:${namespace}//data/a`,
      ]);
    },
  );

  test('another producer means another thing by the same name', () => {
    const one = factsOf(event({ outputs: [named('a')] }));
    const other = factsOf(event({ producer: 'https://example.org/other', outputs: [named('a')] }));
    const coordinates = (facts: Facts): string[] =>
      facts.nodes.map(({ ref }) => ref).filter((ref) => ref.startsWith('coord:'));
    expect(coordinates(one)).not.toEqual(coordinates(other));
    const release = factsOf(
      event({ producer: PRODUCER.replace('1.2.3', '2.0.0'), outputs: [named('a')] }),
    );
    expect(coordinates(one)).toEqual(coordinates(release));
  });

  test('symlinks are the same dataset', () => {
    const symlinks = { symlinks: { identifiers: [named('b', {}, 's3://bucket')] } };
    const facts = factsOf(event({ inputs: [named('a', symlinks)] }));
    expect(refEdges(facts, 'alternateOf')).toContain(
      `${coordinate('a')} alternateOf coord:openlineage/https://example.org/tool/python/s3://bucket/b@`,
    );
  });

  test('parents and predecessors inform, and carry nothing', () => {
    const facets = {
      parent: { run: { runId: 'p' }, job: { namespace: 'n', name: 'dag' } },
      jobDependencies: { upstream: [{ run: { runId: 'u' }, job: { namespace: 'n', name: 'x' } }] },
    };
    const facts = factsOf(event({ run: { runId: RUN, facets } }));
    expect(refEdges(facts, 'wasInformedBy')).toEqual([
      `run:openlineage#${RUN} wasInformedBy run:openlineage#p`,
      `run:openlineage#${RUN} wasInformedBy run:openlineage#u`,
    ]);
  });

  test('the commit of the job is used', () => {
    const commit = '9cf2f782cdd83b6ce674e4ae3665c05f3451b829';
    const facets = { sourceCodeLocation: { url: 'https://example.org/r.git', version: commit } };
    const facts = factsOf(event({ job: { namespace: 'jobs', name: 'load', facets } }));
    expect(refEdges(facts, 'used')).toEqual([
      `run:openlineage#${RUN} used git:example.org/r@${commit}`,
    ]);
  });
});

describe('explicit lineage', () => {
  const lineage = (...inputs: object[]): object => ({ lineage: { inputs } });
  const source = (name: string): object => ({ ...named(name), type: 'DATASET' });

  test('comes before inputs x outputs', () => {
    const facts = factsOf(
      event({
        inputs: [named('a'), named('b')],
        outputs: [named('x', lineage(source('a'))), named('y')],
      }),
    );
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `${coordinate('x')} wasDerivedFrom ${coordinate('a')}`,
    ]);
    const made = refEdges(facts, 'wasGeneratedBy');
    expect(made).toContain(`${coordinate('y')} wasGeneratedBy run:openlineage#${RUN}`);
    expect(made).not.toContain(`${coordinate('x')} wasGeneratedBy run:openlineage#${RUN}`);
    expect(refEdges(facts, 'used').some((edge) => edge.includes(`${RUN}/`))).toBe(false);
  });

  test('a cause that is described beside it is that thing, digest and all', () => {
    const facts = factsOf(
      event({
        inputs: [named('a', version(`sha256:${HEX}`))],
        outputs: [named('x', lineage(source('a')))],
      }),
    );
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `${coordinate('x')} wasDerivedFrom sha256:${HEX}`,
    ]);
  });

  test('entries of a job facet: outputs, things elsewhere, other jobs', () => {
    const entries = [
      { ...source('x'), inputs: [source('a'), { ...named('other'), type: 'JOB', runId: 'r2' }] },
      { ...source('elsewhere'), inputs: [source('b')] },
      { type: 'JOB', inputs: [source('checked')] },
    ];
    const facets = { lineage: { entries } };
    const facts = factsOf(
      event({ job: { namespace: 'jobs', name: 'load', facets }, outputs: [named('x')] }),
    );
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `${coordinate('elsewhere')} wasDerivedFrom ${coordinate('b')}`,
      `${coordinate('x')} wasDerivedFrom ${coordinate('a')}`,
    ]);
    expect(refEdges(facts, 'wasGeneratedBy')).toContain(
      `${coordinate('x')} wasGeneratedBy run:openlineage#r2`,
    );
    expect(refEdges(facts, 'used')).toEqual([
      `run:openlineage#${RUN} used ${coordinate('checked')}`,
    ]);
  });

  test('columns relate their datasets once, with a place for each field', () => {
    const fields = {
      x: { inputFields: [{ ...named('a'), field: 'p' }] },
      y: {
        inputFields: [
          { ...named('a'), field: 'q' },
          { ...named('t'), field: 'x' },
        ],
      },
    };
    const facts = factsOf(event({ outputs: [named('t', { columnLineage: { fields } })] }));
    const derived = facts.edges.filter(({ relation }) => relation === 'wasDerivedFrom');
    expect(derived).toHaveLength(1);
    expect(derived[0]?.qualifiers).toEqual({ granularity: 'field' });
    expect(derived[0]?.pointers).toHaveLength(2);
  });

  test('a dataset event needs no run', () => {
    const facts = factsOf({
      eventTime: '2026-01-01T00:00:00Z',
      producer: PRODUCER,
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
      dataset: named('x', lineage(source('a'))),
    });
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `${coordinate('x')} wasDerivedFrom ${coordinate('a')}`,
    ]);
    expect(facts.nodes.some(({ kinds }) => kinds.includes('Run'))).toBe(false);
  });
});

describe('facets alone', () => {
  const facet = {
    lineage: {
      _producer: 'https://example.org',
      _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/LineageFacet.json',
      inputs: [{ ...named('a'), type: 'DATASET' }],
    },
  };

  test('belong to what the caller names', () => {
    const { facts } = readWith(
      detectOpenLineageFacet,
      openLineageFacetReader,
      JSON.stringify(facet),
      { subject: `sha256:${HEX}` },
    );
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `sha256:${HEX} wasDerivedFrom #dataset/db://host/a`,
    ]);
    expect(codesOf(facts)).toEqual([]);
  });

  test('else to a dataset of this document, and that is said', () => {
    const { facts } = readWith(
      detectOpenLineageFacet,
      openLineageFacetReader,
      JSON.stringify(facet),
    );
    expect(codesOf(facts)).toEqual(['no-subject']);
  });
});

describe('events of which half is missing', () => {
  test.each([
    { eventType: 'START', job: { namespace: 'a', facets: {} }, run: { facets: {} } },
    { eventType: 'FAIL', job: { namespace: 'a', name: 'b' }, run: { runId: RUN } },
    { eventType: 'COMPLETE', outputs: [named('t')] },
    [{ eventTime: 'x', eventType: 'START', job: { namespace: 'a', name: 'b' } }],
  ])('%j is one, and does not conform', (document) => {
    const bytes = JSON.stringify(document);
    const read = readWith(detectOpenLineage, openLineageReader, bytes, { strict: true });
    expect(read.conformant).toBe(false);
  });
});

describe('what the schema says of members that are there', () => {
  const conforms = (more: object): boolean | null =>
    readWith(detectOpenLineage, openLineageReader, JSON.stringify(event(more)), { strict: true })
      .conformant;
  const facet = { _producer: PRODUCER, _schemaURL: 'https://example.org/f.json' };

  test.each([
    { job: { namespace: '', name: '' } },
    { producer: '' },
    { job: { namespace: 'a', name: 'b', facets: { own: { ...facet, _deleted: true } } } },
  ])('%j conforms', (more) => {
    expect(conforms(more)).toBe(true);
  });

  test.each([
    { eventType: null },
    { producer: null },
    { job: { namespace: 'a', name: 'b', facets: { own: { ...facet, _deleted: null } } } },
    { job: { namespace: 'a', name: 'b', facets: { own: { ...facet, _deleted: 'true' } } } },
  ])('%j does not', (more) => {
    expect(conforms(more)).toBe(false);
  });
});

describe('what is no event', () => {
  test.each([
    {},
    [],
    [1],
    { job: { namespace: 'a', name: 'b' } },
    { eventType: 'START', job: { name: 'b' } },
    { inputs: [], outputs: [] },
    { eventType: 'START', inputs: [], outputs: [{}] },
    { eventType: 'START', message: 'a' },
    { run: { runId: 'x' }, eventType: 'BEGIN' },
    { schemaURL: 'https://example.org/schema.json' },
    [event({}), { other: true }],
  ])('%j is not taken', (document) => {
    const bytes = JSON.stringify(document);
    expect(() => readWith(detectOpenLineage, openLineageReader, bytes)).toThrow('not detected');
  });

  test('any value in any place is read or refused, never more', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const shape = fc.record({
      run: fc.oneof(anything, fc.record({ runId: anything, facets: anything })),
      job: fc.oneof(anything, fc.record({ namespace: anything, name: anything })),
      inputs: fc.oneof(anything, fc.array(fc.oneof(anything, fc.constant(named('a'))))),
      outputs: anything,
    });
    fc.assert(
      fc.property(shape, (parts) => {
        try {
          factsOf(event(parts));
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describeShared('real events', () => {
  test('each document of the corpus gives sound facts', () => {
    let read = 0;
    for (const { path } of corpusOf('openlineage')) {
      const facts = factsOf(readShared('corpus', path));
      expect(facts.nodes.length).toBeGreaterThan(0);
      read++;
    }
    expect(read).toBe(77);
  });

  test('the story: each stage by digest, and the test set only where models are evaluated', () => {
    const lines = splitJsonLines(readShared('samples', 'openlineage', 'openlineage.jsonl')) ?? [];
    expect(lines).toHaveLength(20);
    const facts = lines.map(({ bytes }) => factsOf(bytes));
    const jobs = new Set(
      facts.map(({ nodes, subjects }) => nodes[subjects[0] ?? -1]?.names.at(-1)),
    );
    expect(jobs.size).toBe(10);
    const edges = new Set(facts.flatMap((one) => refEdges(one)));
    const stages = new Map<string, { used: string[]; made: string[] }>();
    for (const edge of edges) {
      const [from = '', relation, to = ''] = edge.split(' ');
      const run = relation === 'used' ? from : to;
      const stage = stages.get(run) ?? { used: [], made: [] };
      if (relation === 'used') stage.used.push(to);
      if (relation === 'wasGeneratedBy') stage.made.push(from);
      stages.set(run, stage);
    }
    const madeBy = (digest: string): string[] =>
      [...stages.values()].find(({ made }) => made.includes(digest))?.used.sort() ?? [];
    const path = (name: string): string => {
      const node = facts
        .flatMap(({ nodes }) => nodes)
        .find(({ ref, names }) => ref.startsWith('sha256:') && names.includes(name));
      return node?.ref ?? `no digest of ${name}`;
    };
    expect(path('data/raw/wdbc.csv')).toBe(
      'sha256:c3ef3201d50dde2eefff6dc70684eaaf93dc550f0ca4490bcb68d8296ad835f9',
    );
    expect(madeBy(path('data/clean/wdbc.csv'))).toContain(path('data/raw/wdbc.csv'));
    expect(madeBy(path('data/split/train.csv'))).toEqual(
      expect.arrayContaining([path('data/clean/wdbc.csv'), path('configs/sampling.yaml')]),
    );
    const second = madeBy(path('models/triage-v2/model.onnx'));
    expect(second).toEqual(
      expect.arrayContaining(
        ['data/split/train.csv', 'data/clean/newbatch.csv', 'models/triage-v1/model.pkl'].map(path),
      ),
    );
    for (const model of ['triage-v1', 'triage-v2', 'triage-poisoned']) {
      const used = madeBy(path(`models/${model}/model.onnx`));
      expect(used.length).toBeGreaterThan(0);
      expect(used).not.toContain(path('data/split/test.csv'));
      expect(used.includes(path('data/poisoned/train.csv'))).toBe(model === 'triage-poisoned');
    }
  });
});
