// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  retrainWaves,
  rollbackTargets,
  type RollbackTarget,
} from '../../../../graph/lineage/recovery.ts';
import { blastRadius } from '../../../../graph/lineage/blast-radius.ts';
import {
  claimOf,
  node,
  Sketch,
  step,
  unsignedStep,
  WHO,
  type SketchDocument,
  type ViewOptions,
} from '../../../support/sketch.ts';

interface Where {
  readonly since?: string;
  readonly until?: string;
  readonly version?: string;
  readonly service?: string;
  readonly by?: SketchDocument['by'];
}

/** Something runs as `s` in prod. */
function runs(artefact: string, where: Where): SketchDocument {
  const { by = [WHO.release], service = 's', ...when } = where;
  const ref = `deployment:prod/${service}@${where.since ?? artefact}`;
  return {
    kind: 'deployment',
    ...(by.length > 0 && { by }),
    subjects: [artefact],
    edges: [[ref, 'deploys', artefact]],
    claims: (id) => [
      {
        type: 'placement',
        about: id(ref),
        artefact: id(artefact),
        service,
        environment: 'prod',
        family: 'family',
        ...when,
        pointer: '',
      },
    ],
  };
}

function rollback(
  sketch: Sketch,
  targets: readonly string[],
  options: ViewOptions = {},
): RollbackTarget[] {
  const view = sketch.view(options);
  const nodes = targets.map((text) => sketch.at(text));
  return rollbackTargets(view, blastRadius(view, nodes));
}

