// SPDX-License-Identifier: Apache-2.0
import { linesOf, runProgram } from './run-tool.ts';
import type { Gate } from './gate.ts';

interface Installed {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, Installed>>;
}

/** One copy of `graphql`: with two, a schema made by one is refused by the other. */
export const singleGraphqlGate: Gate = {
  name: 'single-graphql',
  run(root) {
    const output = runProgram(root, 'npm', ['ls', 'graphql', '--all', '--json']);
    const tree = parseTree(output.stdout);
    if (tree === undefined) {
      const said = linesOf(output.stderr).slice(-5);
      return { looked: 0, unit: 'uses of graphql', problems: ['npm ls gave no tree', ...said] };
    }
    const versions = [...versionsOf(tree)];
    const distinct = [...new Set(versions)];
    const problems = distinct.length > 1 ? [`several versions: ${distinct.sort().join(', ')}`] : [];
    return { looked: versions.length, unit: 'uses of graphql', problems };
  },
};

function parseTree(text: string): Installed | undefined {
  try {
    return JSON.parse(text) as Installed;
  } catch {
    return undefined;
  }
}

function* versionsOf(tree: Installed): Generator<string> {
  for (const [name, installed] of Object.entries(tree.dependencies ?? {})) {
    if (name === 'graphql' && installed.version !== undefined) yield installed.version;
    yield* versionsOf(installed);
  }
}
