// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { FILE_TYPES } from '../terms.ts';
import { isGiven, itemsOf, type Checker } from './checker.ts';
import { checkAnnotations, checkChecksums, checkId, checkLicenses } from './element.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';

/** Of files and snippets, mandatory up to 2.2. */
const MANDATORY_BEFORE_23 = ['licenseConcluded', 'copyrightText'];

/** Clause 8. */
export function checkFile(checker: Checker, item: JsonObject, pointer: string): void {
  checkId(checker, item, pointer, 'file');
  checker.text(item, 'fileName', pointer);
  const isRelative = (name: string): boolean => !name.startsWith('/');
  checker.form(item, 'fileName', pointer, isRelative, 'an absolute path (8.1)');
  checkLicenses(checker, item, ['licenseConcluded', 'licenseInfoInFiles'], pointer);
  checkOldMembers(checker, item, pointer);
  if (isOldAndWhole(checker) && itemsOf(item, 'licenseInfoInFiles').length === 0) {
    checker.fault(`${pointer}/licenseInfoInFiles`, 'is mandatory (8.6)');
  }
  checkChecksums(checker, item, pointer);
  checkAnnotations(checker, item, pointer);
  itemsOf(item, 'fileTypes').forEach((type, at) => {
    if (typeof type !== 'string' || !FILE_TYPES.has(type)) {
      checker.fault(`${pointer}/fileTypes/${at}`, 'no type of a file (8.3)');
    }
  });
  const checksums = itemsOf(item, 'checksums');
  if (!checksums.some((checksum) => stringMember(checksum, 'algorithm') === 'SHA1')) {
    checker.fault(`${pointer}/checksums`, 'no SHA1 (8.4)');
  }
}

/** Clause 9. */
export function checkSnippet(checker: Checker, item: JsonObject, pointer: string): void {
  checkId(checker, item, pointer, 'snippet');
  checker.text(item, 'snippetFromFile', pointer);
  checkLicenses(checker, item, ['licenseConcluded', 'licenseInfoInSnippets'], pointer);
  checkOldMembers(checker, item, pointer);
  if (checker.isWhole && itemsOf(item, 'ranges').length === 0) {
    checker.fault(`${pointer}/ranges`, 'is mandatory (9.3)');
  }
  checker.each(item, 'ranges', pointer, (range, at) => checkRange(checker, range, at));
}

/** 9.3, 9.4: a range of bytes or of lines. */
function checkRange(checker: Checker, range: JsonObject, pointer: string): void {
  for (const key of ['startPointer', 'endPointer']) {
    const end = member(range, key);
    if (isJsonObject(end) && !isGiven(end, 'offset') && !isGiven(end, 'lineNumber')) {
      checker.fault(`${pointer}/${key}`, 'neither an offset nor a line');
    }
  }
}

function checkOldMembers(checker: Checker, item: JsonObject, pointer: string): void {
  if (isOldAndWhole(checker)) checker.texts(item, MANDATORY_BEFORE_23, pointer);
}

function isOldAndWhole({ isBefore23, isWhole }: Checker): boolean {
  return isBefore23 && isWhole;
}
