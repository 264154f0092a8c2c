// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { bestLabel, commonFolder } from '../../../../graph/lineage/folding.ts';
import type { Item } from '../../../../graph/lineage/folding.ts';
import {
  documentDigest,
  node,
  refOf,
  Sketch,
  step,
  unsignedStep,
  WHO,
  type SketchDocument,
} from '../../../support/sketch.ts';

function itemOf(sketch: Sketch, text: string, document = ''): Item {
  return sketch.view().folding.itemOf(sketch.at(text, document));
}

function membersOf(sketch: Sketch, text: string): string[] {
  return itemOf(sketch, text).members.map((member) => sketch.index.refOf(member));
}

const place = (since: string | undefined, until?: string): SketchDocument => ({
  kind: 'deployment',
  by: [WHO.release],
  subjects: ['#model'],
  edges: [[`deployment:prod/s@${since ?? 'unknown'}`, 'deploys', '#model']],
  claims: (id) => [
    {
      type: 'placement',
      about: id(`deployment:prod/s@${since ?? 'unknown'}`),
      artefact: id('#model'),
      service: 's',
      environment: 'prod',
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      pointer: '',
    },
  ],
});

describe('what folds into one item', () => {
  test('the products of one training run', () => {
    const sketch = new Sketch().add('train', step(['#data'], ['#model', '#m2', '#log']));
    expect(membersOf(sketch, '#model').sort()).toEqual(
      [node('#model'), node('#m2'), node('#log')].sort(),
    );
    expect(membersOf(sketch, '#data')).toEqual([node('#data')]);
  });

  test('not the models that one evaluation read', () => {
    const sketch = new Sketch().add(
      'score',
      step(['#m1', '#m2'], ['#report'], { name: 'evaluate_all' }),
    );
    expect(membersOf(sketch, '#m1')).toEqual([node('#m1')]);
    expect(membersOf(sketch, '#report')).toEqual([node('#report')]);
  });

  test('not through boilerplate, which every run writes', () => {
    const sketch = new Sketch()
      .add('a', step([], ['#m1', '#ignore']))
      .add('b', step([], ['#m2', '#ignore']));
    sketch.policy = { ...sketch.policy, boilerplate: [node('#ignore')] };
    expect(membersOf(sketch, '#m1')).not.toContain(node('#m2'));
  });

  test('an OMS root with its files, and the root stands for them', () => {
    const root = `oms:${'ab'.repeat(32)}`;
    const sketch = new Sketch().add('oms', {
      kind: 'signature',
      nodes: { [root]: { kinds: ['Model'], names: ['triage'] } },
      edges: [
        [root, 'contains', '#model'],
        [root, 'contains', '#m2'],
      ],
    });
    expect(itemOf(sketch, '#model')).toMatchObject({ name: 'triage', node: sketch.at(root) });
    expect(membersOf(sketch, '#m2')).toContain(node('#model'));
  });

  test('of several OMS roots the one that lists most', () => {
    const folder = `oms:${'cd'.repeat(32)}`;
    const single = `oms:${'ab'.repeat(32)}`;
    const sketch = new Sketch().add('oms', {
      nodes: { [folder]: 'Model', [single]: 'Model' },
      edges: [
        [folder, 'contains', '#model'],
        [folder, 'contains', '#m2'],
        [single, 'contains', '#model'],
      ],
    });
    expect(itemOf(sketch, '#model').node).toBe(sketch.at(folder));
  });

  test('a plain bundle is no OMS root: models in one archive stay apart', () => {
    const sketch = new Sketch().add('tar', {
      edges: [
        ['#tar', 'contains', '#m1'],
        ['#tar', 'contains', '#m2'],
      ],
    });
    expect(membersOf(sketch, '#m1')).toEqual([node('#m1')]);
  });

  test('aliases', () => {
    const sketch = new Sketch().add('bom', { edges: [['#model', 'alternateOf', '#m2']] });
    expect(membersOf(sketch, '#m2').sort()).toEqual([node('#model'), node('#m2')].sort());
  });

  test('a coordinate stays apart from the digest it was resolved to', () => {
    const sketch = new Sketch().add('bom', {
      edges: [['#model', 'specializationOf', 'pkg:huggingface/o/m@1']],
      nodes: { 'pkg:huggingface/o/m@1': 'Model' },
    });
    expect(membersOf(sketch, '#model')).toEqual([node('#model')]);
  });

  test('mentions of one name by documents that know no digest', () => {
    const mention: SketchDocument = {
      edges: [['@mention', 'namedAs', 'name:hf/m']],
      nodes: { '@mention': 'Model' },
    };
    const sketch = new Sketch().add('a', mention).add('b', mention);
    expect(itemOf(sketch, '@mention', 'a').node).toBe(itemOf(sketch, '@mention', 'b').node);
  });

  test('a mention that has a digest is not drawn in by its name', () => {
    const sketch = new Sketch()
      .add('a', {
        edges: [['@mention', 'namedAs', 'name:hf/m']],
        nodes: { '@mention': 'Model' },
      })
      .add('b', {
        edges: [
          ['@mention', 'namedAs', 'name:hf/m'],
          ['#model', 'alternateOf', '@mention'],
        ],
        nodes: { '@mention': 'Model' },
      });
    expect(membersOf(sketch, '#model')).toEqual([refOf('@mention', 'b'), node('#model')]);
  });

  test('what one service runs now, whichever documents tell of it; what ran before stays apart', () => {
    const sketch = new Sketch()
      .add('now', place('2026-11-21T21:45:00Z'))
      .add('also', place(undefined))
      .add('then', place('2026-11-21T21:30:00Z', '2026-11-21T21:45:00Z'));
    expect(membersOf(sketch, 'deployment:prod/s@unknown')).toEqual([
      'deployment:prod/s@2026-11-21T21:45:00Z',
      'deployment:prod/s@unknown',
    ]);
    expect(membersOf(sketch, 'deployment:prod/s@2026-11-21T21:30:00Z')).toHaveLength(1);
  });

  test.each([
    ['nobody', undefined],
    ['somebody known', [WHO.known]],
  ])('what %s places there later ends nothing, not even what another like them placed', (_, by) => {
    const { by: __, ...unsigned } = place('2026-11-21T21:30:00Z');
    const { by: ___, ...later } = place('2026-11-21T21:45:00Z');
    const sketch = new Sketch()
      .add('first', unsigned)
      .add('second', by === undefined ? later : { ...later, by });
    expect(membersOf(sketch, 'deployment:prod/s@2026-11-21T21:30:00Z')).toHaveLength(2);
    sketch.add('third', place('2026-11-21T22:00:00Z'));
    expect(membersOf(sketch, 'deployment:prod/s@2026-11-21T21:30:00Z')).toHaveLength(1);
  });

  test('times are compared as times, not as text', () => {
    const sketch = new Sketch()
      // 21:30 in UTC, although its text is the larger one
      .add('first', place('2026-11-21T23:30:00+02:00'))
      .add('second', place('2026-11-21T21:45:00Z'));
    const current = [...sketch.view().nodesOfKind(['Deployment'])].map((found) => [
      sketch.index.refOf(found),
      itemOf(sketch, sketch.index.refOf(found)).members.length,
    ]);
    expect(current).toHaveLength(2);
    expect(current.map(([, members]) => members)).toEqual([1, 1]);
    const hit = sketch
      .ask(['#model'])
      .affected.filter(({ kind }) => kind === 'Deployment')
      .map(({ placement }) => [placement?.since, placement?.current]);
    expect(hit).toEqual(
      expect.arrayContaining([
        ['2026-11-21T23:30:00+02:00', false],
        ['2026-11-21T21:45:00Z', true],
      ]),
    );
  });

  test('a document that is retracted folds nothing', () => {
    const sketch = new Sketch()
      .add('card', { nodes: { '#model': 'Model', '#m2': 'Model' } })
      .add('bom', { edges: [['#model', 'alternateOf', '#m2']] });
    sketch.retract(documentDigest('bom'));
    expect(membersOf(sketch, '#model')).toEqual([node('#model')]);
  });
});

