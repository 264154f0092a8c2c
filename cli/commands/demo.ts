// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseDigest, sha256 } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { parsePublicKeys } from '../../attest/trust/keys.ts';
import { formatPublicKey, type SigningKey } from '../../attest/trust/signing-key.ts';
import { countFiles, receivePath, type Received } from '../../ingest/receive/files.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../schemas/policy/parse-promotion-policy.ts';
import { formatSignerPolicy } from '../../schemas/policy/parse-signer-policy.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { run, type CommandContext, type CommonOptions } from '../command.ts';
import {
  createDemoKeys,
  makeAlteredEvaluation,
  makeDocuments,
  payloadOf,
  simulatedMeasurement,
  type DemoKeys,
  type MadeDocument,
} from '../demo/documents.ts';
import { STORY } from '../demo/story.ts';
import { EXIT } from '../exit-codes.ts';
import { addTeeAnchor, addTrustedKeys } from '../home.ts';
import { printBlastRadius } from '../output/blast-radius.ts';
import { printDecision } from '../output/decision.ts';
import { printLineageTree } from '../output/lineage-tree.ts';
import { Progress, styled, type Terminal } from '../output/terminal.ts';
import { DEFAULT_PROJECT, openPedigree, systemClock, type Opened } from '../wire.ts';
import { printOutcomes } from './ingest.ts';

const SAMPLES = join(import.meta.dirname, '../../samples');
/** Says that a folder is the demo's own, so that it may be emptied. */
const MARKER = 'made-by-pedigree-demo';

/** `pedigree demo`: the story in samples, on an embedded store of its own. */
export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('one small real project: ingest, ask, revoke, gate; ends saying what to open next')
    .option(
      '--home <dir>',
      'folder for the demo; emptied first if an earlier demo made it',
      '.pedigree/demo',
    )
    .action((options: CommonOptions) =>
      run(context, options, async () => {
        const folder = resolve(options.home ?? '.pedigree/demo');
        freshFolder(folder);
        const opened = await openPedigree({
          home: folder,
          store: 'embedded',
          allowSimulated: true,
        });
        try {
          await new Demo(context.terminal, opened, folder).tell();
        } finally {
          await opened.close();
        }
        return EXIT.yes;
      }),
    );
}

function freshFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!existsSync(join(folder, MARKER))) {
      throw new PedigreeError('ERR_USAGE', 'the folder exists and no demo made it', {
        file: folder,
        hint: 'name another one with --home',
      });
    }
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, MARKER), '');
}

class Demo {
  readonly #terminal: Terminal;
  readonly #opened: Opened;
  readonly #folder: string;
  readonly #keys: DemoKeys = createDemoKeys();
  readonly #at = systemClock();

  constructor(terminal: Terminal, opened: Opened, folder: string) {
    this.#terminal = terminal;
    this.#opened = opened;
    this.#folder = folder;
  }

  async tell(): Promise<void> {
    await this.#setUp();
    await this.#ingestStory();
    await this.#showLineage();
    await this.#withdraw();
    await this.#showPoison();
    await this.#askGate();
    this.#showNext();
  }

  /** Keys of the story's tools, throw-away keys for the roles it has none for, and the policies. */
  async #setUp(): Promise<void> {
    const { home, pedigree } = this.#opened;
    for (const name of ['functionary.pub.pem', 'model-signer.pub.pem', 'cosign.pub']) {
      addTrustedKeys(home, readFileSync(join(SAMPLES, 'keys', name), 'utf8'));
    }
    const { evaluator, release, steward, platform } = this.#keys;
    for (const key of [evaluator, release, steward]) addTrustedKeys(home, formatPublicKey(key));
    addTeeAnchor(home, 'simulated', 'platform.pem', Buffer.from(formatPublicKey(platform)));
    await pedigree.logTrustRoots(DEFAULT_PROJECT);
    await pedigree.logPolicy(
      'SignerPolicy',
      'demo',
      formatSignerPolicy(this.#signerPolicy()),
      DEFAULT_PROJECT,
    );
    const promotion = parsePromotionPolicy(
      this.#promotionText(),
      'samples/policies/promotion.yaml',
    );
    await pedigree.logPolicy(
      'PromotionPolicy',
      promotion.name,
      formatPromotionPolicy(promotion),
      DEFAULT_PROJECT,
    );
  }

