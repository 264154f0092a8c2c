// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import { checkWeaknesses } from './weaknesses.ts';
import { parseNotes, type NotesOf } from '../parse.ts';
import type { Place } from '../../tool-report/place.ts';

/** Groups of status lists; a product may be in lists of one of them only (6.1.6). */
const STATUS_GROUP: ReadonlyMap<string, string> = new Map([
  ...['first_affected', 'known_affected', 'last_affected'].map(
    (list) => [list, 'affected'] as const,
  ),
  ...['first_fixed', 'fixed'].map((list) => [list, 'fixed'] as const),
  ['known_not_affected', 'not affected'],
  ['under_investigation', 'under investigation'],
  ['unknown', 'unknown'],
]);
/** Remediations that exclude each other for one product (6.1.35); mitigation goes with all but these. */
const REMEDIATION_GROUPS: readonly (readonly string[])[] = [
  ['vendor_fix', 'fix_planned', 'no_fix_planned', 'none_available', 'optional_patch'],
];
/** Remediations that say a product needs something done, which only an affected one does (6.1.36). */
const FOR_AFFECTED = new Set([
  'workaround',
  'mitigation',
  'vendor_fix',
  'no_fix_planned',
  'none_available',
  'fix_planned',
]);
const JUSTIFICATIONS = new Set([
  'component_not_present',
  'inline_mitigations_already_exist',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_not_present',
]);

/** Faults of what is said of vulnerabilities. */
export function findVulnerabilityFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  const isDraft21 = root.at('document', 'csaf_version').text === '2.1';
  const notesOf = parseNotes(root);
  const cves = new Set<string>();
  for (const vulnerability of root.at('vulnerabilities').items) {
    checkCve(vulnerability.at('cve'), cves, faults);
    checkWeaknesses(vulnerability, faults);
    const groups = checkStatuses(vulnerability, faults);
    checkInvolvements(vulnerability, faults);
    checkNotes(vulnerability, faults);
    checkFlags(vulnerability, notesOf, faults);
    if (isDraft21) checkRemediations(vulnerability, groups, notesOf, faults);
  }
  return faults;
}

function checkCve(place: Place, seen: Set<string>, faults: SchemaProblem[]): void {
  const { text, pointer } = place;
  if (text === undefined) return;
  if (seen.has(text)) addProblem(faults, '6.1.23', pointer, 'a second vulnerability of this CVE');
  seen.add(text);
}

/** @returns the group of each product */
function checkStatuses(vulnerability: Place, faults: SchemaProblem[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const [list, products] of vulnerability.at('product_status').entries) {
    const group = STATUS_GROUP.get(list);
    if (group === undefined) continue;
    for (const { text, pointer } of products.items) {
      if (text === undefined) continue;
      const known = groups.get(text);
      if (known !== undefined && known !== group) {
        addProblem(faults, '6.1.6', pointer, `${known} and ${group} at once`);
      }
      groups.set(text, group);
    }
  }
  return groups;
}

/** One party cannot be in two states at one time. */
function checkInvolvements(vulnerability: Place, faults: SchemaProblem[]): void {
  const seen = new Set<string>();
  for (const involvement of vulnerability.at('involvements').items) {
    const key = JSON.stringify([involvement.at('party').text, involvement.at('date').text]);
    if (seen.has(key)) {
      addProblem(faults, '6.1.24', involvement.pointer, 'one party twice at one time');
    }
    seen.add(key);
  }
}

/** What is to be done, and why not, is for products. */
function checkNotes(vulnerability: Place, faults: SchemaProblem[]): void {
  const codes = [['remediations', '6.1.29'] as const, ['flags', '6.1.32'] as const];
  for (const [key, code] of codes) {
    for (const note of vulnerability.at(key).items) {
      if (!note.at('product_ids').exists && !note.at('group_ids').exists) {
        addProblem(faults, code, note.pointer, 'for no product');
      }
    }
  }
}

function checkFlags(vulnerability: Place, notesOf: NotesOf, faults: SchemaProblem[]): void {
  const seen = new Map<string, string>();
  for (const { label, products, pointer } of notesOf(vulnerability.at('flags'), 'label')) {
    if (!JUSTIFICATIONS.has(label)) continue;
    for (const product of products) {
      const known = seen.get(product);
      if (known !== undefined && known !== label) {
        addProblem(faults, '6.1.33', pointer, 'two justifications for one product');
      }
      seen.set(product, label);
    }
  }
}

function checkRemediations(
  vulnerability: Place,
  groups: ReadonlyMap<string, string>,
  notesOf: NotesOf,
  faults: SchemaProblem[],
): void {
  const seen = new Map<string, string>();
  for (const { label, products, pointer } of notesOf(
    vulnerability.at('remediations'),
    'category',
  )) {
    const isExclusive = REMEDIATION_GROUPS.some((group) => group.includes(label));
    for (const product of products) {
      const known = seen.get(product);
      if (isExclusive && known !== undefined && known !== label) {
        addProblem(faults, '6.1.35', pointer, `${known} and ${label} for one product`);
      }
      if (isExclusive) seen.set(product, label);
      const group = groups.get(product);
      if (FOR_AFFECTED.has(label) && (group === 'fixed' || group === 'not affected')) {
        addProblem(faults, '6.1.36', pointer, `${label} for what is ${group}`);
      }
    }
  }
}
