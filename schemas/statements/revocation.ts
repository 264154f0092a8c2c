// SPDX-License-Identifier: Apache-2.0
import { isDigest, parseDigest } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { member, pointerJoin } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import { artefactJson, artefactOf, isSameContent, parseArtefact } from './artefact.ts';
import { REVOCATION_PREDICATE } from './predicate-types.ts';
import { openStatement, toStatement, type StatementJson } from './statement.ts';
import {
  optionalInstant,
  optionalText,
  refuse,
  strictArray,
  strictObject,
  strictText,
  strictWindow,
} from './strict.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** Somebody withdraws trust from a thing, or (with `withdraws`) takes such a statement back. */
export interface RevocationStatement {
  /**
   * Digest, `oms:<hex>`, coordinate, purl, name, `identity:…`, `builder:…`, `document:sha256:…`. Never a `local:` ref, which
   * means nothing outside its document.
   */
  readonly target: string;
  readonly reason: string;
  readonly severity?: string;
  /** RFC 3339 bounds of what is affected, as written. Absent: unbounded. */
  readonly since?: string;
  readonly until?: string;
  /** `sha256:<hex>` of the revocation statement that this one takes back. */
  readonly withdraws?: string;
  /** Refs of revisions that are repaired. */
  readonly fixed?: readonly string[];
  /** RFC 3339, as written. Tells a second revocation from the first one sent twice; proves nothing by itself. */
  readonly issuedAt?: string;
}

const AT = '/predicate';
const MEMBERS = [
  'target',
  'reason',
  'severity',
  'since',
  'until',
  'withdraws',
  'fixed',
  'issuedAt',
];
const MAX_FIXED = 1000;

/**
 * Parses a revocation statement. Its subject is the target: by digest where the target is one, else by name and uri, the
 * only subject without a digest that a statement of ours may have.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see docs/statements.md
 */
export function parseRevocation(value: JsonValue): RevocationStatement {
  const statement = openStatement(value, REVOCATION_PREDICATE);
  const predicate = strictObject(statement.predicate, MEMBERS, AT);
  const target = strictText(predicate, 'target', AT);
  assertRef(target, `${AT}/target`);
  if (statement.subjects.length !== 1) throw refuse('/subject', 'a revocation has one target');
  assertSubjectIsTarget(statement.subjects[0], target);
  const severity = optionalText(predicate, 'severity', AT, 64);
  const withdraws = parseWithdraws(predicate);
  const issuedAt = optionalInstant(predicate, 'issuedAt', AT);
  return {
    target,
    reason: strictText(predicate, 'reason', AT),
    ...(severity !== undefined && { severity }),
    ...strictWindow(predicate, AT),
    ...(withdraws !== undefined && { withdraws }),
    ...(member(predicate, 'fixed') !== undefined && { fixed: parseFixed(predicate) }),
    ...(issuedAt !== undefined && { issuedAt }),
  };
}

/**
 * Puts a revocation statement together and reads it back.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function createRevocationStatement(revocation: RevocationStatement): StatementJson {
  const { target, reason, severity, since, until, withdraws, fixed, issuedAt } = revocation;
  const statement = toStatement(REVOCATION_PREDICATE, [subjectOf(target)], {
    target,
    reason,
    ...(severity !== undefined && { severity }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(withdraws !== undefined && { withdraws }),
    ...(fixed !== undefined && { fixed }),
    ...(issuedAt !== undefined && { issuedAt }),
  });
  parseRevocation(statement);
  return statement;
}

/** True for a target that is content: it then stands in the subject by its digest. */
export function isContentTarget(target: string): boolean {
  if (target.startsWith('oms:')) return isDigest(`sha256:${target.slice(4)}`);
  return isDigest(target);
}

function subjectOf(target: string): JsonObject {
  return isContentTarget(target) ? artefactJson(artefactOf(target)) : { name: target, uri: target };
}

function assertSubjectIsTarget(subject: JsonValue | undefined, target: string): void {
  const at = '/subject/0';
  if (isContentTarget(target)) {
    if (isSameContent(parseArtefact(subject, at), artefactOf(target))) return;
    throw refuse(at, 'the subject is not the target');
  }
  const object = strictObject(subject, ['name', 'uri'], at);
  if (strictText(object, 'name', at) !== target || strictText(object, 'uri', at) !== target) {
    throw refuse(
      at,
      'the subject is not the target',
      'name and uri repeat a target without digest',
    );
  }
}

function assertRef(ref: string, at: string): void {
  if (ref.startsWith('local:')) {
    throw refuse(at, 'a local ref means nothing outside its document');
  }
  const prefix = ref.slice(0, Math.max(ref.indexOf(':'), 0));
  const looksLikeDigest = ['sha256', 'sha384', 'sha512', 'blake3', 'oms'].includes(prefix);
  if (looksLikeDigest && !isContentTarget(ref)) {
    throw refuse(at, 'not a digest', 'write <algorithm>:<lower-case hex> at its full length');
  }
}

function parseWithdraws(predicate: JsonObject): string | undefined {
  const text = optionalText(predicate, 'withdraws', AT, 256);
  if (text === undefined) return undefined;
  try {
    return parseDigest(text);
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    throw refuse(
      `${AT}/withdraws`,
      error.message,
      'the digest of the statement that is taken back',
    );
  }
}

function parseFixed(predicate: JsonObject): readonly string[] {
  return strictArray(predicate, 'fixed', AT, MAX_FIXED).map((ref, index) => {
    const at = pointerJoin(AT, 'fixed', index);
    if (
      typeof ref !== 'string' ||
      ref === '' ||
      ref.length > LIMITS.refChars ||
      !ref.isWellFormed()
    ) {
      throw refuse(at, 'a ref is text');
    }
    assertRef(ref, at);
    return ref;
  });
}