  #signerPolicy(): SignerPolicy {
    const owner = this.#opened.home.owner.identity;
    const { evaluator, release, steward } = this.#keys;
    const grant = (key: Pick<SigningKey, 'identity'>, ...statements: string[]) => ({
      signers: [key.identity],
      statements,
      subjects: ['*'],
    });
    const [functionary] = parsePublicKeys(
      readFileSync(join(SAMPLES, 'keys', 'functionary.pub.pem'), 'utf8'),
    );
    const [modelSigner] = parsePublicKeys(
      readFileSync(join(SAMPLES, 'keys', 'model-signer.pub.pem'), 'utf8'),
    );
    if (functionary === undefined || modelSigner === undefined) {
      throw new PedigreeError('ERR_INTERNAL', 'the keys of the samples are missing');
    }
    return {
      name: 'demo',
      trusted: [
        grant({ identity: owner }, '*'),
        grant(functionary, 'link', 'provenance'),
        grant(modelSigner, 'signature'),
        grant(evaluator, 'evaluation'),
        grant(release, 'deployment'),
        grant(steward, 'completeness'),
      ],
      // the image with this measurement runs this harness and nothing else; here it is a simulation
      measurements: [
        {
          kind: 'simulated',
          measurement: simulatedMeasurement(),
          statements: ['evaluation'],
          harness: parseDigest(STORY.harness),
        },
      ],
      runs: [{ activity: 'evaluate', statements: ['link'], step: 'evaluate_*' }],
      complete: [],
      primarySources: [STORY.repository],
      boilerplate: [parseDigest(STORY.boilerplate)],
      mayRevoke: [{ signers: [owner], targets: ['*'] }],
      mayRetract: [{ signers: [owner], targets: ['*'] }],
    };
  }

  #promotionText(): string {
    return readFileSync(join(SAMPLES, 'policies', 'promotion.yaml'), 'utf8');
  }

  async #ingestStory(): Promise<void> {
    this.#title('1. Ingest: real reports of real tools for one small project');
    const story = join(SAMPLES, 'story');
    const made = makeDocuments(this.#keys, this.#at);
    for (const document of made) this.#keep(document);
    const progress = new Progress(
      this.#terminal,
      'ingest',
      (await countFiles(story)) + made.length,
    );
    const outcomes = await this.#opened.pedigree.ingest(both(receivePath(story), made), {
      project: DEFAULT_PROJECT,
      submittedBy: this.#opened.home.owner.identity,
      onOutcome: ({ unpackedFrom }) => {
        if (unpackedFrom === null) progress.advance();
      },
    });
    progress.end();
    printOutcomes(this.#terminal, outcomes);
    this.#say(
      `\n${made.length} of them were made by the demo with throw-away keys, because the story has none:\n` +
        made.map(({ name }) => `  ${name}\n`).join('') +
        `The TEE evidence in the evaluations is simulated (measurement ${simulatedMeasurement().slice(0, 12)}…): no hardware stands behind it.\n`,
    );
  }

  async #showLineage(): Promise<void> {
    this.#title(`2. What is the deployed model made of?  ${STORY.deployed.path}`);
    const answer = await this.#opened.pedigree.lineage(STORY.deployed.ref, 'up');
    printLineageTree(this.#terminal, answer.answer);
  }

  async #withdraw(): Promise<void> {
    this.#title(`3. A supplier withdraws ${STORY.withdrawn.path}. What has it reached?`);
    const { pedigree } = this.#opened;
    const revoked = await pedigree.revoke({
      project: DEFAULT_PROJECT,
      target: STORY.withdrawn.ref,
      reason: 'withdrawn by the supplier',
      severity: 'high',
    });
    this.#say(`revocation in force at log entry ${revoked.logIndex}\n\n`);
    printBlastRadius(this.#terminal, await pedigree.blastRadius([STORY.withdrawn.ref]));
  }

  async #showPoison(): Promise<void> {
    this.#title(`4. And the poisoned training set, ${STORY.poisoned.path}?`);
    printBlastRadius(this.#terminal, await this.#opened.pedigree.blastRadius([STORY.poisoned.ref]));
  }

  async #askGate(): Promise<void> {
    this.#title('5. The gate: model, dataset and score together');
    const policyText = this.#promotionText();
    const ask = async (title: string, model: string, evaluation?: string): Promise<void> => {
      this.#say(`\n${styled(this.#terminal, 'bold', title)}\n`);
      const answer = await this.#opened.pedigree.verify({
        project: DEFAULT_PROJECT,
        model,
        dataset: STORY.testSet.ref,
        ...(evaluation === undefined ? {} : { evaluation: parseDigest(evaluation) }),
        environment: 'prod',
        policyText,
      });
      printDecision(this.#terminal, answer);
    };
    await ask('triage-v1', STORY.v1.ref);
    await ask('triage-v2, whose training data was withdrawn', STORY.v2.ref);
    const altered = makeAlteredEvaluation(this.#keys, this.#at);
    this.#keep(altered);
    await this.#opened.pedigree.ingest([{ source: altered.name, bytes: altered.bytes }], {
      project: DEFAULT_PROJECT,
      submittedBy: this.#opened.home.owner.identity,
    });
    await ask(
      'triage-v1 with accuracy altered to 0.999, signed by the evaluator, with the evidence of the true score',
      STORY.v1.ref,
      sha256(payloadOf(altered)),
    );
  }

  #showNext(): void {
    const home = `--home ${this.#folder}`;
    this.#title('Next');
    this.#say(
      `  npx pedigree serve ${home}\n` +
        `  npx pedigree path ${STORY.withdrawn.path} triage-v2 ${home}\n` +
        `  npx pedigree lineage dist/triage-v2.tar ${home}\n` +
        `  npx pedigree log verify ${home}\n` +
        `The documents the demo made are in ${join(this.#folder, 'made')}; the story is in samples/README.md.\n`,
    );
  }

  /** Leaves a made document where the user can look at it. */
  #keep({ name, bytes }: MadeDocument): void {
    const folder = join(this.#folder, 'made');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name.slice(name.lastIndexOf('/') + 1)), bytes);
  }

  #title(text: string): void {
    this.#say(
      `\n${styled(this.#terminal, 'bold', text)}\n${'─'.repeat(Math.min(text.length, 78))}\n`,
    );
  }

  #say(text: string): void {
    this.#terminal.out(text);
  }
}

async function* both(
  files: AsyncIterable<Received>,
  made: readonly MadeDocument[],
): AsyncGenerator<Received> {
  yield* files;
  for (const { name, bytes } of made) yield { source: name, bytes };
}
