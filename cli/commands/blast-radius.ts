// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { TRUST_CLASSES, type TrustClass } from '../../graph/domain/trust-class.ts';
import { blastRadiusJson } from '../../api/service/answers.ts';
import type { BlastRadius } from '../../graph/lineage/blast-radius.ts';
import { PedigreeError } from '../../core/errors.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printBlastRadius } from '../output/blast-radius.ts';
import { refOfArgument } from './ref-argument.ts';

interface BlastOptions extends CommonOptions {
  readonly strict?: boolean;
  readonly asOf?: string;
  readonly minClass?: string;
}

/** `pedigree blast-radius REF…` */
export function addBlastRadius(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('blast-radius')
      .description('what something has reached: affected, possible, open, clear')
      .argument(
        '<ref...>',
        'digests, purls, names, patterns with *, document:sha256:…, or local files',
      )
      .option('--strict', 'exit 2 where something is open')
      .option('--as-of <index>', 'answer with the first so many log entries')
      .option('--min-class <class>', `weakest evidence that affects: ${TRUST_CLASSES.join(', ')}`),
  ).action((refs: string[], options: BlastOptions) =>
    run(context, options, async () => {
      const question = questionOptions(options);
      const resolved = await Promise.all(refs.map(refOfArgument));
      const answer = await onHome(options, 'read', ({ pedigree }) =>
        pedigree.blastRadius(resolved, question),
      );
      if (options.json === true) writeJson(context, blastRadiusJson(answer));
      else printBlastRadius(context.terminal, answer);
      return blastExitCode(answer.answer.radius, options.strict === true);
    }),
  );
}

/** 1 affected; 2 possible, or open where strict; 0 otherwise, with open printed first. */
export function blastExitCode(radius: BlastRadius, strict: boolean): number {
  if (radius.affected.length > 0) return EXIT.no;
  if (radius.possible.length > 0 || (strict && radius.open.count > 0)) return EXIT.unsure;
  return EXIT.yes;
}

/** `--as-of` and `--min-class` as the service takes them. */
export function questionOptions(options: { asOf?: string; minClass?: string }): {
  asOf?: number;
  minClass?: TrustClass;
} {
  const minClass = TRUST_CLASSES.find((name) => name === options.minClass);
  if (options.minClass !== undefined && minClass === undefined) {
    throw new PedigreeError('ERR_USAGE', `--min-class takes one of ${TRUST_CLASSES.join(', ')}`);
  }
  if (options.asOf !== undefined && !/^\d{1,12}$/.test(options.asOf)) {
    throw new PedigreeError('ERR_USAGE', '--as-of takes a number of log entries');
  }
  return {
    ...(options.asOf === undefined ? {} : { asOf: Number(options.asOf) }),
    ...(minClass === undefined ? {} : { minClass }),
  };
}
