// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { isNoneElement } from '../classes/individuals.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Definitions } from './definitions.ts';

/** What a page says under "Constraints", or in its description, and no table can. */
interface Fault {
  /** Of the member that is wrong. */
  readonly key: string;
  readonly message: string;
}

type Constraint = (object: JsonObject, definitions: Definitions) => Fault | undefined;

const ASSESSMENT = mustBeOfType('hasAssessmentFor');

/** By the class on whose page they stand; they hold for its subclasses too. */
const CONSTRAINTS: ReadonlyMap<string, readonly Constraint[]> = new Map([
  ['CreationInfo', [isOfThirdVersion]],
  ['ElementCollection', [hasRoot, holdsNoDocument('element'), holdsNoDocument('rootElement')]],
  ['PositiveIntegerRange', [isInOrder]],
  ['Relationship', [hasNoneAlone]],
  ['security_CvssV2VulnAssessmentRelationship', [ASSESSMENT]],
  ['security_CvssV3VulnAssessmentRelationship', [ASSESSMENT]],
  ['security_CvssV4VulnAssessmentRelationship', [ASSESSMENT]],
  [
    'security_EpssVulnAssessmentRelationship',
    [ASSESSMENT, isShare('security_probability'), isShare('security_percentile')],
  ],
  ['security_ExploitCatalogVulnAssessmentRelationship', [ASSESSMENT]],
  ['security_SsvcVulnAssessmentRelationship', [ASSESSMENT]],
  ['security_VexVulnAssessmentRelationship', [isFromVulnerability]],
  ['security_VexAffectedVulnAssessmentRelationship', [mustBeOfType('affects')]],
  ['security_VexFixedVulnAssessmentRelationship', [mustBeOfType('fixedIn')]],
  [
    'security_VexNotAffectedVulnAssessmentRelationship',
    [mustBeOfType('doesNotAffect'), isJustified],
  ],
  [
    'security_VexUnderInvestigationVulnAssessmentRelationship',
    [mustBeOfType('underInvestigationFor')],
  ],
]);

/** The constraints of one class that an object breaks. */
export function findBrokenConstraints(
  className: string,
  object: JsonObject,
  definitions: Definitions,
): readonly Fault[] {
  const constraints = CONSTRAINTS.get(className);
  if (constraints === undefined) return [];
  return constraints
    .map((find) => find(object, definitions))
    .filter((fault) => fault !== undefined);
}

/** The documents that have these contexts are of no other version. */
function isOfThirdVersion(object: JsonObject): Fault | undefined {
  const version = stringMember(object, 'specVersion') ?? '3.';
  if (version.startsWith('3.')) return undefined;
  return { key: 'specVersion', message: 'is not a version of SPDX 3' };
}

/** "If the ElementCollection has at least 1 element, it must also have at least 1 rootElement." */
function hasRoot(object: JsonObject): Fault | undefined {
  const count = (key: string): number => arrayMember(object, key)?.length ?? 0;
  if (count('element') === 0 || count('rootElement') > 0) return undefined;
  return { key: 'rootElement', message: 'a collection with elements has a root element' };
}

/** "The element must not be of type SpdxDocument. The rootElement must not be of type SpdxDocument." */
function holdsNoDocument(key: string): Constraint {
  return (object, definitions) => {
    for (const item of arrayMember(object, key) ?? []) {
      const type =
        typeof item === 'string' ? definitions.classOf(item)?.name : stringMember(item, 'type');
      if (type === 'SpdxDocument') return { key, message: 'holds an SpdxDocument' };
    }
    return undefined;
  };
}

/** "beginIntegerRange must be less than or equal to endIntegerRange." */
function isInOrder(object: JsonObject): Fault | undefined {
  const begin = member(object, 'beginIntegerRange');
  const end = member(object, 'endIntegerRange');
  if (typeof begin !== 'number' || typeof end !== 'number' || begin <= end) return undefined;
  return { key: 'endIntegerRange', message: 'ends before it begins' };
}

/** "A relationship that contains NoneElement and additional elements in the to property is not valid." */
function hasNoneAlone(object: JsonObject): Fault | undefined {
  const to = arrayMember(object, 'to') ?? [];
  if (to.length < 2 || !to.some(isNoneElement)) return undefined;
  return { key: 'to', message: 'NoneElement stands beside other elements' };
}

function mustBeOfType(type: string): Constraint {
  return (object) => {
    const found = stringMember(object, 'relationshipType');
    if (found === undefined || found === type) return undefined;
    return { key: 'relationshipType', message: `is ${type} in a relationship of this class` };
  };
}

/** "must be between 0 and 1" */
function isShare(key: string): Constraint {
  return (object) => {
    const value = Number(member(object, key) ?? 0);
    return value < 0 || value > 1 ? { key, message: 'is not between 0 and 1' } : undefined;
  };
}

/** "The from: end must be a /Security/Vulnerability classed element." */
function isFromVulnerability(object: JsonObject, definitions: Definitions): Fault | undefined {
  const from = stringMember(object, 'from');
  const rule = from === undefined ? undefined : definitions.classOf(from);
  if (rule === undefined || rule.lineage.has('security_Vulnerability')) return undefined;
  return { key: 'from', message: 'is no security_Vulnerability' };
}

/** "to produce a valid VEX not_affected statement, one of them MUST be defined" */
function isJustified(object: JsonObject): Fault | undefined {
  const keys = ['security_justificationType', 'security_impactStatement'];
  if (keys.some((key) => member(object, key) !== undefined)) return undefined;
  return { key: 'security_justificationType', message: 'neither it nor an impact statement' };
}
