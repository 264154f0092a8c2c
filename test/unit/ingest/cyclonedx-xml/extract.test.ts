// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { cyclonedxXmlReader } from '../../../../ingest/extract/cyclonedx-xml.ts';
import { detectCyclonedxXml } from '../../../../schemas/cyclonedx-xml/detect.ts';
import { decode } from '../../../../schemas/decoded.ts';
import {
  edgesOf,
  factsOf as factsOfJson,
  problemCodes,
  readBytes,
} from '../../../support/cyclonedx-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import type { Reading } from '../../../../ingest/extract/extractor.ts';

const NAMESPACE = 'http://cyclonedx.org/schema/bom/1.6';

function readXml(input: string | Uint8Array, strict = false): Reading {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const decoded = decode(bytes);
  const detected = detectCyclonedxXml(decoded);
  if (detected === undefined) throw new Error('not detected as CycloneDX XML');
  return cyclonedxXmlReader.read(decoded, detected, { digest: sha256(bytes), strict });
}

function factsOf(inside: string, namespace = NAMESPACE): Facts {
  return readXml(
    `<bom xmlns="${namespace}" serialNumber="urn:uuid:11111111-2222-4333-8444-555555555555" version="1">${inside}</bom>`,
  ).facts;
}

/** Edges with their places. */
function placed(facts: Facts, relation: string): string[] {
  return facts.edges
    .filter((edge) => edge.relation === relation)
    .flatMap(({ pointers }) => [...pointers])
    .sort();
}

const RICH_JSON = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: 'urn:uuid:11111111-2222-4333-8444-555555555555',
  version: 1,
  metadata: {
    timestamp: '2024-01-01T00:00:00Z',
    tools: { components: [{ type: 'application', group: 'g', name: 't', version: '1' }] },
    component: {
      type: 'application',
      name: 'app',
      'bom-ref': 'app',
      version: '1',
      supplier: { name: 's' },
    },
  },
  components: [
    {
      type: 'machine-learning-model',
      'bom-ref': 'm',
      name: 'm',
      hashes: [{ alg: 'SHA-256', content: sha256('m').slice(7) }],
      licenses: [{ license: { id: 'MIT' } }],
      pedigree: {
        ancestors: [
          { type: 'machine-learning-model', name: 'base', purl: 'pkg:huggingface/o/b@1' },
        ],
      },
      modelCard: {
        modelParameters: {
          task: 'x',
          datasets: [
            { ref: 'd' },
            { type: 'dataset', name: 'i', contents: { url: 'https://h/i' } },
          ],
        },
        quantitativeAnalysis: { performanceMetrics: [{ type: 'f1', value: '0.9', slice: 'd' }] },
      },
      components: [{ type: 'file', 'bom-ref': 'w', name: 'w' }],
    },
    {
      type: 'data',
      'bom-ref': 'd',
      name: 'd',
      properties: [{ name: 'cdx:ai-ml:dataset:stage', value: 'pre-training' }],
    },
    {
      type: 'library',
      'bom-ref': 'l',
      name: 'l',
      purl: 'pkg:npm/l@1',
      licenses: [{ expression: 'MIT OR ISC' }],
    },
  ],
  services: [{ 'bom-ref': 'x', name: 'x' }],
  dependencies: [
    { ref: 'app', dependsOn: ['m', 'l', 'x'] },
    { ref: 'm', dependsOn: ['d'], provides: ['w'] },
  ],
  compositions: [{ aggregate: 'complete', assemblies: ['app'], dependencies: ['m'] }],
  vulnerabilities: [
    {
      id: 'CVE-1',
      source: { name: 'NVD' },
      analysis: { state: 'resolved' },
      affects: [{ ref: 'l', versions: [{ version: '1', status: 'affected' }] }],
    },
  ],
  formulation: [
    {
      components: [{ type: 'container', 'bom-ref': 'c', name: 'c' }],
      workflows: [
        {
          'bom-ref': 'f',
          uid: 'f',
          taskTypes: ['build'],
          tasks: [
            {
              'bom-ref': 'k',
              uid: 'k',
              taskTypes: ['build'],
              inputs: [{ resource: { ref: 'd' } }],
              outputs: [{ resource: { ref: 'm' } }],
            },
          ],
        },
      ],
    },
  ],
  declarations: {
    claims: [{ target: 'm', predicate: 'p' }],
    targets: { components: [{ type: 'file', name: 'z' }] },
  },
};

