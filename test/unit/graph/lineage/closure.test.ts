// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { testIdentity } from '../../../support/test-keys.ts';
import {
  claimOf,
  documentDigest,
  envelopeDigest,
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

/** Whether a thing is open or clear for a question that has nothing to do with it. */
function openness(sketch: Sketch, of: string, options: ViewOptions = {}): string {
  sketch.add(`bystander ${sketch.size}`, { nodes: { '#bystander': 'Dataset' } });
  return outcomeIn(sketch, sketch.ask(['#bystander'], options), of, sketch.view(options));
}

/** A model that is closed: trained in one trusted step on one source. */
function closedModel(): Sketch {
  return new Sketch()
    .add('train', step(['#data'], ['#model']))
    .add('inputs', claimOf('inputs', '#model'))
    .add('source', claimOf('primary-source', '#data'));
}

function missing(sketch: Sketch, options: ViewOptions = {}): string[] {
  sketch.add(`bystander ${sketch.size}`, { nodes: { '#bystander': 'Dataset' } });
  return sketch.ask(['#bystander'], options).open.groups.map((group) => group.missing);
}

describe('claims', () => {
  test('nothing claimed is open, and the answer says what is missing nearest', () => {
    const sketch = new Sketch().add('train', step(['#data'], ['#model'], { name: 'train' }));
    expect(openness(sketch, '#model')).toBe('open');
    expect(missing(sketch)).toEqual(['inputs of run train']);
  });

  test('all inputs of a model known, each of them a source: clear', () => {
    expect(openness(closedModel(), '#model')).toBe('clear');
  });

  test.each(['inputs', 'source'])('without the claim "%s" it is open', (left) => {
    const sketch = closedModel();
    sketch.retract(documentDigest(left));
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('a claim about the run closes what it made', () => {
    const sketch = new Sketch()
      .add('train', step(['#data'], ['#model'], { run: 'run:ci#1' }))
      .add('inputs', claimOf('inputs', 'run:ci#1'))
      .add('source', claimOf('primary-source', '#data'));
    expect(openness(sketch, '#model')).toBe('clear');
  });

  test('an input of an input counts', () => {
    const sketch = closedModel().add('clean', step(['#raw'], ['#data']));
    expect(openness(sketch, '#model')).toBe('open');
  });

  test.each<[string, SketchDocument['by']]>([
    ['unsigned', undefined],
    ['signed by somebody who is not authorised', [WHO.known]],
    ['signed by one who is authorised for something else', [WHO.builder]],
  ])('a claim that is %s closes nothing', (_, by) => {
    const { by: __, ...claim } = claimOf('inputs', '#model');
    const sketch = closedModel();
    sketch.retract(documentDigest('inputs'));
    sketch.add('weak', { ...claim, ...(by !== undefined && { by }) });
    expect(openness(sketch, '#model')).toBe('open');
    const sources = closedModel();
    sources.retract(documentDigest('source'));
    const { by: ___, ...source } = claimOf('primary-source', '#data');
    sources.add('weak', { ...source, ...(by !== undefined && { by }) });
    expect(openness(sources, '#model')).toBe('open');
  });

  test('a claim of all parts is no claim of all inputs', () => {
    const sketch = closedModel();
    sketch.retract(documentDigest('inputs'));
    sketch.add('parts', {
      kind: 'completeness',
      by: [WHO.steward],
      subjects: ['#model'],
      claims: (id) => [{ type: 'completeness', about: id('#model'), covers: 'parts', pointer: '' }],
    });
    expect(openness(sketch, '#model')).toBe('open');
  });

  test("a claim outside its signer's remit closes nothing", () => {
    const sketch = closedModel();
    const [first, ...rest] = worldPolicy().trusted.filter(
      ({ signers }) => !signers.includes(WHO.steward),
    );
    sketch.policy = worldPolicy({
      trusted: [
        ...(first === undefined ? [] : [first]),
        ...rest,
        { signers: [WHO.steward], statements: ['completeness'], subjects: [node('#data')] },
      ],
    });
    expect(openness(sketch, '#model')).toBe('open');
  });
});

describe('grants and sources by policy', () => {
  const built = (): Sketch =>
    new Sketch().add('train', {
      kind: 'provenance',
      by: [WHO.builder],
      subjects: ['#model'],
      nodes: { 'run:b#1': { kinds: ['Run'], attributes: { buildType: 't/1', builder: 'b' } } },
      edges: [
        ['#model', 'wasGeneratedBy', 'run:b#1'],
        ['run:b#1', 'used', '#data'],
      ],
    });
  const complete = [
    { statements: ['provenance'], buildType: 't/*', builder: 'b', covers: 'inputs' as const },
  ];

  test('provenance of a build type is complete where policy grants it', () => {
    const sketch = built().add('source', claimOf('primary-source', '#data'));
    expect(openness(sketch, '#model')).toBe('open');
    sketch.policy = worldPolicy({ complete });
    expect(openness(sketch, '#model')).toBe('clear');
  });

  test.each([
    [{ statements: ['link'], buildType: 't/*' }],
    [{ statements: ['provenance'], buildType: 'u/*' }],
    [{ statements: ['provenance'], builder: 'other' }],
    [{ statements: ['provenance'], step: 'train' }],
  ])('not for %j', (condition) => {
    const sketch = built().add('source', claimOf('primary-source', '#data'));
    sketch.policy = worldPolicy({ complete: [{ ...condition, covers: 'inputs' }] });
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('not for provenance that is not trusted', () => {
    const sketch = new Sketch()
      .add('train', {
        kind: 'provenance',
        by: [WHO.known],
        subjects: ['#model'],
        nodes: { 'run:b#1': { kinds: ['Run'], attributes: { buildType: 't/1', builder: 'b' } } },
        edges: [['#model', 'wasGeneratedBy', 'run:b#1']],
      })
      .add('source', claimOf('primary-source', '#data'));
    sketch.policy = worldPolicy({ complete });
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('history begins where policy says so', () => {
    const sketch = built();
    sketch.policy = worldPolicy({ complete, primarySources: [node('#data')] });
    expect(openness(sketch, '#model')).toBe('clear');
    sketch.policy = worldPolicy({ complete, primarySources: [node('#other')] });
    expect(openness(sketch, '#model')).toBe('open');
  });
});

describe('a claim is about what is known of a thing', () => {
  test('nothing known: "all inputs are known" says nothing', () => {
    const sketch = new Sketch()
      .add('card', { nodes: { '#model': 'Model' } })
      .add('inputs', claimOf('inputs', '#model'));
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('inputs that only an unsigned list knows do not close it', () => {
    const sketch = new Sketch()
      .add('train', unsignedStep(['#data'], ['#model']))
      .add('inputs', claimOf('inputs', '#model'))
      .add('source', claimOf('primary-source', '#data'));
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('a list that lost its signature closes no longer', () => {
    const sketch = closedModel();
    const [signature] = sketch.knowledge.documents.flatMap(({ entries }) =>
      entries.flatMap((entry) => entry.signature ?? []),
    );
    expect(signature?.payload).toBe(documentDigest('train'));
    if (signature === undefined) return;
    sketch.envelope(envelopeDigest('train', [WHO.builder]), {
      ...signature,
      status: 'undetermined',
      signers: [],
    });
    expect(openness(sketch, '#model')).toBe('open');
    expect(openness(sketch, '#model', { minClass: 'trusted' })).toBe('open');
  });

  test('a claim of a higher class than the list does not hide an open input of the list', () => {
    const measured = { kind: 'sev-snp', measurement: 'ab', statements: ['completeness'] };
    const sketch = new Sketch().add('train', step(['#data'], ['#model'])).add('inputs', {
      ...claimOf('inputs', '#model'),
      evidence: [
        { kind: 'sev-snp', status: 'passed', measurement: 'ab', simulated: false, findings: [] },
      ],
    });
    sketch.policy = worldPolicy({ measurements: [measured] });
    expect(sketch.view().supportClass(sketch.knowledge.documents.length - 1)).toBe('attested');
    for (const minClass of ['unsigned', 'trusted', 'attested'] as const) {
      expect(openness(sketch, '#model', { minClass })).toBe('open');
    }
  });

  test('under a compromised builder the list no longer closes', () => {
    const sketch = closedModel();
    expect(openness(sketch, '#model')).toBe('clear');
    sketch.revoke('stolen key', `identity:${WHO.builder}`);
    expect(openness(sketch, '#model')).toBe('open');
  });
});

describe('contradiction', () => {
  test('a weaker document that names one more input does not open what is closed', () => {
    for (const more of [
      unsignedStep(['#data', '#extra'], ['#model']),
      step(['#data', '#extra'], ['#model'], { by: [WHO.known] }),
    ]) {
      expect(openness(closedModel().add('more', more), '#model')).toBe('clear');
    }
  });

  test('one of the same class does', () => {
    const sketch = closedModel().add('more', step(['#extra'], ['#model']));
    expect(openness(sketch, '#model')).toBe('open');
  });
});

describe('aliases', () => {
  const alias = (by?: SketchDocument['by']): SketchDocument => ({
    kind: 'provenance',
    ...(by !== undefined && { by }),
    subjects: ['#model'],
    edges: [['#model', 'alternateOf', '#m2']],
    nodes: { '#model': 'Model', '#m2': 'Model' },
  });

  test('an alias that is closed closes the thing under its other digest', () => {
    const sketch = closedModel().add('alias', alias([WHO.builder]));
    expect(openness(sketch, '#m2')).toBe('clear');
  });

  test('not where a stranger says that they are one', () => {
    for (const by of [undefined, [WHO.known]]) {
      const sketch = closedModel().add('card', { nodes: { '#m2': 'Model' } });
      expect(openness(sketch, '#m2')).toBe('open');
      sketch.add('alias', alias(by));
      expect(sketch.view().closure.open[sketch.at('#m2')]).toBe(1);
    }
  });

  test('a deployment of an alias that only a stranger vouches for is open', () => {
    const sketch = closedModel()
      .add('where', {
        kind: 'deployment',
        by: [WHO.release],
        subjects: ['#m2'],
        edges: [['deployment:prod/s@1', 'deploys', '#m2']],
      })
      .add('alias', alias());
    expect(openness(sketch, 'deployment:prod/s@1')).toBe('open');
  });
});

describe('strangers', () => {
  const run = 'run:ci#1';
  const closedRun = (): Sketch =>
    new Sketch()
      .add('train', step(['#data'], ['#model'], { run }))
      .add('inputs', claimOf('inputs', '#model'))
      .add('source', claimOf('primary-source', '#data'))
      .add('card', { nodes: { '#m2': 'Model' } });

  test("cannot borrow the closure of somebody's run for another product", () => {
    const sketch = closedRun();
    expect(openness(sketch, '#m2')).toBe('open');
    sketch.add('claimed', unsignedStep([], ['#m2'], { run }));
    expect(sketch.view().closure.open[sketch.at('#m2')]).toBe(1);
  });

  test('cannot close an open run by giving it a product that is closed', () => {
    const sketch = closedRun().add('open', step(['#d2'], ['#m3'], { run: 'run:ci#2' }));
    expect(sketch.view().closure.open[sketch.at('#m3')]).toBe(1);
    sketch.add('claimed', unsignedStep([], ['#model'], { run: 'run:ci#2' }));
    sketch.add('source 2', claimOf('primary-source', '#d2'));
    expect(sketch.view().closure.open[sketch.at('#m3')]).toBe(1);
  });

  test('cannot make a thing exempt by calling it something else', () => {
    for (const kind of ['Evaluation', 'Deployment', 'Supplier', 'Name', 'Identity'] as const) {
      const sketch = new Sketch().add('card', { nodes: { '#model': 'Model' } });
      sketch.add('odd', { nodes: { '#model': kind } });
      expect(sketch.view().closure.open[sketch.at('#model')]).toBe(1);
    }
  });

  test('an inferred maker delegates to nobody', () => {
    const sketch = new Sketch().add('guess', {
      edges: [['#model', 'wasGeneratedBy', '@run', { strength: 'inferred' }]],
    });
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('a demoted snapshot closes nothing of what only it made', () => {
    const snapshot = { qualifiers: { scope: 'work-tree-snapshot' } };
    const sketch = new Sketch()
      .add('tree', {
        kind: 'link',
        by: [WHO.builder],
        subjects: ['#model', '#m2'],
        edges: [
          ['@run', 'used', '#data', snapshot],
          ['@run', 'used', '#d2', snapshot],
          ['#model', 'wasGeneratedBy', '@run', snapshot],
          ['#m2', 'wasGeneratedBy', '@run', snapshot],
        ],
      })
      .add('train', step(['#data'], ['#model']))
      .add('inputs', claimOf('inputs', '#model'))
      .add('source', claimOf('primary-source', '#data'));
    const { open } = sketch.view().closure;
    expect([open[sketch.at('#model')], open[sketch.at('#m2')]]).toEqual([0, 1]);
  });
});

describe('what cannot be read', () => {
  const envelope = (kind: string, by = WHO.builder): SketchDocument => ({
    kind,
    format: 'opaque',
    standing: 'opaque',
    by: [by],
    subjects: ['#model'],
  });

  test('an opaque document that an authorised identity signed opens what it is about', () => {
    const sketch = closedModel().add('odd', envelope('link'));
    expect(openness(sketch, '#model')).toBe('open');
  });

  test('one that a stranger or an unauthorised identity signed changes nothing', () => {
    const stranger = closedModel().add('odd', envelope('link', WHO.known));
    expect(openness(stranger, '#model')).toBe('clear');
    const { by: _, ...unsigned } = envelope('link');
    expect(openness(closedModel().add('odd', unsigned), '#model')).toBe('clear');
  });

  test('once it is retracted it opens no longer', () => {
    const sketch = closedModel().add('odd', envelope('link'));
    sketch.retract(documentDigest('odd'));
    expect(openness(sketch, '#model')).toBe('clear');
  });
});

describe('agents, names, boilerplate', () => {
  test('nobody has to claim where builders and names come from', () => {
    const sketch = closedModel().add('prov', {
      kind: 'provenance',
      by: [WHO.builder],
      subjects: ['#model'],
      edges: [['#model', 'namedAs', 'name:hf/m']],
    });
    expect(openness(sketch, '#model')).toBe('clear');
  });

  test('boilerplate opens nothing', () => {
    const sketch = closedModel().add('more', step(['#ignore', '#data'], ['#model']));
    sketch.add('inputs 2', claimOf('inputs', '#model'));
    expect(openness(sketch, '#model')).toBe('open');
    sketch.policy = worldPolicy({ boilerplate: [node('#ignore')] });
    expect(openness(sketch, '#model')).toBe('clear');
  });

  test('what another project holds leaves nothing clear to one who may not see it', () => {
    const sketch = closedModel().add('secret', {
      project: 'secret',
      nodes: { '#elsewhere': 'Model' },
    });
    expect(openness(sketch, '#model')).toBe('clear');
    const projects = ['default'];
    expect(openness(sketch, '#model', { projects })).toBe('open');
    expect(missing(sketch, { projects })).toEqual(['withheld']);
  });
});

describe('nearest unclosed ancestor', () => {
  test('ties go to the smallest ref, whatever came first', () => {
    const orders = [
      ['a', 'b'],
      ['b', 'a'],
    ];
    const named = orders.map((order) => {
      const sketch = new Sketch().add('claim', claimOf('inputs', '#model'));
      const steps: Record<string, SketchDocument> = {
        a: step(['#d1'], ['#model']),
        b: step(['#d2'], ['#model']),
      };
      for (const name of order) sketch.add(name, steps[name] ?? {});
      const { closure } = sketch.view();
      return sketch.index.refOf(closure.origin[sketch.at('#model')] ?? -1);
    });
    expect(named[0]).toBe(named[1]);
    expect(named[0]).toBe([node('#d1'), node('#d2')].sort()[0]);
  });

  test('groups count each item once', () => {
    const sketch = new Sketch()
      .add('a', step(['#d1'], ['#m1']))
      .add('b', step(['#d1'], ['#m2']))
      .add('inputs', claimOf('inputs', '#m1', '#m2'));
    sketch.add('other', { nodes: { '#bystander': 'Dataset' } });
    const { open } = sketch.ask(['#bystander']);
    expect(open.count).toBe(2);
    expect(open.groups.map(({ missing: what, count }) => [what, count])).toEqual([
      [`origin of ${node('#d1')}`, 2],
    ]);
  });
});

test('identities of the sketches are those of the world', () => {
  expect(testIdentity('builder')).toBe(WHO.builder);
});

describe('several documents on one deployment', () => {
  const later = 'deployment:prod/s@2026-02-01T00:00:00Z';
  const earlier = 'deployment:prod/s@2026-01-01T00:00:00Z';
  const place = (ref: string, artefact: string, by?: SketchDocument['by']): SketchDocument => ({
    kind: 'deployment',
    ...(by !== undefined && { by }),
    subjects: [artefact],
    edges: [[ref, 'deploys', artefact]],
    nodes: { [artefact]: 'Model' },
    claims: (id) => [
      {
        type: 'placement',
        about: id(ref),
        artefact: id(artefact),
        service: 's',
        environment: 'prod',
        since: ref.slice(ref.indexOf('@') + 1),
        pointer: '',
      },
    ],
  });

  test.each([
    ['nobody', undefined],
    ['somebody known', [WHO.known]],
  ])('what %s says of a closed model does not hide an open one', (_, by) => {
    const sketch = closedModel().add('open', place(later, '#m2'));
    expect(openness(sketch, later)).toBe('open');
    expect(openness(sketch.add('more', place(earlier, '#model', by)), later)).toBe('open');
  });

  test('nor what somebody says whose key is compromised by now', () => {
    const sketch = closedModel()
      .add('open', place(later, '#m2'))
      .add('more', place(earlier, '#model', [WHO.release]))
      .revoke('lost key', `identity:${WHO.release}`);
    expect(openness(sketch, later)).toBe('open');
  });

  test('what whoever may deploy says of it does', () => {
    const sketch = closedModel()
      .add('open', place(later, '#m2'))
      .add('more', place(earlier, '#model', [WHO.release]));
    expect(openness(sketch, later)).toBe('clear');
  });
});
