// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import type { Place } from '../../tool-report/place.ts';

const INFORMATION = new Set(['csaf_informational_advisory', 'csaf_security_incident_response']);
const ADVISORY = new Set(['csaf_security_advisory', 'csaf_vex']);
const TELLING_NOTES = new Set(['description', 'details', 'general', 'summary']);
const VEX_STATUSES = ['fixed', 'known_affected', 'known_not_affected', 'under_investigation'];

/**
 * 6.1.27: what a document has to have whose category is the name of a profile.
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#6127-profile-tests
 */
export function findProfileFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  const category = root.at('document', 'category').text ?? '';
  if (INFORMATION.has(category)) checkInformation(root.at('document'), faults);
  if (category === 'csaf_informational_advisory' && root.at('vulnerabilities').exists) {
    addProblem(faults, '6.1.27.3', '/vulnerabilities', 'an information has no vulnerabilities');
  }
  if (!ADVISORY.has(category)) return faults;
  requireMember(root.at('product_tree'), '6.1.27.4', faults);
  requireMember(root.at('vulnerabilities'), '6.1.27.11', faults);
  const groups = groupsOf(root);
  for (const vulnerability of root.at('vulnerabilities').items) {
    requireMember(vulnerability.at('notes'), '6.1.27.5', faults);
    if (category === 'csaf_security_advisory') {
      requireMember(vulnerability.at('product_status'), '6.1.27.6', faults);
    } else {
      checkVex(vulnerability, groups, faults);
    }
  }
  return faults;
}

function requireMember(place: Place, test: string, faults: SchemaProblem[]): void {
  if (!place.exists) addProblem(faults, test, place.pointer, 'the profile requires it');
}

function checkInformation(document: Place, faults: SchemaProblem[]): void {
  const notes = document.at('notes');
  if (!notes.items.some((note) => TELLING_NOTES.has(note.at('category').text ?? ''))) {
    addProblem(faults, '6.1.27.1', notes.pointer, 'no note tells what it is about');
  }
  const references = document.at('references');
  if (!references.items.some((one) => one.at('category').text === 'external')) {
    addProblem(faults, '6.1.27.2', references.pointer, 'no reference leads outside');
  }
}

function checkVex(
  vulnerability: Place,
  groups: ReadonlyMap<string, readonly string[]>,
  faults: SchemaProblem[],
): void {
  const status = vulnerability.at('product_status');
  if (!VEX_STATUSES.some((list) => status.at(list).exists)) {
    addProblem(faults, '6.1.27.7', status.pointer, 'no status that VEX knows');
  }
  if (!vulnerability.at('cve').exists && !vulnerability.at('ids').exists) {
    addProblem(faults, '6.1.27.8', vulnerability.pointer, 'the vulnerability has no id');
  }
  const impacts = vulnerability
    .at('threats')
    .items.filter((threat) => threat.at('category').text === 'impact');
  const excused = productsOf([...impacts, ...vulnerability.at('flags').items], groups);
  const helped = productsOf(vulnerability.at('remediations').items, groups);
  checkEach(status.at('known_not_affected'), excused, '6.1.27.9', faults);
  checkEach(status.at('known_affected'), helped, '6.1.27.10', faults);
}

/** Every product of a status list is told of. */
function checkEach(
  list: Place,
  told: ReadonlySet<string> | 'all',
  test: string,
  faults: SchemaProblem[],
): void {
  for (const product of list.items) {
    if (told === 'all' || told.has(product.text ?? '')) continue;
    addProblem(faults, test, product.pointer, 'nothing is said of this product');
  }
}

/** Products that some statements name, by themselves or in groups; one that names none is about all of them. */
function productsOf(
  statements: readonly Place[],
  groups: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> | 'all' {
  const isGeneral = (one: Place): boolean =>
    !one.at('product_ids').exists && !one.at('group_ids').exists;
  if (statements.some(isGeneral)) return 'all';
  return new Set(
    statements.flatMap((one) => [
      ...one.at('product_ids').items.flatMap(({ text }) => text ?? []),
      ...one.at('group_ids').items.flatMap(({ text }) => groups.get(text ?? '') ?? []),
    ]),
  );
}

function groupsOf(root: Place): ReadonlyMap<string, readonly string[]> {
  const groups = root.at('product_tree', 'product_groups').items;
  return new Map(
    groups.map((group) => [
      group.at('group_id').text ?? '',
      group.at('product_ids').items.flatMap(({ text }) => text ?? []),
    ]),
  );
}
