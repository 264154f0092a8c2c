// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { DecisionEvent, RevocationEvent } from '../../graph/domain/log-event.ts';
import { isInForce, type Indexed } from '../../graph/lineage/knowledge.ts';
import type { View } from '../../graph/lineage/view.ts';
import { indexOfKey } from './documents.ts';
import { encodeCursor, type Page, type PageRequest } from './page.ts';
import type { Pedigree } from './pedigree.ts';

/**
 * What became of a revocation statement. claimed: its signer may not revoke that · lifted: taken back, or its statement no
 * longer stands · withdrawal: it takes another one back.
 */
export type RevocationState = 'in-force' | 'claimed' | 'lifted' | 'withdrawal';

export interface RevocationRecord {
  /** Digest of the statement. */
  readonly statement: string;
  readonly target: string;
  readonly reason: string;
  readonly severity: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly withdraws: string | null;
  readonly fixed: readonly string[];
  readonly state: RevocationState;
  /** Identities of the signers, by spaces. */
  readonly by: string;
  readonly project: string;
  readonly receivedAt: string;
  readonly logIndex: number;
}

/** A decision as the log has it. */
export interface DecisionRecord {
  /** Digest of the decision document. */
  readonly decision: Digest;
  readonly outcome: DecisionEvent['outcome'];
  readonly advisory: boolean;
  readonly environment: string;
  readonly policy: string;
  /** Nonces that it bound, each to the evaluation statement it came in. */
  readonly nonces: DecisionEvent['nonces'];
  readonly project: string;
  readonly receivedAt: string;
  readonly logIndex: number;
}

/** Revocation statements of the view, newest first. */
export function listRevocations(view: View, page: PageRequest): Page<RevocationRecord> {
  const seen = newestFirst(view, view.knowledge.revocations);
  return pageOfLog(seen, page, (event) => describeRevocation(view, event));
}

export function describeRevocation(view: View, event: Indexed<RevocationEvent>): RevocationRecord {
  const { document, target, reason, severity, since, until, withdraws, fixed } = event;
  const { by, project, receivedAt, index } = event;
  const window = { severity, since, until, withdraws, fixed };
  const logged = { by, project, receivedAt, logIndex: index };
  return { statement: document, target, reason, ...window, state: stateOf(view, event), ...logged };
}

function stateOf(view: View, event: Indexed<RevocationEvent>): RevocationState {
  if (!event.effective) return 'claimed';
  if (event.withdraws !== null) return 'withdrawal';
  return isInForce(view.knowledge, event, view.scope.asOf) ? 'in-force' : 'lifted';
}

/** Decisions of the view, newest first. */
export function listDecisions(view: View, page: PageRequest): Page<DecisionRecord> {
  return pageOfLog(newestFirst(view, view.knowledge.decisions), page, describeDecision);
}

export function describeDecision(event: Indexed<DecisionEvent>): DecisionRecord {
  const { decision, outcome, advisory, environment, policy, nonces } = event;
  const { project, receivedAt, index } = event;
  const judged = { decision, outcome, advisory, environment, policy, nonces };
  return { ...judged, project, receivedAt, logIndex: index };
}

/**
 * Text of a decision document.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where the store has lost it
 */
export async function decisionText({ ledger }: Pedigree, digest: Digest): Promise<string> {
  const bytes = (await ledger.store.blobs([digest])).get(digest);
  if (bytes === undefined) {
    throw new PedigreeError(
      'ERR_STORE_CORRUPT',
      `the decision ${digest} is missing from the store`,
    );
  }
  return new TextDecoder().decode(bytes);
}

function newestFirst<E extends { readonly index: number; readonly project: string }>(
  { scope }: View,
  events: readonly E[],
): E[] {
  return events
    .filter(({ index, project }) => index < scope.asOf && (scope.projects?.has(project) ?? true))
    .toReversed();
}

function pageOfLog<E extends { readonly index: number }, T>(
  events: readonly E[],
  { first, after }: PageRequest,
  describe: (event: E) => T,
): Page<T> {
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : indexOfKey(after);
  const rest = events.filter(({ index }) => index < before);
  const items = rest
    .slice(0, first)
    .map((event) => ({ cursor: encodeCursor(String(event.index)), node: describe(event) }));
  return { items, hasNext: rest.length > first, total: events.length };
}
