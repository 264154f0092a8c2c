// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { kindBit, kindMask, KINDS, kindsOf, shownKind } from '../../../../graph/domain/kinds.ts';
import { coordinateRef, findPurl, levelOf, nameRef } from '../../../../graph/domain/node-ref.ts';
import {
  RELATION_NAMES,
  RELATIONS,
  relationCode,
  STRENGTHS,
} from '../../../../graph/domain/relations.ts';
import {
  digestLines,
  edgeLine,
  nodeLine,
  standingLine,
} from '../../../../graph/domain/state-lines.ts';
import { TRUST_CLASSES, trustRank } from '../../../../graph/domain/trust-class.ts';
import { arcMode } from '../../../../graph/lineage/walk.ts';
import { packMark } from '../../../../graph/lineage/arcs.ts';

describe('identity levels: the ref alone decides', () => {
  test.each([
    [sha256('x'), 'digest'],
    [`sha512:${'0a'.repeat(64)}`, 'digest'],
    [`oms:${'ab'.repeat(32)}`, 'digest'],
    [`gitoid:blob:sha256:${'ab'.repeat(32)}`, 'digest'],
    ['pkg:pypi/x@1.0', 'coordinate'],
    ['pkg:npm/%40scope/x@1.0', 'coordinate'],
    ['pkg:oci/x@sha256%3Aabc?repository_url=r', 'coordinate'],
    ['git:example.org/x@9cf2f782cdd83b6ce674e4ae3665c05f3451b829', 'coordinate'],
    ['run:ci#1', 'coordinate'],
    ['deployment:prod/s@1', 'coordinate'],
    ['pkg:pypi/x', 'name'],
    ['pkg:npm/%40scope/x', 'name'],
    ['pkg:npm/@scope/x', 'name'],
    ['pkg:generic/x?download_url=https://u@h/x', 'name'],
    ['pkg:generic/x#path@1', 'name'],
    ['name:hf/x', 'name'],
    ['md5:d41d8cd98f00b204e9800998ecf8427e', 'name'],
    ['sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709', 'name'],
    ['anything else', 'name'],
    ['', 'name'],
    [`sha256:${'0'.repeat(64)}`, 'name'],
    [`SHA256:${'0a'.repeat(32)}`, 'name'],
    [`sha256:${'0a'.repeat(31)}`, 'name'],
    [`x${sha256('x')}`, 'name'],
    [`local:${sha256('x')}#run`, 'local'],
    ['local:', 'local'],
  ] as const)('%s: %s', (ref, level) => {
    expect(levelOf(ref)).toBe(level);
  });

  test('purls in their canonical spelling, odd ones not at all', () => {
    expect(findPurl('pkg:PyPI/Some_Package@1.0')).toBe('pkg:pypi/some-package@1.0');
    for (const odd of ['', 'pkg:', 'pkg:pypi', 'x:pypi/x@1', ' pkg:pypi/x@1', 'pkg:pypi/%zz@1']) {
      expect(findPurl(odd)).toBeUndefined();
    }
    expect(findPurl(`pkg:pypi/${'x'.repeat(LIMITS.refChars)}`)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (noise) => {
        const purl = findPurl(`pkg:${noise}`);
        if (purl !== undefined) expect(findPurl(purl)).toBe(purl);
      }),
      { numRuns: 300 },
    );
  });

  test('refs of names and coordinates are bounded and of their level', () => {
    expect(levelOf(nameRef('hf', 'x'))).toBe('name');
    expect(levelOf(coordinateRef('hf', 'x', '1'))).toBe('coordinate');
    for (const ref of [nameRef('n', 'x'.repeat(5000)), coordinateRef('n', 'x'.repeat(5000), '1')]) {
      expect(ref.length).toBeLessThanOrEqual(LIMITS.refChars);
    }
  });
});

describe('kinds', () => {
  test('a mask is a set of them', () => {
    fc.assert(
      fc.property(fc.subarray([...KINDS]), (kinds) => {
        expect(kindsOf(kindMask(kinds))).toEqual(KINDS.filter((kind) => kinds.includes(kind)));
      }),
    );
    expect(KINDS.length).toBeLessThanOrEqual(31);
    expect(new Set(KINDS.map(kindBit)).size).toBe(KINDS.length);
  });

  test('shown by precedence: Model, Dataset, Image, Package, File (DESIGN.md 3)', () => {
    const order = ['Model', 'Dataset', 'Image', 'Package', 'File'] as const;
    order.forEach((kind, at) => {
      expect(shownKind(kindMask(order.slice(at)))).toBe(kind);
    });
    expect(shownKind(0)).toBe('File');
  });

  test('positions are stored and never move', () => {
    expect(KINDS.slice(0, 17)).toEqual([
      ...['Model', 'Dataset', 'Image', 'Package', 'Deployment', 'Evaluation', 'Run', 'Code'],
      ...['Config', 'Prompt', 'Bom', 'Identity', 'Builder', 'Supplier', 'Platform', 'Name', 'File'],
    ]);
  });
});

