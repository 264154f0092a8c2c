// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { lineageGraph } from '../../../../graph/lineage/lineage-graph.ts';
import {
  claimOf,
  documentDigest,
  node,
  outcomeIn,
  Sketch,
  step,
  unsignedStep,
  WHO,
  type SketchDocument,
  type ViewOptions,
} from '../../../support/sketch.ts';
import { worldPolicy } from '../../../support/world.ts';

/** Outcome of one thing in the blast radius of another. */
function reach(sketch: Sketch, from: string, to: string, options: ViewOptions = {}): string {
  return outcomeIn(sketch, sketch.ask([from], options), to, sketch.view(options));
}

describe('identity levels', () => {
  const resolved: SketchDocument = {
    kind: 'sbom',
    edges: [['#model', 'specializationOf', 'pkg:huggingface/org/m@1']],
    nodes: { 'pkg:huggingface/org/m@1': 'Model' },
  };

  test('a coordinate affects the digest that it was resolved to', () => {
    const sketch = new Sketch().add('bom', resolved);
    expect(reach(sketch, 'pkg:huggingface/org/m@1', '#model')).toBe('affected');
  });

  test('from a digest to its coordinate is only possible', () => {
    const sketch = new Sketch().add('bom', resolved);
    expect(reach(sketch, '#model', 'pkg:huggingface/org/m@1')).toBe('possible');
  });

  test('two digests of one coordinate: from one to the other is only possible', () => {
    const sketch = new Sketch().add('bom', resolved).add('other', {
      kind: 'sbom',
      edges: [['#model2', 'specializationOf', 'pkg:huggingface/org/m@1']],
    });
    expect(reach(sketch, '#model', '#model2')).toBe('possible');
  });

  test('two digests of one record are one thing, both ways', () => {
    const sketch = new Sketch().add('bom', { edges: [['#data', 'alternateOf', '#data2']] });
    sketch.add('link', step(['#data2'], ['#model']));
    expect(reach(sketch, '#data', '#model')).toBe('affected');
    expect(reach(sketch, '#data2', '#model')).toBe('affected');
  });

  test('a name level step is possible, and past the first one what is reached is open, by its group', () => {
    const sketch = new Sketch();
    sketch.add('a', {
      edges: [
        ['@mention', 'namedAs', 'name:hf/data'],
        ['#model', 'trainedOn', '@mention'],
      ],
    });
    sketch.add('b', {
      edges: [
        ['@mention', 'namedAs', 'name:hf/data'],
        ['@mention', 'alternateOf', '#data'],
        ['#model2', 'wasDerivedFrom', '@other'],
        ['@other', 'namedAs', 'name:hf/model'],
      ],
    });
    sketch.add('c', {
      edges: [
        ['@mention', 'namedAs', 'name:hf/model'],
        ['@mention', 'alternateOf', '#model'],
      ],
    });
    expect(reach(sketch, '#data', '#model')).toBe('possible');
    const radius = sketch.ask(['#data']);
    expect(outcomeIn(sketch, radius, '#model2')).toBe('open');
    const group = radius.open.groups.find(({ missing }) => missing === 'names only');
    expect(group?.items.map(({ ref }) => ref)).toEqual([node('#model2')]);
  });

  test('what only names lead to is never clear, whatever is claimed of it', () => {
    const sketch = new Sketch();
    sketch.add('a', {
      edges: [
        ['@one', 'alternateOf', '#data'],
        ['@one', 'namedAs', 'name:x/one'],
      ],
    });
    sketch.add('b', {
      edges: [
        ['@two', 'wasDerivedFrom', '@one'],
        ['@one', 'namedAs', 'name:x/one'],
        ['@two', 'namedAs', 'name:x/two'],
      ],
    });
    sketch.add('c', {
      edges: [
        ['@two', 'namedAs', 'name:x/two'],
        ['#model', 'wasDerivedFrom', '@two'],
      ],
    });
    sketch.add('claim', claimOf('primary-source', '#model'));
    expect(reach(sketch, '#data', '#model')).toBe('open');
  });

  test('the shared name itself is no thing that is reached', () => {
    const sketch = new Sketch().add('a', {
      edges: [['#model', 'namedAs', 'name:hf/m']],
    });
    const radius = sketch.ask(['#model']);
    const shown = [...radius.affected, ...radius.possible].map(({ ref }) => ref);
    expect(shown).not.toContain('name:hf/m');
  });
});

