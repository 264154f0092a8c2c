// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { pathOf, type XmlElement } from '../xml/element.ts';
import { Draft, placeInside } from './draft.ts';
import type { SpdxJsonForm } from './encoding.ts';

/** Members that are lists in JSON; XML repeats the element. */
const LISTS = new Set([
  'annotations',
  'checksums',
  'creators',
  'documentDescribes',
  'externalDocumentRefs',
  'externalRefs',
  'files',
  'fileTypes',
  'hasExtractedLicensingInfos',
  'hasFiles',
  'packages',
  'relationships',
  'snippets',
]);

/**
 * Brings SPDX 2 XML (a root `Document`, elements by the names of the JSON members) into the JSON form; places are paths of
 * elements. A member that may stand once counts as it stands first.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is another element
 */
export function formOfXml(root: XmlElement): SpdxJsonForm {
  if (root.name !== 'Document') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'SPDX 2 XML is an element <Document>', {
      at: pathOf(root),
    });
  }
  const places = new WeakMap<object, string>();
  const json = draftOf(root).toJson(places);
  return { json, placeOf: (pointer) => placeInside(json, places, pointer), problems: [] };
}

/** Nesting is bounded by the XML reader. */
function draftOf(element: XmlElement): Draft {
  const draft = new Draft(pathOf(element));
  for (const child of element.children) {
    const isText = child.children.length === 0;
    if (LISTS.has(child.name)) {
      if (isText) draft.addText(child.name, child.text.trim());
      else draft.addObject(child.name, draftOf(child));
    } else if (isText) {
      draft.setText(child.name, child.text.trim());
    } else {
      draft.setObject(child.name, draftOf(child));
    }
  }
  return draft;
}