describe('relations', () => {
  test('codes are stored and never move', () => {
    expect(RELATION_NAMES.slice(0, 9)).toEqual([
      ...['wasDerivedFrom', 'trainedOn', 'used', 'wasGeneratedBy', 'contains'],
      ...['hasDistributionArtifact', 'alternateOf', 'specializationOf', 'namedAs'],
    ]);
    for (const name of RELATION_NAMES) expect(RELATION_NAMES[relationCode(name)]).toBe(name);
    expect(STRENGTHS).toEqual(['explicit', 'computed', 'implied', 'inferred']);
  });

  /** What each arc is to a walk from cause to effect, and from effect to cause. */
  const modes = (name: keyof typeof RELATIONS, reverse: boolean, strength = 0) => {
    const base = { relation: relationCode(name), strength, snapshot: false, document: 0 };
    const mark = packMark({ ...base, reverse });
    return [arcMode('down', mark), arcMode('up', mark)];
  };

  test('the table alone says what is walked', () => {
    for (const name of RELATION_NAMES) {
      const [down, up] = modes(name, false);
      const { influence, nameStep } = RELATIONS[name];
      if (influence === 'none' || influence === 'process') {
        expect([name, down === 'skip' || down === 'revision']).toEqual([name, true]);
      } else if (influence === 'content' && !nameStep) {
        expect([name, down === 'definite' || down === 'runInput']).toEqual([name, true]);
        expect([name, up === 'definite' || up === 'runInput']).toEqual([name, true]);
      } else if (influence === 'score') {
        expect([name, down]).toEqual([name, 'score']);
      } else if (influence === 'placement') {
        expect([name, down]).toEqual([name, 'placement']);
      }
    }
  });

  test('an inferred content edge only makes possible, either way', () => {
    const inferred = STRENGTHS.indexOf('inferred');
    for (const name of RELATION_NAMES) {
      const { influence, nameStep } = RELATIONS[name];
      if (influence === 'content' && !nameStep) {
        expect([name, ...modes(name, false, inferred)]).toEqual([name, 'possible', 'possible']);
      }
    }
  });

  test('one of the two arcs of a name is the step, whichever way it is walked', () => {
    expect(modes('namedAs', false)).toEqual(['definite', 'nameStep']);
    expect(modes('namedAs', true)).toEqual(['nameStep', 'definite']);
  });

  test('back from a digest to its coordinate is only possible', () => {
    expect(modes('specializationOf', true)).toEqual(['possible', 'possible']);
    expect(modes('specializationOf', false)).toEqual(['definite', 'definite']);
  });
});

test('classes are ordered weakest first', () => {
  expect(TRUST_CLASSES.map(trustRank)).toEqual([0, 1, 2, 3, 4]);
  expect(trustRank('attested')).toBeGreaterThan(trustRank('trusted'));
  expect(trustRank('unsigned')).toBeLessThan(trustRank('signed'));
});

describe('state lines', () => {
  async function* lines(list: readonly string[]): AsyncGenerator<string> {
    yield* list;
  }

  test('their digest does not depend on their order, and on everything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 }),
        async (list) => {
          const digest = await digestLines(lines(list));
          expect(await digestLines(lines(list.toReversed()))).toBe(digest);
          expect(await digestLines(lines(list.slice(1)))).not.toBe(digest);
          expect(await digestLines(lines([...list, 'one more line']))).not.toBe(digest);
        },
      ),
    );
  });

  test('say project, ends, relation, strength, qualifiers, document and places', () => {
    const edge = {
      project: 'p',
      from: 'a',
      relation: 'used',
      to: 'b',
      strength: 'explicit',
      qualifiers: { role: 'material' },
      document: 'd',
      pointers: ['/x'],
    } as const;
    const line = edgeLine(edge);
    for (const change of [
      { project: 'q' },
      { from: 'c' },
      { relation: 'contains' },
      { to: 'c' },
      { strength: 'inferred' },
      { qualifiers: {} },
      { document: 'e' },
      { pointers: ['/y'] },
    ] as const) {
      expect(edgeLine({ ...edge, ...change })).not.toBe(line);
    }
    expect(nodeLine('p', 'a', kindMask(['Model', 'File']))).toBe(
      '{"kinds":["File","Model"],"line":"node","project":"p","ref":"a"}',
    );
    expect(standingLine('p', 'd', 'accepted')).not.toBe(standingLine('p', 'd', 'retracted'));
  });
});
