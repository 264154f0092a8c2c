// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { bomWith, factsOf } from '../../../support/cyclonedx-reading.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const HUB = 'https://huggingface.co';

function factsOfComponent(component: object): Facts {
  return factsOf(bomWith({ metadata: { component: { name: 'thing', ...component } } }));
}

/** Names on the Hub that anything in the document is known by. */
function hubNames(facts: Facts): string[] {
  return facts.edges
    .filter(({ relation }) => relation === 'namedAs')
    .map(({ to }) => facts.nodes[to]?.ref ?? '')
    .filter((ref) => ref.startsWith('name:huggingface/'));
}

const withPage = (kind: string, type: string, url: string, more: object = {}): object => ({
  type: kind,
  externalReferences: [{ type, url }],
  ...more,
});

describe('a page on the Hub', () => {
  test.each([
    ['machine-learning-model', 'model-card', `${HUB}/Org/Name`, 'model/Org/Name'],
    ['machine-learning-model', 'model-card', `${HUB}/Org/Name/`, 'model/Org/Name'],
    [
      'machine-learning-model',
      'model-card',
      `${HUB}/Org/Name/blob/main/README.md`,
      'model/Org/Name',
    ],
    ['machine-learning-model', 'distribution', 'https://hf.co/Org/Name', 'model/Org/Name'],
    ['data', 'website', `${HUB}/datasets/Org/Name`, 'dataset/Org/Name'],
    ['data', 'distribution', `${HUB}/datasets/squad`, 'dataset/squad'],
  ])('of a %s as %s: %s', (kind, type, url, name) => {
    const facts = factsOfComponent(withPage(kind, type, url));
    expect(hubNames(facts)).toEqual([`name:huggingface/${name}`]);
  });

  test('once, however often it is named', () => {
    const url = `${HUB}/Org/Name`;
    const externalReferences = [
      { type: 'model-card', url },
      { type: 'distribution', url },
    ];
    const facts = factsOfComponent({ type: 'machine-learning-model', externalReferences });
    expect(hubNames(facts)).toEqual(['name:huggingface/model/Org/Name']);
  });

  test('beside a digest, and of an ancestor', () => {
    const ancestor = withPage('machine-learning-model', 'model-card', `${HUB}/Org/Base`, {
      name: 'base',
    });
    const facts = factsOfComponent(
      withPage('machine-learning-model', 'model-card', `${HUB}/Org/Name`, {
        hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
        pedigree: { ancestors: [ancestor] },
      }),
    );
    expect(hubNames(facts).sort()).toEqual([
      'name:huggingface/model/Org/Base',
      'name:huggingface/model/Org/Name',
    ]);
  });

  test.each([
    ['somebody else’s page', 'machine-learning-model', 'website', `${HUB}/Org/Name`],
    ['the documentation', 'machine-learning-model', 'documentation', `${HUB}/Org/Name`],
    ['of a library', 'library', 'model-card', `${HUB}/Org/Name`],
    ['of a dataset', 'machine-learning-model', 'model-card', `${HUB}/datasets/Org/Name`],
    ['of a space', 'machine-learning-model', 'model-card', `${HUB}/spaces/Org`],
    ['of the documentation', 'machine-learning-model', 'model-card', `${HUB}/docs/hub`],
    ['of a namespace', 'machine-learning-model', 'model-card', `${HUB}/Org`],
    ['of a file', 'machine-learning-model', 'model-card', `${HUB}/Org/Name/resolve/main/w.bin`],
    ['of another host', 'machine-learning-model', 'model-card', 'https://example.org/Org/Name'],
    [
      'of a host that looks like it',
      'machine-learning-model',
      'model-card',
      'https://huggingface.co.example.org/Org/Name',
    ],
    ['with a query', 'machine-learning-model', 'model-card', `${HUB}/Org/Name?x=/a/b`],
    ['a model’s for a dataset', 'data', 'website', `${HUB}/Org/Name`],
  ])('%s is no name of the thing', (_name, kind, type, url) => {
    expect(hubNames(factsOfComponent(withPage(kind, type, url)))).toEqual([]);
  });

  test('with a purl of a release it adds nothing', () => {
    const purl = 'pkg:huggingface/Org/Name@7c41481f57cb95916b40956ab2f0b139b296d974';
    const facts = factsOfComponent(
      withPage('machine-learning-model', 'model-card', `${HUB}/Org/Other`, { purl }),
    );
    expect(hubNames(facts)).toEqual([]);
  });
});
