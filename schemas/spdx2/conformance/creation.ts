// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { itemsOf, type Checker } from './checker.ts';
import { checkChecksum } from './element.ts';
import { isActor, isDocumentRef, isLicenseRef, isNamespace, isTime } from './value-forms.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';

const VERSIONS = new Set(['SPDX-2.0', 'SPDX-2.1', 'SPDX-2.2', 'SPDX-2.3']);

/** Clause 6: what a document says of itself. */
export function checkCreation(checker: Checker, root: JsonObject): void {
  if (!VERSIONS.has(stringMember(root, 'spdxVersion') ?? '')) {
    checker.fault('/spdxVersion', 'not SPDX-2.0 to SPDX-2.3');
  }
  if (stringMember(root, 'dataLicense') !== 'CC0-1.0') checker.fault('/dataLicense', 'not CC0-1.0');
  if (stringMember(root, 'SPDXID') !== 'SPDXRef-DOCUMENT') {
    checker.fault('/SPDXID', 'not SPDXRef-DOCUMENT');
  }
  checker.text(root, 'name', '');
  if (!isNamespace(stringMember(root, 'documentNamespace') ?? '')) {
    checker.fault('/documentNamespace', 'not a URI without a fragment (6.5)');
  }
  checkCreators(checker, member(root, 'creationInfo'));
}

function checkCreators(checker: Checker, creation: JsonValue | undefined): void {
  if (!isTime(stringMember(creation, 'created') ?? '')) {
    checker.fault('/creationInfo/created', 'not YYYY-MM-DDThh:mm:ssZ (6.9)');
  }
  const creators = itemsOf(creation, 'creators');
  if (creators.length === 0) checker.fault('/creationInfo/creators', 'no creator (6.8)');
  creators.forEach((creator, at) => {
    if (typeof creator !== 'string' || !isActor(creator)) {
      const pointer = `/creationInfo/creators/${at}`;
      checker.fault(pointer, 'not "Tool: ", "Organization: " or "Person: "');
    }
  });
}

/** 6.6: documents that this one refers to. */
export function checkExternalDocuments(checker: Checker, root: JsonObject): void {
  checker.each(root, 'externalDocumentRefs', '', (item, pointer) => {
    checker.texts(item, ['externalDocumentId', 'spdxDocument'], pointer);
    checker.form(item, 'externalDocumentId', pointer, isDocumentRef, 'not DocumentRef-[idstring]');
    checker.form(item, 'spdxDocument', pointer, isNamespace, 'not a URI without a fragment (6.5)');
    checker.externalDocuments.add(stringMember(item, 'externalDocumentId') ?? '');
    const checksum = member(item, 'checksum');
    if (isJsonObject(checksum)) checkChecksum(checker, checksum, `${pointer}/checksum`);
    else checker.fault(`${pointer}/checksum`, 'is mandatory (6.6)');
  });
}

/** Clause 10: licences that the document itself describes. */
export function checkLicenseTexts(checker: Checker, root: JsonObject): void {
  if (!checker.isWhole) return;
  checker.each(root, 'hasExtractedLicensingInfos', '', (item, pointer) => {
    checker.texts(item, ['licenseId', 'extractedText'], pointer);
    checker.form(item, 'licenseId', pointer, isLicenseRef, 'not LicenseRef-[idstring] (10.1)');
    checker.licenses.add(stringMember(item, 'licenseId') ?? '');
  });
}
