// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { artefactJson, parseArtefact, type Artefact } from './artefact.ts';
import { COMPLETENESS_PREDICATE } from './predicate-types.ts';
import { openStatement, toStatement, type StatementJson } from './statement.ts';
import { optionalText, refuse, strictObject } from './strict.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

export const COVERAGES = ['inputs', 'parts', 'primary-source'] as const;
/**
 * inputs: all that it was made from is known · parts: all that it contains is known · primary-source: its history begins
 * here.
 */
export type Coverage = (typeof COVERAGES)[number];

/** What is known of each subject is all there is. */
export interface CompletenessStatement {
  readonly subjects: readonly Artefact[];
  readonly covers: Coverage;
  /** Why the signer can know that. */
  readonly note?: string;
}

const AT = '/predicate';

/**
 * Parses a completeness statement.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see docs/statements.md
 */
export function parseCompleteness(value: JsonValue): CompletenessStatement {
  const statement = openStatement(value, COMPLETENESS_PREDICATE);
  const predicate = strictObject(statement.predicate, ['covers', 'note'], AT);
  const covers = COVERAGES.find((coverage) => coverage === member(predicate, 'covers'));
  if (covers === undefined) {
    throw refuse(`${AT}/covers`, 'covers is not known', `one of ${COVERAGES.join(', ')}`);
  }
  const note = optionalText(predicate, 'note', AT);
  return {
    subjects: statement.subjects.map((subject, index) =>
      parseArtefact(subject, `/subject/${index}`),
    ),
    covers,
    ...(note !== undefined && { note }),
  };
}

/**
 * Puts a completeness statement together and reads it back.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function createCompletenessStatement(completeness: CompletenessStatement): StatementJson {
  const { subjects, covers, note } = completeness;
  const statement = toStatement(COMPLETENESS_PREDICATE, subjects.map(artefactJson), {
    covers,
    ...(note !== undefined && { note }),
  });
  parseCompleteness(statement);
  return statement;
}
