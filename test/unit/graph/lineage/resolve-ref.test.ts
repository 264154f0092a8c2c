// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { resolveRef } from '../../../../graph/lineage/resolve-ref.ts';
import { documentDigest, node, Sketch, step } from '../../../support/sketch.ts';

function resolved(sketch: Sketch, text: string): string[] {
  return resolveRef(sketch.view(), text).map((found) => sketch.index.refOf(found));
}

const named = (ref: string, ...names: string[]) => ({
  nodes: { [ref]: { kinds: ['Dataset'], names } as const },
});

describe('what a person means', () => {
  test('an exact ref is itself, whatever is labelled so', () => {
    const sketch = new Sketch()
      .add('a', named('#data', 'data.csv'))
      .add('b', named('#other', node('#data')));
    expect(resolved(sketch, node('#data'))).toEqual([node('#data')]);
  });

  test('a purl in any spelling', () => {
    const sketch = new Sketch().add('a', named('pkg:pypi/some-package@1.0'));
    expect(resolved(sketch, 'pkg:PyPI/Some_Package@1.0')).toEqual(['pkg:pypi/some-package@1.0']);
  });

  test('a label', () => {
    const sketch = new Sketch().add('a', named('#data', 'data/x.csv'));
    expect(resolved(sketch, 'data/x.csv')).toEqual([node('#data')]);
  });

  test('of several identity levels the surest', () => {
    const sketch = new Sketch()
      .add('a', named('#data', 'x.csv'))
      .add('b', named('pkg:generic/x@1', 'x.csv'))
      .add('c', named('md5:d41d8cd98f00b204e9800998ecf8427e', 'x.csv'))
      .add('d', named('@mention', 'x.csv'));
    expect(resolved(sketch, 'x.csv')).toEqual([node('#data')]);
    sketch.retract(documentDigest('a'));
    expect(resolved(sketch, 'x.csv')).toEqual(['pkg:generic/x@1']);
    sketch.retract(documentDigest('b'));
    expect(resolved(sketch, 'x.csv')).toEqual(['md5:d41d8cd98f00b204e9800998ecf8427e']);
  });

  test('several files of one item come back together', () => {
    const sketch = new Sketch().add('a', {
      ...step([], ['#model', '#m2']),
      nodes: {
        '#model': { kinds: ['Model'], names: ['v1'] },
        '#m2': { kinds: ['Model'], names: ['v1'] },
      },
    });
    expect(resolved(sketch, 'v1').sort()).toEqual([node('#model'), node('#m2')].sort());
  });

  test('the name that reports give an item', () => {
    const sketch = new Sketch().add('a', {
      ...step([], ['#model', '#m2']),
      nodes: {
        '#model': { kinds: ['Model'], names: ['models/triage/a.onnx'] },
        '#m2': { kinds: ['Model'], names: ['models/triage/b.pkl'] },
      },
    });
    expect(resolved(sketch, 'triage').sort()).toEqual([node('#model'), node('#m2')].sort());
  });
});

describe('what is not guessed', () => {
  test('two things of one label', () => {
    const sketch = new Sketch().add('a', named('#data', 'x.csv')).add('b', named('#d2', 'x.csv'));
    expect(() => resolved(sketch, 'x.csv')).toThrow(
      expect.objectContaining({
        code: 'ERR_AMBIGUOUS_REF',
        hint: expect.stringContaining(node('#data')) as string,
      }) as Error,
    );
  });

  test('nothing of that name', () => {
    const sketch = new Sketch().add('a', named('#data', 'x.csv'));
    for (const text of ['x', 'x.csv ', 'X.csv', '', node('#unknown'), 'pkg:pypi/x@2']) {
      expect(() => resolved(sketch, text)).toThrow(
        expect.objectContaining({ code: 'ERR_NOT_FOUND' }) as Error,
      );
    }
  });

  test('what only a retracted document knew', () => {
    const sketch = new Sketch().add('a', named('#data', 'x.csv'));
    sketch.retract(documentDigest('a'));
    for (const text of ['x.csv', node('#data')]) {
      expect(() => resolved(sketch, text)).toThrow(
        expect.objectContaining({ code: 'ERR_NOT_FOUND' }) as Error,
      );
    }
  });

  test('a hostile name does not reach the message unescaped', () => {
    const sketch = new Sketch().add('a', named('#data', 'x.csv'));
    try {
      resolved(sketch, `\u001b[2J${'y'.repeat(500)}`);
      expect.unreachable();
    } catch (error) {
      const { message } = error as Error;
      expect(message).not.toContain('\u001b');
      expect(message.length).toBeLessThan(200);
    }
  });
});
