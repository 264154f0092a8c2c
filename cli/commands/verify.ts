// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { isDigest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { decisionJson } from '../../api/service/answers.ts';
import type { VerifyRequest } from '../../api/service/pedigree.ts';
import { onlyRef, projectName } from '../../api/service/refs.ts';
import {
  onHome,
  reportError,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printDecision } from '../output/decision.ts';
import { refNames } from '../output/ref-names.ts';
import { DEFAULT_PROJECT } from '../wire.ts';
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
    run(context, options, async () => {
      const question = await questionOf(options);
      const { answer, names } = await onHome(options, 'write', async ({ pedigree }) => {
        const found = await pedigree.verify({
          ...question,
          model: await onlyRef(pedigree, question.model),
          dataset: await onlyRef(pedigree, question.dataset),
        });
        return { answer: found, names: refNames(await pedigree.view()) };
      });
      if (options.json === true) writeJson(context, decisionJson(answer));
      else printDecision(context.terminal, answer, names);
      const code = { allow: EXIT.yes, deny: EXIT.no, undetermined: EXIT.unsure };
      const fault = options.vsa === undefined ? undefined : writeVsa(options.vsa, answer.vsa);
      // the answer has been given; what is missing is said beside it
      return fault === undefined
        ? code[answer.decision.outcome]
        : reportError(context.terminal, fault, false);
    }),
  );
}

/** What the options say, checked before anything is opened. */
async function questionOf(options: VerifyOptions): Promise<VerifyRequest> {
  const evaluation = options.evaluation?.replace(/^document:/, '');
  if (evaluation !== undefined && !isDigest(evaluation)) {
    throw new PedigreeError('ERR_USAGE', '--evaluation takes the digest of a statement');
  }
  return {
    project: projectName(options.project, DEFAULT_PROJECT),
    model: await refOfArgument(options.model),
    dataset: await refOfArgument(options.dataset),
    ...(evaluation === undefined ? {} : { evaluation }),
    environment: options.env,
    policyText: readPolicy(options.policy),
    policyFile: options.policy,
  };
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

function writeVsa(file: string, vsa: Uint8Array | null): PedigreeError | undefined {
  if (vsa === null) {
    return new PedigreeError('ERR_NOT_AUTHORISED', 'this decision has no verification summary', {
      hint: 'an advisory decision has none; log the policy first: pedigree policy promotion FILE',
    });
  }
  try {
    writeFileSync(file, vsa);
    return undefined;
  } catch (cause) {
    return new PedigreeError('ERR_USAGE', 'the verification summary cannot be written there', {
      cause,
      file,
    });
  }
}