/** m3 runs now and is bad; m1 and m2 ran before; m1 and m2 are closed where `closed` says so. */
function history(closed: readonly string[]): Sketch {
  const sketch = new Sketch()
    .add('train 1', step(['#d1'], ['#m1']))
    .add('train 2', step(['#d2'], ['#m2']))
    .add('train 3', step(['#bad'], ['#m3']))
    .add('one', runs('#m1', { since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' }))
    .add('two', runs('#m2', { since: '2026-02-01T00:00:00Z', until: '2026-03-01T00:00:00Z' }))
    .add('three', runs('#m3', { since: '2026-03-01T00:00:00Z' }));
  if (closed.length > 0) sketch.add('inputs', claimOf('inputs', ...closed));
  return sketch.add('sources', claimOf('primary-source', '#d1', '#d2'));
}

describe('going back', () => {
  test('to the newest earlier version that is clear', () => {
    const [target, ...rest] = rollback(history(['#m1', '#m2']), ['#bad']);
    expect(rest).toEqual([]);
    expect(target?.target).toMatchObject({ ref: node('#m2'), outcome: 'clear' });
    expect(target?.candidates.map(({ ref }) => ref)).toEqual([node('#m2'), node('#m1')]);
  });

  test('past one that is open', () => {
    const [target] = rollback(history(['#m1']), ['#bad']);
    expect(target?.target?.ref).toBe(node('#m1'));
    expect(target?.candidates.map(({ outcome }) => outcome)).toEqual(['open', 'clear']);
  });

  test('past one that is affected or possible', () => {
    const sketch = history(['#m1', '#m2']);
    sketch.add('also', step(['#bad'], ['#m2']));
    expect(rollback(sketch, ['#bad'])[0]?.candidates.map(({ outcome }) => outcome)).toEqual([
      'affected',
      'clear',
    ]);
    const maybe = history(['#m1', '#m2']).add('card', {
      edges: [['#m2', 'wasDerivedFrom', '#bad', { strength: 'inferred' }]],
    });
    expect(rollback(maybe, ['#bad'])[0]?.candidates.map(({ outcome }) => outcome)).toEqual([
      'possible',
      'clear',
    ]);
  });

  test('to nothing where nothing is clear', () => {
    expect(rollback(history([]), ['#bad'])[0]?.target).toBeNull();
  });

  test('not to what only names lead to, however well it is closed', () => {
    const sketch = history(['#m1', '#m2']);
    sketch.add('names', {
      edges: [
        ['@bad', 'alternateOf', '#bad'],
        ['@bad', 'namedAs', 'name:x/bad'],
      ],
    });
    sketch.add('more names', {
      edges: [
        ['@bad', 'namedAs', 'name:x/bad'],
        ['@made', 'wasDerivedFrom', '@bad'],
        ['@made', 'namedAs', 'name:x/made'],
      ],
    });
    sketch.add('most names', {
      edges: [
        ['@made', 'namedAs', 'name:x/made'],
        ['#m1', 'wasDerivedFrom', '@made'],
        ['#m2', 'wasDerivedFrom', '@made'],
      ],
    });
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.candidates.map(({ outcome }) => outcome)).toEqual(['open', 'open']);
    expect(target?.target).toBeNull();
  });

  test('not to a file that only names lead to either', () => {
    const sketch = new Sketch()
      .add('train', step(['#bad'], ['#m3']))
      .add('pack', step(['#d1'], ['#image']))
      .add('one', runs('#image', { since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' }))
      .add('three', runs('#m3', { since: '2026-03-01T00:00:00Z' }))
      .add('inputs', claimOf('inputs', '#image'))
      .add('sources', claimOf('primary-source', '#d1'));
    expect(rollback(sketch, ['#bad'])[0]?.target?.ref).toBe(node('#image'));
    sketch.add('names', {
      edges: [
        ['@bad', 'alternateOf', '#bad'],
        ['@bad', 'namedAs', 'name:x/bad'],
      ],
    });
    sketch.add('more names', {
      edges: [
        ['@bad', 'namedAs', 'name:x/bad'],
        ['@made', 'wasDerivedFrom', '@bad'],
        ['@made', 'namedAs', 'name:x/made'],
      ],
    });
    sketch.add('most names', {
      edges: [
        ['@made', 'namedAs', 'name:x/made'],
        ['#image', 'contains', '@made'],
      ],
    });
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.candidates.map(({ outcome }) => outcome)).toEqual(['open']);
    expect(target?.target).toBeNull();
  });

  test('nowhere for one who may not see everything', () => {
    const sketch = history(['#m1', '#m2']).add('secret', {
      project: 'secret',
      nodes: { '#elsewhere': 'File' },
    });
    expect(rollback(sketch, ['#bad'])[0]?.target?.ref).toBe(node('#m2'));
    const [target] = rollback(sketch, ['#bad'], { projects: ['default'] });
    expect(target?.target).toBeNull();
    const file = history([])
      .add('pack', step(['#d1'], ['#image']))
      .add('inputs', claimOf('inputs', '#image'))
      .add(
        'four',
        runs('#image', { since: '2026-02-20T00:00:00Z', until: '2026-03-01T00:00:00Z' }),
      );
    expect(rollback(file, ['#bad'])[0]?.target?.ref).toBe(node('#image'));
    file.add('secret', { project: 'secret', nodes: { '#elsewhere': 'File' } });
    expect(rollback(file, ['#bad'], { projects: ['default'] })[0]?.target).toBeNull();
  });

  test('to a file whose own ancestry is clear, whatever else a stranger calls a product of its run', () => {
    const sketch = new Sketch()
      .add('train', step(['#d1'], ['#m1'], { run: 'run:ci#1' }))
      .add('bad', step(['#bad'], ['#m3']))
      .add('one', runs('#m1', { since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' }))
      .add('three', runs('#m3', { since: '2026-03-01T00:00:00Z' }))
      .add('inputs', claimOf('inputs', '#m1'))
      .add('sources', claimOf('primary-source', '#d1'));
    expect(rollback(sketch, ['#bad'])[0]?.target?.ref).toBe(node('#m1'));
    sketch.add('more', unsignedStep([], ['#m9'], { run: 'run:ci#1' }));
    expect(rollback(sketch, ['#bad'])[0]?.target?.outcome).toBe('clear');
  });

  test('only for what runs now and is affected', () => {
    expect(rollback(history(['#m1', '#m2']), ['#d2'])).toEqual([]);
    expect(rollback(history(['#m1', '#m2']), ['#d1'])).toEqual([]);
  });

  test('other services are no candidates', () => {
    const sketch = history([]).add(
      'other',
      runs('#m4', { since: '2026-02-15T00:00:00Z', service: 'other' }),
    );
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.candidates.map(({ ref }) => ref)).not.toContain(node('#m4'));
  });

  test('times in other zones are compared as times', () => {
    const sketch = history(['#m1', '#m2']).add(
      'zone',
      // 23:30 the day before in UTC: earlier than the one that runs now
      runs('#m4', { since: '2026-03-01T01:30:00+02:00', until: '2026-03-01T00:00:00Z' }),
    );
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.candidates.map(({ ref }) => ref)).toEqual([
      node('#m4'),
      node('#m2'),
      node('#m1'),
    ]);
  });

  test('then to lower versions of the same family', () => {
    const sketch = new Sketch()
      .add('train', step(['#bad'], ['#m3']))
      .add('now', runs('#m3', { since: '2026-03-01T00:00:00Z', version: '10' }));
    for (const [name, version] of [
      ['#m1', '2'],
      ['#m2', '9'],
      ['#m4', '11'],
    ] as const) {
      sketch.add(`registry ${version}`, {
        nodes: { [name]: 'Model' },
        claims: (id) => [
          { type: 'version', about: id(name), family: 'family', version, pointer: '' },
        ],
      });
    }
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.candidates.map(({ version }) => version)).toEqual(['9', '2']);
  });

  test('a stranger who says that something else runs there hides nothing', () => {
    const sketch = history(['#m1', '#m2']).add(
      'lie',
      runs('#m9', { since: '2099-01-01T00:00:00Z', by: [] }),
    );
    const [target] = rollback(sketch, ['#bad']);
    expect(target?.runs.ref).toBe(node('#m3'));
    expect(target?.target?.ref).toBe(node('#m2'));
    const hit = sketch.ask(['#bad']).affected.find(({ kind }) => kind === 'Deployment');
    expect(hit?.placement?.current).toBe(true);
  });

  test('does not depend on the order of documents', () => {
    const now = { since: '2026-03-01T00:00:00Z' };
    const same = { since: '2026-02-01T00:00:00Z', until: '2026-03-01T00:00:00Z' };
    const documents: [string, SketchDocument][] = [
      ['train', step(['#bad'], ['#m3'])],
      ['now', runs('#m3', now)],
      ['a', runs('#m1', same)],
      ['b', { ...runs('#m2', { ...same, since: '2026-02-01T01:00:00+01:00' }) }],
    ];
    const answers = [documents, documents.toReversed()].map((order) => {
      const sketch = new Sketch();
      for (const [name, document] of order) sketch.add(name, document);
      return rollback(sketch, ['#bad']);
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]?.candidates).toHaveLength(2);
  });
});

describe('versions', () => {
  test.each([
    ['2', '10', -1],
    ['1.2.10', '1.2.9', 1],
    ['1.2', '1.2.0', -1],
    ['1.0', '1.0', 0],
    ['v1', 'v2', -1],
    ['1.0-rc', '1.0-rb', 1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });
});

describe('training again', () => {
  function waves(sketch: Sketch, targets: readonly string[]): string[][] {
    const view = sketch.view();
    const radius = blastRadius(
      view,
      targets.map((text) => sketch.at(text)),
    );
    const names = new Map(
      Array.from({ length: 9 }, (_, at) => [String(node(`#m${at}`)), `#m${at}`]),
    );
    return retrainWaves(view, radius).map(({ models }) =>
      models.map(({ ref }) => names.get(ref) ?? ref).sort(),
    );
  }

  test('a model comes after every affected model that it was made from', () => {
    const sketch = new Sketch()
      .add('1', step(['#bad'], ['#m1']))
      .add('2', step(['#m1'], ['#m2']))
      .add('3', step(['#m1', '#m2'], ['#m3']))
      .add('4', step(['#bad'], ['#m4']));
    expect(waves(sketch, ['#bad'])).toEqual([['#m1', '#m4'], ['#m2'], ['#m3']]);
  });

  test('through what is no model', () => {
    const sketch = new Sketch()
      .add('1', step(['#bad'], ['#m1']))
      .add('2', step(['#m1'], ['#synthetic']))
      .add('3', step(['#synthetic'], ['#m2']));
    expect(waves(sketch, ['#bad'])).toEqual([['#m1'], ['#m2']]);
  });

  test('models that feed each other share a wave, and what follows waits for it', () => {
    const sketch = new Sketch()
      .add('1', step(['#bad', '#m2'], ['#m1']))
      .add('2', step(['#m1'], ['#m2']))
      .add('3', step(['#m2'], ['#m3']))
      .add('4', step(['#bad'], ['#m0']));
    expect(waves(sketch, ['#bad'])).toEqual([['#m0'], ['#m1', '#m2'], ['#m3']]);
  });

  test('two loops come one after the other', () => {
    const sketch = new Sketch()
      .add('1', step(['#bad', '#m2'], ['#m1']))
      .add('2', step(['#m1'], ['#m2']))
      .add('3', step(['#m4', '#m2'], ['#m3']))
      .add('4', step(['#m3'], ['#m4']));
    expect(waves(sketch, ['#bad'])).toEqual([
      ['#m1', '#m2'],
      ['#m3', '#m4'],
    ]);
  });

  test('nothing that is only possible, only scored or not affected', () => {
    const sketch = new Sketch()
      .add('1', step(['#bad'], ['#d1']))
      .add('2', { edges: [['#m1', 'wasDerivedFrom', '#bad', { strength: 'inferred' }]] })
      .add('3', step(['#good'], ['#m2']))
      .add('4', unsignedStep(['#bad'], ['#m3']));
    expect(waves(sketch, ['#bad'])).toEqual([['#m3']]);
  });
});
