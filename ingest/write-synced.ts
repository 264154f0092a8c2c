// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';
import { blocksOf, type DocumentBytes } from '../core/stored-bytes.ts';

/** Writes a file that must not be there yet, and returns when it is on the disk. A name is durable only once its folder is. */
export async function writeSynced(
  path: string,
  content: string | DocumentBytes,
  mode = 0o600,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    if (typeof content === 'string') await file.writeFile(content);
    // goes on where the last piece ended
    else for (const block of blocksOf(content)) await file.writeFile(block);
    await file.datasync();
  } finally {
    await file.close();
  }
}
