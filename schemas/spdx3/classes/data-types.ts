// SPDX-License-Identifier: Apache-2.0
import { findInstant } from '../../../core/instant.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';

/** True for a value of the data type. */
export type DataTypeCheck = (value: JsonValue) => boolean;

/** https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Datatypes/DateTime/ : UTC, to the second. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MEDIA_TYPE = /^[^/]+\/[^/]+$/;
/** Numeric identifiers have no leading zero; https://semver.org/spec/v2.0.0.html items 2, 9 and 10. */
const RELEASE = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/;
const LABELS = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;
const DECIMAL = /^-?\d+(?:\.\d*)?$/;

/** The data types of the model, by the names that the tables give them. */
export const DATA_TYPES: ReadonlyMap<string, DataTypeCheck> = new Map<string, DataTypeCheck>([
  ['string', isString],
  // XML Schema 1.1 part 2, 3.3.17: the lexical space of anyURI is every text
  ['anyURI', isString],
  ['boolean', (value) => typeof value === 'boolean'],
  // JSON-LD 1.1 API, 8.2.2: a number with a fraction becomes 1.5E0, which is no decimal; the pages write text
  ['decimal', (value) => isInteger(value) || matches(value, DECIMAL)],
  ['positiveInteger', (value) => isInteger(value) && Number(value) >= 1],
  ['nonNegativeInteger', (value) => isInteger(value) && Number(value) >= 0],
  ['dateTime', isDateTime],
  ['mediaType', (value) => matches(value, MEDIA_TYPE)],
  ['semVer', (value) => typeof value === 'string' && isSemVer(value)],
]);

function isString(value: JsonValue): boolean {
  return typeof value === 'string';
}

/** A day of the calendar, too. */
function isDateTime(value: JsonValue): boolean {
  return typeof value === 'string' && DATE_TIME.test(value) && findInstant(value) !== undefined;
}

function isInteger(value: JsonValue): boolean {
  return Number.isInteger(value);
}

function matches(value: JsonValue, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isSemVer(text: string): boolean {
  const [version = '', ...build] = text.split('+');
  if (build.length > 1 || !build.every((labels) => LABELS.test(labels))) return false;
  const dash = version.indexOf('-');
  if (dash < 0) return RELEASE.test(version);
  const labels = version.slice(dash + 1);
  const isNumbered = labels.split('.').some((label) => /^0\d+$/.test(label));
  return RELEASE.test(version.slice(0, dash)) && LABELS.test(labels) && !isNumbered;
}
