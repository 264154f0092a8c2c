// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import type { Instant } from '../../core/instant.ts';
import type {
  AdministrationEvent,
  DecisionEvent,
  DocumentEvent,
  LogEvent,
  PolicyEvent,
  RetractionEvent,
  RevocationEvent,
  SignatureRecord,
  Standing,
} from '../domain/log-event.ts';

/** A logged event with its index. */
export type Indexed<E> = E & { readonly index: number };

interface DocumentSource {
  readonly index: number;
  /** Position of the outer document; null where it was submitted itself. */
  readonly parent: number | null;
}

interface Tombstone {
  readonly index: number;
  readonly retracted: boolean;
}

/** Everything the log says of one (project, document). */
export interface KnownDocument {
  /** Position in `Knowledge.documents`: its number in the index. */
  readonly id: number;
  readonly project: string;
  readonly digest: Digest;
  /** Log index of its first entry. */
  readonly firstIndex: number;
  readonly receivedAt: Instant;
  readonly sources: DocumentSource[];
  readonly tombstones: Tombstone[];
  /** Newest entry first wins: the log says later what it learnt later. */
  readonly entries: Indexed<DocumentEvent>[];
  /** Outer documents that this one was taken out of. */
  readonly envelopes: number[];
  /** Documents taken out of this one. */
  readonly members: number[];
}

/** A signature, with the time at which its envelope first came: the only proof of when it was made. */
export interface KnownSignature extends SignatureRecord {
  readonly receivedAt: Instant;
}

/** The newest entry of a document as of a log size. */
export function latestEntry(
  document: KnownDocument,
  asOf: number,
): Indexed<DocumentEvent> | undefined {
  return document.entries.findLast((entry) => entry.index < asOf);
}

/** Everything the log says, folded in order. Grows by `apply`; questions as of an earlier size read it with `asOf`. */
export class Knowledge {
  readonly documents: KnownDocument[] = [];
  readonly revocations: Indexed<RevocationEvent>[] = [];
  readonly policies: Indexed<PolicyEvent>[] = [];
  readonly decisions: Indexed<DecisionEvent>[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #tombstones = new Map<string, Tombstone[]>();
  #genesis: Indexed<AdministrationEvent> | undefined;
  #size = 0;

  /** Number of entries folded so far. */
  get size(): number {
    return this.#size;
  }

  get genesis(): AdministrationEvent | undefined {
    return this.#genesis;
  }

  /** Folds the next entry. @returns the document that the entry touched, if any */
  apply(event: LogEvent): KnownDocument | undefined {
    const index = this.#size++;
    switch (event.type) {
      case 'accepted':
      case 'pending':
      case 'quarantined':
        return this.#applyDocument({ ...event, index });
      case 'retracted':
      case 'reinstated':
        return this.#applyTombstone(event, index);
      case 'revocation':
        this.revocations.push({ ...event, index });
        return undefined;
      case 'policy':
        this.policies.push({ ...event, index });
        return undefined;
      case 'decision':
        this.decisions.push({ ...event, index });
        return undefined;
      case 'administration':
        this.#genesis ??= { ...event, index };
        return undefined;
    }
  }

  /** Forgets every entry from index `size` on: what a failed commit had folded. */
  truncate(size: number): void {
    if (size >= this.#size) return;
    const stays = (entry: { index: number }): boolean => entry.index < size;
    keep(this.revocations, stays);
    keep(this.policies, stays);
    keep(this.decisions, stays);
    for (const marks of this.#tombstones.values()) keep(marks, stays);
    while ((this.documents.at(-1)?.firstIndex ?? -1) >= size) {
      const gone = this.documents.pop();
      if (gone !== undefined) this.#byKey.delete(documentKey(gone.project, gone.digest));
    }
    for (const document of this.documents) {
      keep(document.entries, stays);
      keep(document.sources, stays);
    }
    // only now do the sources of every document say what is inside what
    for (const document of this.documents) {
      keep(document.members, (member) => this.#isMember(member, document.id));
      keep(document.envelopes, (outer) => this.#isMember(document.id, outer));
    }
    if (this.#genesis !== undefined && !stays(this.#genesis)) this.#genesis = undefined;
    this.#size = size;
  }

  #isMember(member: number, outer: number): boolean {
    return this.documents[member]?.sources.some((source) => source.parent === outer) ?? false;
  }

  findDocument(project: string, digest: string): KnownDocument | undefined {
    const id = this.#byKey.get(documentKey(project, digest));
    return id === undefined ? undefined : this.documents[id];
  }

  /** Newest policy of a kind (and name, for promotion policies) logged before `asOf`. */
  findPolicy(
    kind: PolicyEvent['kind'],
    asOf: number,
    name?: string,
  ): Indexed<PolicyEvent> | undefined {
    return this.policies.findLast(
      (policy) =>
        policy.index < asOf && policy.kind === kind && (name === undefined || policy.name === name),
    );
  }

  /**
   * True where the document stands: submitted or inside something that stands, and not retracted.
   * @param without a document to leave out, as if it were retracted
   */
  isLive(document: KnownDocument, asOf: number, without?: KnownDocument): boolean {
    if (document === without || isRetracted(document, asOf)) return false;
    return document.sources.some((source) => {
      if (source.index >= asOf) return false;
      if (source.parent === null) return true;
      const parent = this.documents[source.parent];
      return parent !== undefined && parent !== document && this.isLive(parent, asOf, without);
    });
  }

  /** Documents that stand now and would not without this one: itself, and members that came no other way. */
  removedWith(document: KnownDocument, asOf: number): KnownDocument[] {
    const inside = new Set<KnownDocument>();
    const queue = [document];
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      if (inside.has(one)) continue;
      inside.add(one);
      for (const id of one.members) queue.push(...this.documents.slice(id, id + 1));
    }
    return [...inside].filter((one) => this.isLive(one, asOf) && !this.isLive(one, asOf, document));
  }

  standing(document: KnownDocument, asOf: number): Standing | 'retracted' {
    const latest = latestEntry(document, asOf);
    if (latest === undefined || !this.isLive(document, asOf)) return 'retracted';
    return latest.standing;
  }

  /** Signature records over a document: those of standing envelopes as judged last. Counts for the document. */
  signaturesFor(document: KnownDocument, asOf: number): KnownSignature[] {
    return this.#records(document, asOf, (entries) => entries.slice(-1));
  }

  /** Every signature that ever held over a document, unless its envelope was retracted. Counts against it. */
  signaturesEver(document: KnownDocument, asOf: number): KnownSignature[] {
    return this.#records(document, asOf, (entries) => entries);
  }

  /** Distinct identities that signed the document and count for it. */
  signersOf(document: KnownDocument, asOf: number): Identity[] {
    const records = this.signaturesFor(document, asOf);
    return [
      ...new Set(records.flatMap((record) => (record.status === 'passed' ? record.signers : []))),
    ];
  }

  /** Records of the envelopes that stand: only a retraction ends that, of the envelope or of what it came in. */
  #records(
    document: KnownDocument,
    asOf: number,
    choose: (entries: readonly Indexed<DocumentEvent>[]) => readonly Indexed<DocumentEvent>[],
  ): KnownSignature[] {
    const found: KnownSignature[] = [];
    for (const id of document.envelopes) {
      const envelope = this.documents[id];
      if (envelope === undefined || !this.isLive(envelope, asOf)) continue;
      const entries = envelope.entries.filter((entry) => entry.index < asOf);
      for (const { signature } of choose(entries)) {
        if (signature === null || signature.payload !== document.digest) continue;
        found.push({ ...signature, receivedAt: envelope.receivedAt });
      }
    }
    return found;
  }

  #applyDocument(event: Indexed<DocumentEvent>): KnownDocument {
    const document = this.#document(event);
    document.entries.push(event);
    const parent = event.unpackedFrom === null ? null : this.#parentId(event);
    if (!document.sources.some((source) => source.parent === parent)) {
      document.sources.push({ index: event.index, parent });
    }
    if (parent !== null && !document.envelopes.includes(parent)) {
      document.envelopes.push(parent);
      this.documents[parent]?.members.push(document.id);
    }
    return document;
  }

  #parentId(event: Indexed<DocumentEvent>): number | null {
    const parent = this.#byKey.get(documentKey(event.project, event.unpackedFrom ?? ''));
    return parent ?? null;
  }

  #document(event: Indexed<DocumentEvent>): KnownDocument {
    const key = documentKey(event.project, event.document);
    const known = this.#byKey.get(key);
    const found = known === undefined ? undefined : this.documents[known];
    if (found !== undefined) return found;
    const created: KnownDocument = {
      id: this.documents.length,
      project: event.project,
      digest: event.document,
      firstIndex: event.index,
      receivedAt: event.receivedAt,
      sources: [],
      tombstones: this.#tombstonesOf(event.project, event.document),
      entries: [],
      envelopes: [],
      members: [],
    };
    this.documents.push(created);
    this.#byKey.set(key, created.id);
    return created;
  }

