// SPDX-License-Identifier: Apache-2.0
import { WORLD_MODEL, WORLD_TEST_SET } from './arbitrary-world.ts';
import { completenessOf, evaluationOf, file, linkOf, signed } from './test-documents.ts';
import { handed, KEYS, PROJECT, type Handed, type World } from './world.ts';

/** What the model of the good world was trained on. */
export const TRAINING_SET = file('data/d.csv');

/** The score that the gate of the good world decides by. */
export const DECIDING_SCORE = handed(
  signed(evaluationOf(WORLD_MODEL, WORLD_TEST_SET, 0.95), KEYS.evaluator),
);

/** Documents of a world in which the model is clear of everything and may be promoted. */
export const GOOD_DOCUMENTS: readonly Handed[] = [
  handed(signed(linkOf('train', [TRAINING_SET], [WORLD_MODEL]), KEYS.builder)),
  handed(signed(completenessOf('inputs', [WORLD_MODEL]), KEYS.steward)),
  handed(signed(completenessOf('primary-source', [TRAINING_SET, WORLD_TEST_SET]), KEYS.steward)),
  DECIDING_SCORE,
];

const GATE = JSON.stringify({
  name: 'gate',
  environments: ['prod'],
  rules: [
    { score: { metric: 'accuracy', min: 0.9 } },
    { evaluation: { class: 'trusted', boundTo: ['model', 'dataset'] } },
    { 'not-revoked': { of: ['model', 'dataset', 'evaluation'] } },
    { closed: { of: ['model'], class: 'trusted' } },
  ],
});

/** What the gate of the good world says of its model, in any world. */
export async function decideOn(world: World): Promise<'allow' | 'deny' | 'undetermined'> {
  const { decision } = await world.pedigree.verify({
    project: PROJECT,
    model: WORLD_MODEL.ref,
    dataset: WORLD_TEST_SET.ref,
    environment: 'prod',
    policyText: GATE,
  });
  return decision.outcome;
}
