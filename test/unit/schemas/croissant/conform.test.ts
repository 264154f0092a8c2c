// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { findCroissantFaults } from '../../../../schemas/croissant/conform.ts';
import { detectCroissant } from '../../../../schemas/croissant/detect.ts';
import { parseCroissant } from '../../../../schemas/croissant/parse.ts';
import { CroissantVocabulary } from '../../../../schemas/croissant/vocabulary.ts';
import type { JsonObject, JsonValue } from '../../../../core/canonical-json-jcs.ts';

const CONTEXT: JsonObject = {
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  dct: 'http://purl.org/dc/terms/',
  conformsTo: 'dct:conformsTo',
  ...Object.fromEntries(
    [
      ...['recordSet', 'field', 'source', 'fileObject', 'fileSet', 'extract', 'column', 'dataType'],
      ...[
        'includes',
        'references',
        'transform',
        'regex',
        'replace',
        'isArray',
        'arrayShape',
        'data',
      ],
      ...['subField', 'isLiveDataset', 'fileProperty', 'jsonPath', 'md5'],
    ].map((term) => [term, `cr:${term}`]),
  ),
};

const FILE = {
  '@type': 'cr:FileObject',
  '@id': 'f',
  name: 'f',
  contentUrl: 'https://example.org/f.csv',
  encodingFormat: 'text/csv',
  sha256: 'a'.repeat(63) + 'b',
};
const FIELD = {
  '@type': 'cr:Field',
  '@id': 'r/x',
  name: 'x',
  dataType: 'sc:Text',
  source: { fileObject: { '@id': 'f' }, extract: { column: 'x' } },
};

function datasetWith(members: Record<string, JsonValue>): JsonObject {
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    name: 'd',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    distribution: [FILE],
    recordSet: [{ '@type': 'cr:RecordSet', '@id': 'r', name: 'r', field: [FIELD] }],
    ...members,
  };
}

const withFile = (members: Record<string, JsonValue>): JsonObject =>
  datasetWith({ distribution: [{ ...FILE, ...members }] });
const withField = (members: Record<string, JsonValue>): JsonObject =>
  datasetWith({
    recordSet: [
      { '@type': 'cr:RecordSet', '@id': 'r', name: 'r', field: [{ ...FIELD, ...members }] },
    ],
  });
const withoutMember = (value: JsonObject, key: string): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
const codes = (value: JsonValue): string[] => [
  ...new Set(findCroissantFaults(value).map(({ code }) => code)),
];

