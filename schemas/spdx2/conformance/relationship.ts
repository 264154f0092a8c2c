// SPDX-License-Identifier: Apache-2.0
import { stringMember } from '../../../core/json.ts';
import { RELATIONSHIP_TYPES } from '../terms.ts';
import { itemsOf, type Checker } from './checker.ts';
import { isElementId } from './value-forms.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';

/** Clause 11. Asked last: it is about all elements. */
export function checkRelationships(checker: Checker, root: JsonObject): void {
  let isDescribed = itemsOf(root, 'documentDescribes').length > 0;
  checker.each(root, 'relationships', '', (item, pointer) => {
    checkRelationship(checker, item, pointer);
    isDescribed ||= isDescribing(item);
  });
  // table 68: DESCRIBES "is mandatory if more than one package […] is present"
  if (!isDescribed && itemsOf(root, 'packages').length > 1) {
    checker.fault('/relationships', 'several packages, and no DESCRIBES of the document (11.1)');
  }
}

function checkRelationship(checker: Checker, item: JsonObject, pointer: string): void {
  const isThere = (id: string): boolean => isElement(checker, id);
  for (const key of ['spdxElementId', 'relatedSpdxElement']) {
    checker.text(item, key, pointer);
    checker.form(item, key, pointer, isThere, 'not an element');
  }
  checker.text(item, 'relationshipType', pointer);
  checker.term(item, 'relationshipType', pointer, RELATIONSHIP_TYPES);
  if (isUnanalysedContent(checker, item)) {
    checker.fault(pointer, 'a file of a package whose filesAnalyzed is false (7.8)');
  }
}

/** An element of this document, or one of a document that this one refers to. */
function isElement(checker: Checker, id: string): boolean {
  if (id === 'NONE' || id === 'NOASSERTION') return true;
  const colon = id.indexOf(':');
  if (colon === -1) return checker.elements.has(id);
  return checker.externalDocuments.has(id.slice(0, colon)) && isElementId(id.slice(colon + 1));
}

function isUnanalysedContent({ elements }: Checker, item: JsonObject): boolean {
  const from = elements.get(stringMember(item, 'spdxElementId') ?? '');
  const to = elements.get(stringMember(item, 'relatedSpdxElement') ?? '');
  const type = stringMember(item, 'relationshipType');
  if (type === 'CONTAINS') return from === 'unanalysed-package' && to === 'file';
  return type === 'CONTAINED_BY' && from === 'file' && to === 'unanalysed-package';
}

function isDescribing(item: JsonObject): boolean {
  const type = stringMember(item, 'relationshipType');
  if (type === 'DESCRIBES') return stringMember(item, 'spdxElementId') === DOCUMENT;
  return type === 'DESCRIBED_BY' && stringMember(item, 'relatedSpdxElement') === DOCUMENT;
}
