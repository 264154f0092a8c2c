// SPDX-License-Identifier: Apache-2.0
import { blastRadius, type BlastRadius, type Hit } from '../../graph/lineage/blast-radius.ts';
import type { View } from '../../graph/lineage/view.ts';

/** A model that something went into, with a witness path and how sure it is. */
export interface TrainedModel extends Hit {
  readonly outcome: 'affected' | 'possible';
}

export interface TrainedOn {
  readonly dataset: BlastRadius['targets'];
  /** Certain ones first. */
  readonly models: readonly TrainedModel[];
  /** Models and deployments of which nobody knows all inputs: any of them may belong to the list. */
  readonly open: BlastRadius['open'];
  readonly clear: { readonly count: number };
  /** Boilerplate that the walk stepped over, by ref. */
  readonly skipped: readonly string[];
}

/** Models that a dataset went into: training data, base models and derivations on the way, never test data. */
export function modelsTrainedOn(view: View, dataset: readonly number[]): TrainedOn {
  const { targets, affected, possible, open, clear, skipped } = blastRadius(view, dataset);
  const isTrained = (hit: Hit): boolean => hit.kind === 'Model' && hit.influence === 'content';
  const certain = affected
    .filter(isTrained)
    .map((hit) => ({ ...hit, outcome: 'affected' as const }));
  const unsure = possible
    .filter(isTrained)
    .map((hit) => ({ ...hit, outcome: 'possible' as const }));
  return {
    dataset: targets,
    models: [...certain, ...unsure],
    open,
    clear: { count: clear.count },
    skipped,
  };
}