describe('conformance', () => {
  test('a document without faults', () => {
    expect(findCroissantFaults(datasetWith({}))).toEqual([]);
    expect(findCroissantFaults([datasetWith({}), datasetWith({})])).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    [
      'conformsTo of no version',
      datasetWith({ conformsTo: 'http://mlcommons.org/croissant/9.9' }),
      'conforms-to',
    ],
    ['a space in an @id', withFile({ '@id': 'a b' }), 'id-whitespace'],
    ['a wrong type in the distribution', withFile({ '@type': 'sc:Thing' }), 'distribution-type'],
    ['the 0.8 type in 1.0', withFile({ '@type': 'sc:FileObject' }), 'distribution-type'],
    ['no contentUrl', withFile({ contentUrl: '' }), 'mandatory'],
    ['no encodingFormat', withFile({ encodingFormat: null }), 'mandatory'],
    ['no digest', withFile({ sha256: '' }), 'mandatory'],
    ['no includes', withFile({ '@type': 'cr:FileSet' }), 'mandatory'],
    ['a container that is not there', withFile({ containedIn: { '@id': 'g' } }), 'dangling-ref'],
    [
      'a wrong type of record set',
      datasetWith({ recordSet: [{ '@type': 'sc:X', '@id': 'r' }] }),
      'record-set-type',
    ],
    ['a wrong type of field', withField({ '@type': 'sc:X' }), 'field-type'],
    [
      'a source that is not there',
      withField({ source: { fileObject: { '@id': 'g' } } }),
      'dangling-ref',
    ],
    ['a source of nothing', withField({ source: { extract: { column: 'x' } } }), 'source-target'],
    [
      'a source of two',
      withField({ source: { fileObject: { '@id': 'f' }, fileSet: { '@id': 'f' } } }),
      'source-target',
    ],
    [
      'two ways to extract',
      withField({
        source: { fileObject: { '@id': 'f' }, extract: { column: 'a', jsonPath: 'b' } },
      }),
      'extract',
    ],
    [
      'no such file property',
      withField({ source: { fileObject: { '@id': 'f' }, extract: { fileProperty: 'x' } } }),
      'file-property',
    ],
    [
      'a transform of two things',
      withField({
        source: { fileObject: { '@id': 'f' }, transform: { regex: 'a', replace: 'b' } },
      }),
      'transform',
    ],
    [
      'a transform of nothing',
      withField({ source: { fileObject: { '@id': 'f' }, transform: {} } }),
      'transform',
    ],
    ['neither source nor value', withField({ source: null }), 'field-source'],
    ['a source and a value', withField({ value: 'x' }), 'field-source'],
    [
      'a value without a type',
      withField({ source: null, value: 'x', dataType: null }),
      'data-type',
    ],
    ['no data type', withField({ dataType: 'sc:Nothing' }), 'data-type'],
    ['a shape without isArray', withField({ arrayShape: '1,2' }), 'array-shape'],
    ['a shape that is none', withField({ isArray: true, arrayShape: 'a,b' }), 'array-shape'],
    ['one id twice', datasetWith({ distribution: [FILE, FILE] }), 'duplicate-id'],
    ['a name that is a number', withField({ name: 5 }), 'text-type'],
    ['a description by language in 1.0', withField({ description: { en: 'x' } }), 'text-type'],
    ['a licence that is a number', datasetWith({ license: 5 }), 'license-type'],
  ])('%s', (_, value, code) => {
    expect(codes(value)).toContain(code);
  });

  test('records of constant data have the fields of their record set', () => {
    const set = (data: JsonValue): JsonObject =>
      datasetWith({
        recordSet: [
          {
            '@type': 'cr:RecordSet',
            '@id': 'r',
            field: [{ ...withoutMember(FIELD, 'source') }],
            data,
          },
        ],
      });
    expect(codes(set([{ 'r/x': 1 }]))).toEqual([]);
    expect(codes(set([{ 'r/x': 1, 'r/y': 2 }]))).toEqual(['data-columns']);
    expect(codes(set(['text']))).toEqual(['data-columns']);
  });

  test('two sources need a join, and one is enough', () => {
    const other = { ...FILE, '@id': 'g' };
    const second = (references?: JsonValue): JsonObject => ({
      ...FIELD,
      '@id': 'r/y',
      source: { fileObject: { '@id': 'g' }, extract: { column: 'y' } },
      ...(references === undefined ? {} : { references }),
    });
    const build = (field: JsonValue): JsonObject =>
      datasetWith({
        distribution: [FILE, other],
        recordSet: [{ '@type': 'cr:RecordSet', '@id': 'r', field: [FIELD, field] }],
      });
    expect(codes(build(second()))).toEqual(['join']);
    expect(codes(build(second({ fileObject: { '@id': 'f' }, extract: { column: 'x' } })))).toEqual(
      [],
    );
  });

  test('a live dataset and a member of an archive need no digest', () => {
    const bare = withoutMember(FILE, 'sha256');
    expect(codes(datasetWith({ distribution: [bare] }))).toEqual(['mandatory']);
    expect(codes(datasetWith({ distribution: [bare], isLiveDataset: true }))).toEqual([]);
    const archive = { ...FILE, '@id': 'zip' };
    const inner = { ...bare, containedIn: { '@id': 'zip' } };
    expect(codes(datasetWith({ distribution: [archive, inner] }))).toEqual([]);
  });

  test('fields that read each other in a circle end', () => {
    const circle = (from: string, to: string): JsonObject => ({
      '@type': 'cr:Field',
      '@id': `r/${from}`,
      source: { field: { '@id': `r/${to}` } },
    });
    const value = datasetWith({
      recordSet: [
        { '@type': 'cr:RecordSet', '@id': 'r', field: [circle('a', 'b'), circle('b', 'a')] },
      ],
    });
    expect(codes(value)).toEqual(['data-type']);
  });

  test('many sources without joins end soon', () => {
    const files = Array.from({ length: 3000 }, (_, at) => ({ ...FILE, '@id': `f${at}` }));
    const field = files.map((file, at) => ({
      ...FIELD,
      '@id': `r/${at}`,
      source: { fileObject: { '@id': file['@id'] } },
    }));
    const value = datasetWith({
      distribution: files,
      recordSet: [{ '@type': 'cr:RecordSet', '@id': 'r', field }],
    });
    expect(codes(value)).toEqual(['join']);
  });
});

