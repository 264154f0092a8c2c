// SPDX-License-Identifier: Apache-2.0
import { isAbsolute, relative, sep } from 'node:path';
import { listFiles } from './files.ts';
import { faultsOf, linesOf, runTool } from './run-tool.ts';
import type { Gate } from './gate.ts';

const FAULT = /\berror TS\d+: /;
const TYPESCRIPT = /\.m?ts$/;

/** The compiler finds no fault, in every TypeScript file of the repository. */
export const typecheckGate: Gate = {
  name: 'typecheck',
  run(root) {
    const own = listFiles(root).filter((file) => TYPESCRIPT.test(file));
    const args = ['-p', '.', '--noEmit', '--listFiles', '--pretty', 'false'];
    const output = runTool(root, 'typescript/bin/tsc', args);
    const lines = linesOf(output.stdout);
    const compiled = new Set(
      lines
        .filter((line) => isAbsolute(line))
        .map((file) => relative(root, file).split(sep).join('/')),
    );
    const looked = own.filter((file) => compiled.has(file)).length;
    const faults = lines.filter((line) => FAULT.test(line));
    const forgotten = own
      .filter((file) => !compiled.has(file))
      .map((file) => `${file}: tsconfig.json does not include it`);
    return {
      looked,
      unit: 'files',
      problems: [...faultsOf('tsc', output, faults), ...forgotten],
    };
  },
};
