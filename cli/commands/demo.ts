// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { blastRadiusJson, decisionJson, lineageJson } from '../../api/service/answers.ts';
import type { Answered, BlastAnswer, VerifyAnswer } from '../../api/service/pedigree.ts';
import { parseDigest, sha256, type Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import { PedigreeError } from '../../core/errors.ts';
import { formatPublicKey } from '../../attest/trust/signing-key.ts';
import { countFiles, receivePath, type Received } from '../../ingest/receive/files.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../schemas/policy/parse-promotion-policy.ts';
import { formatSignerPolicy } from '../../schemas/policy/parse-signer-policy.ts';
import { run, writeJson, type CommandContext, type CommonOptions } from '../command.ts';
import {
  createDemoKeys,
  makeAlteredEvaluation,
  makeDocuments,
  payloadOf,
  simulatedMeasurement,
  type DemoKeys,
  type MadeDocument,
} from '../demo/documents.ts';
import { makeDemoFolder } from '../demo/folder.ts';
import { demoSignerPolicy } from '../demo/signers.ts';
import { STORY } from '../demo/story.ts';
import { EXIT } from '../exit-codes.ts';
import { addTeeAnchor, addTrustedKeys } from '../home.ts';
import { printBlastRadius } from '../output/blast-radius.ts';
import { printDecision } from '../output/decision.ts';
import { printLineageTree } from '../output/lineage-tree.ts';
import { refNames } from '../output/ref-names.ts';
import { Progress, styled, wrap, type Terminal } from '../output/terminal.ts';
import { DEFAULT_PROJECT, openPedigree, systemClock, type Opened } from '../wire.ts';
import { ingestJson, printOutcomes } from './ingest.ts';

const SAMPLES = join(import.meta.dirname, '../../samples');
const DEFAULT_FOLDER = '.pedigree/demo';

const INTRODUCTION = `A team trains a small classifier, tumour-triage. Version 1 was trained on wdbc.csv. Version 2 adds a later batch, newbatch.csv, and is deployed. A third model was trained on a poisoned copy of the training set and never deployed. What follows is told from the reports that their tools wrote.`;

const OUTCOMES = `affected: a path of evidence leads there. possible: only by a name, or by evidence too weak. open: no path, but nobody claims that all inputs are known. clear: no path, and all inputs are known.`;

/** `pedigree demo`: the story in samples, on an embedded store of its own. */
export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('one small real project: ingest, ask, revoke, gate; ends saying what to open next')
    .option(
      '--home <dir>',
      'folder for the demo; emptied first if an earlier demo made it',
      DEFAULT_FOLDER,
    )
    .option('--json', 'one JSON document on standard output in place of the story')
    .option('--exit-zero', 'as for other commands; the demo exits 0 when it ran')
    .action((options: CommonOptions) =>
      run(context, options, async () => {
        const folder = resolve(options.home ?? DEFAULT_FOLDER);
        makeDemoFolder(folder);
        const opened = await openPedigree({
          home: folder,
          store: 'embedded',
          allowSimulated: true,
        });
        try {
          await tellStory(context, new Demo(opened, folder), options.json === true);
        } finally {
          await opened.close();
        }
        return EXIT.yes;
      }),
    );
}

async function tellStory(context: CommandContext, demo: Demo, json: boolean): Promise<void> {
  const { terminal } = context;
  const quiet = json ? { ...terminal, out: () => undefined } : terminal;
  const told = await demo.tell(quiet);
  if (json) writeJson(context, told);
}

/** Everything that the demo found, as `--json` gives it. */
interface Told {
  readonly home: string;
  /** Documents that the demo made, because the story has none. */
  readonly made: readonly string[];
  readonly simulatedMeasurement: string;
  readonly ingest: unknown;
  readonly lineage: unknown;
  readonly withdrawn: unknown;
  readonly poisoned: unknown;
  readonly decisions: readonly unknown[];
  readonly next: readonly string[];
}

class Demo {
  readonly #opened: Opened;
  readonly #folder: string;
  readonly #keys: DemoKeys = createDemoKeys();
  readonly #at = systemClock();

  constructor(opened: Opened, folder: string) {
    this.#opened = opened;
    this.#folder = folder;
  }

