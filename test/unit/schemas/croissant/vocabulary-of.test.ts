// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { vocabularyOf } from '../../../../schemas/croissant/detect.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';

const CR = 'http://mlcommons.org/croissant/';
const meaningIn = (context: JsonObject, term: string): string =>
  vocabularyOf({ '@context': context }).meaning(term);

describe('vocabularies that documents share', () => {
  test('are shared by equal contexts, in whatever order', () => {
    const one = vocabularyOf({ '@context': { '@vocab': 'https://schema.org/', cr: CR } });
    const other = vocabularyOf({ '@context': { cr: CR, '@vocab': 'https://schema.org/' } });
    expect(other).toBe(one);
  });

  test.each<[string, JsonObject, string]>([
    ['a term more', { cr: CR, field: 'cr:field', extra: 'cr:extra' }, 'cr:field'],
    ['a term less', { cr: CR }, 'field'],
    ['a term that means something else', { cr: CR, field: 'cr:other' }, 'cr:other'],
    ['a term as an object', { cr: CR, field: { '@id': 'cr:other' } }, 'cr:other'],
    ['a term that means nothing', { cr: CR, field: null }, 'field'],
    ['another vocabulary', { cr: CR, '@vocab': 'https://schema.org/' }, 'sc:field'],
    ['a vocabulary that is no text', { cr: CR, '@vocab': { '@id': 'x:' } }, 'field'],
  ])('are not shared by a context with %s', (_what, context, meaning) => {
    expect(meaningIn({ cr: CR, field: 'cr:field' }, 'field')).toBe('cr:field');
    expect(meaningIn(context, 'field')).toBe(meaning);
  });

  test('say the same of a term however many terms were asked for', () => {
    const vocabulary = vocabularyOf({ '@context': { cr: CR, field: 'cr:field' } });
    for (let at = 0; at < 3000; at++) {
      expect(vocabulary.meaning(`cr:own${at}`)).toBe(`cr:own${at}`);
    }
    expect(vocabulary.meaning('field')).toBe('cr:field');
    expect(vocabulary.meaning(`cr:${'x'.repeat(5000)}`)).toBe(`cr:${'x'.repeat(5000)}`);
  });

  test('of very many terms are not kept beyond their document', () => {
    const long = (): JsonObject =>
      Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`t${at}`, `${CR}t${at}`]));
    const context = long();
    expect(vocabularyOf({ '@context': context })).toBe(vocabularyOf({ '@context': context }));
    expect(vocabularyOf({ '@context': long() })).not.toBe(vocabularyOf({ '@context': context }));
  });
});
