// SPDX-License-Identifier: Apache-2.0
import { listCode } from './files.ts';
import { faultsOf, runTool } from './run-tool.ts';
import type { Gate } from './gate.ts';

interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly number_of_files: number;
}

/** No rule of .oxlintrc.json is broken, the type-aware ones included. */
export const lintGate: Gate = {
  name: 'lint',
  run(root) {
    const code = listCode(root).length;
    const args = ['--type-aware', '--deny-warnings', '--format=json', '.'];
    const output = runTool(root, 'oxlint/bin/oxlint', args);
    const report = parseReport(output.stdout);
    const problems = [
      ...faultsOf('oxlint', output, (report?.diagnostics ?? []).map(describe)),
      ...unseen(code, report),
    ];
    return { looked: report?.number_of_files ?? 0, unit: 'files', problems };
  },
};

function parseReport(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}

function describe({ code, message, filename, labels }: Diagnostic): string {
  const span = labels[0]?.span;
  const place = span === undefined ? filename : `${filename}:${span.line}:${span.column}`;
  return `${place}: ${message} [${code ?? 'syntax'}]`;
}

/** The linter must have read at least the code that git knows: an ignore pattern can hide a folder. */
function unseen(code: number, report: Report | undefined): readonly string[] {
  const seen = report?.number_of_files ?? 0;
  return seen < code ? [`the linter read ${seen} of ${code} files with code`] : [];
}
