// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, pointerJoin, stringMember } from '../../core/json.ts';
import { Checker } from './conformance/checker.ts';
import {
  checkCreation,
  checkExternalDocuments,
  checkLicenseTexts,
} from './conformance/creation.ts';
import { checkAnnotations } from './conformance/element.ts';
import { checkFile, checkSnippet } from './conformance/file.ts';
import { checkMemberTypes, type MemberPlace } from './conformance/member-types.ts';
import { checkPackage } from './conformance/package.ts';
import { checkRelationships } from './conformance/relationship.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxProblem } from './model.ts';

/** Whether a document breaks a rule of SPDX 2, and which. */
export interface Spdx2Conformance {
  readonly conformant: boolean;
  readonly problems: readonly SpdxProblem[];
}

/**
 * Checks the rules of SPDX 2 over the JSON form: mandatory members, identifiers, versions, listed terms, forms of times, digests,
 * licence expressions and other values, what belongs together, and what each member holds. Whether a licence is on the list is
 * not asked, and members that the specification does not know are let be. Linear in the document, of which it holds the
 * identifiers.
 * @param format of the document: only JSON and YAML forms hold members that carry no lineage (annotations, ranges, licence
 *   texts), and only JSON writes numbers and truth otherwise than texts
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function checkSpdx2Conformance(root: JsonValue, format: string): Spdx2Conformance {
  const checker = new Checker(format, stringMember(root, 'spdxVersion'));
  if (isJsonObject(root)) checkDocument(checker, root);
  else checker.fault('', 'not an object');
  const { problems } = checker;
  return { conformant: problems.length === 0, problems };
}

/** Types first: what is no text is of no form either. What others refer to is looked at before those that refer to it. */
function checkDocument(checker: Checker, root: JsonObject): void {
  checkTypes(checker, root);
  checkCreation(checker, root);
  checkExternalDocuments(checker, root);
  checkLicenseTexts(checker, root);
  checker.elements.set('SPDXRef-DOCUMENT', 'document');
  checker.each(root, 'packages', '', (item, pointer) => checkPackage(checker, item, pointer));
  checker.each(root, 'files', '', (item, pointer) => checkFile(checker, item, pointer));
  checker.each(root, 'snippets', '', (item, pointer) => checkSnippet(checker, item, pointer));
  checkRelationships(checker, root);
  checkAnnotations(checker, root, '');
}

function checkTypes(checker: Checker, root: JsonObject): void {
  if (!checker.isWhole) return;
  checkMemberTypes(root, checker.isTyped, (place, message) => {
    checker.fault(pointerOf(place), message);
    return !checker.isFull;
  });
}

function pointerOf(place: MemberPlace): string {
  const keys: (string | number)[] = [];
  for (let at: MemberPlace | undefined = place; at !== undefined; at = at.parent) keys.push(at.key);
  return pointerJoin('', ...keys.reverse());
}
