// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { supportedKinds } from '../../attest/tee/registry.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { addTeeAnchor, addTrustedKeys, readTrust } from '../home.ts';
import { printable } from '../output/terminal.ts';
import { DEFAULT_PROJECT } from '../wire.ts';

interface AddOptions extends CommonOptions {
  readonly tee?: string;
}

/** `pedigree trust add FILE…` and `pedigree trust list` */
export function addTrust(program: Command, context: CommandContext): void {
  const trust = program
    .command('trust')
    .description('the trust store of this home: keys and TEE anchors');
  withHome(
    trust
      .command('add')
      .description(
        'trust public keys (PEM), or with --tee a trust anchor of one kind of hardware evidence',
      )
      .argument('<file...>')
      .option('--tee <kind>', `kind of evidence: ${supportedKinds().join(', ')}`),
  ).action((files: string[], options: AddOptions) =>
    runOnHome(context, options, 'write', async ({ home, pedigree }) => {
      const added = files.flatMap((file) => addFile(home, file, options.tee));
      await pedigree.logTrustRoots(DEFAULT_PROJECT);
      if (options.json === true) writeJson(context, { added });
      else for (const one of added) context.terminal.out(`trusted: ${printable(one)}\n`);
      return EXIT.yes;
    }),
  );
  withHome(trust.command('list').description('what is trusted here')).action(
    (options: CommonOptions) =>
      runOnHome(context, options, 'read', async ({ home }) => {
        const { roots, teeAnchors } = readTrust(home);
        const keys = roots.keys.map(({ identity, algorithm }) => ({ identity, algorithm }));
        const anchors = [...teeAnchors].flatMap(([kind, files]) =>
          files.map(({ name }) => ({ kind, name })),
        );
        if (options.json === true) writeJson(context, { keys, anchors });
        else {
          for (const { identity, algorithm } of keys)
            context.terminal.out(`${identity}  ${algorithm}\n`);
          for (const { kind, name } of anchors)
            context.terminal.out(`${printable(`${kind}  ${name}`)}\n`);
        }
        return EXIT.yes;
      }),
  );
}

function addFile(
  home: Parameters<typeof addTrustedKeys>[0],
  file: string,
  kind: string | undefined,
): string[] {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_KEY', 'the file cannot be read', { cause, file });
  }
  if (kind === undefined) return addKeyFile(home, file, bytes);
  if (!supportedKinds().includes(kind)) {
    throw new PedigreeError('ERR_USAGE', `there is no evidence kind "${kind}"`, {
      hint: supportedKinds().join(', '),
    });
  }
  addTeeAnchor(home, kind, basename(file), bytes);
  return [`${kind} ${basename(file)}`];
}

function addKeyFile(
  home: Parameters<typeof addTrustedKeys>[0],
  file: string,
  bytes: Uint8Array,
): string[] {
  try {
    return addTrustedKeys(home, Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    if (!isPedigreeError(cause) || cause.code !== 'ERR_PARSE_KEY') throw cause;
    throw new PedigreeError('ERR_PARSE_KEY', cause.message, { cause, file });
  }
}
