// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { isDigest } from '../../core/digest.ts';
import type {
  Answered,
  BlastAnswer,
  Pedigree,
  Revoked,
  RevokeRequest,
} from '../../api/service/pedigree.ts';
import { blastRadiusJson } from '../../api/service/answers.ts';
import { isWideTarget, projectName, revocationTarget } from '../../api/service/refs.ts';
import { collect } from '../collect.ts';
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
import { shortRef } from '../output/terminal.ts';
import { DEFAULT_PROJECT } from '../wire.ts';
import { refOfArgument } from './ref-argument.ts';

interface RevokeOptions extends CommonOptions {
  readonly reason: string;
  readonly severity?: string;
  readonly since?: string;
  readonly until?: string;
  readonly fixed?: readonly string[];
  readonly project: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly withdraw?: string;
}

/** `pedigree revoke REF --reason R` */
export function addRevoke(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('revoke')
      .description(
        'withdraw trust from a thing, as the local owner; --dry-run shows what it would reach',
      )
      .argument(
        '<ref>',
        'digest, purl, name, pattern with *, document:sha256:…, identity:…, or a local file',
      )
      .requiredOption('--reason <text>', 'why, for everybody who will ask')
      .option('--severity <word>', 'low, medium, high, critical')
      .option('--since <time>', 'RFC 3339: bad from then on')
      .option('--until <time>', 'RFC 3339: bad up to then')
      .option('--fixed <ref>', 'a revision that is repaired (may be repeated)', collect)
      .option('--withdraw <digest>', 'take back the revocation statement with this digest')
      .option('--project <name>', 'project', DEFAULT_PROJECT)
      .option(
        '--yes',
        'also where the target is a name or a pattern, which may take more than you know',
      )
      .option('--dry-run', 'write nothing'),
  ).action((argument: string, options: RevokeOptions) =>
    run(context, options, async () => {
      const claim = claimOf(options);
      const ref = await refOfArgument(argument);
      return options.dryRun === true
        ? onHome(options, 'read', ({ pedigree }) => tryOut(context, pedigree, ref, options))
        : onHome(options, 'write', ({ pedigree }) =>
            revoke(context, pedigree, ref, claim, options),
          );
    }),
  );
}

/** What the options say, checked before anything is opened. */
function claimOf(options: RevokeOptions): Omit<RevokeRequest, 'target'> {
  const { reason, severity, since, until, fixed, withdraw } = options;
  if (withdraw !== undefined && !isDigest(withdraw))
    throw new PedigreeError('ERR_USAGE', '--withdraw takes the digest of a statement');
  return {
    project: projectName(options.project, DEFAULT_PROJECT),
    reason,
    ...(severity === undefined ? {} : { severity }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(fixed === undefined ? {} : { fixed }),
    ...(withdraw === undefined ? {} : { withdraws: withdraw }),
  };
}

async function tryOut(
  context: CommandContext,
  pedigree: Pedigree,
  ref: string,
  options: RevokeOptions,
): Promise<number> {
  const target = await revocationTarget(pedigree, ref);
  const reach = await pedigree.blastRadius([target]);
  if (options.json === true)
    writeJson(context, { dryRun: true, target, ...blastRadiusJson(reach) });
  else printBlastRadius(context.terminal, reach);
  return EXIT.yes;
}

async function revoke(
  context: CommandContext,
  pedigree: Pedigree,
  ref: string,
  claim: Omit<RevokeRequest, 'target'>,
  options: RevokeOptions,
): Promise<number> {
  const target = await revocationTarget(pedigree, ref);
  const reach = await pedigree.blastRadius([target]).catch(ignoreUnknown);
  if (isWideTarget(target) && options.yes !== true) throw refuseWide(context, reach);
  const revoked = await pedigree.revoke({ ...claim, target });
  if (options.json === true)
    writeJson(context, { target, ...revoked, matches: reach !== undefined });
  else printRevoked(context, target, revoked, reach !== undefined);
  return revoked.effective ? EXIT.yes : EXIT.no;
}

function refuseWide(
  { terminal }: CommandContext,
  reach: Answered<BlastAnswer> | undefined,
): PedigreeError {
  if (reach !== undefined) printBlastRadius({ ...terminal, out: terminal.err }, reach);
  return new PedigreeError(
    'ERR_USAGE',
    'the target is a name or a pattern and takes whatever bears it, now and later',
    { hint: 'say --yes if that is meant, or name a digest' },
  );
}

function printRevoked(
  { terminal }: CommandContext,
  target: string,
  { effective, logIndex, statement }: Revoked,
  matches: boolean,
): void {
  const state = effective ? 'in force' : 'claimed only: the signer policy gives no mandate for it';
  terminal.out(
    `revoked ${shortRef(target)}: ${state} (entry ${logIndex}, statement ${statement})\n`,
  );
  if (!matches)
    terminal.out('  it names nothing that is known now; it takes whatever arrives under it\n');
}

function ignoreUnknown(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_NOT_FOUND') return undefined;
  throw error;
}
