// SPDX-License-Identifier: Apache-2.0
import { findScheme } from '../../attest/tee/registry.ts';
import type { TeeOutcome } from '../../attest/tee/scheme.ts';
import type { Comparison, DifferentialCase, Outcome, Peer, PeerVerdict } from './peer.ts';

/** Asks a peer about every case of its kinds, and us about the same. */
export async function compareWith(
  peer: Peer,
  cases: readonly DifferentialCase[],
): Promise<readonly Comparison[]> {
  const suitable = cases.filter((one) => peer.kinds.includes(one.kind) && peer.canJudge(one));
  const asked = suitable.filter(
    (one, index) => one.origin !== 'mutant' || index % peer.mutantStride === 0,
  );
  const answers = await peer.ask(asked);
  return asked.map((one, index) => {
    const theirs = answers[index];
    if (theirs === undefined) throw new Error(`${peer.name} left ${one.id} unanswered`);
    const ours = runOurs(one);
    return { case: one, peer: peer.name, ours, theirs, outcome: outcomeOf(ours, theirs) };
  });
}

function runOurs(one: DifferentialCase): TeeOutcome {
  const scheme = findScheme(one.kind);
  if (scheme === undefined) throw new Error(`no kind ${one.kind}`);
  return scheme.run(one.input);
}

function outcomeOf(ours: TeeOutcome, theirs: PeerVerdict): Outcome {
  const isOurs = ours.verdict === 'passed';
  if (isOurs !== theirs.genuine) return isOurs ? 'only-we-accept' : 'only-they-accept';
  if (!isOurs) return 'both-refuse';
  return isSameTcb(ours, theirs) ? 'both-accept' : 'status-differs';
}

function isSameTcb({ claims }: TeeOutcome, { status, advisories = [] }: PeerVerdict): boolean {
  if (status === undefined || claims === null || !('tcb' in claims)) return true;
  const tcb = claims.tcb as { readonly status: string; readonly advisories: readonly string[] };
  return tcb.status === status && tcb.advisories.join() === advisories.toSorted().join();
}
