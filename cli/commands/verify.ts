// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { isDigest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { decisionJson } from '../../api/service/answers.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printDecision } from '../output/decision.ts';
import { DEFAULT_PROJECT, type Opened } from '../wire.ts';
import { refOfArgument } from './ref-argument.ts';

interface VerifyOptions extends CommonOptions {
  readonly model: string;
  readonly dataset: string;
  readonly evaluation?: string;
  readonly policy: string;
  readonly env: string;
  readonly project: string;
  readonly vsa?: string;
}

/** `pedigree verify --model REF --dataset REF --policy FILE --env NAME` */
export function addVerify(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('verify')
      .description('may this model, with its score on this dataset, go to this environment?')
      .requiredOption('--model <ref>', 'digest or local file of the model')
      .requiredOption('--dataset <ref>', 'digest or local file of the dataset it was evaluated on')
      .option('--evaluation <digest>', 'judge by this evaluation statement (sha256 of its payload)')
      .requiredOption('--policy <file>', 'promotion policy, YAML')
      .requiredOption('--env <name>', 'environment to promote to')
      .option('--vsa <file>', 'write the signed verification summary there')
      .option('--project <name>', 'project', DEFAULT_PROJECT),
  ).action((options: VerifyOptions) =>
    runOnHome(context, options, (opened) => verify(context, opened, options)),
  );
}

async function verify(
  context: CommandContext,
  { pedigree }: Opened,
  options: VerifyOptions,
): Promise<number> {
  const evaluation = options.evaluation?.replace(/^document:/, '');
  if (evaluation !== undefined && !isDigest(evaluation)) {
    throw new PedigreeError('ERR_USAGE', '--evaluation takes the digest of a statement');
  }
  const answer = await pedigree.verify({
    project: options.project,
    model: await onlyRef(pedigree, await refOfArgument(options.model)),
    dataset: await onlyRef(pedigree, await refOfArgument(options.dataset)),
    ...(evaluation === undefined ? {} : { evaluation }),
    environment: options.env,
    policyText: readPolicy(options.policy),
    policyFile: options.policy,
  });
  if (options.vsa !== undefined) writeVsa(options.vsa, answer.vsa);
  if (options.json === true) writeJson(context, decisionJson(answer));
  else printDecision(context.terminal, answer);
  return { allow: EXIT.yes, deny: EXIT.no, undetermined: EXIT.unsure }[answer.decision.outcome];
}

/** The gate decides about one thing: a name that means several files is refused. */
async function onlyRef(pedigree: Opened['pedigree'], ref: string): Promise<string> {
  if (isDigest(ref)) return ref;
  const nodes = await pedigree.resolve(ref);
  const view = await pedigree.view();
  const refs = nodes.map((node) => view.index.refOf(node));
  const [only, ...others] = refs;
  if (only !== undefined && others.length === 0) return only;
  throw new PedigreeError('ERR_AMBIGUOUS_REF', `"${ref}" has ${refs.length} files`, {
    hint: `name one of them: ${refs.slice(0, 5).join(', ')}`,
  });
}

function readPolicy(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PedigreeError('ERR_POLICY_INVALID', 'the policy file cannot be read', {
      cause,
      file,
    });
  }
}

function writeVsa(file: string, vsa: Uint8Array | null): void {
  if (vsa === null) {
    throw new PedigreeError(
      'ERR_NOT_AUTHORISED',
      'an advisory decision has no verification summary',
      {
        hint: 'log the policy first: pedigree policy promotion FILE',
      },
    );
  }
  writeFileSync(file, vsa);
}
