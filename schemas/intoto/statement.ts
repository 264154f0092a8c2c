// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import { formatOfPredicate } from './predicates.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import { readResources, type ResourceDescriptor } from './resource-descriptor.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

export const STATEMENT_V01 = 'https://in-toto.io/Statement/v0.1';
export const STATEMENT_V1 = 'https://in-toto.io/Statement/v1';
const STATEMENT_PREFIX = 'https://in-toto.io/Statement';

/** An in-toto Statement with its predicate still untouched. */
export interface Statement {
  readonly type: typeof STATEMENT_V01 | typeof STATEMENT_V1;
  readonly predicateType: string;
  /** In the order written. */
  readonly subjects: readonly ResourceDescriptor[];
  /** undefined where the statement has none. */
  readonly predicate: JsonValue | undefined;
  readonly problems: readonly SchemaProblem[];
}

/**
 * Recognises an in-toto Statement, also one whose `_type` is wrong: that is then a fault of the statement (a known attack
 * confuses the types), not another format. The version is the predicate type.
 */
export function detectStatement(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  const predicateType = stringMember(value, 'predicateType');
  const claims =
    stringMember(value, '_type')?.startsWith(STATEMENT_PREFIX) === true ||
    (member(value, 'predicateType') !== undefined && member(value, 'subject') !== undefined);
  if (!claims) return undefined;
  if (predicateType === undefined) return { format: 'in-toto-statement', version: null };
  return { format: formatOfPredicate(predicateType), version: predicateType };
}

/**
 * Parses a Statement of v0.1 or v1.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where `_type`, `predicateType` or `subject` is not what the specification says
 * @see https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md
 */
export function parseStatement(value: JsonValue): Statement {
  const type = stringMember(value, '_type');
  if (type !== STATEMENT_V01 && type !== STATEMENT_V1) {
    throw new PedigreeError(
      'ERR_PARSE_DOCUMENT',
      `not an in-toto statement: _type is "${excerpt(type ?? 'missing')}"`,
      { at: '/_type', hint: `it must be ${STATEMENT_V1} or ${STATEMENT_V01}` },
    );
  }
  const predicateType = stringMember(value, 'predicateType');
  if (predicateType === undefined || predicateType === '') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the statement names no predicateType', {
      at: '/predicateType',
    });
  }
  if (arrayMember(value, 'subject') === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the statement has no subject array', {
      at: '/subject',
    });
  }
  const problems: SchemaProblem[] = [];
  const subjects = readResources(member(value, 'subject'), '/subject', problems);
  listSubjectProblems(subjects, problems);
  return { type, predicateType, subjects, predicate: member(value, 'predicate'), problems };
}

/**
 * The predicate as an object.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it is anything else
 */
export function predicateObject(statement: Statement): JsonValue {
  if (!isJsonObject(statement.predicate)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the predicate is no object', {
      at: '/predicate',
    });
  }
  return statement.predicate;
}

/** v1: "subject … Each element MUST have a digest"; v0.1 says the same. Real files do without, so it is listed only. */
function listSubjectProblems(
  subjects: readonly ResourceDescriptor[],
  problems: SchemaProblem[],
): void {
  if (subjects.length === 0) {
    addProblem(problems, 'no-subject', '/subject', 'the statement is about nothing');
  }
  for (const subject of subjects) {
    if (subject.digest.length === 0) {
      addProblem(problems, 'subject-without-digest', subject.pointer, 'the subject has no digest');
    }
  }
}
