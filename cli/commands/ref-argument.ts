// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * A REF on the command line: the path of a file that exists here means its digest, everything else means itself. A text
 * that looks like a ref (`sha256:…`, `pkg:…`) is never taken for a path.
 */
export async function refOfArgument(argument: string): Promise<string> {
  if (/^[a-z0-9.+-]+:/i.test(argument)) return argument;
  const isFile = await stat(argument).then(
    (info) => info.isFile(),
    () => false,
  );
  if (!isFile) return argument;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(argument)) hash.update(chunk as Uint8Array);
  return `sha256:${hash.digest('hex')}`;
}
