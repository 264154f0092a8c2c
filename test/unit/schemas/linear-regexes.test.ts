// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  hostileTexts,
  patternsOfSchemas,
  regexesOfFolders,
  type FoundRegex,
} from '../../support/regexes.ts';

/**
 * Sizes far apart, and a bound that is far above what is linear and far below what is not: 10,000 characters take a linear
 * search some 20 µs and a quadratic one some 100 ms. The small sizes keep what is worse from running for hours.
 */
const STAGES = [
  { length: 24, mostMs: 20 },
  { length: 1000, mostMs: 20 },
  { length: 10_000, mostMs: 20 },
] as const;
/** A pause of the machine does not come back. */
const TRIES = 4;

/** A text on which a search takes too long each time, shortened; undefined where there is none. */
function findSlowText(regex: RegExp): string | undefined {
  for (const { length, mostMs } of STAGES) {
    for (const text of hostileTexts(regex, length)) {
      if (isSlow(regex, text, mostMs)) return `${JSON.stringify(text.slice(0, 30))} of ${length}`;
    }
  }
  return undefined;
}

function isSlow(regex: RegExp, text: string, mostMs: number): boolean {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    regex.lastIndex = 0;
    const started = performance.now();
    regex.test(text);
    if (performance.now() - started <= mostMs) return false;
  }
  return true;
}

function slowOnes(found: readonly FoundRegex[]): string[] {
  const distinct = new Map(found.map((one) => [String(one.regex), one]));
  return [...distinct.values()].flatMap(({ place, regex }) => {
    const text = findSlowText(regex);
    return text === undefined ? [] : [`${place} ${String(regex)} on ${text}`];
  });
}

describe('no regular expression is worse than linear on hostile text', () => {
  test.each(['core', 'schemas', 'ingest', 'graph', 'attest'])(
    'in %s',
    { timeout: 120_000 },
    (folder) => {
      const found = regexesOfFolders([folder]);
      expect(found.length).toBeGreaterThan(0);
      expect(slowOnes(found)).toEqual([]);
    },
  );

  test('in the patterns of the schemas', { timeout: 120_000 }, () => {
    const found = patternsOfSchemas();
    expect(found.length).toBeGreaterThan(10);
    expect(slowOnes(found)).toEqual([]);
  });

  test.each([
    ['quadratic', /\s+$/],
    ['quadratic over lines', /^\s*x:/m],
    ['cubic', /^\s*-?\s*(?:a|b)\s*:/m],
    ['exponential', /^(?:a+)+$/],
  ])('finds one that is %s', (_name, regex) => {
    expect(findSlowText(regex)).toBeDefined();
  });

  test.each([[/^[a-z]+$/], [/^[^/]{1,200}:[ \t]/], [/\S/]])('leaves %s alone', (regex) => {
    expect(findSlowText(regex)).toBeUndefined();
  });
});
