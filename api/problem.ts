// SPDX-License-Identifier: Apache-2.0
import { HTTPException } from 'hono/http-exception';
import { isPedigreeError, type ErrorCode } from '../core/errors.ts';

/** Statuses that an error may have here. */
export type ErrorStatus =
  400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 500 | 501 | 503;

/** Body of every answer that is an error. @see RFC 9457 section 3 */
export interface Problem {
  /** `urn:pedigree:error:<code>`; docs/ERRORS.md explains each. */
  readonly type: string;
  readonly title: string;
  readonly status: ErrorStatus;
  readonly detail: string;
  readonly code: ErrorCode;
  /** JSON Pointer to what is at fault. Absent: the whole request or document. */
  readonly pointer?: string;
  /** 1-based line of the document, where the parser knows it. */
  readonly line?: number;
  readonly hint?: string;
  /** True where the same request may succeed later. */
  readonly retryable: boolean;
}

export const PROBLEM_TYPE = 'application/problem+json';

interface Kind {
  readonly status: ErrorStatus;
  readonly title: string;
}

const kind = (status: ErrorStatus, title: string): Kind => ({ status, title });
const unreadable = kind(400, 'not readable');

/** The one map from error codes to statuses. A new code does not compile until it is here. */
const KINDS: Readonly<Record<ErrorCode, Kind>> = {
  ERR_PARSE_JSON: unreadable,
  ERR_PARSE_DUPLICATE_KEY: unreadable,
  ERR_PARSE_DEPTH: unreadable,
  ERR_PARSE_ENCODING: unreadable,
  ERR_PARSE_YAML: unreadable,
  ERR_PARSE_XML: unreadable,
  ERR_PARSE_DOCUMENT: unreadable,
  ERR_PARSE_DIGEST: unreadable,
  ERR_PARSE_INSTANT: unreadable,
  ERR_PARSE_PURL: unreadable,
  ERR_PARSE_REF: unreadable,
  ERR_PARSE_EVIDENCE: unreadable,
  ERR_PARSE_KEY: unreadable,
  ERR_EXTRACT_FACTS: kind(422, 'no facts in the document'),
  ERR_LIMIT_SIZE: kind(413, 'too large'),
  ERR_LIMIT_DEPTH: kind(400, 'nested too deep'),
  ERR_LIMIT_ITEMS: kind(400, 'too many'),
  ERR_LIMIT_TIME: kind(503, 'took too long'),
  ERR_LIMIT_RATIO: kind(400, 'unpacks to too much'),
  ERR_PATH_OUTSIDE: kind(400, 'path leads outside'),
  ERR_POLICY_INVALID: kind(400, 'policy not usable'),
  ERR_TRUST_INVALID: kind(500, 'trust store not usable'),
  ERR_STORE_UNAVAILABLE: kind(503, 'store not reachable'),
  ERR_STORE_CONFLICT: kind(503, 'store busy'),
  ERR_STORE_CORRUPT: kind(500, 'store damaged'),
  ERR_STORE_UNSUPPORTED: kind(501, 'store cannot do this'),
  ERR_LOG_CORRUPT: kind(500, 'log damaged'),
  ERR_SOURCE_UNAVAILABLE: kind(503, 'source not reachable'),
  ERR_SOURCE_REFUSED: kind(400, 'source not asked'),
  ERR_NOT_FOUND: kind(404, 'not found'),
  ERR_AMBIGUOUS_REF: kind(409, 'ambiguous'),
  ERR_NOT_AUTHORISED: kind(403, 'not allowed'),
  ERR_USAGE: kind(400, 'request not usable'),
  ERR_INTERNAL: kind(500, 'internal error'),
};

/** Status of an error code. */
export function statusOf(code: ErrorCode): ErrorStatus {
  return KINDS[code].status;
}

/** True for a fault of the server: its message may speak of files and addresses, so it stays here. */
export function isOwnFault(code: ErrorCode): boolean {
  return statusOf(code) >= 500 && code !== 'ERR_LIMIT_TIME';
}

/** What a caller may know of an error. What is no PedigreeError is ERR_INTERNAL, without a word more. */
export function problemOf(error: unknown): Problem {
  if (!isPedigreeError(error)) return createProblem('ERR_INTERNAL', KINDS.ERR_INTERNAL.title);
  const { code, message, at, line, hint, retryable } = error;
  if (isOwnFault(code))
    return createProblem(code, KINDS[code].title, {
      retryable: retryable || statusOf(code) === 503,
    });
  return createProblem(code, message, {
    ...(at === undefined || at === '' ? {} : { pointer: at }),
    ...(line === undefined ? {} : { line }),
    ...(hint === undefined ? {} : { hint }),
    retryable: retryable || statusOf(code) === 503,
  });
}

/** Puts a problem together; `status` where HTTP knows better than the code. */
export function createProblem(
  code: ErrorCode,
  detail: string,
  more: Partial<Pick<Problem, 'status' | 'pointer' | 'line' | 'hint' | 'retryable'>> = {},
): Problem {
  const { status, title } = KINDS[code];
  return {
    type: `urn:pedigree:error:${code}`,
    title,
    status,
    detail,
    code,
    retryable: false,
    ...more,
  };
}

export function problemResponse(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const retry = problem.retryable ? { 'retry-after': '1' } : {};
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: { 'content-type': PROBLEM_TYPE, ...retry, ...headers },
  });
}

/** A refusal whose status HTTP gives, not the error code (401, 405, 408, 415). */
export function refusal(
  status: ErrorStatus,
  code: ErrorCode,
  detail: string,
  { hint, headers = {} }: { hint?: string; headers?: Readonly<Record<string, string>> } = {},
): HTTPException {
  const problem = createProblem(code, detail, {
    status,
    ...(hint === undefined ? {} : { hint }),
    retryable: status === 408,
  });
  return new HTTPException(status, { res: problemResponse(problem, headers) });
}
