// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';

/** Writes a file that must not be there yet, and returns when it is on the disk. A name is durable only once its folder is. */
export async function writeSynced(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
