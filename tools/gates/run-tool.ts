// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a tool printed, and how it ended. */
export interface ToolOutput {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script of an installed package with this Node in `root`.
 * @param script path below node_modules
 * @throws where the tool cannot be started
 */
export function runTool(root: string, script: string, args: readonly string[]): ToolOutput {
  return runProgram(root, process.execPath, [join(root, 'node_modules', script), ...args]);
}

/** Runs a program in `root`. @throws where it cannot be started */
export function runProgram(root: string, program: string, args: readonly string[]): ToolOutput {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** The lines of a text, without the empty ones. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** A tool that fails without naming a fault has failed all the same. */
export function faultsOf(
  tool: string,
  output: ToolOutput,
  faults: readonly string[],
): readonly string[] {
  if (output.status === 0 || faults.length > 0) return faults;
  const said = linesOf(`${output.stdout}\n${output.stderr}`).slice(-20);
  return [`${tool} ended with ${output.status ?? 'a signal'}`, ...said];
}