describe('parts and wholes', () => {
  const bom: SketchDocument = {
    kind: 'sbom',
    edges: [
      ['#whole', 'contains', '#part'],
      ['#whole', 'contains', '#other'],
    ],
    nodes: { '#whole': 'Model', '#part': 'Package', '#other': 'Package' },
  };

  test('a whole takes on the taint of its parts', () => {
    expect(reach(new Sketch().add('bom', bom), '#part', '#whole')).toBe('affected');
  });

  test('a part does not take on the taint of its whole, nor of its siblings', () => {
    const sketch = new Sketch().add('bom', bom);
    for (const from of ['#whole', '#other']) {
      expect(reach(sketch, from, '#part')).toBe('absent');
      expect(sketch.ask([from]).possible).toEqual([]);
    }
  });

  test('raw listings of a document are not walked', () => {
    const sketch = new Sketch().add('bom', {
      kind: 'sbom',
      edges: [['#model', 'dependsOn', '#part']],
    });
    expect(sketch.ask(['#part']).affected).toEqual([]);
    expect(sketch.index.arcCount).toBe(0);
  });

  test('BOMs that contain each other end', () => {
    const sketch = new Sketch()
      .add('a', { kind: 'sbom', edges: [['#m1', 'contains', '#m2']] })
      .add('b', { kind: 'sbom', edges: [['#m2', 'contains', '#m1']] });
    expect(reach(sketch, '#m1', '#m2')).toBe('affected');
    expect(reach(sketch, '#m2', '#m1')).toBe('affected');
  });

  test('long loops of steps end, and each thing is told once', () => {
    const sketch = new Sketch();
    for (let at = 0; at < 50; at++) {
      sketch.add(`s${at}`, step([`#m${at}`], [`#m${(at + 1) % 50}`]));
    }
    const { affected } = sketch.ask(['#m0']);
    expect(affected).toHaveLength(50);
    expect(new Set(affected.map(({ ref }) => ref)).size).toBe(50);
  });
});

