// SPDX-License-Identifier: Apache-2.0
import { member, pointerJoin, stringMember } from '../../../core/json.ts';
import { ANNOTATION_TYPES, CHECKSUM_ALGORITHMS, OLD_CHECKSUM_ALGORITHMS } from '../terms.ts';
import { findLicenses } from './license-expression.ts';
import { isActor, isChecksumValue, isElementId, isTime } from './value-forms.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { Checker, ElementKind } from './checker.ts';

/** 7.2, 8.2, 9.1: an identifier that no other element of the document bears. */
export function checkId(
  checker: Checker,
  item: JsonObject,
  pointer: string,
  kind: ElementKind,
): void {
  const id = stringMember(item, 'SPDXID') ?? '';
  if (!isElementId(id)) checker.fault(`${pointer}/SPDXID`, `not SPDXRef-[idstring]: "${id}"`);
  else if (checker.elements.has(id)) {
    checker.fault(`${pointer}/SPDXID`, `"${id}" is borne by another element`);
  } else checker.elements.set(id, kind);
}

/** 7.10, 8.4. */
export function checkChecksums(checker: Checker, item: JsonObject, pointer: string): void {
  checker.each(item, 'checksums', pointer, (checksum, at) => checkChecksum(checker, checksum, at));
}

/** An algorithm of this version of SPDX, and what it makes. */
export function checkChecksum(checker: Checker, checksum: JsonObject, pointer: string): void {
  const algorithm = stringMember(checksum, 'algorithm') ?? '';
  const known = checker.isBefore23 ? OLD_CHECKSUM_ALGORITHMS : CHECKSUM_ALGORITHMS;
  checker.texts(checksum, ['algorithm', 'checksumValue'], pointer);
  const isKnown = (text: string): boolean => known.has(text);
  checker.form(checksum, 'algorithm', pointer, isKnown, 'unknown, or new in SPDX-2.3');
  const isValue = (text: string): boolean => isChecksumValue(algorithm, text.trim());
  const fault = 'not what the algorithm makes (7.10, 8.4)';
  checker.form(checksum, 'checksumValue', pointer, isValue, fault);
}

/**
 * One expression or a list of them: each is one by annex D, and the licences of its own that it names are described in the
 * document (10.1).
 */
export function checkLicenses(
  checker: Checker,
  item: JsonObject,
  keys: readonly string[],
  pointer: string,
): void {
  if (!checker.isWhole) return;
  for (const key of keys) {
    const value = member(item, key);
    if (typeof value === 'string') checkLicense(checker, value, pointerJoin(pointer, key));
    if (!Array.isArray(value)) continue;
    (value as readonly JsonValue[]).forEach((text, at) => {
      if (typeof text === 'string') checkLicense(checker, text, pointerJoin(pointer, key, at));
    });
  }
}

function checkLicense(checker: Checker, text: string, pointer: string): void {
  if (text === '') return;
  const licenses = findLicenses(text);
  if (licenses === undefined) checker.fault(pointer, `not a licence expression: "${text}"`);
  const unknown = licenses?.find(
    (name) => name.startsWith('LicenseRef-') && !checker.licenses.has(name),
  );
  if (unknown !== undefined) {
    checker.fault(pointer, `a licence that is nowhere described: "${unknown}"`);
  }
}

/** Clause 12. */
export function checkAnnotations(checker: Checker, item: JsonObject, pointer: string): void {
  if (!checker.isWhole) return;
  checker.each(item, 'annotations', pointer, (annotation, at) => {
    checker.texts(annotation, ['annotator', 'annotationDate', 'annotationType', 'comment'], at);
    checker.term(annotation, 'annotationType', at, ANNOTATION_TYPES);
    checker.form(annotation, 'annotator', at, isActor, 'not who (12.1)');
    checker.form(annotation, 'annotationDate', at, isTime, 'not YYYY-MM-DDThh:mm:ssZ (12.2)');
  });
}
