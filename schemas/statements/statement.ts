// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs, type JsonObject, type JsonValue } from '../../core/canonical-json-jcs.ts';
import { member } from '../../core/json.ts';
import { STATEMENT_V1 } from '../intoto/statement.ts';
import { parseArtefact, type Artefact } from './artefact.ts';
import { refuse, strictArray, strictObject } from './strict.ts';

/** An in-toto Statement v1 of ours as plain JSON, ready to be signed. */
export type StatementJson = JsonObject;

/** More subjects than one statement of a person names; a larger claim is several statements. */
const MAX_SUBJECTS = 10_000;

interface StrictStatement {
  readonly subjects: readonly JsonValue[];
  readonly predicate: JsonValue | undefined;
}

/**
 * Opens a statement of ours: Statement v1, this predicate type, no other members, at least one subject.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function openStatement(value: JsonValue, predicateType: string): StrictStatement {
  const object = strictObject(value, ['_type', 'subject', 'predicateType', 'predicate'], '');
  if (member(object, '_type') !== STATEMENT_V1) {
    throw refuse('/_type', 'not an in-toto statement', `it must be ${STATEMENT_V1}`);
  }
  if (member(object, 'predicateType') !== predicateType) {
    throw refuse('/predicateType', 'another predicate', `it must be ${predicateType}`);
  }
  return {
    subjects: strictArray(object, 'subject', '', MAX_SUBJECTS),
    predicate: member(object, 'predicate'),
  };
}

/**
 * The one subject of a statement about one thing.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there are several, or it has no strong digest
 */
export function onlySubject(statement: StrictStatement): Artefact {
  if (statement.subjects.length !== 1) {
    throw refuse('/subject', 'this statement is about exactly one thing');
  }
  return parseArtefact(statement.subjects[0], '/subject/0');
}

/** Puts a statement together. */
export function toStatement(
  predicateType: string,
  subject: readonly JsonObject[],
  predicate: JsonObject,
): StatementJson {
  return { _type: STATEMENT_V1, subject, predicateType, predicate };
}

/** The bytes to sign: RFC 8785 JSON in UTF-8, so that the same statement is the same payload wherever it is made. */
export function encodeStatement(statement: StatementJson): Uint8Array {
  return new TextEncoder().encode(canonicalizeJcs(statement));
}