describe('content, score, placement', () => {
  const scored = (): Sketch =>
    new Sketch()
      .add('train', step(['#data'], ['#model']))
      .add('score', step(['#model', '#d2'], ['#report'], { name: 'evaluate_model' }))
      .add('next', step(['#report'], ['#m2']));

  test('a run that policy calls an evaluation stops content; what it made is a score', () => {
    const { affected, possible } = scored().ask(['#data']);
    expect(affected.map(({ ref, influence }) => [ref, influence])).toEqual([
      [node('#model'), 'content'],
      [node('#report'), 'score'],
    ]);
    expect(possible).toEqual([]);
  });

  test('the test set reaches the report, not the model', () => {
    const { affected } = scored().ask(['#d2']);
    expect(affected.map(({ ref }) => ref)).toEqual([node('#report')]);
  });

  test('a step of that name by somebody who is not authorised carries content', () => {
    const sketch = new Sketch().add(
      'score',
      step(['#d2'], ['#model'], { name: 'evaluate_x', by: [WHO.known] }),
    );
    expect(reach(sketch, '#d2', '#model')).toBe('affected');
    const none = new Sketch().add(
      'score',
      unsignedStep(['#d2'], ['#model'], { name: 'evaluate_x' }),
    );
    expect(reach(none, '#d2', '#model')).toBe('affected');
  });

  test('a trusted document may say itself that its run scans; an untrusted one may not', () => {
    const scan = (by: SketchDocument['by']): SketchDocument => {
      const { by: _, ...rest } = step(['#d2'], ['#model']);
      return {
        ...rest,
        ...(by !== undefined && { by }),
        claims: (id) => [{ type: 'run-role', about: id('@run'), activity: 'scan', pointer: '' }],
      };
    };
    expect(reach(new Sketch().add('s', scan([WHO.builder])), '#d2', '#model')).toBe('affected');
    const { affected } = new Sketch().add('s', scan([WHO.builder])).ask(['#d2']);
    expect(affected.map(({ influence }) => influence)).toEqual(['score']);
    for (const by of [undefined, [WHO.known]]) {
      const found = new Sketch().add('s', scan(by)).ask(['#d2']).affected;
      expect(found.map(({ influence }) => influence)).toEqual(['content']);
    }
  });

  test('placement reaches deployments and passes on to nothing', () => {
    const sketch = new Sketch().add('train', step(['#data'], ['#model'])).add('where', {
      kind: 'deployment',
      by: [WHO.release],
      subjects: ['#model'],
      edges: [
        ['deployment:prod/s@1', 'deploys', '#model'],
        ['#image', 'contains', 'deployment:prod/s@1'],
      ],
    });
    const { affected } = sketch.ask(['#data']);
    expect(affected.map(({ ref, influence }) => [ref, influence])).toEqual([
      ['deployment:prod/s@1', 'placement'],
      [node('#model'), 'content'],
    ]);
  });

  test('a model stated as tested on something is not touched by it', () => {
    const sketch = new Sketch().add('bom', {
      kind: 'sbom',
      by: [WHO.owner],
      edges: [['#model', 'testedOn', '#data']],
      subjects: ['#model'],
    });
    expect(sketch.ask(['#data']).affected).toEqual([]);
  });

  test('who made it is process: no content comes from a builder', () => {
    const sketch = new Sketch().add('prov', {
      edges: [
        ['run:b#1', 'wasAssociatedWith', 'builder:b'],
        ['#model', 'wasGeneratedBy', 'run:b#1'],
      ],
    });
    expect(sketch.ask(['builder:b']).affected).toEqual([]);
  });

  test('below the class asked for, a statement of placement or score only makes possible', () => {
    const sketch = new Sketch()
      .add('train', step(['#data'], ['#model']))
      .add('where', {
        kind: 'deployment',
        edges: [['deployment:prod/s@1', 'deploys', '#model']],
      })
      .add('score', {
        kind: 'evaluation',
        edges: [['evaluation:e', 'evaluates', '#model']],
      });
    const asked = sketch.ask(['#data'], { minClass: 'trusted' });
    expect(asked.affected.map(({ ref }) => ref)).toEqual([node('#model')]);
    expect(asked.possible.map(({ ref }) => ref)).toEqual(['deployment:prod/s@1', 'evaluation:e']);
    expect(sketch.ask(['#data']).possible).toEqual([]);
  });

  test('an inferred statement of placement or score only makes possible', () => {
    const inferred = { strength: 'inferred' } as const;
    const sketch = new Sketch().add('where', {
      edges: [
        ['deployment:prod/s@1', 'deploys', '#model', inferred],
        ['evaluation:e', 'evaluates', '#model', inferred],
      ],
    });
    const { affected, possible } = sketch.ask(['#model']);
    expect(affected.map(({ ref }) => ref)).toEqual([node('#model')]);
    expect(possible.map(({ ref }) => ref)).toEqual(['deployment:prod/s@1', 'evaluation:e']);
  });

  test('the products of a scoring run that is itself bad are bad scores', () => {
    const sketch = new Sketch().add(
      'score',
      step(['#model'], ['#report'], { name: 'evaluate_model', run: 'run:ci#7' }),
    );
    const { affected } = sketch.ask(['run:ci#7']);
    expect(affected.map(({ ref, influence }) => [ref, influence])).toEqual([
      [node('#report'), 'score'],
    ]);
  });

  test('a product of a scoring run counts only where a standing document says so', () => {
    const sketch = new Sketch()
      .add('score', step(['#model'], ['#report'], { name: 'evaluate_x', run: 'run:ci#7' }))
      .add('more', unsignedStep([], ['#r2'], { run: 'run:ci#7' }))
      .add('else', { nodes: { '#r2': 'Evaluation' } });
    expect(reach(sketch, '#model', '#r2')).toBe('affected');
    expect(reach(sketch, '#model', '#r2', { minClass: 'trusted' })).toBe('possible');
    sketch.retract(documentDigest('more'));
    const { affected, possible } = sketch.ask(['#model']);
    expect([...affected, ...possible].map(({ ref }) => ref)).not.toContain(node('#r2'));
  });
});

