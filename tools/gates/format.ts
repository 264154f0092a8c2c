// SPDX-License-Identifier: Apache-2.0
import { listFiles } from './files.ts';
import { faultsOf, linesOf, runTool } from './run-tool.ts';
import type { Gate } from './gate.ts';

const FORMATTED = /\.(?:ts|mts|js|mjs|json|yaml|yml|css|html)$/;

/** Every file that Prettier formats is formatted. */
export const formatGate: Gate = {
  name: 'format',
  run(root) {
    const files = listFiles(root).filter((file) => FORMATTED.test(file));
    if (files.length === 0) return { looked: 0, unit: 'files', problems: [] };
    const output = runTool(root, 'prettier/bin/prettier.cjs', ['--list-different', ...files]);
    const different = linesOf(output.stdout).map((file) => `${file}: not formatted`);
    const problems = faultsOf('prettier', output, different);
    return { looked: files.length, unit: 'files', problems };
  },
};
