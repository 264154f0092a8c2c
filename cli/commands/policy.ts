// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { projectName } from '../../api/service/refs.ts';
import { PedigreeError } from '../../core/errors.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../schemas/policy/parse-promotion-policy.ts';
import { formatSignerPolicy, parseSignerPolicy } from '../../schemas/policy/parse-signer-policy.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../output/terminal.ts';
import { DEFAULT_PROJECT } from '../wire.ts';

interface PolicyOptions extends CommonOptions {
  readonly project: string;
}

/** `pedigree policy signer FILE` and `pedigree policy promotion FILE`: put a policy in force, as the policy root. */
export function addPolicy(program: Command, context: CommandContext): void {
  const policy = program.command('policy').description('put policies in force, as the local owner');
  for (const [name, kind] of [
    ['signer', 'SignerPolicy'],
    ['promotion', 'PromotionPolicy'],
  ] as const) {
    withHome(
      policy
        .command(name)
        .description(`log a ${kind}; evidence and decisions count under it from then on`)
        .argument('<file>', 'YAML or JSON')
        .option('--project <name>', 'project', DEFAULT_PROJECT),
    ).action((file: string, options: PolicyOptions) =>
      run(context, options, async () => {
        const project = projectName(options.project, DEFAULT_PROJECT);
        const { name: title, text } = parsePolicy(kind, file);
        const digest = await onHome(options, 'write', ({ pedigree }) =>
          pedigree.logPolicy(kind, title, text, project),
        );
        if (options.json === true) writeJson(context, { kind, name: title, digest });
        else context.terminal.out(`${kind} "${printable(title)}" is in force: ${digest}\n`);
        return EXIT.yes;
      }),
    );
  }
}

/** The canonical text is logged, so that comments and layout change nothing. */
function parsePolicy(
  kind: 'SignerPolicy' | 'PromotionPolicy',
  file: string,
): { name: string; text: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PedigreeError('ERR_POLICY_INVALID', 'the policy file cannot be read', {
      cause,
      file,
    });
  }
  if (kind === 'SignerPolicy') {
    const policy = parseSignerPolicy(text, file);
    return { name: policy.name, text: formatSignerPolicy(policy) };
  }
  const policy = parsePromotionPolicy(text, file);
  return { name: policy.name, text: formatPromotionPolicy(policy) };
}