describe('strength and snapshots', () => {
  const snapshot = { qualifiers: { scope: 'work-tree-snapshot' } } as const;
  const tree = (by?: readonly (typeof WHO)[keyof typeof WHO][]): SketchDocument => ({
    kind: 'link',
    ...(by !== undefined && { by }),
    subjects: ['#model'],
    edges: [
      ['@run', 'used', '#data', snapshot],
      ['@run', 'used', '#unrelated', snapshot],
      ['#model', 'wasGeneratedBy', '@run'],
    ],
  });

  test('an inferred edge only makes possible', () => {
    const sketch = new Sketch().add('card', {
      edges: [['#model', 'wasDerivedFrom', '#data', { strength: 'inferred' }]],
    });
    expect(reach(sketch, '#data', '#model')).toBe('possible');
    expect(reach(sketch, '#data', '#model', { minClass: 'inferred' })).toBe('possible');
  });

  test.each(['explicit', 'implied', 'computed'] as const)('a %s edge is certain', (strength) => {
    const sketch = new Sketch().add('card', {
      edges: [['#model', 'wasDerivedFrom', '#data', { strength }]],
    });
    expect(reach(sketch, '#data', '#model')).toBe('affected');
  });

  test('a snapshot alone is certain', () => {
    expect(reach(new Sketch().add('tree', tree()), '#unrelated', '#model')).toBe('affected');
  });

  test('beside a list of the same class that names fewer, it is only possible', () => {
    const sketch = new Sketch()
      .add('tree', tree([WHO.builder]))
      .add('link', step(['#data'], ['#model']));
    expect(reach(sketch, '#unrelated', '#model')).toBe('possible');
    expect(reach(sketch, '#data', '#model')).toBe('affected');
  });

  test('a weaker document cannot demote it', () => {
    for (const weaker of [
      unsignedStep(['#data'], ['#model']),
      step(['#data'], ['#model'], { by: [WHO.known] }),
    ]) {
      const sketch = new Sketch().add('tree', tree([WHO.builder])).add('link', weaker);
      expect(reach(sketch, '#unrelated', '#model')).toBe('affected');
    }
  });

  test('a list that names no inputs at all does not demote it', () => {
    const sketch = new Sketch().add('tree', tree([WHO.builder])).add('link', step([], ['#model']));
    expect(reach(sketch, '#unrelated', '#model')).toBe('affected');
  });

  test('nor does one that names as many, nor one of another product', () => {
    const many = new Sketch()
      .add('tree', tree([WHO.builder]))
      .add('link', step(['#data', '#d2'], ['#model']));
    expect(reach(many, '#unrelated', '#model')).toBe('affected');
    const other = new Sketch()
      .add('tree', tree([WHO.builder]))
      .add('link', step(['#data'], ['#m2']));
    expect(reach(other, '#unrelated', '#model')).toBe('affected');
  });

  test('a demoting document that is retracted demotes no more', () => {
    const sketch = new Sketch()
      .add('tree', tree([WHO.builder]))
      .add('link', step(['#data'], ['#model']));
    const link = sketch.knowledge.documents.at(-1)?.digest;
    expect(link).toBeDefined();
    if (link !== undefined) sketch.retract(link);
    expect(reach(sketch, '#unrelated', '#model')).toBe('affected');
  });
});

describe('boilerplate', () => {
  const build = (): Sketch => {
    const sketch = new Sketch()
      .add('a', step(['#data'], ['#ignore', '#m1']))
      .add('b', step(['#ignore', '#d2'], ['#m2']));
    return sketch;
  };

  test('is stepped over and named by the answer that stepped over it', () => {
    const sketch = build();
    expect(reach(sketch, '#data', '#m2')).toBe('affected');
    sketch.policy = worldPolicy({ boilerplate: [node('#ignore')] });
    const radius = sketch.ask(['#data']);
    expect(radius.affected.map(({ ref }) => ref)).toEqual([node('#m1')]);
    expect(radius.skipped).toEqual([node('#ignore')]);
    expect(sketch.ask(['#d2']).skipped).toEqual([]);
  });

  test('joins no scores either', () => {
    const sketch = new Sketch().add(
      'score',
      step(['#model'], ['#ignore', '#report'], { name: 'evaluate_x' }),
    );
    sketch.policy = worldPolicy({ boilerplate: [node('#ignore')] });
    expect(sketch.ask(['#model']).affected.map(({ ref }) => ref)).toEqual([
      node('#model'),
      node('#report'),
    ]);
  });

  test('asked about itself it reaches nothing', () => {
    const sketch = build();
    sketch.policy = worldPolicy({ boilerplate: [node('#ignore')] });
    expect(sketch.ask(['#ignore']).affected).toEqual([]);
  });
});

