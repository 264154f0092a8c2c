// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../../core/json.ts';
import { MEMBERS } from './members.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';

/** Where a member stands: joined to a pointer only where there is something to say. */
export interface MemberPlace {
  readonly parent: MemberPlace | undefined;
  readonly key: string | number;
}

/** Told of a member that is not what it should be; answers whether to go on. */
export type ReportMember = (place: MemberPlace, message: string) => boolean;

interface Walk {
  readonly isTyped: boolean;
  readonly report: ReportMember;
}

interface MemberRule {
  readonly type: string;
  readonly isList: boolean;
  readonly isMandatory: boolean;
}

const DATA_TYPES: ReadonlySet<string> = new Set(['string', 'boolean', 'integer']);

const RULES: ReadonlyMap<string, ReadonlyMap<string, MemberRule>> = new Map(
  Object.entries(MEMBERS).map(([kind, members]) => [
    kind,
    new Map(Object.entries(members).map(([key, text]) => [key, parseRule(text)])),
  ]),
);

/**
 * Reports each member of a document that does not hold what the table says. Null is absence; members that the table does
 * not know are let be. Nesting is bounded by the table.
 * @param isTyped false: the form writes numbers, truth and text alike, and only lists and objects are told apart
 */
export function checkMemberTypes(root: JsonObject, isTyped: boolean, report: ReportMember): void {
  checkObject(root, 'Document', undefined, { isTyped, report });
}

function parseRule(text: string): MemberRule {
  const type = text.replace(/!$/, '').replace(/\[\]$/, '');
  return { type, isList: text.includes('[]'), isMandatory: text.endsWith('!') };
}

function checkObject(
  object: JsonObject,
  kind: string,
  parent: MemberPlace | undefined,
  walk: Walk,
): boolean {
  const rules = RULES.get(kind);
  if (rules === undefined) return true;
  for (const [key, value] of Object.entries(object)) {
    const rule = rules.get(key);
    if (rule === undefined || value === null) continue;
    if (!checkMember(value, rule, { parent, key }, walk)) return false;
  }
  for (const [key, { isMandatory }] of rules) {
    const isMissing = isMandatory && (!Object.hasOwn(object, key) || object[key] === null);
    if (isMissing && !walk.report({ parent, key }, 'is mandatory')) return false;
  }
  return true;
}

function checkMember(value: JsonValue, rule: MemberRule, place: MemberPlace, walk: Walk): boolean {
  if (!rule.isList) return checkValue(value, rule.type, place, walk);
  if (!Array.isArray(value)) return walk.report(place, 'is no array');
  let key = 0;
  for (const item of value as readonly JsonValue[]) {
    if (!checkValue(item, rule.type, { parent: place, key }, walk)) return false;
    key++;
  }
  return true;
}

function checkValue(value: JsonValue, type: string, place: MemberPlace, walk: Walk): boolean {
  if (DATA_TYPES.has(type)) {
    return isOfType(value, walk.isTyped ? type : 'any') || walk.report(place, `is no ${type}`);
  }
  if (!isJsonObject(value)) return walk.report(place, 'is no object');
  return checkObject(value, type, place, walk);
}

function isOfType(value: JsonValue, type: string): boolean {
  if (type === 'any') return typeof value !== 'object';
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
