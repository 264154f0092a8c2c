// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isInForce } from '../../../../graph/lineage/knowledge.ts';
import { nodesOfTarget, revocationsInForce } from '../../../../graph/lineage/revocations.ts';
import {
  documentDigest,
  entryTime,
  envelopeDigest,
  node,
  Sketch,
  step,
  unsignedStep,
  WHO,
  type SketchDocument,
} from '../../../support/sketch.ts';

function inForce(sketch: Sketch, asOf = sketch.size): string[] {
  return revocationsInForce(sketch.view({ asOf })).map(({ event }) => event.target);
}

function taken(
  sketch: Sketch,
  target: string,
  window?: Parameters<typeof nodesOfTarget>[2],
): string[] {
  return nodesOfTarget(sketch.view(), target, window).map((found) => sketch.index.refOf(found));
}

const data = (): Sketch => new Sketch().add('train', step(['#data'], ['#model']));

describe('in force', () => {
  test('an effective revocation whose statement stands', () => {
    expect(inForce(data().revoke('r', node('#data')))).toEqual([node('#data')]);
  });

  test('not one that its signer may not make', () => {
    expect(inForce(data().revoke('r', node('#data'), { effective: false }))).toEqual([]);
  });

  test('not one whose statement is retracted, until it is reinstated', () => {
    const sketch = data().revoke('r', node('#data'));
    sketch.retract(documentDigest('r'));
    expect(inForce(sketch)).toEqual([]);
    sketch.retract(documentDigest('r'), 'reinstated');
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('not one whose envelope is retracted, even where somebody hands in the bare statement again', () => {
    const sketch = data().revoke('r', node('#data'));
    sketch.retract(envelopeDigest('r', [WHO.owner]));
    expect(inForce(sketch)).toEqual([]);
    sketch.add('r', { kind: 'revocation' });
    expect(inForce(sketch)).toEqual([]);
    sketch.retract(envelopeDigest('r', [WHO.owner]), 'reinstated');
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('one whose key is no longer trusted stays in force: losing evidence makes nothing cleaner', () => {
    const sketch = data().revoke('r', node('#data'));
    sketch.envelope(envelopeDigest('r', [WHO.owner]), {
      status: 'undetermined',
      signers: [],
      findings: ['signer-unknown'],
      payload: documentDigest('r'),
      evidence: [],
    });
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('each statement once, however often it came', () => {
    const sketch = data().revoke('r', node('#data')).revoke('r', node('#data'));
    expect(sketch.knowledge.revocations).toHaveLength(2);
    expect(inForce(sketch)).toHaveLength(1);
  });

  test('before it was logged it was not', () => {
    const sketch = data().revoke('r', node('#data'));
    expect(inForce(sketch, sketch.size - 1)).toEqual([]);
    expect(inForce(sketch)).toHaveLength(1);
  });
});

describe('taking it back', () => {
  const taken = (more = {}): Sketch =>
    data()
      .revoke('r', node('#data'))
      .revoke('w', node('#data'), { withdraws: documentDigest('r'), ...more });

  test('an effective withdrawal of the same target lifts it', () => {
    expect(inForce(taken())).toEqual([]);
  });

  test('in either order', () => {
    const sketch = data()
      .revoke('w', node('#data'), { withdraws: documentDigest('r') })
      .revoke('r', node('#data'));
    expect(inForce(sketch)).toEqual([]);
  });

  test('not one that its signer may not make, nor one that is retracted', () => {
    expect(inForce(taken({ effective: false }))).toEqual([node('#data')]);
    const sketch = taken();
    sketch.retract(documentDigest('w'));
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('not one about another target: a mandate over one thing lifts nothing of another', () => {
    const sketch = data()
      .revoke('r', node('#data'))
      .revoke('w', 'name:harmless', { withdraws: documentDigest('r') });
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('not one of another statement', () => {
    const sketch = data()
      .revoke('r', node('#data'))
      .revoke('w', node('#data'), { withdraws: documentDigest('other') });
    expect(inForce(sketch)).toEqual([node('#data')]);
  });

  test('a withdrawal is no revocation of its own', () => {
    const sketch = data().revoke('w', node('#data'), { withdraws: documentDigest('r') });
    expect(inForce(sketch)).toEqual([]);
    const [event] = sketch.knowledge.revocations;
    expect(event).toBeDefined();
    if (event !== undefined) expect(isInForce(sketch.knowledge, event, sketch.size)).toBe(false);
  });
});

describe('what a target takes', () => {
  test('a digest or coordinate takes itself', () => {
    const sketch = data().add('p', { nodes: { 'pkg:pypi/x@1': 'Package' } });
    expect(taken(sketch, node('#data'))).toEqual([node('#data')]);
    expect(taken(sketch, 'pkg:pypi/x@1')).toEqual(['pkg:pypi/x@1']);
    expect(taken(sketch, 'pkg:PyPI/X@1')).toEqual(['pkg:pypi/x@1']);
    expect(taken(sketch, node('#unknown'))).toEqual([]);
  });

  test('a pattern takes every ref that it matches, anchored at both ends', () => {
    const sketch = new Sketch().add('p', {
      nodes: {
        'pkg:pypi/x@1.0': 'Package',
        'pkg:pypi/x@1.1': 'Package',
        'pkg:pypi/x@2.0': 'Package',
        'pkg:pypi/xx@1.0': 'Package',
      },
    });
    expect(taken(sketch, 'pkg:pypi/x@1.*').sort()).toEqual(['pkg:pypi/x@1.0', 'pkg:pypi/x@1.1']);
    expect(taken(sketch, 'ypi/x@1.*')).toEqual([]);
  });

  test('a document takes what it is about, while it stands', () => {
    const sketch = data();
    const target = `document:${documentDigest('train')}`;
    expect(taken(sketch, target)).toEqual([node('#model')]);
    sketch.retract(documentDigest('train'));
    expect(taken(sketch, target)).toEqual([]);
    expect(taken(sketch, `document:${sha256('nothing')}`)).toEqual([]);
  });

  const built = (at: number): SketchDocument => ({
    ...step(['#d'], [`#m${at}`], { run: `run:b#${at}` }),
    edges: [
      [`run:b#${at}`, 'wasAssociatedWith', 'builder:b'],
      [`#m${at}`, 'wasGeneratedBy', `run:b#${at}`],
    ],
    receivedAt: entryTime(at),
  });

  test('a builder takes the runs it executed within the window of receipt times', () => {
    const sketch = new Sketch().add('1', built(1)).add('2', built(2)).add('3', built(3));
    const runs = (since: number | null, until: number | null): string[] =>
      taken(sketch, 'builder:b', {
        since: since === null ? null : entryTime(since),
        until: until === null ? null : entryTime(until),
      }).filter((ref) => ref.startsWith('run:'));
    expect(runs(null, null)).toEqual(['run:b#1', 'run:b#2', 'run:b#3']);
    expect(runs(2, null)).toEqual(['run:b#2', 'run:b#3']);
    expect(runs(null, 2)).toEqual(['run:b#1', 'run:b#2']);
    expect(runs(2, 2)).toEqual(['run:b#2']);
    expect(runs(4, null)).toEqual([]);
  });

  test('their products are affected; a run that a retracted document knew is not taken', () => {
    const sketch = new Sketch().add('1', built(1)).add('2', built(2));
    const ask = (): string[] => {
      const view = sketch.view();
      const walk = view.walk('down');
      walk.run(nodesOfTarget(view, 'builder:b'), view.filter);
      return [...walk.visited].map((found) => sketch.index.refOf(found));
    };
    expect(ask()).toEqual(expect.arrayContaining([node('#m1'), node('#m2')]));
    sketch.retract(documentDigest('2'));
    expect(ask()).toContain(node('#m1'));
    expect(ask()).not.toContain(node('#m2'));
  });

  test('a stranger who calls a dataset a supplier does not save it from being revoked', () => {
    for (const kind of ['Supplier', 'Builder', 'Identity', 'Platform'] as const) {
      const sketch = data().add('odd', { nodes: { '#data': kind } });
      expect(taken(sketch, node('#data'))).toContain(node('#data'));
    }
  });

  test("an unsigned link to a builder's run makes it no older", () => {
    const sketch = new Sketch().add('1', built(5)).add('2', {
      ...unsignedStep([], ['#m9'], { run: 'run:b#5' }),
      receivedAt: entryTime(1),
    });
    const found = taken(sketch, 'builder:b', { since: entryTime(4), until: null });
    expect(found).toContain('run:b#5');
  });
});
