// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { PACKAGE_PURPOSES, REFERENCE_CATEGORIES } from '../terms.ts';
import { isGiven, itemsOf, type Checker } from './checker.ts';
import { checkAnnotations, checkChecksums, checkId, checkLicenses } from './element.ts';
import {
  isListedType,
  isLocation,
  isLocator,
  isSupplier,
  isTime,
  isVerificationCode,
} from './value-forms.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';

const TIMES = ['builtDate', 'releaseDate', 'validUntilDate'];
const NEW_IN_23 = ['primaryPackagePurpose', ...TIMES];
/** Mandatory up to 2.2, optional in 2.3. */
const MANDATORY_BEFORE_23 = ['licenseConcluded', 'licenseDeclared', 'copyrightText'];
const LICENSES = ['licenseConcluded', 'licenseDeclared', 'licenseInfoFromFiles'];
/** 7.9 and 7.14: "must be omitted" if no files were analysed; 7.8: "the package shall not contain any files". */
const OF_ANALYSED_FILES = ['packageVerificationCode', 'licenseInfoFromFiles', 'hasFiles'];

/** Clause 7. */
export function checkPackage(checker: Checker, item: JsonObject, pointer: string): void {
  const isUnanalysed = checker.isWhole && isFalse(member(item, 'filesAnalyzed'));
  checkId(checker, item, pointer, isUnanalysed ? 'unanalysed-package' : 'package');
  checker.texts(item, ['name', 'downloadLocation'], pointer);
  checker.form(item, 'downloadLocation', pointer, isLocation, 'a URL without a host (7.7)');
  checkChecksums(checker, item, pointer);
  checkAnnotations(checker, item, pointer);
  for (const key of ['supplier', 'originator']) {
    const fault = 'not "Person: ", "Organization: " or NOASSERTION';
    checker.form(item, key, pointer, isSupplier, fault);
  }
  checkLicenses(checker, item, LICENSES, pointer);
  if (isUnanalysed) checkUnanalysed(checker, item, pointer);
  else checkVerificationCode(checker, item, pointer);
  checkVersion(checker, item, pointer);
  checker.each(item, 'externalRefs', pointer, (ref, at) => checkReference(checker, ref, at));
}

/** What came with 2.3, and what was mandatory before. */
function checkVersion(checker: Checker, item: JsonObject, pointer: string): void {
  if (checker.isBefore23) {
    checker.texts(item, MANDATORY_BEFORE_23, pointer);
    for (const key of NEW_IN_23) {
      if (isGiven(item, key)) checker.fault(`${pointer}/${key}`, 'is new in SPDX-2.3');
    }
  }
  checker.term(item, 'primaryPackagePurpose', pointer, PACKAGE_PURPOSES);
  for (const key of TIMES) {
    checker.form(item, key, pointer, isTime, 'not YYYY-MM-DDThh:mm:ssZ');
  }
}

function checkVerificationCode(checker: Checker, item: JsonObject, pointer: string): void {
  const code = member(item, 'packageVerificationCode');
  if (!checker.isWhole || !isJsonObject(code)) return;
  const key = 'packageVerificationCodeValue';
  const at = `${pointer}/packageVerificationCode`;
  checker.text(code, key, at);
  checker.form(code, key, at, isVerificationCode, 'not 40 lowercase hexadecimal digits (7.9)');
}

function checkUnanalysed(checker: Checker, item: JsonObject, pointer: string): void {
  for (const key of OF_ANALYSED_FILES) {
    if (isJsonObject(member(item, key)) || itemsOf(item, key).length > 0) {
      const fault = 'must be omitted if filesAnalyzed is false (7.8, 7.9, 7.14)';
      checker.fault(`${pointer}/${key}`, fault);
    }
  }
}

/** YAML is read as it is written. */
function isFalse(value: JsonValue | undefined): boolean {
  return value === false || value === 'false';
}

/** 7.21. */
function checkReference(checker: Checker, ref: JsonObject, pointer: string): void {
  checker.texts(ref, ['referenceCategory', 'referenceType', 'referenceLocator'], pointer);
  checker.term(ref, 'referenceCategory', pointer, REFERENCE_CATEGORIES);
  const category = stringMember(ref, 'referenceCategory') ?? '';
  const isListed = (type: string): boolean => isListedType(category, type);
  checker.form(ref, 'referenceType', pointer, isListed, 'not listed for its category (annex F)');
  const type = stringMember(ref, 'referenceType');
  const isRight = (locator: string): boolean => isLocator(type, locator);
  const fault = type === 'purl' ? 'not a purl' : 'has spaces';
  checker.form(ref, 'referenceLocator', pointer, isRight, fault);
}
