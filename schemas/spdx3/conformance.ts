// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { arrayMember, member, stringMember } from '../../core/json.ts';
import { flattenGraph, idOf } from './flatten.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Located } from '../wire-reader.ts';
import type { Spdx3Problem } from './model.ts';

/** Whether a document breaks a rule of SPDX 3, and which. */
export interface Spdx3Conformance {
  readonly conformant: boolean;
  readonly problems: readonly Spdx3Problem[];
}

const MAX_LISTED = 20;
const CREATED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Checks what holds for every element of SPDX 3: a type, an id, a creation info that exists and is complete; a relationship
 * has both ends and a type; what has no id of its own stands inside. Properties of single classes are not judged.
 * @see https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Classes/Element/
 */
export function checkSpdx3Conformance(root: JsonValue): Spdx3Conformance {
  const items = flattenGraph(root);
  const creations = new Set(
    items.filter(({ value }) => stringMember(value, 'type') === 'CreationInfo').map(idOfItem),
  );
  const problems: Spdx3Problem[] = [];
  for (const item of items) {
    for (const fault of faultsOf(item, creations)) {
      if (problems.length >= MAX_LISTED) break;
      const message = excerpt(fault, 160);
      problems.push({ code: 'spdx3:rule', pointer: item.pointer, message });
    }
  }
  return { conformant: problems.length === 0, problems };
}

function idOfItem({ value }: Located): string | undefined {
  return idOf(value);
}

function faultsOf({ value }: Located, creations: ReadonlySet<string | undefined>): string[] {
  const type = stringMember(value, 'type');
  if (type === undefined) return ['has no type'];
  if (type === 'CreationInfo') return creationFaults(value);
  const faults: string[] = [];
  if (stringMember(value, 'spdxId') === undefined) faults.push('has no spdxId');
  const creation = member(value, 'creationInfo');
  if (typeof creation === 'string' ? !creations.has(creation) : creation === undefined) {
    faults.push('has no creationInfo that exists');
  }
  for (const key of ['externalIdentifier', 'verifiedUsing']) {
    const parts = arrayMember(value, key) ?? [];
    if (parts.some((part) => typeof part === 'string')) faults.push(`names its ${key} by id`);
  }
  const relationship = member(value, 'relationshipType');
  if (relationship === undefined) return faults;
  if (typeof relationship !== 'string' || !/^[a-z][A-Za-z]*$/.test(relationship)) {
    faults.push('has a relationshipType that is not one of the vocabulary');
  }
  for (const key of ['from', 'to']) {
    if (member(value, key) === undefined) faults.push(`is a relationship without ${key}`);
  }
  return faults;
}

function creationFaults(value: JsonValue): string[] {
  const faults: string[] = [];
  if (!/^3\.\d+\.\d+$/.test(stringMember(value, 'specVersion') ?? '')) {
    faults.push('specVersion is not 3.x.y');
  }
  if (!CREATED.test(stringMember(value, 'created') ?? '')) {
    faults.push('created is not YYYY-MM-DDThh:mm:ssZ');
  }
  const createdBy = member(value, 'createdBy');
  if (!Array.isArray(createdBy) || createdBy.length === 0) faults.push('createdBy names nobody');
  return faults;
}
