// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  bomWith,
  edgesOf,
  factsOf,
  hexOf,
  problemCodes,
} from '../../../support/cyclonedx-reading.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

function part(name: string, type = 'library'): Record<string, unknown> {
  return { type, name, 'bom-ref': name, purl: `pkg:generic/${name}@1` };
}

function formed(formula: object, members: object = {}): Facts {
  return factsOf(
    bomWith({
      metadata: { component: part('model', 'machine-learning-model') },
      components: [part('data', 'data')],
      formulation: [{ 'bom-ref': 'formula', ...formula }],
      ...members,
    }),
  );
}

const train = {
  'bom-ref': 'train',
  uid: 'run-number-7',
  name: 'train',
  taskTypes: ['build'],
  inputs: [{ resource: { ref: 'data' } }, { parameters: [{ name: 'x' }] }],
  outputs: [{ type: 'artifact', resource: { ref: 'model' } }],
};

describe('formulation', () => {
  test('a task used its inputs and generated its outputs', () => {
    const facts = formed({
      workflows: [{ 'bom-ref': 'w', name: 'w', taskTypes: ['build'], tasks: [train] }],
    });
    expect(edgesOf(facts, 'used', 'wasGeneratedBy')).toEqual([
      'model wasGeneratedBy formula',
      'model wasGeneratedBy train',
      'train used data',
    ]);
    expect(edgesOf(facts, 'wasInformedBy')).toEqual([
      'train wasInformedBy w',
      'w wasInformedBy formula',
    ]);
  });

  test('inputs of the run that made the root are reached by it, so they are no parts', () => {
    const facts = formed({ workflows: [{ name: 'w', tasks: [train] }] });
    expect(edgesOf(facts, 'contains')).toEqual([]);
    expect(problemCodes(facts)).toEqual([]);
  });

  test('components of a formula took part in it, and are not listed parts', () => {
    const facts = formed({
      components: [part('image', 'container')],
      workflows: [{ name: 'w', tasks: [train] }],
    });
    expect(edgesOf(facts, 'used')).toContain('formula used image');
    expect(edgesOf(facts, 'contains')).toEqual([]);
  });

  test('a formula without outputs made the described component, most likely', () => {
    const facts = formed({ components: [part('image', 'container')], workflows: [{ name: 'w' }] });
    const made = facts.edges.filter(({ relation }) => relation === 'wasGeneratedBy');
    expect(made.map(({ strength }) => strength)).toEqual(['inferred']);
    expect(edgesOf(facts, 'wasGeneratedBy')).toEqual(['model wasGeneratedBy formula']);
    expect(edgesOf(facts, 'contains')).toEqual(['model contains data']);
  });

  test('… and nothing where the BOM describes nothing', () => {
    const facts = formed({ workflows: [{ name: 'w' }] }, { metadata: {} });
    expect(edgesOf(facts, 'wasGeneratedBy')).toEqual([]);
  });

  test.each([
    [['build'], ['build']],
    [['clone', 'build'], ['build']],
    [['scan'], ['scan']],
    [['deploy'], ['deploy']],
    [['scan', 'build'], ['build']],
    [['scan', 'deliver'], []],
    [['test'], []],
    [['merge'], []],
    [[], []],
  ])('task types %j claim the role %j', (taskTypes, roles) => {
    const facts = formed({ workflows: [{ name: 'w', taskTypes }] });
    expect(
      facts.claims.flatMap((claim) => (claim.type === 'run-role' ? [claim.activity] : [])),
    ).toEqual(roles);
  });

  test('tasks follow each other, a runtime topology took part', () => {
    const facts = formed({
      components: [part('image', 'container')],
      workflows: [
        {
          'bom-ref': 'w',
          name: 'w',
          tasks: [train, { 'bom-ref': 'pack', name: 'pack', taskTypes: ['other'] }],
          taskDependencies: [{ ref: 'pack', dependsOn: ['train'] }],
          runtimeTopology: [{ ref: 'image', dependsOn: ['w', 'gone'] }],
        },
      ],
    });
    expect(edgesOf(facts, 'wasInformedBy')).toContain('pack wasInformedBy train');
    expect(edgesOf(facts, 'used')).toContain('w used image');
    expect(problemCodes(facts)).toEqual(['dangling-ref']);
  });

  test('an external resource with a hash is that file, without one a URL', () => {
    const resource = (url: string, hashes?: object[]): object => ({
      resource: { externalReference: { type: 'other', url, hashes } },
    });
    const hex = hexOf('external');
    const facts = formed({
      workflows: [
        {
          name: 'w',
          inputs: [
            resource('https://example.org/a', [{ alg: 'SHA-256', content: hex }]),
            resource('https://example.org/b'),
          ],
        },
      ],
    });
    const used = facts.edges.filter(({ relation }) => relation === 'used');
    const refs = used.map(({ to }) => facts.nodes[to]?.ref ?? '');
    expect(refs[0]).toBe(`sha256:${hex}`);
    expect(refs[1]).toMatch(/^local:/);
  });
});
