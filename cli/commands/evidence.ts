// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { supportedKinds } from '../../attest/tee/registry.ts';
import { PedigreeError } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { run, writeJson, type CommandContext, type CommonOptions } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printEvidence } from '../output/evidence.ts';
import { systemClock } from '../wire.ts';
import { addEvidenceRefresh } from './evidence-refresh.ts';
import { verifyEvidenceCases, verifyEvidenceFile } from './evidence-verify.ts';

interface EvidenceOptions extends CommonOptions {
  readonly kind?: string;
  readonly endorsements?: string;
  readonly roots?: string;
  readonly at?: string;
  readonly policy?: string;
  readonly nonce?: string;
  readonly cases?: string;
  readonly wrapped?: string | true;
}

/** `pedigree evidence verify FILE --kind K`, `pedigree evidence verify --cases MANIFEST` and `pedigree evidence refresh` */
export function addEvidence(program: Command, context: CommandContext): void {
  const evidence = program
    .command('evidence')
    .description('evidence from trusted execution environments');
  addEvidenceRefresh(evidence, context);
  evidence
    .command('verify')
    .description('is it genuine, and does it meet a policy? No network, no home needed')
    .argument('[file]', 'the evidence as the hardware gave it')
    .option('--kind <kind>', `one of ${supportedKinds().join(', ')}`)
    .option('--endorsements <dir>', 'folder of certificates, revocation lists and collateral')
    .option('--roots <dir>', 'folder of trust anchors in place of the pinned ones')
    .option('--at <time>', 'RFC 3339 time to verify at (default: now)')
    .option('--policy <file>', 'appraisal policy, JSON, or YAML in a file .yaml or .yml')
    .option('--nonce <hex>', 'the bytes that the evidence must carry, as its kind carries them')
    .option(
      '--wrapped [label]',
      'the file is a RATS message wrapper (CMW): take this message of it',
    )
    .option(
      '--cases <manifest>',
      'run a manifest of cases, one line each; exit 0 only when all agree',
    )
    .option('--json', 'JSON on standard output')
    .option('--exit-zero', 'exit 0 whatever the answer')
    .action((file: string | undefined, options: EvidenceOptions) =>
      run(context, options, () =>
        options.cases === undefined
          ? verifyOne(context, file, options)
          : verifyCases(context, options.cases, options),
      ),
    );
}

async function verifyOne(
  context: CommandContext,
  file: string | undefined,
  options: EvidenceOptions,
): Promise<number> {
  if (file === undefined || options.kind === undefined) {
    throw new PedigreeError('ERR_USAGE', 'evidence verify needs a file and --kind, or --cases', {
      hint: `kinds: ${supportedKinds().join(', ')}`,
    });
  }
  if (!supportedKinds().includes(options.kind)) {
    throw new PedigreeError('ERR_USAGE', `there is no evidence kind "${options.kind}"`, {
      hint: `kinds: ${supportedKinds().join(', ')}`,
    });
  }
  const report = await verifyEvidenceFile({
    file,
    kind: options.kind,
    at: options.at === undefined ? systemClock() : parseInstant(options.at),
    ...(options.endorsements === undefined ? {} : { endorsements: options.endorsements }),
    ...(options.roots === undefined ? {} : { roots: options.roots }),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
    ...(options.wrapped === undefined ? {} : { wrapped: options.wrapped }),
  });
  if (options.json === true) writeJson(context, report);
  else printEvidence(context.terminal, report);
  return { passed: EXIT.yes, failed: EXIT.no, undetermined: EXIT.unsure }[report.verdict];
}

async function verifyCases(
  context: CommandContext,
  manifest: string,
  options: EvidenceOptions,
): Promise<number> {
  if (options.nonce !== undefined) {
    throw new PedigreeError('ERR_USAGE', '--nonce is for one piece of evidence, not for --cases', {
      hint: 'each case names what it expects in its policy',
    });
  }
  const counts = await verifyEvidenceCases(manifest, (line) => context.terminal.out(`${line}\n`), {
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    format: options.json === true ? 'json' : 'text',
  });
  context.terminal.err(`${counts.agreed} agreed, ${counts.disagreed} disagreed\n`);
  return counts.disagreed === 0 ? EXIT.yes : EXIT.no;
}
