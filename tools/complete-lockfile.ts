// SPDX-License-Identifier: Apache-2.0
// Adds to package-lock.json what `npm install` left out for other platforms. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { completeLockfile, findMissingPlatforms } from './lockfile.ts';
import type { Lockfile } from './lockfile.ts';

const file = resolve(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
const missing = findMissingPlatforms(lock);
if (missing.length > 0) {
  writeFileSync(file, `${JSON.stringify(completeLockfile(lock), null, 2)}\n`);
}
process.stdout.write(`added ${missing.length} packages of other platforms\n`);