  async tell(terminal: Terminal): Promise<Told> {
    terminal.out(wrap(INTRODUCTION, terminal.columns, ''));
    await this.#setUp();
    const made = makeDocuments(this.#keys, this.#at);
    const ingest = await this.#ingestStory(terminal, made);
    const lineage = await this.#showLineage(terminal);
    const withdrawn = blastRadiusJson(await this.#withdraw(terminal));
    const poisoned = blastRadiusJson(await this.#showPoison(terminal));
    const decisions = (await this.#askGate(terminal)).map(decisionJson);
    const next = this.#showNext(terminal);
    return {
      home: this.#folder,
      made: made.map(({ name }) => name),
      simulatedMeasurement: simulatedMeasurement(),
      ingest,
      lineage,
      withdrawn,
      poisoned,
      decisions,
      next,
    };
  }

  /** Keys of the story's tools, throw-away keys for the roles it has none for, and the policies. */
  async #setUp(): Promise<void> {
    const { home, pedigree } = this.#opened;
    const signers = {
      functionary: this.#trust('functionary.pub.pem'),
      modelSigner: this.#trust('model-signer.pub.pem'),
    };
    this.#trust('cosign.pub');
    const { evaluator, release, steward, platform } = this.#keys;
    for (const key of [evaluator, release, steward]) addTrustedKeys(home, formatPublicKey(key));
    addTeeAnchor(home, 'simulated', 'platform.pem', Buffer.from(formatPublicKey(platform)));
    await pedigree.logTrustRoots(DEFAULT_PROJECT);
    const policy = demoSignerPolicy(home.owner.identity, signers, this.#keys);
    await pedigree.logPolicy('SignerPolicy', 'demo', formatSignerPolicy(policy), DEFAULT_PROJECT);
    const promotion = parsePromotionPolicy(promotionText(), 'samples/policies/promotion.yaml');
    await pedigree.logPolicy(
      'PromotionPolicy',
      promotion.name,
      formatPromotionPolicy(promotion),
      DEFAULT_PROJECT,
    );
  }

  /** Trusts a public key of the samples. */
  #trust(name: string): Identity {
    const pem = readFileSync(join(SAMPLES, 'keys', name), 'utf8');
    const [identity] = addTrustedKeys(this.#opened.home, pem);
    if (identity === undefined) throw new PedigreeError('ERR_INTERNAL', `no key in ${name}`);
    return identity as Identity;
  }

  async #ingestStory(terminal: Terminal, made: readonly MadeDocument[]): Promise<unknown> {
    title(terminal, '1. Ingest: reports of real tools, and who signed them');
    const story = join(SAMPLES, 'story');
    for (const document of made) this.#keep(document);
    const progress = new Progress(terminal, 'ingest', (await countFiles(story)) + made.length);
    const outcomes = await this.#ingest(both(receivePath(story), made), (outcome) => {
      if (outcome.unpackedFrom === null) progress.advance();
    });
    progress.end();
    printOutcomes(terminal, outcomes);
    const names = made.map(({ name }) => name.replace(/^.*\//, '')).join(', ');
    terminal.out('\n');
    const lines = [
      `Made by the demo with throw-away keys, because the story has none: ${names}.`,
      `The TEE evidence in the evaluations is SIMULATED (measurement ${simulatedMeasurement().slice(0, 12)}…): no hardware stands behind it.`,
    ];
    for (const line of lines) terminal.out(wrap(line, terminal.columns, ''));
    return ingestJson(outcomes, this.#opened.pedigree.head());
  }

  async #showLineage(terminal: Terminal): Promise<unknown> {
    title(terminal, `2. What is the deployed model made of?  ${STORY.deployed.path}`);
    terminal.out('Each line: relation, thing, and after ← the file that says so.\n\n');
    const answer = await this.#opened.pedigree.lineage(STORY.deployed.ref, 'up');
    printLineageTree(terminal, answer.answer);
    return lineageJson(answer);
  }

  async #withdraw(terminal: Terminal): Promise<Answered<BlastAnswer>> {
    title(terminal, `3. A supplier withdraws ${STORY.withdrawn.path}. What has it reached?`);
    terminal.out(wrap(OUTCOMES, terminal.columns, ''));
    const { pedigree } = this.#opened;
    const revoked = await pedigree.revoke({
      project: DEFAULT_PROJECT,
      target: STORY.withdrawn.ref,
      reason: 'withdrawn by the supplier',
      severity: 'high',
    });
    terminal.out(`\nrevocation in force at log entry ${revoked.logIndex}\n`);
    const answer = await pedigree.blastRadius([STORY.withdrawn.ref]);
    printBlastRadius(terminal, answer);
    return answer;
  }

  async #showPoison(terminal: Terminal): Promise<Answered<BlastAnswer>> {
    title(terminal, `4. And the poisoned training set, ${STORY.poisoned.path}?`);
    const answer = await this.#opened.pedigree.blastRadius([STORY.poisoned.ref]);
    printBlastRadius(terminal, answer);
    return answer;
  }

  async #askGate(terminal: Terminal): Promise<VerifyAnswer[]> {
    title(terminal, '5. The gate: may it be promoted? Model, dataset and score together');
    const first = await this.#ask(terminal, 'triage-v1', STORY.v1.ref);
    const second = await this.#ask(
      terminal,
      'triage-v2, whose training data was withdrawn',
      STORY.v2.ref,
    );
    const altered = makeAlteredEvaluation(this.#keys, this.#at);
    this.#keep(altered);
    await this.#ingest([{ source: altered.name, bytes: altered.bytes }]);
    const third = await this.#ask(
      terminal,
      'triage-v1, accuracy altered to 0.999: signed, but with the evidence of the true score',
      STORY.v1.ref,
      parseDigest(sha256(payloadOf(altered))),
    );
    return [first, second, third];
  }

  async #ask(
    terminal: Terminal,
    question: string,
    model: string,
    evaluation?: Digest,
  ): Promise<VerifyAnswer> {
    const { pedigree } = this.#opened;
    terminal.out(`\n${styled(terminal, 'bold', question)}\n`);
    const answer = await pedigree.verify({
      project: DEFAULT_PROJECT,
      model,
      dataset: STORY.testSet.ref,
      ...(evaluation === undefined ? {} : { evaluation }),
      environment: 'prod',
      policyText: promotionText(),
    });
    printDecision(terminal, answer, refNames(await pedigree.view()));
    return answer;
  }

  #showNext(terminal: Terminal): string[] {
    const home = `--home ${shellWord(shortPath(this.#folder))}`;
    const commands = [
      `npx pedigree path ${STORY.withdrawn.path} triage-v2 ${home}`,
      `npx pedigree lineage dist/triage-v2.tar ${home}`,
      `npx pedigree log verify ${home}`,
      `npx pedigree serve --dev ${home}`,
    ];
    title(terminal, 'Next');
    for (const command of commands) terminal.out(`  ${command}\n`);
    terminal.out('    and then http://127.0.0.1:7465/graphql in a browser\n');
    terminal.out(
      `What the demo made is in ${shortPath(join(this.#folder, 'made'))}; the story is told in samples/README.md.\n`,
    );
    return commands;
  }

  #ingest(
    received: AsyncIterable<Received> | Iterable<Received>,
    onOutcome?: (outcome: IngestOutcome) => void,
  ): Promise<IngestOutcome[]> {
    return this.#opened.pedigree.ingest(received, {
      project: DEFAULT_PROJECT,
      submittedBy: this.#opened.home.owner.identity,
      ...(onOutcome === undefined ? {} : { onOutcome }),
    });
  }

  /** Leaves a made document where the user can look at it. */
  #keep({ name, bytes }: MadeDocument): void {
    const folder = join(this.#folder, 'made');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name.slice(name.lastIndexOf('/') + 1)), bytes, { mode: 0o600 });
  }
}

function title(terminal: Terminal, text: string): void {
  const rule = '─'.repeat(Math.min(text.length, terminal.columns));
  terminal.out(`\n${styled(terminal, 'bold', text)}\n${rule}\n`);
}

function promotionText(): string {
  return readFileSync(join(SAMPLES, 'policies', 'promotion.yaml'), 'utf8');
}

/** Relative where that is shorter to read and means the same from here. */
function shortPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here === '' || here.startsWith('..') ? path : here;
}

/** As a POSIX shell reads it as one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function* both(
  files: AsyncIterable<Received>,
  made: readonly MadeDocument[],
): AsyncGenerator<Received> {
  yield* files;
  for (const { name, bytes } of made) yield { source: name, bytes };
}
