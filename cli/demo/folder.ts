// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PedigreeError } from '../../core/errors.ts';

/** Says that a folder is the demo's own, so that it may be emptied. */
const MARKER = 'made-by-pedigree-demo';

/**
 * Makes the folder of the demo. One that an earlier demo made is emptied; one with anything else in it is left alone.
 * @throws {PedigreeError} ERR_USAGE
 */
export function makeDemoFolder(folder: string): void {
  const found = listFolder(folder);
  if (found.length > 0 && !found.includes(MARKER)) throw refuse(folder, 'no demo made this folder');
  try {
    for (const name of found) rmSync(join(folder, name), { recursive: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, MARKER), '', { mode: 0o600 });
  } catch (cause) {
    throw refuse(folder, 'the folder cannot be used', cause);
  }
}

/** The marker comes last, so that a demo that was stopped while it emptied the folder can be started again. */
function listFolder(folder: string): string[] {
  try {
    const names = readdirSync(folder);
    return [...names.filter((name) => name !== MARKER), ...names.filter((name) => name === MARKER)];
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw refuse(folder, 'the folder cannot be used', cause);
  }
}

function refuse(folder: string, message: string, cause?: unknown): PedigreeError {
  return new PedigreeError('ERR_USAGE', message, {
    file: folder,
    hint: 'name another one with --home',
    ...(cause === undefined ? {} : { cause }),
  });
}
