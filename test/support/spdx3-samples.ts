// SPDX-License-Identifier: Apache-2.0
// Objects of every class of SPDX 3, made from the tables.
import type {
  ClassRule,
  Edition,
  PropertyRule,
  Range,
} from '../../schemas/spdx3/classes/edition.ts';

export type Sample = Record<string, unknown>;

const VALUES: Readonly<Record<string, unknown>> = {
  string: 'text',
  anyURI: 'https://example.com/',
  boolean: true,
  decimal: '0.5',
  positiveInteger: 1,
  nonNegativeInteger: 0,
  dateTime: '2024-02-29T00:00:00Z',
  mediaType: 'text/plain',
  semVer: '3.0.1',
};

/** The relationship types that the pages of the security classes ask for. */
const RELATIONSHIP_TYPES: Readonly<Record<string, string>> = {
  security_VexAffectedVulnAssessmentRelationship: 'affects',
  security_VexFixedVulnAssessmentRelationship: 'fixedIn',
  security_VexNotAffectedVulnAssessmentRelationship: 'doesNotAffect',
  security_VexUnderInvestigationVulnAssessmentRelationship: 'underInvestigationFor',
};

/** The IRI of the sample of a class. */
export function sampleIri(className: string): string {
  return `urn:sample:${className}`;
}

export function concreteClasses(edition: Edition): ClassRule[] {
  return [...edition.classes.values()].filter(({ isAbstract }) => !isAbstract);
}

/** An object with every property of its class, each with as many values as must be, at least one. */
export function sampleOf(edition: Edition, rule: ClassRule): Sample {
  const sample: Sample = { type: rule.name };
  if (rule.isElement) sample['spdxId'] = sampleIri(rule.name);
  for (const [key, property] of rule.properties) sample[key] = valueOf(edition, property);
  if (rule.lineage.has('security_VulnAssessmentRelationship')) {
    sample['relationshipType'] = RELATIONSHIP_TYPES[rule.name] ?? 'hasAssessmentFor';
    sample['from'] = sampleIri('security_Vulnerability');
  }
  return sample;
}

/** The whole of a document with a sample of every class of elements. */
export function sampleDocument(edition: Edition, ...more: Sample[]): Sample {
  const elements = concreteClasses(edition)
    .filter(({ isElement }) => isElement)
    .map((rule) => sampleOf(edition, rule));
  const creation = edition.classes.get('CreationInfo');
  const shared = creation === undefined ? {} : { ...sampleOf(edition, creation), '@id': '_:c' };
  return { '@context': edition.context, '@graph': [shared, ...elements, ...more] };
}

function valueOf(edition: Edition, { isList, min, range }: PropertyRule): unknown {
  if (!isList) return itemOf(edition, range);
  const items = [itemOf(edition, range)];
  if (min > 1) items.push(itemOf(edition, range, 1));
  return items;
}

/** @param at which of the classes that the range has */
function itemOf(edition: Edition, range: Range, at = 0): unknown {
  if (range.kind === 'data') return VALUES[range.name];
  if (range.kind === 'term') return [...range.terms][0];
  if (range.name === 'CreationInfo') return '_:c';
  const classes = concreteClasses(edition).filter(
    ({ name, lineage }) => lineage.has(range.name) && name !== 'SpdxDocument',
  );
  const rule = classes[at];
  if (rule === undefined) throw new Error(`no class for ${range.name}`);
  return rule.isElement ? sampleIri(rule.name) : sampleOf(edition, rule);
}
