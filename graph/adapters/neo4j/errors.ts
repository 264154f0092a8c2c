// SPDX-License-Identifier: Apache-2.0
import { isRetryableError } from 'neo4j-driver';
import { excerpt, isPedigreeError, PedigreeError } from '../../../core/errors.ts';

const REFUSED_LOGIN = 'Neo.ClientError.Security.';

/** What an error of the driver or the server means to the port. Errors of our own pass through. */
export function toStoreError(error: unknown, address: string): PedigreeError {
  if (isPedigreeError(error)) return error;
  const code = codeOf(error);
  const at = excerpt(address, 200);
  if (code.startsWith(REFUSED_LOGIN)) {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', `Neo4j at ${at} refused the login`, {
      hint: 'check the user and the password',
      cause: error,
    });
  }
  if (isUnavailable(error, code)) {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', `Neo4j at ${at} does not answer: ${code}`, {
      retryable: true,
      cause: error,
    });
  }
  const detail = error instanceof Error ? excerpt(error.message, 160) : 'unknown error';
  return new PedigreeError('ERR_INTERNAL', `Neo4j refused a statement (${code}): ${detail}`, {
    cause: error,
  });
}

function isUnavailable(error: unknown, code: string): boolean {
  return (
    (error instanceof Error && isRetryableError(error)) ||
    code === 'ServiceUnavailable' ||
    code === 'SessionExpired' ||
    code.startsWith('Neo.TransientError.') ||
    // an unknown or stopped database
    code.startsWith('Neo.ClientError.Database.')
  );
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return 'no code';
  return typeof error.code === 'string' ? excerpt(error.code) : 'no code';
}