describe('class and witness', () => {
  test('a hit has the class of its widest path, and the witness shows that one', () => {
    const sketch = new Sketch()
      .add('short', unsignedStep(['#data'], ['#model']))
      .add('one', step(['#data'], ['#d2']))
      .add('two', step(['#d2'], ['#model']));
    const hit = sketch.ask(['#data']).affected.find(({ ref }) => ref === node('#model'));
    expect(hit?.class).toBe('trusted');
    expect(hit?.path.map(({ ref }) => ref)).toContain(node('#d2'));
    for (const part of hit?.path.slice(1) ?? []) expect(part.class).toBe('trusted');
  });

  test('the witness of a score or placement is the best attested one as well', () => {
    const place = (by?: SketchDocument['by']): SketchDocument => ({
      kind: 'deployment',
      ...(by !== undefined && { by }),
      subjects: ['#model'],
      edges: [['deployment:prod/s@1', 'deploys', '#model']],
    });
    for (const [good, bad] of ['ab', 'ba', 'cd', 'dc', 'ef', 'fe'].map((names) =>
      names.split(''),
    )) {
      const sketch = new Sketch()
        .add('train', step(['#data'], ['#model']))
        .add(`place ${good}`, place([WHO.release]))
        .add(`place ${bad}`, place());
      for (const minClass of ['unsigned', 'trusted'] as const) {
        const { affected } = sketch.ask(['#data'], { minClass });
        expect(affected.find(({ kind }) => kind === 'Deployment')?.class).toBe('trusted');
      }
    }
  });

  test('below the class asked for it is possible', () => {
    const sketch = new Sketch().add('link', unsignedStep(['#data'], ['#model']));
    expect(reach(sketch, '#data', '#model')).toBe('affected');
    expect(reach(sketch, '#data', '#model', { minClass: 'signed' })).toBe('possible');
    expect(reach(sketch, '#data', '#model', { minClass: 'trusted' })).toBe('possible');
  });

  test('each step of a witness is stated by the document it names', () => {
    const sketch = new Sketch()
      .add('a', step(['#data'], ['#d2']))
      .add('b', step(['#d2'], ['#model']));
    const hit = sketch.ask(['#data']).affected.find(({ ref }) => ref === node('#model'));
    expect(hit?.path.map(({ relation }) => relation)).toEqual([
      undefined,
      'used',
      'wasGeneratedBy',
      'used',
      'wasGeneratedBy',
    ]);
    expect(hit?.path.map(({ source }) => source)).toEqual([undefined, 'a', 'a', 'b', 'b']);
  });
});

describe('revisions', () => {
  const revised = (): Sketch =>
    new Sketch().add('card', {
      edges: [
        ['#m2', 'wasRevisionOf', '#m1'],
        ['#m3', 'wasRevisionOf', '#m1'],
        ['#m4', 'wasDerivedFrom', '#m2'],
      ],
    });

  test('other revisions of what is bad are possible, and so is what was made from them', () => {
    const { affected, possible } = revised().ask(['#m1']);
    expect(affected.map(({ ref }) => ref)).toEqual([node('#m1')]);
    expect(possible.map(({ ref }) => ref).sort()).toEqual(
      [node('#m2'), node('#m3'), node('#m4')].sort(),
    );
  });

  test('what came before is no revision of it: it stays a way back', () => {
    const { affected, possible } = revised().ask(['#m2']);
    const reached = [...affected, ...possible].map(({ ref }) => ref);
    expect(reached).not.toContain(node('#m1'));
  });

  test('unless the revocation names them as repaired', () => {
    const sketch = revised();
    const walk = sketch.view().walk('down');
    walk.run([sketch.at('#m1')], sketch.view().filter, new Set([sketch.at('#m2')]));
    const reached = [...walk.visited].map((found) => sketch.index.refOf(found));
    expect(reached.sort()).toEqual([node('#m1'), node('#m3')].sort());
  });

  test('a revision of something that was only reached is not', () => {
    const sketch = revised().add('train', step(['#data'], ['#m1']));
    expect(sketch.ask(['#data']).possible).toEqual([]);
  });
});

describe('upwards', () => {
  test('a deployment leads to what runs there, an evaluation to its model, a test set to nothing', () => {
    const sketch = new Sketch()
      .add('train', step(['#data'], ['#model']))
      .add('where', { edges: [['deployment:prod/s@1', 'deploys', '#model']] })
      .add('score', {
        edges: [
          ['evaluation:e', 'evaluates', '#model'],
          ['evaluation:e', 'testedOn', '#d2'],
        ],
      });
    const up = (from: string): string[] =>
      lineageGraph(sketch.view(), [sketch.at(from)], 'up', 100)
        .nodes.filter(({ reach: sure }) => sure === 'certain')
        .map(({ ref }) => ref);
    expect(up('deployment:prod/s@1')).toContain(node('#data'));
    expect(up('evaluation:e')).toContain(node('#data'));
    expect(up('#model')).not.toContain(node('#d2'));
  });
});
