// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import type { BrokenRule, SimpleType, WhiteSpace } from './model.ts';

const DATE_TIME =
  /^(-?\d{4,9}-\d\d-\d\d)T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;
const DATE = /^(-?\d{4,9}-\d\d-\d\d)(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/** The built-in types that the CycloneDX schemas use. An anyURI may be almost anything (XML Schema Part 2, 3.2.17). */
const BUILT_IN: ReadonlyMap<string, SimpleType> = new Map([
  ['string', builtIn('string', 'preserve', () => true)],
  ['normalizedString', builtIn('normalizedString', 'replace', () => true)],
  ['token', builtIn('token', 'collapse', () => true)],
  ['anyURI', builtIn('anyURI', 'collapse', () => true)],
  ['boolean', builtIn('boolean', 'collapse', (text) => /^(?:true|false|0|1)$/.test(text))],
  ['integer', builtIn('integer', 'collapse', isInteger)],
  ['nonNegativeInteger', builtIn('nonNegativeInteger', 'collapse', isNonNegative)],
  ['positiveInteger', builtIn('positiveInteger', 'collapse', isPositive)],
  ['decimal', builtIn('decimal', 'collapse', isDecimal)],
  ['dateTime', builtIn('dateTime', 'collapse', (text) => hasCalendarDate(DATE_TIME.exec(text)))],
  ['date', builtIn('date', 'collapse', (text) => hasCalendarDate(DATE.exec(text)))],
]);

/**
 * A type of XML Schema itself.
 * @throws {PedigreeError} ERR_INTERNAL for one that no schema here uses
 */
export function builtInType(name: string): SimpleType {
  const found = BUILT_IN.get(name);
  if (found === undefined) throw new PedigreeError('ERR_INTERNAL', `xs:${name} is not supported`);
  return found;
}

/** White space as a type wants it (XML Schema Part 2, 4.3.6). */
export function normalizeSpace(text: string, whiteSpace: WhiteSpace): string {
  if (whiteSpace === 'preserve') return text;
  const replaced = text.replaceAll(/[\t\n\r]/g, ' ');
  if (whiteSpace === 'replace') return replaced;
  return replaced
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
}

/** What a restriction adds to its base. */
export interface Facets {
  readonly enumeration: ReadonlySet<string> | undefined;
  /** Alternatives; one of them has to match. */
  readonly patterns: readonly RegExp[];
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minInclusive: number | undefined;
  readonly maxInclusive: number | undefined;
}

/** A type restricted by facets. */
export function restrictType(base: SimpleType, facets: Facets): SimpleType {
  return {
    form: 'simple',
    whiteSpace: base.whiteSpace,
    broken: (text) => base.broken(text) ?? brokenFacet(text, facets),
  };
}

/** A type that takes what any of its members takes. */
export function uniteTypes(members: readonly SimpleType[]): SimpleType {
  return {
    form: 'simple',
    whiteSpace: 'preserve',
    broken: (text) =>
      members.some((type) => type.broken(normalizeSpace(text, type.whiteSpace)) === undefined)
        ? undefined
        : { rule: 'cvc-datatype-valid.1.2.3', message: `no member type takes "${excerpt(text)}"` },
  };
}

/**
 * A pattern facet as a regular expression over the whole text. The schemas' one ambiguous piece, a choice of two that both
 * match nothing, is written unambiguously: a backtracking matcher would try each of its ways at every character.
 */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replaceAll(String.raw`(\?*|\*?)`, String.raw`(?:\?+|\*)?`)})$`);
}

function brokenFacet(text: string, facets: Facets): BrokenRule | undefined {
  const { enumeration, patterns, minLength, maxLength, minInclusive, maxInclusive } = facets;
  const value = `"${excerpt(text)}"`;
  if (enumeration !== undefined && !enumeration.has(text)) {
    return { rule: 'cvc-enumeration-valid', message: `${value} is not one of the values` };
  }
  if (patterns.length > 0 && !patterns.some((pattern) => pattern.test(text))) {
    return { rule: 'cvc-pattern-valid', message: `${value} does not match the pattern` };
  }
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(text).length;
  if (minLength !== undefined && length < minLength) {
    return { rule: 'cvc-minLength-valid', message: `${value} is shorter than ${minLength}` };
  }
  if (maxLength !== undefined && length > maxLength) {
    return { rule: 'cvc-maxLength-valid', message: `${value} is longer than ${maxLength}` };
  }
  if (minInclusive !== undefined && Number(text) < minInclusive) {
    return { rule: 'cvc-minInclusive-valid', message: `${value} is below ${minInclusive}` };
  }
  if (maxInclusive !== undefined && Number(text) > maxInclusive) {
    return { rule: 'cvc-maxInclusive-valid', message: `${value} is above ${maxInclusive}` };
  }
  return undefined;
}

function builtIn(
  name: string,
  whiteSpace: WhiteSpace,
  isValid: (text: string) => boolean,
): SimpleType {
  return {
    form: 'simple',
    whiteSpace,
    broken: (text) =>
      isValid(text)
        ? undefined
        : { rule: 'cvc-datatype-valid.1.2.1', message: `"${excerpt(text)}" is no xs:${name}` },
  };
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

function isNonNegative(text: string): boolean {
  return /^(?:\+?\d+|-0+)$/.test(text);
}

function isPositive(text: string): boolean {
  return /^\+?\d+$/.test(text) && /[1-9]/.test(text);
}

function isDecimal(text: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text);
}

function hasCalendarDate(match: RegExpExecArray | null): boolean {
  const [year = '', month = '', day = ''] = (match?.[1] ?? '').replace(/^-/, '').split('-');
  if (year === '' || /^0+$/.test(year)) return false;
  const days = daysOf(Number(year), Number(month));
  return Number(day) >= 1 && Number(day) <= days;
}

/** Days of a month of the proleptic Gregorian calendar; 0 where there is no such month. */
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
