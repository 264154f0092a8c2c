// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync } from 'node:fs';
import { PedigreeError } from '../../core/errors.ts';
import type { CredentialsOf } from '../../ingest/collectors/collector.ts';
import { parseCredentials, type FindVariable } from '../../ingest/collectors/credentials.ts';
import type { CredentialsPlace } from '../wire.ts';

/**
 * The credentials of the operator. A file that others may read is refused: what is in it is no secret then.
 * @throws {PedigreeError} ERR_TRUST_INVALID
 */
export function readCredentials(
  place: CredentialsPlace,
  findVariable: FindVariable,
): CredentialsOf {
  const { text, file, isNamed } = place;
  if (text !== undefined) return parseCredentials(text, findVariable);
  if (file === undefined) return () => undefined;
  let content: string;
  try {
    assertPrivate(file);
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof PedigreeError) throw error;
    if (!isNamed) return () => undefined;
    throw new PedigreeError('ERR_TRUST_INVALID', 'the credentials file cannot be read', {
      cause: error,
      file,
    });
  }
  return parseCredentials(content, findVariable);
}

function assertPrivate(file: string): void {
  // other systems say nothing in these bits
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return;
  throw new PedigreeError('ERR_TRUST_INVALID', 'others can read the credentials file', {
    file,
    hint: `chmod 600 the file`,
  });
}
