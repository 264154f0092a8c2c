// SPDX-License-Identifier: Apache-2.0
import { parseDigest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { simulatedMeasurement, type DemoKeys } from './documents.ts';
import { STORY } from './story.ts';

/** Identities of the keys that the story's own tools signed with. */
export interface StorySigners {
  /** Signs links and provenance. */
  readonly functionary: Identity;
  /** Signs model folders. */
  readonly modelSigner: Identity;
}

/** Who is trusted for what in the demo. */
export function demoSignerPolicy(
  owner: Identity,
  { functionary, modelSigner }: StorySigners,
  { evaluator, release, steward }: DemoKeys,
): SignerPolicy {
  const grant = (identity: Identity, ...statements: string[]): SignerPolicy['trusted'][number] => ({
    signers: [identity],
    statements,
    subjects: ['*'],
  });
  return {
    name: 'demo',
    trusted: [
      grant(owner, '*'),
      grant(functionary, 'link', 'provenance'),
      grant(modelSigner, 'signature'),
      grant(evaluator.identity, 'evaluation'),
      grant(release.identity, 'deployment'),
      grant(steward.identity, 'completeness'),
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
