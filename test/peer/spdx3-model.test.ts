// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { findEdition, type ClassRule, type Edition } from '../../schemas/spdx3/classes/edition.ts';
import { checkSpdx3Conformance } from '../../schemas/spdx3/conformance.ts';
import { describePeer, peerPath } from '../support/peers.ts';
import {
  concreteClasses,
  sampleDocument,
  sampleIri,
  sampleOf,
  type Sample,
} from '../support/spdx3-samples.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const VERSIONS = ['3.0.1', '3.0.0'] as const;

/** What only the other half of conformance says, or the text: references, and what depends on several members. */
const NOT_STRUCTURAL = new Set(['spdx3:reference', 'spdx3:constraint']);

/** The JSON schemas of the SPDX project, against our tables. `tools/peers/bom-checkers.sh` installs them. */
describePeer('the official schema of SPDX 3', 'spdx3-model/.complete', () => {
  const schemaOf = (version: string): Schema =>
    JSON.parse(
      readFileSync(peerPath('spdx3-model', 'resources', `schema-v${version}.json`), 'utf8'),
    ) as Schema;

  const editionOf = (version: string): Edition => {
    const edition = findEdition(`https://spdx.org/rdf/${version}/spdx-context.jsonld`);
    if (edition === undefined) throw new Error(`no edition ${version}`);
    return edition;
  };

  /** `0..1 string` for each property of each class, as the schema of a version says. */
  const describeSchema = (version: string): Record<string, Record<string, string>> => {
    const defs = schemaOf(version).$defs ?? {};
    const follow = ({ $ref }: Schema): Schema => defs[($ref ?? '').replace('#/$defs/', '')] ?? {};
    const rangeOf = (property: Schema): string => {
      const [, className] = /^#\/\$defs\/(\w+)_derived$/.exec(property.$ref ?? '') ?? [];
      if (className !== undefined) return className;
      if (property.$ref === '#/$defs/anyURI') return 'anyURI';
      if (property.enum !== undefined) return [...property.enum].sort().join(' ');
      if (property.type === 'integer') return `integer from ${property.minimum}`;
      if (property.oneOf?.[0]?.type === 'number') return 'decimal';
      if (property.allOf !== undefined) return 'dateTime';
      if (property.pattern !== undefined)
        return property.pattern.includes('\\/') ? 'mediaType' : 'semVer';
      return property.type ?? '?';
    };
    const propertiesOf = (props: Schema): Record<string, string> => {
      const [parent = {}, { properties = {}, required = [] } = {}] = props.allOf ?? [];
      const own = Object.entries(properties).map(([key, value]) => {
        const list = value.oneOf?.[0];
        const min = list?.minItems ?? (required.includes(key) ? 1 : 0);
        const cardinality = `${min}..${list === undefined ? '1' : '*'}`;
        return [key, `${cardinality} ${rangeOf(follow(list?.items ?? value))}`];
      });
      const inherited = parent.$ref === '#/$defs/SHACLClass' ? {} : propertiesOf(follow(parent));
      return { ...inherited, ...(Object.fromEntries(own) as Record<string, string>) };
    };
    const names = Object.keys(defs).filter((name) => Object.hasOwn(defs, `${name}_props`));
    return Object.fromEntries(
      names.map((name) => [name, propertiesOf(defs[`${name}_props`] ?? {})]),
    );
  };

  const describeTable = (rule: ClassRule): Record<string, string> =>
    Object.fromEntries(
      [...rule.properties].map(([key, { min, isList, range }]) => {
        const integers: Record<string, string> = {
          positiveInteger: 'integer from 1',
          nonNegativeInteger: 'integer from 0',
        };
        const name =
          range.kind === 'term'
            ? [...range.terms].sort().join(' ')
            : (integers[range.name] ?? range.name);
        return [key, `${min}..${isList ? '*' : '1'} ${name}`];
      }),
    );

  test.each(VERSIONS)('%s: each class has the same properties', (version) => {
    const schema = describeSchema(version);
    const { classes } = editionOf(version);
    let compared = 0;
    for (const [name, properties] of Object.entries(schema)) {
      const rule = classes.get(name);
      // the schema has a class for each vocabulary, too
      if (rule === undefined) expect(properties, name).toEqual({});
      else {
        expect(describeTable(rule), name).toEqual(properties);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });

  test('3.0.1: the same classes are concrete', () => {
    const { AnyClass } = schemaOf('3.0.1').$defs ?? {};
    const names = (AnyClass?.anyOf ?? []).map(({ $ref }) => ($ref ?? '').replace('#/$defs/', ''));
    const ours = concreteClasses(editionOf('3.0.1')).map(({ name }) => name);
    expect(names.filter((name) => !name.endsWith('Type') && !ours.includes(name))).toEqual([
      ...['HashAlgorithm', 'RelationshipCompleteness', 'software_SoftwarePurpose'],
    ]);
    expect(ours.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('3.0.1: the same classes derive from each other', () => {
    const defs = schemaOf('3.0.1').$defs ?? {};
    const edition = editionOf('3.0.1');
    for (const name of edition.classes.keys()) {
      const objects = defs[`${name}_derived`]?.anyOf?.[0]?.anyOf ?? [];
      const derived = objects.map(({ $ref }) => ($ref ?? '').replace('#/$defs/', ''));
      const ours = concreteClasses(edition).filter(({ lineage }) => lineage.has(name));
      const expected = derived.filter((one) => !one.endsWith('_props'));
      expect(ours.map((rule) => rule.name).sort(), name).toEqual(expected.sort());
    }
  });

  const isStructural = (document: unknown): boolean =>
    checkSpdx3Conformance(document as JsonValue).problems.every(({ code }) =>
      NOT_STRUCTURAL.has(code),
    );

  test('a document with every property of every class: both take it', () => {
    for (const version of VERSIONS) {
      const document = sampleDocument(editionOf(version));
      expect(checkSpdx3Conformance(document as JsonValue).problems).toEqual([]);
    }
    const isValid = new Ajv2020({ strict: false }).compile({ ...schemaOf('3.0.1') });
    const graph = sampleDocument(editionOf('3.0.1'))['@graph'] as Sample[];
    for (const object of graph) {
      const document = { '@context': editionOf('3.0.1').context, '@graph': [object] };
      expect([object['type'], isValid(document)]).toEqual([object['type'], true]);
    }
  });

  test('each property broken in every way: both say the same', { timeout: 300_000 }, () => {
    const edition = editionOf('3.0.1');
    const isValid = new Ajv2020({ strict: false }).compile({ ...schemaOf('3.0.1') });
    const differing: string[] = [];
    let compared = 0;
    let refused = 0;
    for (const rule of concreteClasses(edition)) {
      for (const [name, object] of mutantsOf(edition, rule)) {
        const document = { '@context': edition.context, '@graph': [object] };
        const wanted = isValid(document);
        if (isStructural(document) !== wanted) {
          differing.push(`${rule.name} ${name}: the schema says ${wanted}`);
        }
        compared++;
        if (!wanted) refused++;
      }
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(5000);
    expect(refused).toBeGreaterThan(3000);
  });
});

/** The sample of a class with one member left out, added or otherwise. */
function* mutantsOf(edition: Edition, rule: ClassRule): Generator<[string, Sample]> {
  const whole = sampleOf(edition, rule);
  const others: [string, unknown][] = [
    ...[null, 7, 0, -1, 1.5, '', 'text', 'urn:x:1', '_:b', '_:', true, [], {}].map(
      (value): [string, unknown] => [JSON.stringify(value), value],
    ),
    ['a list', ['text']],
    ['2024-02-29T00:00:00+01:00', '2024-02-29T00:00:00+01:00'],
    ['2024-02-29T00:00:00.5Z', '2024-02-29T00:00:00.5Z'],
    ['a number as text', '7.5'],
    ['1.2', '1.2'],
    ['a range', { type: 'PositiveIntegerRange', beginIntegerRange: 1, endIntegerRange: 2 }],
    ['a hash', { type: 'Hash', algorithm: 'sha256', hashValue: 'ab' }],
    ['a hash without a value', { type: 'Hash', algorithm: 'sha256' }],
    ['NoneElement', 'NoneElement'],
    ['an element', { ...sampleOf(edition, edition.classes.get('Person') ?? rule) }],
  ];
  for (const key of Object.keys(whole)) {
    const { [key]: value, ...rest } = whole;
    yield [`without ${key}`, rest];
    for (const [name, other] of others) {
      // a number is one to the JSON schema; in RDF 1.5 is 1.5E0, which is no decimal
      const isDouble = other === 1.5 && rule.properties.get(key)?.range.name === 'decimal';
      if (!isDouble) yield [`${key} is ${name}`, { ...rest, [key]: other }];
    }
    yield [`${key} in a list`, { ...rest, [key]: [value] }];
    if (Array.isArray(value)) {
      yield [`${key} alone`, { ...rest, [key]: value[0] as unknown }];
      yield [`${key} with null`, { ...rest, [key]: [...(value as unknown[]), null] }];
    }
    yield [`${key} misspelt`, { ...rest, [`${key}x`]: value }];
  }
  yield ['with another id', { ...whole, '@id': '_:other' }];
  yield ['with an id of elements', { ...whole, spdxId: sampleIri('other') }];
  yield ['with a blank id', { ...whole, spdxId: '_:b' }];
  yield [
    'of a class in full',
    { ...whole, type: `https://spdx.org/rdf/3.0.1/terms/Core/${rule.name}` },
  ];
  yield ['of an abstract class', { ...whole, type: 'Element' }];
  yield ['with a context', { ...whole, '@context': edition.context }];
}
