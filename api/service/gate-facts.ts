// SPDX-License-Identifier: Apache-2.0
import { isDigest, sha256, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type {
  ClosureReport,
  Contamination,
  ContaminationPath,
  EvaluationEvidence,
  EvidenceClass,
  GateFacts,
  SignatureEvidence,
} from '../../attest/gate/ports.ts';
import type { EvaluationClaim } from '../../graph/domain/facts.ts';
import { RELATION_NAMES } from '../../graph/domain/relations.ts';
import type { Ledger } from '../../graph/ledger.ts';
import { MARK_BITS } from '../../graph/lineage/arcs.ts';
import { latestEntry, type KnownDocument } from '../../graph/lineage/knowledge.ts';
import { revocationsInForce } from '../../graph/lineage/revocations.ts';
import { tableRank, type Scope } from '../../graph/lineage/scope.ts';
import { touchOf } from '../../graph/lineage/touch.ts';
import { classOfRank, type View } from '../../graph/lineage/view.ts';
import { REACH } from '../../graph/lineage/walk.ts';
import { Witnesses } from '../../graph/lineage/witness.ts';
import type { BlobStore } from '../../ingest/blobs/port.ts';
import type { Reading } from '../../ingest/extract/extractor.ts';
import { readDocument } from '../../ingest/extract/registry.ts';

const ALTERNATE = RELATION_NAMES.indexOf('alternateOf');
const TRUSTED_RANK = tableRank('trusted');

/** The gate's questions answered from one head of the ledger, with the server's full view. */
export class LedgerGateFacts implements GateFacts {
  readonly head: { readonly size: number; readonly root: string };
  readonly #ledger: Ledger;
  readonly #blobs: BlobStore;
  readonly #scope: Scope;

  constructor(ledger: Ledger, blobs: BlobStore, scope: Scope) {
    this.#ledger = ledger;
    this.#blobs = blobs;
    this.#scope = scope;
    this.head = { size: ledger.head.size, root: ledger.root };
  }

  async evaluations(model: string, dataset: string): Promise<readonly EvaluationEvidence[]> {
    const view = this.#view('unsigned');
    const models = aliasesOf(view, model);
    const datasets = aliasesOf(view, dataset);
    const found: EvaluationEvidence[] = [];
    for (const [id, summary] of view.index.documentFacts.entries()) {
      const document = view.document(id);
      if (summary === undefined || document === undefined || (view.tables.asThreat[id] ?? 0) === 0)
        continue;
      for (const claim of summary.claims) {
        if (claim.type !== 'evaluation') continue;
        const ends = { model: summary.nodes[claim.model], dataset: summary.nodes[claim.dataset] };
        if (ends.model === undefined || ends.dataset === undefined) continue;
        if (!models.has(ends.model) || !datasets.has(ends.dataset)) continue;
        found.push(await this.#evaluation(view, document, claim, summary.nodes));
      }
    }
    return found.sort((a, b) => b.logIndex - a.logIndex || (a.statement < b.statement ? -1 : 1));
  }

  async contamination(refs: readonly string[], minClass: EvidenceClass): Promise<Contamination> {
    const view = this.#view(minClass);
    const affected: ContaminationPath[] = [];
    const possible: ContaminationPath[] = [];
    const skipped = new Set<number>();
    const nodes = refs.flatMap((ref) => [...aliasesOf(view, ref)]);
    for (const revocation of revocationsInForce(view)) {
      if (revocation.nodes.length === 0) continue;
      const walk = view.walk('down');
      walk.run(revocation.nodes, view.filter, revocation.fixed);
      for (const node of walk.skipped) skipped.add(node);
      const witnesses = new Witnesses(view.index, walk, view.filter, revocation.nodes, (document) =>
        String(view.document(document)?.digest),
      );
      for (const node of nodes) {
        const touch = touchOf(view, walk, node);
        if (touch === undefined || touch.reach === REACH.namesOnly) continue;
        const steps = witnesses.pathTo(node, touch.influence);
        const ranks = steps.flatMap(({ mark }) =>
          mark === undefined ? [] : [view.tables.asThreat[mark >>> MARK_BITS] ?? 0],
        );
        const { event } = revocation;
        (touch.reach === REACH.affected ? affected : possible).push({
          target: event.target,
          reason: event.reason,
          revocationIndex: event.index,
          path: steps.map((step) => view.index.refOf(step.node)).reverse(),
          class: ranks.length === 0 ? 'attested' : classOfRank(Math.min(...ranks)),
        });
      }
    }
    return {
      affected,
      possible,
      skipped: [...skipped].map((node) => view.index.refOf(node)).sort(),
    };
  }

  async closure(ref: string, minClass: EvidenceClass): Promise<ClosureReport> {
    const view = this.#view(minClass);
    const node = view.index.find(ref);
    if (node === undefined || !view.isVisible(node)) {
      return { closed: false, missing: [`anything about ${ref}`] };
    }
    const { closure } = view;
    if (closure.open[node] !== 1) return { closed: true, missing: [] };
    const origin = closure.origin[node] ?? node;
    const name = view.labelsOf(origin)[0] ?? view.index.refOf(origin);
    const what = closure.missing(origin) === 'inputs-of-run' ? 'inputs of run' : 'origin of';
    return { closed: false, missing: [`${what} ${name}`] };
  }

  async signatures(ref: string): Promise<readonly SignatureEvidence[]> {
    const view = this.#view('unsigned');
    const nodes = aliasesOf(view, ref);
    const found: SignatureEvidence[] = [];
    view.index.documentFacts.forEach((summary, id) => {
      const document = view.document(id);
      if (summary === undefined || document === undefined || (view.tables.asSupport[id] ?? 0) === 0)
        return;
      if (!summary.subjects.some((subject) => nodes.has(subject))) return;
      const signers = view.knowledge.signersOf(document, this.#scope.asOf);
      if (signers.length === 0) return;
      found.push({
        document: document.digest,
        statementKind: summary.statementKind,
        class: view.supportClass(id),
        signers,
        logIndex: document.firstIndex,
      });
    });
    return found;
  }

  async nonceOwner(nonce: string): Promise<Digest | null> {
    for (const decision of this.#ledger.knowledge.decisions) {
      if (decision.index >= this.#scope.asOf) break;
      const used = decision.nonces.find((one) => one.nonce === nonce);
      if (used !== undefined) return used.statement;
    }
    return null;
  }

  #view(minClass: EvidenceClass): View {
    return this.#ledger.view({ ...this.#scope, minClass });
  }

  async #evaluation(
    view: View,
    document: KnownDocument,
    claim: EvaluationClaim,
    nodes: readonly number[],
  ): Promise<EvaluationEvidence> {
    const refAt = (at: number | undefined): string =>
      view.index.refOf((at === undefined ? undefined : nodes[at]) ?? -1);
    const harness = refAt(claim.harness);
    const envelope = await this.#bestEnvelope(view, document);
    return {
      statement: document.digest,
      metric: claim.metric,
      value: claim.value,
      sampleSize: claim.sampleSize ?? null,
      harness: isDigest(harness) ? harness : null,
      nonce: claim.nonce ?? null,
      model: refAt(claim.model),
      dataset: refAt(claim.dataset),
      ref: refAt(claim.about),
      class: view.supportClass(document.id),
      everClass: classOfRank(view.tables.asThreat[document.id] ?? 0),
      signers: view.knowledge.signersOf(document, this.#scope.asOf),
      receivedAt: document.receivedAt,
      logIndex: document.firstIndex,
      signedBytes: envelope?.envelope?.signedBytes ?? null,
      evidence: envelope?.evidence ?? [],
    };
  }

  /** The standing envelope whose signature holds, one with TEE evidence first; read again from its bytes. */
  async #bestEnvelope(view: View, document: KnownDocument): Promise<Reading | undefined> {
    const candidates = document.envelopes
      .flatMap((id) => view.document(id) ?? [])
      .map((envelope) => ({ envelope, entry: latestEntry(envelope, this.#scope.asOf) }))
      .filter(({ envelope, entry }) => {
        const signature = entry?.signature;
        const covers = signature?.status === 'passed' && signature.payload === document.digest;
        return covers && view.knowledge.isLive(envelope, this.#scope.asOf);
      })
      .sort((a, b) => {
        const more =
          (b.entry?.signature?.evidence.length ?? 0) - (a.entry?.signature?.evidence.length ?? 0);
        return more || (a.envelope.digest < b.envelope.digest ? -1 : 1);
      });
    const best = candidates[0]?.envelope;
    if (best === undefined) return undefined;
    const bytes = await this.#blobs.find(best.digest);
    if (bytes === undefined || sha256(bytes) !== best.digest) {
      throw new PedigreeError(
        'ERR_STORE_CORRUPT',
        `the bytes of document ${best.digest} are missing`,
      );
    }
    return (await readDocument(bytes, { digest: best.digest })).reading;
  }
}

/** A thing and what counts as the same thing: digests joined by alternateOf in documents that count. */
function aliasesOf(view: View, ref: string): Set<number> {
  const start = view.index.find(ref);
  const found = new Set<number>();
  if (start === undefined) return found;
  const queue = [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    view.index.up.forEach(node, (far, mark) => {
      // only a trusted document may say that two digests are one thing: an alias lends its evaluation
      const trusted = (view.tables.asSupport[mark >>> MARK_BITS] ?? 0) >= TRUSTED_RANK;
      if ((mark & 31) === ALTERNATE && trusted) queue.push(far);
    });
  }
  return found;
}