describe('vocabulary', () => {
  test('a term, a compact IRI and a full IRI mean the same', () => {
    const vocabulary = new CroissantVocabulary(CONTEXT);
    for (const term of ['recordSet', 'cr:recordSet', 'http://mlcommons.org/croissant/recordSet']) {
      expect(vocabulary.meaning(term)).toBe('cr:recordSet');
    }
    expect(vocabulary.meaning('name')).toBe('sc:name');
    expect(vocabulary.meaning('http://schema.org/name')).toBe('sc:name');
    expect(vocabulary.meaning('@type')).toBe('@type');
    expect(vocabulary.meaning('ex:name')).toBe('ex:name');
  });

  test('without a context of its own the standard one', () => {
    const vocabulary = new CroissantVocabulary('http://mlcommons.org/croissant/1.0');
    expect(vocabulary.meaning('recordSet')).toBe('cr:recordSet');
    expect(vocabulary.meaning('ml:RecordSet')).toBe('cr:RecordSet');
  });

  test('a context that refers to itself ends', () => {
    const vocabulary = new CroissantVocabulary({ a: 'b:x', b: 'a:y', c: 'c' });
    expect(vocabulary.meaning('a')).toContain(':');
    expect(vocabulary.meaning('c')).toBe('c');
  });

  test('inherited members of the context are no terms', () => {
    const vocabulary = new CroissantVocabulary({ '@vocab': 'https://schema.org/' });
    expect(vocabulary.meaning('constructor')).toBe('sc:constructor');
    expect(vocabulary.find({ name: 'x' }, 'sc:toString')).toBeUndefined();
  });
});

describe('detection and parsing', () => {
  const detected = (value: JsonValue): string | null | undefined => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return detectCroissant(decode(bytes))?.version;
  };

  test.each<[string, JsonValue, string | null | undefined]>([
    ['1.0', datasetWith({}), '1.0'],
    [
      '1.1 among others',
      datasetWith({ conformsTo: ['x', 'http://mlcommons.org/croissant/1.1'] }),
      '1.1',
    ],
    [
      'a reference',
      datasetWith({ conformsTo: { '@id': 'http://mlcommons.org/croissant/1.1' } }),
      '1.1',
    ],
    ['an unknown version', datasetWith({ conformsTo: 'http://mlcommons.org/croissant/3' }), null],
    ['none: 0.8', withoutMember(datasetWith({}), 'conformsTo'), '0.8'],
    ['an array', [datasetWith({}), datasetWith({})], '1.0'],
    ['an empty array', [], undefined],
    ['an array with something else', [datasetWith({}), {}], undefined],
    [
      'a plain schema.org dataset',
      { '@context': 'https://schema.org', '@type': 'Dataset', distribution: [] },
      undefined,
    ],
    ['another type', datasetWith({ '@type': 'sc:Person' }), undefined],
    ['SPDX', { spdxVersion: 'SPDX-2.3' }, undefined],
  ])('%s', (_, value, version) => {
    expect(detected(value)).toBe(version);
  });

  test('what has no dataset is refused', () => {
    for (const value of ['x', [], [1], null]) {
      expect(() => parseCroissant(value)).toThrow(
        expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
      );
    }
  });

  test('pointers into an array of datasets', () => {
    const [, second] = parseCroissant([datasetWith({}), datasetWith({})]);
    expect(second?.files[0]?.pointer).toBe('/1/distribution/0');
  });
});

describe('a dataset is told by what its members mean', () => {
  const detected = (context: unknown, type: string): unknown =>
    detectCroissant(
      decode(
        new TextEncoder().encode(
          JSON.stringify({
            '@context': context,
            [type]: 'sc:Dataset',
            'dct:conformsTo': 'http://mlcommons.org/croissant/1.0',
          }),
        ),
      ),
    )?.version;
  const own = { sc: 'https://schema.org/', dct: 'http://purl.org/dc/terms/', kind: '@type' };

  test.each([
    ['its own context', own, '@type'],
    ['a word of its own context for @type', own, 'kind'],
    ['the standard context', 'https://mlcommons.org/croissant/1.0', '@type'],
    ['no context', undefined, '@type'],
  ])('%s', (_, context, type) => {
    expect(detected(context, type)).toBe('1.0');
  });

  test.each([
    ['a word that its context does not define', own, 'type'],
    ['a word without a context', undefined, 'kind'],
    ['a word with a context that is elsewhere', 'https://example.org/context', 'kind'],
  ])('%s is no type', (_, context, type) => {
    expect(detected(context, type)).toBeUndefined();
  });
});