  /** A tombstone wins over a later ingest as well, so one that comes first waits for its document. */
  #applyTombstone(event: RetractionEvent, index: number): KnownDocument | undefined {
    this.#tombstonesOf(event.project, event.document).push({
      index,
      retracted: event.type === 'retracted',
    });
    return this.findDocument(event.project, event.document);
  }

  #tombstonesOf(project: string, digest: string): Tombstone[] {
    const key = documentKey(project, digest);
    const known = this.#tombstones.get(key);
    if (known !== undefined) return known;
    const created: Tombstone[] = [];
    this.#tombstones.set(key, created);
    return created;
  }
}

/**
 * True for an effective revocation whose statement still stands, with a signature of those who may make it, and that no
 * effective one about the same target takes back.
 */
export function isInForce(
  knowledge: Knowledge,
  event: Indexed<RevocationEvent>,
  asOf: number,
): boolean {
  if (event.withdraws !== null || !countsAsRevocation(knowledge, event, asOf)) return false;
  return !knowledge.revocations.some(
    (other) =>
      other.withdraws === event.document &&
      other.target === event.target &&
      countsAsRevocation(knowledge, other, asOf),
  );
}

/** The envelope that gave a statement its effect may be retracted and the bare statement handed in again by anybody. */
function countsAsRevocation(
  knowledge: Knowledge,
  event: Indexed<RevocationEvent>,
  asOf: number,
): boolean {
  const document = knowledge.findDocument(event.project, event.document);
  if (event.index >= asOf || !event.effective || document === undefined) return false;
  if (!knowledge.isLive(document, asOf)) return false;
  const by = ` ${event.by} `;
  return knowledge
    .signaturesEver(document, asOf)
    .some(({ signers }) => signers.some((signer) => by.includes(` ${signer} `)));
}

function isRetracted(document: KnownDocument, asOf: number): boolean {
  return document.tombstones.findLast((mark) => mark.index < asOf)?.retracted ?? false;
}

function documentKey(project: string, digest: string): string {
  return `${project}\u0000${digest}`;
}

function keep<T>(list: T[], stays: (item: T) => boolean): void {
  const kept = list.filter(stays);
  if (kept.length !== list.length) list.splice(0, list.length, ...kept);
}