describe('what stands for an item', () => {
  test('a digest before what only one document knows, whatever sorts first', () => {
    const sketch = new Sketch().add('train', {
      edges: [
        ['@file', 'wasGeneratedBy', '@run'],
        ['#model', 'wasGeneratedBy', '@run'],
      ],
      nodes: { '@file': 'Model' },
    });
    expect(sketch.index.refOf(itemOf(sketch, '#model').node)).toBe(node('#model'));
  });

  test('does not depend on the order of documents', () => {
    const documents: [string, SketchDocument][] = [
      ['a', unsignedStep(['#data'], ['#model', '#m2'])],
      ['b', unsignedStep(['#d2'], ['#m2', '#m3'])],
      ['c', { edges: [['#m3', 'alternateOf', '#m4']] }],
    ];
    const refs = [documents, documents.toReversed()].map((order) => {
      const sketch = new Sketch();
      for (const [name, document] of order) sketch.add(name, document);
      const item = itemOf(sketch, '#m4');
      return [sketch.index.refOf(item.node), item.name, item.members.length];
    });
    expect(refs[0]).toEqual(refs[1]);
    expect(refs[0]?.[2]).toBe(4);
  });
});

describe('names', () => {
  test('the last folder that all files share', () => {
    expect(commonFolder(['models/v1/a.onnx', 'models/v1/b.pkl'])).toBe('v1');
    expect(commonFolder(['models/v1/a.onnx', 'models/v2/b.pkl'])).toBe('models');
    expect(commonFolder(['a/x.onnx', 'b/x.onnx'])).toBeUndefined();
    expect(commonFolder(['model', 'other'])).toBeUndefined();
    expect(commonFolder([])).toBeUndefined();
  });

  test('a path to a file tells more than a bare name; a URL is no path', () => {
    expect(bestLabel(['zeta', 'models/v1/a.onnx'])).toBe('models/v1/a.onnx');
    expect(bestLabel(['https://example.org/a.onnx', 'name'])).toBe('https://example.org/a.onnx');
    expect(bestLabel(['a.onnx', 'b'])).toBe('a.onnx');
    expect(bestLabel([])).toBeUndefined();
  });
});
