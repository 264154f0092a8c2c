// SPDX-License-Identifier: Apache-2.0
import { clip } from './text.ts';

/** Every code this product can throw. Codes are API: never renamed, never reused. docs/ERRORS.md explains each. */
export const ERROR_CODES = [
  'ERR_PARSE_JSON', // not JSON, or JSON that two readers could read differently
  'ERR_PARSE_DUPLICATE_KEY',
  'ERR_PARSE_DEPTH',
  'ERR_PARSE_ENCODING',
  'ERR_PARSE_YAML',
  'ERR_PARSE_XML',
  'ERR_PARSE_DOCUMENT', // well-formed, but not the document it claims to be
  'ERR_PARSE_DIGEST',
  'ERR_PARSE_INSTANT',
  'ERR_PARSE_PURL',
  'ERR_PARSE_REF',
  'ERR_PARSE_EVIDENCE',
  'ERR_PARSE_KEY',
  'ERR_EXTRACT_FACTS',
  'ERR_LIMIT_SIZE',
  'ERR_LIMIT_DEPTH',
  'ERR_LIMIT_ITEMS',
  'ERR_LIMIT_TIME',
  'ERR_LIMIT_RATIO',
  'ERR_PATH_OUTSIDE', // a path leaves the folder it was found in
  'ERR_POLICY_INVALID',
  'ERR_TRUST_INVALID',
  'ERR_STORE_UNAVAILABLE',
  'ERR_STORE_CONFLICT',
  'ERR_STORE_CORRUPT',
  'ERR_STORE_UNSUPPORTED',
  'ERR_LOG_CORRUPT',
  'ERR_SOURCE_UNAVAILABLE', // a source does not answer, or not as it should
  'ERR_SOURCE_REFUSED', // an address or redirect that is not asked, whoever names it
  'ERR_NOT_FOUND',
  'ERR_AMBIGUOUS_REF',
  'ERR_NOT_AUTHORISED',
  'ERR_USAGE',
  'ERR_INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  /** JSON Pointer (RFC 6901) into the document at fault. Absent: the whole document. */
  readonly at?: string;
  /** File or source at fault, as the caller named it. */
  readonly file?: string;
  /** 1-based line, where the parser knows it. */
  readonly line?: number;
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  /** True where the same call may succeed later without a change of input. Default false. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error class. Tell errors apart by `code`, never by `instanceof` across modules. */
export class PedigreeError extends Error {
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PedigreeError';
    this.code = code;
    this.at = details.at;
    this.file = details.file;
    this.line = details.line;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }
}

/** Type guard by shape, so that it holds across copies of this module. */
export function isPedigreeError(value: unknown): value is PedigreeError {
  return (
    value instanceof Error &&
    value.name === 'PedigreeError' &&
    ERROR_CODES.some((code) => code === (value as { code?: unknown }).code)
  );
}

/** True where our own store or disk is at fault, or the log: to be told, whatever was being read, and never that document's fault. */
export function isStoreFault(error: unknown): boolean {
  if (!isPedigreeError(error)) return false;
  return error.code.startsWith('ERR_STORE_') || error.code === 'ERR_LOG_CORRUPT';
}

/** At most `max` characters of untrusted text, control characters escaped, for messages. */
export function excerpt(text: string, max = 80): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return clean.length <= max ? clean.toWellFormed() : `${clip(clean, max - 1)}…`;
}

/** Compile-time proof that a switch handled every case. */
export function assertNever(value: never): never {
  throw new PedigreeError('ERR_INTERNAL', `unhandled case ${excerpt(JSON.stringify(value))}`);
}
