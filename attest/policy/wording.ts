// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import type { EvidenceRef } from '../decision/decision.ts';
import type { EvaluationEvidence } from '../gate/ports.ts';

/** The place of an evaluation in the log. */
export function evidenceOf({ statement, logIndex }: EvaluationEvidence): EvidenceRef {
  return { document: statement, logIndex };
}

/** An evaluation as messages name it. */
export function nameOf({ statement, logIndex }: EvaluationEvidence): string {
  return `evaluation ${statement} (log index ${logIndex})`;
}

/** A ref of somebody's in a message. */
export function shown(ref: string): string {
  return excerpt(ref, 100);
}
