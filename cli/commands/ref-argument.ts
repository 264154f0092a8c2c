// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { readModelFolder } from '../../ingest/receive/model-folder.ts';
import { omsRef } from '../../schemas/oms/manifest.ts';
import { printable } from '../output/terminal.ts';

/**
 * A REF on the command line: the path of a file that exists here means its digest, that of a folder what OMS signs of it,
 * everything else means itself. A text that looks like a ref (`sha256:…`, `pkg:…`) is never taken for a path, and a word
 * without a separator never for a folder: things are called what their folders are called.
 * @throws {PedigreeError} ERR_NOT_FOUND for a file that cannot be read, and what readModelFolder throws
 */
export async function refOfArgument(argument: string): Promise<string> {
  if (/^[a-z0-9.+-]+:/i.test(argument)) return argument;
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory() === true && /[\\/]/.test(argument)) {
    return omsRef((await readModelFolder(argument)).root);
  }
  if (found?.isFile() !== true) return argument;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(argument)) hash.update(chunk as Uint8Array);
  } catch (cause) {
    throw new PedigreeError('ERR_NOT_FOUND', 'the file cannot be read', { cause, file: argument });
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * `--subject` as readers take it: any REF of one thing.
 * @throws {PedigreeError} ERR_USAGE for text that no ref can be
 */
export async function subjectOption(options: {
  readonly subject?: string;
}): Promise<{ readonly subject?: string }> {
  if (options.subject === undefined) return {};
  const subject = await refOfArgument(options.subject);
  const isRef = subject !== '' && subject.length <= LIMITS.refChars && subject.isWellFormed();
  if (isRef && printable(subject) === subject) return { subject };
  throw new PedigreeError('ERR_USAGE', `not a REF: "${excerpt(options.subject)}"`, {
    hint: 'write a digest (sha256:…), a purl, a name, or the path of a local file or folder',
  });
}
