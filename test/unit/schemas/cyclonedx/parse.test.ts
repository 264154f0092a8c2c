// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseJson } from '../../../../core/json.ts';
import { parseCyclonedxJson } from '../../../../schemas/cyclonedx/parse.ts';
import { bomWith } from '../../../support/cyclonedx-reading.ts';
import type { Bom } from '../../../../schemas/cyclonedx/model.ts';

function parse(bom: unknown): Bom {
  return parseCyclonedxJson(parseJson(JSON.stringify(bom)).value);
}

function problems(bom: unknown): [string, string][] {
  return parse(bom).problems.map(({ code, pointer }) => [code, pointer]);
}

describe('parseCyclonedxJson', () => {
  test.each([[null], [[]], ['text'], [1]])('refuses %j as a document', (value) => {
    let thrown: unknown;
    try {
      parseCyclonedxJson(value);
    } catch (error) {
      thrown = error;
    }
    expect(isPedigreeError(thrown) && thrown.code).toBe('ERR_PARSE_DOCUMENT');
  });

  test('reads a component with everything that carries lineage', () => {
    const component = {
      type: 'machine-learning-model',
      'bom-ref': 'm',
      group: 'org',
      name: 'model',
      version: '2',
      purl: 'pkg:huggingface/org/model@1',
      cpe: 'cpe:2.3:a:org:model:2:*:*:*:*:*:*:*',
      swid: { tagId: 'tag', name: 'model' },
      omniborId: ['gitoid:blob:sha1:a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
      swhid: ['swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2'],
      hashes: [{ alg: 'SHA-1', content: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' }],
      licenses: [
        { license: { id: 'MIT', acknowledgement: 'declared' } },
        { license: { name: 'Own' } },
      ],
      supplier: { name: 'Org' },
      manufacturer: { name: 'Maker' },
      pedigree: {
        ancestors: [{ type: 'machine-learning-model', name: 'base' }],
        commits: [{ uid: 'c1' }],
      },
      modelCard: {
        modelParameters: {
          task: 't',
          architectureFamily: 'f',
          modelArchitecture: 'a',
          datasets: [
            { ref: 'd' },
            { type: 'dataset', name: 'n', contents: { url: 'https://example.org/n' } },
          ],
        },
        quantitativeAnalysis: { performanceMetrics: [{ type: 'acc', value: '0.90', slice: 'd' }] },
      },
      properties: [
        { name: 'cdx:ai-ml:dataset:stage', value: 'pre-training' },
        { name: 'other', value: 'x' },
      ],
      components: [{ type: 'file', name: 'weights' }],
    };
    const bom = parse(bomWith({ components: [component] }));
    expect(bom.problems).toEqual([]);
    expect(bom.components[0]).toMatchObject({
      bomRef: 'm',
      swidTagId: 'tag',
      hashes: [{ algorithm: 'SHA-1', hex: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' }],
      licenses: [
        { text: 'MIT', form: 'id', acknowledgement: 'declared' },
        { text: 'Own', form: 'name' },
      ],
      supplier: { name: 'Org', pointer: '/components/0/supplier' },
      pedigree: { ancestors: [{ name: 'base', pointer: '/components/0/pedigree/ancestors/0' }] },
      modelCard: {
        datasets: [
          { form: 'ref', ref: 'd' },
          { form: 'inline', data: { name: 'n', url: 'https://example.org/n' } },
        ],
        performanceMetrics: [{ type: 'acc', value: '0.90', slice: 'd' }],
      },
      mlProperties: [{ value: 'pre-training', pointer: '/components/0/properties/0' }],
      components: [{ name: 'weights', pointer: '/components/0/components/0' }],
    });
  });

  test('reads tools of both shapes', () => {
    const old = parse(bomWith({ metadata: { tools: [{ vendor: 'v', name: 'n', version: '1' }] } }));
    const now = parse(
      bomWith({ metadata: { tools: { components: [{ group: 'v', name: 'n', version: '1' }] } } }),
    );
    expect(old.metadata.tools).toEqual([{ vendor: 'v', name: 'n', version: '1' }]);
    expect(now.metadata.tools).toEqual(old.metadata.tools);
  });

  test('tells `dependsOn: []` from a dependsOn that is not there', () => {
    const bom = parse(bomWith({ dependencies: [{ ref: 'a', dependsOn: [] }, { ref: 'b' }] }));
    expect(bom.dependencies.map(({ dependsOnStated }) => dependsOnStated)).toEqual([true, false]);
  });

  test.each([
    ['a wrong bomFormat', { bomFormat: 'cyclonedx' }, 'bom-format', '/bomFormat'],
    ['no bomFormat', { bomFormat: undefined }, 'bom-format', '/bomFormat'],
    ['no specVersion', { specVersion: undefined }, 'spec-version-missing', '/specVersion'],
    ['an unknown specVersion', { specVersion: '1.1' }, 'spec-version-unknown', '/specVersion'],
    [
      'a redacted serial number',
      { serialNumber: 'urn:uuid:redacted' },
      'serial-number-invalid',
      '/serialNumber',
    ],
    ['no version', { version: undefined }, 'version-missing', '/version'],
    ['version 0', { version: 0 }, 'version-invalid', '/version'],
    ['a version that is text', { version: '1' }, 'version-invalid', '/version'],
    ['components that are no list', { components: {} }, 'wrong-type', '/components'],
    ['a component that is no object', { components: [1] }, 'wrong-type', '/components/0'],
    [
      'a component without a name',
      { components: [{ type: 'library' }] },
      'missing-name',
      '/components/0',
    ],
    [
      'a version that is a number',
      { components: [{ name: 'a', version: 1.5 }] },
      'number-for-text',
      '/components/0/version',
    ],
    [
      'a purl that is no text',
      { components: [{ name: 'a', purl: {} }] },
      'wrong-type',
      '/components/0/purl',
    ],
    [
      'a hash without content',
      { components: [{ name: 'a', hashes: [{ alg: 'MD5' }] }] },
      'hash-incomplete',
      '/components/0/hashes/0',
    ],
    [
      'license and expression in one',
      { components: [{ name: 'a', licenses: [{ expression: 'MIT', license: { id: 'MIT' } }] }] },
      'license-choice',
      '/components/0/licenses/0',
    ],
    [
      'a reference without a URL',
      { externalReferences: [{ type: 'vcs' }] },
      'reference-without-url',
      '/externalReferences/0',
    ],
    [
      'a dependency without ref',
      { dependencies: [{}] },
      'dependency-without-ref',
      '/dependencies/0',
    ],
    [
      'dependsOn with a number',
      { dependencies: [{ ref: 'a', dependsOn: [1] }] },
      'wrong-type',
      '/dependencies/0/dependsOn/0',
    ],
    [
      'affects without ref',
      { vulnerabilities: [{ affects: [{}] }] },
      'affects-without-ref',
      '/vulnerabilities/0/affects/0',
    ],
    ['metadata that is text', { metadata: 'x' }, 'wrong-type', '/metadata'],
  ])('lists %s and reads on', (_name, members, code, pointer) => {
    expect(problems(bomWith(members))).toContainEqual([code, pointer]);
  });

  test('lists each repeated bom-ref once, wherever it is borne', () => {
    const bom = parse(
      bomWith({
        components: [
          { name: 'a', 'bom-ref': 'x' },
          { name: 'b', 'bom-ref': 'x' },
          { name: 'c', 'bom-ref': 'x' },
        ],
        services: [{ name: 's', 'bom-ref': 'y' }],
        annotations: [{ 'bom-ref': 'y' }],
      }),
    );
    expect(bom.duplicateRefs).toEqual([
      { ref: 'x', pointer: '/components/1/bom-ref' },
      { ref: 'y', pointer: '/annotations/0/bom-ref' },
    ]);
    expect([...bom.bomRefs].sort()).toEqual(['x', 'y']);
  });

  test('inherited members are not read', () => {
    const text =
      '{"bomFormat":"CycloneDX","specVersion":"1.6","__proto__":{"components":[{"name":"evil"}]}}';
    const bom = parseCyclonedxJson(parseJson(text).value);
    expect(bom.components).toEqual([]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test('keeps a bounded list of problems', () => {
    const components = Array.from({ length: LIMITS.problems * 3 }, () => 1);
    const found = parse(bomWith({ components })).problems;
    expect(found.length).toBe(LIMITS.problems);
    expect(found.at(-1)?.code).toBe('more-problems');
  });
});
