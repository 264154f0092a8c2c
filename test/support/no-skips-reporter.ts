// SPDX-License-Identifier: Apache-2.0
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Fails the run when a test did not run: what is skipped proves nothing. */
export class NoSkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => findSkipped(module));
    if (skipped.length === 0) return;
    const lines = skipped.map((name) => `  ${name}`);
    process.stderr.write(`${skipped.length} tests did not run:\n${lines.join('\n')}\n`);
    process.exitCode = 1;
  }
}

/** Names of the tests of a file that were skipped or are still to do, suites included. */
function findSkipped(module: TestModule): readonly string[] {
  return [...module.children.allTests()].filter(isSkipped).map((test) => nameOf(module, test));
}

function isSkipped(test: TestCase): boolean {
  return test.result().state === 'skipped';
}

function nameOf(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}
