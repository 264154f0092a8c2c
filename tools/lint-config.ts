// SPDX-License-Identifier: Apache-2.0
// Writes .oxlintrc.json from tools/layers.json.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLayerTable } from './layers.ts';
import { lintConfigText } from './lint/config.ts';

const root = resolve(import.meta.dirname, '..');
writeFileSync(join(root, '.oxlintrc.json'), lintConfigText(readLayerTable(root)));