const RICH_XML = `
<metadata><timestamp>2024-01-01T00:00:00Z</timestamp>
<tools><components><component type="application"><group>g</group><name>t</name><version>1</version></component></components></tools>
<component type="application" bom-ref="app"><supplier><name>s</name></supplier><name>app</name><version>1</version></component></metadata>
<components><component type="machine-learning-model" bom-ref="m"><name>m</name>
<hashes><hash alg="SHA-256">${sha256('m').slice(7)}</hash></hashes><licenses><license><id>MIT</id></license></licenses>
<pedigree><ancestors><component type="machine-learning-model"><name>base</name><purl>pkg:huggingface/o/b@1</purl></component></ancestors></pedigree>
<components><component type="file" bom-ref="w"><name>w</name></component></components>
<modelCard><modelParameters><task>x</task><datasets><ref>d</ref><dataset><type>dataset</type><name>i</name><contents><url>https://h/i</url></contents></dataset></datasets></modelParameters>
<quantitativeAnalysis><performanceMetrics><performanceMetric><type>f1</type><value>0.9</value><slice>d</slice></performanceMetric></performanceMetrics></quantitativeAnalysis></modelCard></component>
<component type="data" bom-ref="d"><name>d</name><properties><property name="cdx:ai-ml:dataset:stage">pre-training</property></properties></component>
<component type="library" bom-ref="l"><name>l</name><licenses><expression>MIT OR ISC</expression></licenses><purl>pkg:npm/l@1</purl></component></components>
<services><service bom-ref="x"><name>x</name></service></services>
<dependencies><dependency ref="app"><dependency ref="m"/><dependency ref="l"/><dependency ref="x"/></dependency>
<dependency ref="m"><dependency ref="d"/><provides ref="w"/></dependency></dependencies>
<compositions><composition><aggregate>complete</aggregate><assemblies><assembly ref="app"/></assemblies><dependencies><dependency ref="m"/></dependencies></composition></compositions>
<vulnerabilities><vulnerability><id>CVE-1</id><source><name>NVD</name></source><analysis><state>resolved</state></analysis>
<affects><target><ref>l</ref><versions><version><version>1</version><status>affected</status></version></versions></target></affects></vulnerability></vulnerabilities>
<formulation><formula><components><component type="container" bom-ref="c"><name>c</name></component></components>
<workflows><workflow bom-ref="f"><uid>f</uid><tasks><task bom-ref="k"><uid>k</uid><taskTypes><taskType>build</taskType></taskTypes>
<inputs><input><resource><ref>d</ref></resource></input></inputs><outputs><output><resource><ref>m</ref></resource></output></outputs></task></tasks>
<taskTypes><taskType>build</taskType></taskTypes></workflow></workflows></formula></formulation>
<declarations><targets><components><component type="file"><name>z</name></component></components></targets>
<claims><claim><target>m</target><predicate>p</predicate></claim></claims></declarations>`;

describe('one statement in XML and in JSON', () => {
  test('yields the same facts, apart from the places', () => {
    const xml = factsOf(RICH_XML);
    const json = factsOfJson(RICH_JSON);
    const shape = (facts: Facts) => ({
      nodes: facts.nodes
        .map(({ ref, kinds, names, attributes }) => ({
          ref: ref.replace(/^local:sha256:[0-9a-f]{64}/, 'local:'),
          kinds,
          names,
          attributes,
        }))
        .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
      edges: facts.edges
        .map(({ from, relation, to, strength, qualifiers }) =>
          JSON.stringify(
            [from, to]
              .map((id) => facts.nodes[id]?.names[0] ?? id)
              .concat(relation, strength, JSON.stringify(qualifiers)),
          ),
        )
        .sort(),
      claims: facts.claims.map(({ type }) => type),
      dependsOn: facts.dependsOn.length,
      problems: problemCodes(facts),
    });
    expect(shape(xml)).toEqual(shape(json));
    expect(xml.edges.length).toBeGreaterThan(15);
  });

  test('its places are paths of elements', () => {
    const facts = factsOf(RICH_XML);
    expect(placed(facts, 'trainedOn')).toEqual([
      '/bom/components/component/modelCard/modelParameters/datasets/dataset',
      '/bom/components/component[2]/properties/property',
    ]);
    expect(placed(facts, 'wasDerivedFrom')).toEqual([
      '/bom/components/component/pedigree/ancestors/component',
    ]);
    expect(placed(facts, 'hasStatus')).toEqual([
      '/bom/vulnerabilities/vulnerability/affects/target',
    ]);
    expect(facts.claims.map(({ pointer }) => pointer)).toContain('/bom/@version');
    expect(facts.claims.map(({ pointer }) => pointer)).toContain(
      '/bom/compositions/composition/assemblies/assembly',
    );
  });
});

