// SPDX-License-Identifier: Apache-2.0
// The fast gates: check.ts [--root DIR] [--report FILE] [GATE…]. Each says what it looked at; one that looked at nothing fails.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dependenciesGate } from './gates/dependencies.ts';
import { errorsDocGate } from './gates/errors-doc.ts';
import { formatGate } from './gates/format.ts';
import { isPass } from './gates/gate.ts';
import { layersGate } from './gates/layers.ts';
import { lintGate } from './gates/lint.ts';
import { lockfileGate } from './gates/lockfile.ts';
import { repositoryTextGate } from './gates/repository-text.ts';
import { singleGraphqlGate } from './gates/single-graphql.ts';
import { typecheckGate } from './gates/typecheck.ts';
import type { Gate, GateResult } from './gates/gate.ts';

const GATES: readonly Gate[] = [
  formatGate,
  lintGate,
  typecheckGate,
  layersGate,
  dependenciesGate,
  lockfileGate,
  repositoryTextGate,
  singleGraphqlGate,
  errorsDocGate,
];

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { root: { type: 'string' }, report: { type: 'string' } },
  });
  const unknown = positionals.filter((name) => !GATES.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    const known = GATES.map(({ name }) => name).join(', ');
    process.stderr.write(`no such gate: ${unknown.join(', ')}; there are ${known}\n`);
    return 64;
  }
  const root = resolve(values.root ?? resolve(import.meta.dirname, '..'));
  const chosen = GATES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const failed = await runGates(root, chosen);
  if (values.report !== undefined) {
    const report = { passed: chosen.length - failed, failed };
    writeFileSync(values.report, `${JSON.stringify(report)}\n`);
  }
  return failed === 0 ? 0 : 1;
}

/** @returns how many failed */
async function runGates(root: string, gates: readonly Gate[]): Promise<number> {
  let failed = 0;
  for (const gate of gates) {
    const result = await runGate(root, gate);
    if (!isPass(result)) failed += 1;
    process.stdout.write(summaryOf(gate, result));
  }
  return failed;
}

/** A gate that breaks has not passed. */
async function runGate(root: string, gate: Gate): Promise<GateResult> {
  try {
    return await gate.run(root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { looked: 0, unit: 'things', problems: [`could not run: ${message}`] };
  }
}

function summaryOf(gate: Gate, result: GateResult): string {
  const { looked, unit, problems } = result;
  const verdict = isPass(result) ? 'ok' : 'FAILED';
  const found = problems.length === 0 ? '' : `, ${problems.length} problems`;
  const nothing = looked === 0 ? ' (a gate that saw nothing does not pass)' : '';
  const head = `${verdict.padEnd(6)} ${gate.name}: looked at ${looked} ${unit}${found}${nothing}`;
  return `${[head, ...problems.map((problem) => `       ${problem}`)].join('\n')}\n`;
}
