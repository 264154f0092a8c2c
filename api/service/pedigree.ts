// SPDX-License-Identifier: Apache-2.0
import { isDigest, sha256, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type { Clock, Instant } from '../../core/instant.ts';
import { formatDecision, digestDecision, type Decision } from '../../attest/decision/decision.ts';
import { signVsa } from '../../attest/decision/vsa.ts';
import { evaluateTriple } from '../../attest/gate/evaluate.ts';
import type { PolicyInForce } from '../../attest/gate/request.ts';
import { signDsse } from '../../attest/signature/sign.ts';
import type { TrustAnchor } from '../../attest/tee/scheme.ts';
import { digestTrustRoots, formatTrustRoots, type TrustRoots } from '../../attest/trust/roots.ts';
import type { SigningKey } from '../../attest/trust/signing-key.ts';
import { digestLines } from '../../graph/domain/state-lines.ts';
import type { TrustClass } from '../../graph/domain/trust-class.ts';
import type { Ledger } from '../../graph/ledger.ts';
import { blastRadius, NAMES_ONLY, type BlastRadius } from '../../graph/lineage/blast-radius.ts';
import { lineageGraph, type LineageGraph } from '../../graph/lineage/lineage-graph.ts';
import type { Knowledge, KnownDocument } from '../../graph/lineage/knowledge.ts';
import {
  retrainWaves,
  rollbackTargets,
  type RetrainWave,
  type RollbackTarget,
} from '../../graph/lineage/recovery.ts';
import { resolveRef } from '../../graph/lineage/resolve-ref.ts';
import { nodesOfTarget, revocationsInForce } from '../../graph/lineage/revocations.ts';
import type { Scope } from '../../graph/lineage/scope.ts';
import type { View } from '../../graph/lineage/view.ts';
import type { BlobStore } from '../../ingest/blobs/port.ts';
import { Ingestor, type IngestOutcome, type IngestRequest } from '../../ingest/pipeline.ts';
import type { Received } from '../../ingest/receive/files.ts';
import { parseSignerPolicy } from '../../schemas/policy/parse-signer-policy.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../schemas/policy/parse-promotion-policy.ts';
import { matchesAny } from '../../schemas/policy/pattern.ts';
import { ownerPolicy, type SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { createRevocationStatement } from '../../schemas/statements/revocation.ts';
import { encodeStatement } from '../../schemas/statements/statement.ts';
import { LedgerGateFacts } from './gate-facts.ts';
import { modelsTrainedOn, type TrainedOn } from './trained-on.ts';

/** What the operator trusts beside the log: read again at each use, so that a changed file counts at once. */
export interface OperatorTrust {
  readonly roots: TrustRoots;
  readonly teeAnchors: ReadonlyMap<string, readonly TrustAnchor[]>;
}

export interface PedigreeOptions {
  readonly ledger: Ledger;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly trust: () => OperatorTrust;
  /** Key of the local owner, where this process may act for them; null: read and gate only. */
  readonly owner: SigningKey | null;
  /** Signs decisions that counted simulated evidence; never the owner's key. Null: they get no summary. */
  readonly simulationKey: SigningKey | null;
  /** Whether simulated evidence counts where a policy lists it. Never on a server that others reach. */
  readonly allowSimulated: boolean;
  /** Name and version of the program, pinned in decisions. */
  readonly engine: string;
}

export interface QuestionOptions {
  /** Log size to answer as of; absent: the head. */
  readonly asOf?: number;
  readonly minClass?: TrustClass;
  /** Projects the caller may see; absent: all. */
  readonly projects?: readonly string[];
}

/** An answer says what it was asked under, so that it can be asked again. */
export interface Answered<T> {
  readonly scope: {
    readonly policy: string;
    readonly minClass: TrustClass;
    readonly project: string | null;
    /** Log size that the answer is as of. */
    readonly asOf: number;
  };
  readonly head: { readonly size: number; readonly root: string };
  readonly answer: T;
}

export interface BlastAnswer {
  readonly radius: BlastRadius;
  readonly rollback: readonly RollbackTarget[];
  readonly retrain: readonly RetrainWave[];
}

export interface RevokeRequest {
  readonly project: string;
  readonly target: string;
  readonly reason: string;
  readonly severity?: string;
  readonly since?: string;
  readonly until?: string;
  readonly fixed?: readonly string[];
  readonly withdraws?: Digest;
}

export interface Revoked {
  readonly statement: Digest;
  readonly effective: boolean;
  readonly logIndex: number;
}

export interface VerifyRequest {
  readonly project: string;
  readonly model: string;
  readonly dataset: string;
  readonly evaluation?: Digest;
  readonly environment: string;
  /** YAML or JSON text of the promotion policy. */
  readonly policyText: string;
  readonly policyFile?: string;
}

export interface VerifyAnswer {
  readonly decision: Decision;
  readonly digest: Digest;
  readonly logIndex: number;
  /** DSSE bytes of the VSA; null for an advisory decision or where no key is at hand. */
  readonly vsa: Uint8Array | null;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const GRAPH_NODES = 20_000;
const VERIFIER_ID = 'https://pedigree.dev/verifiers/gate/v1';
const SIMULATED_VERIFIER_ID = 'https://pedigree.dev/verifiers/gate-simulated/v1';

/** Everything that Pedigree does, over one ledger: what the API and the command line call. */
export class Pedigree {
  readonly ledger: Ledger;
  readonly blobs: BlobStore;
  readonly #options: PedigreeOptions;
  readonly #ingestor: Ingestor;

  constructor(options: PedigreeOptions) {
    this.ledger = options.ledger;
    this.blobs = options.blobs;
    this.#options = options;
    this.#ingestor = new Ingestor({
      ledger: options.ledger,
      blobs: options.blobs,
      clock: options.clock,
      trust: options.trust,
      policy: (knowledge) => this.signerPolicy(knowledge).policy,
    });
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Name and version of the program. */
  get engine(): string {
    return this.#options.engine;
  }

  get owner(): SigningKey | null {
    return this.#options.owner;
  }

  /** Where the log stands, as far as this process has read. */
  head(): { size: number; root: string; time: Instant | null; origin: string | null } {
    const { head, root, knowledge } = this.ledger;
    return { size: head.size, root, time: head.time, origin: knowledge.genesis?.origin ?? null };
  }

  ingest(
    received: AsyncIterable<Received> | Iterable<Received>,
    request: IngestRequest,
  ): Promise<IngestOutcome[]> {
    return this.#ingestor.ingest(received, request);
  }

  /** Signer policy in force as of a log size, with the digest that answers name. */
  signerPolicy(
    knowledge: Knowledge,
    asOf = knowledge.size,
  ): { policy: SignerPolicy; digest: Digest } {
    const logged = knowledge.findPolicy('SignerPolicy', asOf);
    if (logged !== undefined) {
      return {
        policy: parseSignerPolicy(this.ledger.policyText(logged.content)),
        digest: logged.content,
      };
    }
    const root = knowledge.genesis?.policyRoots[0];
    if (root === undefined) {
      throw new PedigreeError('ERR_NOT_FOUND', 'the log has no first entry yet', {
        hint: 'open the home with the command line once, or log a SignerPolicy',
      });
    }
    const policy = ownerPolicy(root);
    return { policy, digest: sha256(JSON.stringify(policy)) };
  }

  /** The scope of a question. */
  scope(options: QuestionOptions = {}): Scope {
    const asOf = options.asOf ?? this.ledger.head.size;
    if (!Number.isInteger(asOf) || asOf < 0 || asOf > this.ledger.head.size) {
      throw new PedigreeError(
        'ERR_USAGE',
        `the log has ${this.ledger.head.size} entries; cannot answer as of ${asOf}`,
      );
    }
    return {
      asOf,
      policy: this.signerPolicy(this.ledger.knowledge, asOf).policy,
      projects: options.projects === undefined ? null : new Set(options.projects),
      minClass: options.minClass ?? 'unsigned',
    };
  }

  /** The view of a question on the newest state. */
  async view(options: QuestionOptions = {}): Promise<View> {
    await this.ledger.refresh();
    return this.ledger.view(this.scope(options));
  }

  /** Nodes that a REF names. @throws {PedigreeError} ERR_NOT_FOUND, ERR_AMBIGUOUS_REF */
  async resolve(ref: string, options: QuestionOptions = {}): Promise<readonly number[]> {
    return resolveRef(await this.view(options), ref);
  }

  async lineage(
    ref: string,
    direction: 'up' | 'down',
    options: QuestionOptions = {},
  ): Promise<Answered<LineageGraph>> {
    const view = await this.view(options);
    return this.#answered(view, lineageGraph(view, resolveRef(view, ref), direction, GRAPH_NODES));
  }

  /** What the refs have reached, with the way back for what is deployed and the models to make again. */
  async blastRadius(
    refs: readonly string[],
    options: QuestionOptions = {},
  ): Promise<Answered<BlastAnswer>> {
    const view = await this.view(options);
    const targets = refs.flatMap((ref) => targetsOf(view, ref));
    const fixed = new Set(
      revocationsInForce(view)
        .filter(({ nodes }) => nodes.some((node) => targets.includes(node)))
        .flatMap((revocation) => [...revocation.fixed]),
    );
    const radius = blastRadius(view, [...new Set(targets)], fixed);
    return this.#answered(view, {
      radius,
      rollback: rollbackTargets(view, radius),
      retrain: retrainWaves(view, radius),
    });
  }

  /** Models that a dataset went into, with what cannot be told. */
  async modelsTrainedOn(
    dataset: string,
    options: QuestionOptions = {},
  ): Promise<Answered<TrainedOn>> {
    const view = await this.view(options);
    return this.#answered(view, modelsTrainedOn(view, resolveRef(view, dataset)));
  }

  /** Shortest witness of how `from` reached `to`, with how sure it is; null where it did not. */
  async path(
    from: string,
    to: string,
    options: QuestionOptions = {},
  ): Promise<
    Answered<BlastRadius['affected'][number] | null> & { outcome: 'affected' | 'possible' | 'none' }
  > {
    const view = await this.view(options);
    const goal = new Set(resolveRef(view, to).map((node) => view.folding.itemOf(node).node));
    const radius = blastRadius(view, targetsOf(view, from));
    const isGoal = (hit: { ref: string }): boolean => goal.has(view.index.find(hit.ref) ?? -1);
    const hit = radius.affected.find(isGoal) ?? radius.possible.find(isGoal) ?? null;
    // what hangs together by names only is no path that could be told, and no proof that there is none
    const byNames = [...radius.missing].some(
      ([ref, missing]) => missing === NAMES_ONLY && isGoal({ ref }),
    );
    const outcome =
      hit === null
        ? byNames
          ? 'possible'
          : 'none'
        : radius.affected.includes(hit)
          ? 'affected'
          : 'possible';
    return { ...this.#answered(view, hit), outcome };
  }

  /**
   * Signs a revocation statement as the local owner and ingests it like any other document.
   * @throws {PedigreeError} ERR_NOT_AUTHORISED where this process holds no key
   */
  async revoke(request: RevokeRequest): Promise<Revoked> {
    const owner = this.#requireOwner();
    const { project, ...claim } = request;
    const statement = encodeStatement(
      createRevocationStatement({ ...claim, issuedAt: this.clock() }),
    );
    const envelope = signDsse(PAYLOAD_TYPE, statement, [owner]);
    await this.ingest([{ source: `revocation of ${request.target}`, bytes: envelope }], {
      project,
      submittedBy: owner.identity,
    });
    const digest = sha256(statement);
    const logged = this.ledger.knowledge.revocations.findLast(
      (event) => event.document === digest && event.effective,
    );
    return { statement: digest, effective: logged !== undefined, logIndex: logged?.index ?? -1 };
  }

  /**
   * Withdraws a document, or takes the withdrawal back.
   * @throws {PedigreeError} ERR_NOT_FOUND, ERR_NOT_AUTHORISED
   */
  async retract(
    project: string,
    digest: Digest,
    reason: string,
    type: 'retracted' | 'reinstated' = 'retracted',
  ): Promise<number> {
    const owner = this.#requireOwner();
    const [index] = await this.ledger.append((knowledge) => {
      const document = knowledge.findDocument(project, digest);
      if (document === undefined) {
        throw new PedigreeError('ERR_NOT_FOUND', `no document ${digest} in project ${project}`);
      }
      this.#requireMandate(knowledge, document, owner);
      const receivedAt = this.clock();
      return [
        { event: { type, project, document: digest, reason, by: owner.identity, receivedAt } },
      ];
    });
    return index ?? -1;
  }

  /** Logs a policy or the trust roots as the local owner. @returns its digest */
  async logPolicy(
    kind: 'SignerPolicy' | 'PromotionPolicy' | 'TrustRoots',
    name: string,
    text: string,
    project: string,
  ): Promise<Digest> {
    const owner = this.#requireOwner();
    const bytes = new TextEncoder().encode(text);
    const content = sha256(bytes);
    await this.ledger.append((knowledge) => {
      const roots = knowledge.genesis?.policyRoots ?? [];
      if (!roots.includes(owner.identity) || (knowledge.genesis?.threshold ?? 1) > 1) {
        throw new PedigreeError('ERR_NOT_AUTHORISED', 'only the policy roots may change policies');
      }
      if (knowledge.findPolicy(kind, knowledge.size, name)?.content === content) return [];
      const receivedAt = this.clock();
      const event = {
        type: 'policy',
        kind,
        name,
        project,
        content,
        by: owner.identity,
        receivedAt,
      } as const;
      return [{ event, blobs: [{ digest: content, bytes }] }];
    });
    return content;
  }

  /** Pins the operator's trust roots in the log, so that entries can name them. */
  async logTrustRoots(project: string): Promise<void> {
    const { roots } = this.#options.trust();
    await this.logPolicy('TrustRoots', 'operator', formatTrustRoots(roots), project);
  }

  /** May this model, with its score on this dataset, go there? Logged whatever the answer. */
  async verify(request: VerifyRequest): Promise<VerifyAnswer> {
    await this.ledger.refresh();
    const trust = this.#options.trust();
    const scope = this.scope({ minClass: 'trusted' });
    const facts = new LedgerGateFacts(this.ledger, this.blobs, scope);
    const decision = await evaluateTriple(
      {
        model: request.model,
        dataset: request.dataset,
        ...(request.evaluation === undefined ? {} : { evaluation: request.evaluation }),
        environment: request.environment,
        policy: this.#policyInForce(request),
        signerPolicy: this.signerPolicy(this.ledger.knowledge),
        trustRoots: digestTrustRoots(trust.roots),
        anchors: trust.teeAnchors,
        allowSimulated: this.#options.allowSimulated,
        clock: this.clock(),
        engine: this.#options.engine,
      },
      facts,
    );
    return this.#logDecision(request.project, decision);
  }

  /** State digest read back from the store (DESIGN.md 1). */
  async stateDigest(): Promise<string> {
    return digestLines(this.ledger.store.stateLines());
  }

  #policyInForce(request: VerifyRequest): PolicyInForce {
    const policy = parsePromotionPolicy(request.policyText, request.policyFile);
    const digest = sha256(formatPromotionPolicy(policy));
    const logged = this.ledger.knowledge.policies.findLast(
      (event) => event.kind === 'PromotionPolicy' && event.content === digest,
    );
    return { policy, digest, logIndex: logged?.index ?? null };
  }

  async #logDecision(project: string, decision: Decision): Promise<VerifyAnswer> {
    const digest = digestDecision(decision);
    const bytes = new TextEncoder().encode(formatDecision(decision));
    const receivedAt = this.clock();
    const [logIndex] = await this.ledger.append(() => [
      {
        event: {
          type: 'decision',
          project,
          decision: digest,
          outcome: decision.outcome,
          advisory: decision.advisory,
          environment: decision.environment,
          policy: decision.policy.digest,
          nonces: decision.nonces,
          receivedAt,
        },
        blobs: [{ digest, bytes }],
      },
    ]);
    return { decision, digest, logIndex: logIndex ?? -1, vsa: this.#vsaOf(decision) };
  }

  /** A decision on simulated evidence has a verifier id and a key of its own, so that nobody takes it for a real one. */
  #vsaOf(decision: Decision): Uint8Array | null {
    const { owner, simulationKey } = this.#options;
    const key = decision.simulated ? simulationKey : owner;
    if (decision.advisory || key === null || !isDigest(decision.model)) return null;
    return signVsa(decision, { id: VERIFIER_ID, simulatedId: SIMULATED_VERIFIER_ID }, [key]);
  }

  /** A retraction needs a mandate over every document that it takes away, members of archives and envelopes included. */
  #requireMandate(knowledge: Knowledge, document: KnownDocument, owner: SigningKey): void {
    const { policy } = this.signerPolicy(knowledge);
    const removed = new Set([document, ...knowledge.removedWith(document, knowledge.size)]);
    for (const { digest } of removed) {
      const mandated = policy.mayRetract.some(
        (mandate) =>
          mandate.signers.includes(owner.identity) &&
          matchesAny(mandate.targets, `document:${digest}`),
      );
      if (!mandated) {
        throw new PedigreeError('ERR_NOT_AUTHORISED', `the owner may not retract ${digest}`);
      }
    }
  }

  #requireOwner(): SigningKey {
    const { owner } = this.#options;
    if (owner === null) {
      throw new PedigreeError('ERR_NOT_AUTHORISED', 'this needs the key of the local owner', {
        hint: 'run it where the home folder with keys/owner.pem is',
      });
    }
    return owner;
  }

  #answered<T>(view: View, answer: T): Answered<T> {
    const { policy, minClass, projects } = view.scope;
    return {
      scope: {
        policy: policy.name,
        minClass,
        project: projects === null ? null : [...projects].sort().join(','),
        asOf: view.scope.asOf,
      },
      head: { size: this.ledger.head.size, root: this.ledger.root },
      answer,
    };
  }
}

/** A REF of a question may also be a pattern or a document, as a revocation's target may. */
function targetsOf(view: View, ref: string): readonly number[] {
  const byTarget = nodesOfTarget(view, ref);
  const visible = byTarget.filter((node) => view.isVisible(node));
  return visible.length > 0 ? visible : resolveRef(view, ref);
}