describe('1.0 and 1.1', () => {
  const old = 'http://cyclonedx.org/schema/bom/1.1';
  const library = (name: string, inside = ''): string =>
    `<component type="library" bom-ref="${name}"><name>${name}</name><version>1</version>${inside}</component>`;
  const graph = 'http://cyclonedx.org/schema/ext/dependency-graph/1.0';
  const vulnerability = 'http://cyclonedx.org/schema/ext/vulnerability/1.0';

  test('have no metadata: the BOM is the root', () => {
    const facts = factsOf(`<components>${library('a')}</components>`, old);
    expect(edgesOf(facts, 'contains')).toEqual([
      'urn:uuid:11111111-2222-4333-8444-555555555555 contains a',
    ]);
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  test('their dependency graph is an extension, at the root or in a component, to any depth', () => {
    const entry = '<d:dependency ref="b"><d:dependency ref="c"/></d:dependency>';
    const atRoot = factsOf(
      `<components>${library('a')}${library('b')}${library('c')}</components>` +
        `<d:dependencies xmlns:d="${graph}"><d:dependency ref="a">${entry}</d:dependency></d:dependencies>`,
      old,
    );
    const inComponent = factsOf(
      `<components>${library('a', `<d:dependencies xmlns:d="${graph}">${entry}</d:dependencies>`)}${library('b')}${library('c')}</components>`,
      old,
    );
    const pairs = (facts: Facts) =>
      facts.dependsOn.map((pair) => pair.map((id) => facts.nodes[id]?.names[0]).join(' ')).sort();
    expect(pairs(atRoot)).toEqual(['a b', 'b c']);
    expect(pairs(inComponent)).toEqual(['a b', 'b c']);
  });

  test('their vulnerabilities are an extension', () => {
    const facts = factsOf(
      `<components>${library('a', `<v:vulnerabilities xmlns:v="${vulnerability}"><v:vulnerability><v:id>CVE-2</v:id></v:vulnerability></v:vulnerabilities>`)}</components>` +
        `<v:vulnerabilities xmlns:v="${vulnerability}"><v:vulnerability ref="a"><v:id>CVE-1</v:id></v:vulnerability></v:vulnerabilities>`,
      old,
    );
    expect(edgesOf(facts, 'hasStatus')).toEqual(['CVE-1 hasStatus a', 'CVE-2 hasStatus a']);
  });

  test('other extensions say nothing, whatever they are called', () => {
    const facts = factsOf(
      `<components>${library('a', '<x:name xmlns:x="urn:x">b</x:name><x:components xmlns:x="urn:x"><x:component/></x:components>')}</components>`,
      old,
    );
    expect(facts.nodes.flatMap(({ names }) => names)).not.toContain('b');
  });
});

describe('faults', () => {
  test('repeated bom-refs, an unknown version, a version that is no number', () => {
    const twice = '<component type="file" bom-ref="a"><name>a</name></component>'.repeat(2);
    const facts = factsOf(
      `<components>${twice}</components>`,
      'http://cyclonedx.org/schema/bom/9.9',
    );
    expect(facts.version).toBeNull();
    expect(problemCodes(facts)).toEqual(['duplicate-bom-ref', 'namespace-unknown', 'no-subject']);
    const { facts: odd } = readXml(`<bom xmlns="${NAMESPACE}" version="one"/>`);
    expect(odd.problems).toContainEqual(
      expect.objectContaining({ code: 'version-invalid', pointer: '/bom/@version' }),
    );
  });

  test.each([
    ['<bom/>'],
    ['<bom xmlns="urn:x"/>'],
    [`<x xmlns="${NAMESPACE}"/>`],
    [`<!-- <bom xmlns="${NAMESPACE}"/> -->`],
    ['{"bomFormat":"CycloneDX"}'],
  ])('%s is not CycloneDX XML', (text) => {
    expect(detectCyclonedxXml(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });

  test('a document type is recognised and refused: nothing is expanded or fetched', () => {
    const text = `<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom xmlns="${NAMESPACE}">&x;</bom>`;
    expect(() => readXml(text)).toThrow(expect.objectContaining({ code: 'ERR_PARSE_XML' }));
  });

  test('any change of a document: facts, or a PedigreeError', () => {
    const text = `<bom xmlns="${NAMESPACE}" version="1">${RICH_XML}</bom>`;
    const at = fc.nat(text.length - 1);
    const change = fc.oneof(
      fc.tuple(at, at).map(([a, b]) => text.slice(0, Math.min(a, b)) + text.slice(Math.max(a, b))),
      fc
        .tuple(at, fc.string({ maxLength: 3 }))
        .map(([a, by]) => text.slice(0, a) + by + text.slice(a + 1)),
      fc.tuple(at, at).map(([a, b]) => text.slice(0, Math.max(a, b)) + text.slice(Math.min(a, b))),
      fc
        .tuple(
          fc.constantFrom('ref', 'bom-ref', 'component', 'name', 'dependency', 'version'),
          fc.constantFrom('bom', 'hashes', 'x', '__proto__'),
        )
        .map(([word, by]) => text.replaceAll(word, by)),
    );
    let read = 0;
    fc.assert(
      fc.property(change, (changed) => {
        try {
          const { facts } = readXml(changed, true);
          read++;
          expect(facts.edges.every(({ from, to }) => from !== to)).toBe(true);
          expect(
            facts.edges.every(({ pointers }) =>
              pointers.every((place) => place.startsWith('/bom')),
            ),
          ).toBe(true);
        } catch (error) {
          if (
            !isPedigreeError(error) &&
            !(error instanceof Error && error.message.startsWith('not detected'))
          )
            throw error;
          if (isPedigreeError(error)) expect(error.code).not.toBe('ERR_INTERNAL');
        }
      }),
      { numRuns: 300 },
    );
    expect(read).toBeGreaterThan(0);
  });
});

describeShared('the XML BOMs of the story', () => {
  test.each([
    ['cyclonedx/environment-1.6.xml', 'cyclonedx/environment-1.6.json'],
    ['syft/venv.cdx.xml', 'syft/venv.cdx-1.6.json'],
  ])('%s says what %s says', (xml, json) => {
    const reading = readXml(readShared('samples', ...xml.split('/')), true);
    const other = readBytes(readShared('samples', ...json.split('/'))).facts;
    expect(reading.conformanceProblems).toEqual([]);
    expect(reading.conformant).toBe(true);
    const globals = (facts: Facts) =>
      facts.nodes
        .map(({ ref }) => ref)
        .filter((ref) => /^(?:pkg|sha256|coord|name):/.test(ref))
        .sort();
    expect(globals(reading.facts)).toEqual(globals(other));
    expect(edgesOf(reading.facts, 'contains').length).toBe(edgesOf(other, 'contains').length);
    expect(edgesOf(reading.facts, 'contains').length).toBeGreaterThan(10);
  });
});

describeShared('every CycloneDX XML document of the corpus', () => {
  test('is read, or refused with a code', () => {
    const manifest = JSON.parse(
      new TextDecoder().decode(readShared('corpus', 'manifest.json')),
    ) as {
      path: string;
      format: string;
      valid: boolean;
    }[];
    const found = manifest.filter(
      ({ format, path }) => format === 'cyclonedx-xml' && !path.endsWith('invalid-cyclonedx.xml'),
    );
    for (const { path, valid } of found) {
      const { facts, conformant } = readXml(readShared('corpus', path), true);
      expect(conformant).toBe(valid);
      expect(facts.subjects).toHaveLength(1);
    }
    expect(found).toHaveLength(167);
  });
});
