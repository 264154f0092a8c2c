// SPDX-License-Identifier: Apache-2.0
import type { Decision } from '../../attest/decision/decision.ts';
import { parseExactJson } from '../../core/exact-json.ts';
import type { BlastRadius, Hit, OpenGroup } from '../../graph/lineage/blast-radius.ts';
import type { LineageGraph } from '../../graph/lineage/lineage-graph.ts';
import type { RetrainWave, RollbackTarget } from '../../graph/lineage/recovery.ts';
import type { Answered, BlastAnswer, VerifyAnswer } from './pedigree.ts';
import type { TrainedOn } from './trained-on.ts';

/**
 * The stable JSON of answers (DESIGN.md 7): the command line's `--json` and the API's bodies are the same documents.
 */
export interface BlastRadiusJson {
  readonly scope: Answered<unknown>['scope'];
  readonly head: Answered<unknown>['head'];
  readonly targets: BlastRadius['targets'];
  readonly affected: readonly Hit[];
  readonly possible: readonly Hit[];
  readonly open: { readonly count: number; readonly groups: readonly OpenGroup[] };
  readonly clear: BlastRadius['clear'];
  readonly skipped: readonly string[];
  readonly rollback: readonly RollbackTarget[];
  readonly retrain: readonly RetrainWave[];
}

export function blastRadiusJson({ scope, head, answer }: Answered<BlastAnswer>): BlastRadiusJson {
  const { targets, affected, possible, open, clear, skipped } = answer.radius;
  const { rollback, retrain } = answer;
  return { scope, head, targets, affected, possible, open, clear, skipped, rollback, retrain };
}

export interface LineageJson extends LineageGraph {
  readonly scope: Answered<unknown>['scope'];
  readonly head: Answered<unknown>['head'];
}

export function lineageJson({ scope, head, answer }: Answered<LineageGraph>): LineageJson {
  return { scope, head, ...answer };
}

export interface TrainedOnJson extends TrainedOn {
  readonly scope: Answered<unknown>['scope'];
  readonly head: Answered<unknown>['head'];
}

export function trainedOnJson({ scope, head, answer }: Answered<TrainedOn>): TrainedOnJson {
  return { scope, head, ...answer };
}

export interface PathJson {
  readonly scope: Answered<unknown>['scope'];
  readonly head: Answered<unknown>['head'];
  readonly outcome: 'affected' | 'possible' | 'none';
  /** Null where there is no path. */
  readonly hit: Hit | null;
}

export function pathJson(
  found: Answered<Hit | null> & { readonly outcome: PathJson['outcome'] },
): PathJson {
  return { scope: found.scope, head: found.head, outcome: found.outcome, hit: found.answer };
}

export interface DecisionJson {
  readonly digest: string;
  readonly logIndex: number;
  readonly decision: Decision;
  /** DSSE envelope of the verification summary; null for an advisory decision. */
  readonly vsa: unknown;
}

export function decisionJson({ decision, digest, logIndex, vsa }: VerifyAnswer): DecisionJson {
  const envelope: unknown = vsa === null ? null : parseExactJson(new TextDecoder().decode(vsa));
  return { digest, logIndex, decision, vsa: envelope };
}
