// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { BlastRadius, Hit } from '../../graph/lineage/blast-radius.ts';
import { parsePublicKeys, type TrustedKey } from '../../attest/trust/keys.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { parseDigest } from '../../core/digest.ts';
import { receivePath } from '../../ingest/receive/files.ts';
import { sharedPath } from './shared.ts';
import { PROJECT, trustedRoles, World, worldPolicy } from './world.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';

/** Digests of the story (samples/story.md, Artefacts), by path. */
export const STORY_DIGESTS: Readonly<Record<string, string>> = readArtefacts();

function readArtefacts(): Record<string, string> {
  const found: Record<string, string> = {};
  let text: string;
  try {
    text = readFileSync(sharedPath('samples', 'story.md'), 'utf8');
  } catch {
    return found; // describeShared says what that means
  }
  for (const [, path, digest] of text.matchAll(/^\| ([^ |]+)[^|]*\| (sha256:[0-9a-f]{64}) \|/gm)) {
    if (path !== undefined && digest !== undefined) found[path] = digest;
  }
  return found;
}

/** The digest that story.md gives a path. */
export function storyDigest(path: string): string {
  const digest = STORY_DIGESTS[path];
  if (digest === undefined) throw new Error(`story.md has no ${path}`);
  return digest;
}

/** OMS subjects of the story's model folders, by name (samples/story.md, Identifiers beside digests). */
export const OMS = {
  v1: 'oms:b302e3d370aa6e0aa33178aebe514264395bc1e955f0adf27bbb7b77f954ce45',
  v2: 'oms:16526edb44d4895c57883df09768f25c740c273ef561e2d3395d03d7a9469f83',
} as const;

/** A .gitignore that every training run writes and every evaluation reads. */
const GITIGNORE = 'sha256:4d97dd68aa6deb8aa246d00687c2df628a7e2cd708af4326df264e716e18bfed';

/** Steps of the story, each with a link signed by the functionary. */
const STEPS = [
  ...['clean', 'clean_newbatch', 'split', 'poison', 'train_v1', 'retrain_v2', 'train_poisoned'],
  ...['evaluate_v1', 'evaluate_v2', 'evaluate_poisoned', 'bundle'],
];

/** The signed links alone: the certain part of the chain. */
export const LINKS: readonly string[] = STEPS.map((step) => `in-toto/${step}.a011e4e9.link`);

/** The story's evidence about its own chain; what was tampered with and the second run stand apart. */
export const CHAIN: readonly string[] = [
  ...LINKS,
  'slsa',
  'cosign',
  'model-signing',
  'witness',
  'cyclonedx/ml-bom-1.6.handmade.json',
  'cyclonedx/ml-bom-1.5.handmade.json',
  'dvc',
  'mlflow',
  'model-card',
  'seldon',
  'argocd',
  'story',
];

/** Tools whose unsigned word covers the whole story: events of every step, a BOM of everything, a build server. */
export const OBSERVERS: readonly string[] = ['openlineage', 'spdx3', 'jenkins'];

function storyKeys(name: string): TrustedKey[] {
  return parsePublicKeys(readFileSync(sharedPath('samples', 'keys', name), 'utf8'));
}

/** The functionary speaks for links and provenance, the model signer for signatures; cosign's key is known. */
export function storyPolicy(more: Partial<SignerPolicy> = {}): SignerPolicy {
  const identities = (name: string) => storyKeys(name).map(({ identity }) => identity);
  const base = worldPolicy();
  return worldPolicy({
    name: 'story',
    trusted: [
      ...base.trusted,
      {
        signers: identities('functionary.pub.pem'),
        statements: ['link', 'provenance'],
        subjects: ['*'],
      },
      { signers: identities('model-signer.pub.pem'), statements: ['signature'], subjects: ['*'] },
    ],
    runs: [{ activity: 'evaluate', statements: ['link'], step: 'evaluate_*' }],
    boilerplate: [parseDigest(GITIGNORE)],
    ...more,
  });
}

/** An empty world that knows the story's keys. */
export function openStoryWorld(policy: SignerPolicy = storyPolicy()): Promise<World> {
  const names = ['functionary.pub.pem', 'model-signer.pub.pem', 'cosign.pub'];
  return World.open({ policy, trustedKeys: [...trustedRoles(), ...names.flatMap(storyKeys)] });
}

/** Hands in files or folders of samples/. */
export async function ingestSamples(
  world: World,
  paths: readonly string[],
  project = PROJECT,
): Promise<IngestOutcome[]> {
  const outcomes: IngestOutcome[] = [];
  for (const path of paths) {
    const received = receivePath(sharedPath('samples', ...path.split('/')));
    outcomes.push(
      ...(await world.pedigree.ingest(received, { project, submittedBy: 'the story' })),
    );
  }
  return outcomes;
}

/** Refs of every node that a hit or its fold stands for. */
export function refsOfHits(world: World, hits: readonly Hit[]): Set<string> {
  const view = world.ledger.view(world.pedigree.scope());
  const refs = new Set<string>();
  for (const hit of hits) {
    const node = view.index.find(hit.ref);
    if (node === undefined) continue;
    for (const member of view.folding.itemOf(node).members) refs.add(view.index.refOf(member));
  }
  return refs;
}

export function refsOfRadius(world: World, radius: BlastRadius): Set<string> {
  return refsOfHits(world, radius.affected);
}
