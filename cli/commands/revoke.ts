// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { isDigest, type Digest } from '../../core/digest.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printBlastRadius } from '../output/blast-radius.ts';
import { shortRef } from '../output/terminal.ts';
import { DEFAULT_PROJECT, type Opened } from '../wire.ts';
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
      .option('--fixed <ref...>', 'revisions that are repaired')
      .option('--withdraw <digest>', 'take back the revocation statement with this digest')
      .option('--project <name>', 'project', DEFAULT_PROJECT)
      .option(
        '--yes',
        'also where the target is a name or a pattern, which may take more than you know',
      )
      .option('--dry-run', 'write nothing'),
  ).action((ref: string, options: RevokeOptions) =>
    runOnHome(context, options, (opened) => revoke(context, opened, ref, options)),
  );
}

async function revoke(
  context: CommandContext,
  opened: Opened,
  argument: string,
  options: RevokeOptions,
): Promise<number> {
  const { pedigree } = opened;
  const target = await targetOf(opened, argument);
  const isWide = target.includes('*') || target.startsWith('name:');
  const reach = await pedigree.blastRadius([target]).catch(ignoreUnknown);
  if (options.dryRun === true) {
    if (reach === undefined)
      throw new PedigreeError('ERR_NOT_FOUND', `nothing is known as ${target}`);
    if (options.json === true) writeJson(context, { dryRun: true, target, ...reach });
    else printBlastRadius(context.terminal, reach);
    return EXIT.yes;
  }
  if (isWide && options.yes !== true) {
    if (reach !== undefined)
      printBlastRadius({ ...context.terminal, out: context.terminal.err }, reach);
    throw new PedigreeError(
      'ERR_USAGE',
      'the target is a name or a pattern and takes all of the above',
      {
        hint: 'say --yes if that is meant, or name a digest',
      },
    );
  }
  const revoked = await pedigree.revoke({
    project: options.project,
    target,
    reason: options.reason,
    ...(options.severity === undefined ? {} : { severity: options.severity }),
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.fixed === undefined ? {} : { fixed: options.fixed }),
    ...withdrawal(options.withdraw),
  });
  if (options.json === true)
    writeJson(context, { target, ...revoked, matches: reach !== undefined });
  else {
    const state = revoked.effective
      ? 'in force'
      : 'claimed only: the signer policy gives no mandate for it';
    context.terminal.out(
      `revoked ${shortRef(target)}: ${state} (entry ${revoked.logIndex}, statement ${shortRef(revoked.statement)})\n`,
    );
    if (reach === undefined)
      context.terminal.out(
        '  it names nothing that is known now; it takes whatever arrives under it\n',
      );
  }
  return revoked.effective ? EXIT.yes : EXIT.no;
}

/** What is known is revoked under its own ref; a target that nobody has heard of yet is kept as written. */
async function targetOf(opened: Opened, argument: string): Promise<string> {
  const ref = await refOfArgument(argument);
  if (ref.includes('*') || /^(document|identity|builder|platform):/.test(ref)) return ref;
  try {
    const [node, ...others] = await opened.pedigree.resolve(ref);
    const view = await opened.pedigree.view();
    if (node !== undefined && others.length === 0) return view.index.refOf(node);
    if (node !== undefined) return view.index.refOf(view.folding.itemOf(node).node);
  } catch (error) {
    ignoreUnknown(error);
  }
  return ref;
}

function withdrawal(digest: string | undefined): { withdraws?: Digest } {
  if (digest === undefined) return {};
  if (!isDigest(digest))
    throw new PedigreeError('ERR_USAGE', '--withdraw takes the digest of a statement');
  return { withdraws: digest };
}

function ignoreUnknown(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_NOT_FOUND') return undefined;
  throw error;
}
