// SPDX-License-Identifier: Apache-2.0

const TERMS = /^https:\/\/spdx\.org\/rdf\/3\.0\.[01]\/terms\//;

/** What the model itself defines, by the names of the JSON-LD context, with the class of each. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['NoAssertionElement', 'IndividualElement'],
  ['NoneElement', 'IndividualElement'],
  ['SpdxOrganization', 'Organization'],
  ['expandedlicensing_NoAssertionLicense', 'expandedlicensing_IndividualLicensingInfo'],
  ['expandedlicensing_NoneLicense', 'expandedlicensing_IndividualLicensingInfo'],
]);

/** Their IRIs below the namespace of the terms; some have another on their own page. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['Core/NoAssertionElement', 'NoAssertionElement'],
  ['Core/NoneElement', 'NoneElement'],
  ['Core/SpdxOrganization', 'SpdxOrganization'],
  ['ExpandedLicensing/NoAssertionLicense', 'expandedlicensing_NoAssertionLicense'],
  ['ExpandedLicensing/NoneLicense', 'expandedlicensing_NoneLicense'],
  ['Licensing/NoAssertion', 'expandedlicensing_NoAssertionLicense'],
  ['Licensing/None', 'expandedlicensing_NoneLicense'],
]);

/** The class of the individual that a term of the context or an IRI names; undefined where it names none. */
export function classOfIndividual(reference: string): string | undefined {
  const name = findName(reference);
  return name === undefined ? undefined : CLASSES.get(name);
}

/** True for the element that stands for "there is none". */
export function isNoneElement(reference: unknown): boolean {
  return typeof reference === 'string' && findName(reference) === 'NoneElement';
}

function findName(reference: string): string | undefined {
  if (CLASSES.has(reference)) return reference;
  if (reference === 'https://spdx.org/') return 'SpdxOrganization';
  const path = reference.replace(TERMS, '');
  return path === reference ? undefined : NAMES.get(path);
}
