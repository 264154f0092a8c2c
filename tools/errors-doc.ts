// SPDX-License-Identifier: Apache-2.0
// Writes docs/ERRORS.md from core/errors.ts and tools/errors.json.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  ERRORS_PAGE,
  errorsPage,
  readErrorCodes,
  readErrorTexts,
  textProblems,
} from './gates/errors-doc.ts';

const root = resolve(import.meta.dirname, '..');
const codes = await readErrorCodes(root);
const texts = readErrorTexts(root);
for (const problem of textProblems(codes, texts)) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
writeFileSync(join(root, ERRORS_PAGE), errorsPage(codes, texts));
