// SPDX-License-Identifier: Apache-2.0
import { sha256, type Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import { instantFromMs, type Instant } from '../../core/instant.ts';
import { wholeOf } from '../../core/byte-pieces.ts';
import { packFacts, unpackFacts } from '../../graph/domain/facts-codec.ts';
import type { Claim, Facts } from '../../graph/domain/facts.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import type {
  DocumentEvent,
  EvidenceRecord,
  LogEvent,
  RevocationEvent,
  SignatureRecord,
  Standing,
} from '../../graph/domain/log-event.ts';
import type { Relation, Strength } from '../../graph/domain/relations.ts';
import type { TrustClass } from '../../graph/domain/trust-class.ts';
import { blastRadius, type BlastRadius } from '../../graph/lineage/blast-radius.ts';
import { Knowledge } from '../../graph/lineage/knowledge.ts';
import { LineageIndex } from '../../graph/lineage/lineage-index.ts';
import { View } from '../../graph/lineage/view.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import { testIdentity } from './test-keys.ts';
import { PROJECT, worldPolicy } from './world.ts';

/** The identities that sketches are signed by. */
export const WHO = {
  builder: testIdentity('builder'),
  steward: testIdentity('steward'),
  release: testIdentity('release'),
  evaluator: testIdentity('evaluator'),
  owner: testIdentity('owner'),
  /** In the trust roots, authorised for nothing. */
  known: testIdentity('known'),
} as const;

export interface SketchNode {
  readonly kinds: readonly Kind[];
  readonly names?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface EdgeOptions {
  readonly strength?: Strength;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/** `from relation to`; ends are refs, see `refOf`. */
export type SketchEdge = readonly [
  from: string,
  relation: Relation,
  to: string,
  options?: EdgeOptions,
];

export interface SketchDocument {
  readonly kind?: string;
  readonly format?: string;
  readonly project?: string;
  readonly standing?: Standing;
  /** Identities whose signature over it holds; absent: unsigned. */
  readonly by?: readonly Identity[];
  readonly evidence?: readonly EvidenceRecord[];
  /** Kinds of nodes beside what their ref says. */
  readonly nodes?: Readonly<Record<string, Kind | SketchNode>>;
  readonly edges?: readonly SketchEdge[];
  readonly subjects?: readonly string[];
  /** Claims; `id` gives a node its place in the document. */
  readonly claims?: (id: (ref: string) => number) => readonly Claim[];
  readonly receivedAt?: Instant;
}

/** `#name` stands for the digest of made-up content, `@name` for a node of the document's own; anything else is a ref. */
export function refOf(text: string, document: string): string {
  if (text.startsWith('#')) return sha256(`content ${text}`);
  if (text.startsWith('@')) return `local:${documentDigest(document)}${text.replace('@', '#')}`;
  return text;
}

/** Digest of a sketched document. */
export function documentDigest(name: string): Digest {
  return sha256(`document ${name}`);
}

/** Digest of the envelope that `Sketch.add` puts around a signed document. */
export function envelopeDigest(name: string, by: readonly Identity[]): Digest {
  return sha256(`envelope of ${name} by ${by.join()}`);
}

/** The digest node `#name`. */
export function node(name: string): Digest {
  return sha256(`content ${name}`);
}

function kindsFromRef(text: string): readonly Kind[] {
  if (text.startsWith('@run') || text.startsWith('run:')) return ['Run'];
  if (text.startsWith('name:') || text.startsWith('md5:')) return ['Name'];
  if (text.startsWith('deployment:')) return ['Deployment'];
  if (text.startsWith('evaluation:')) return ['Evaluation'];
  if (text.startsWith('builder:')) return ['Builder'];
  if (/^#(model|m\d)/.test(text)) return ['Model'];
  if (/^#(data|d\d)/.test(text)) return ['Dataset'];
  return ['File'];
}

function toFacts(name: string, document: SketchDocument): Facts {
  const ids = new Map<string, number>();
  const nodes: Facts['nodes'][number][] = [];
  const id = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const given = document.nodes?.[text];
    const stated: SketchNode =
      given === undefined
        ? { kinds: kindsFromRef(text) }
        : typeof given === 'string'
          ? { kinds: [given] }
          : given;
    const { kinds, names = [], attributes } = stated;
    const fact = { ref: refOf(text, name), kinds, names };
    nodes.push(attributes === undefined ? fact : { ...fact, attributes });
    ids.set(text, nodes.length - 1);
    return nodes.length - 1;
  };
  const edges = (document.edges ?? []).map(([from, relation, to, options = {}], at) => ({
    from: id(from),
    relation,
    to: id(to),
    strength: options.strength ?? 'explicit',
    pointers: [`/${at}`],
    qualifiers: options.qualifiers ?? {},
  }));
  for (const text of Object.keys(document.nodes ?? {})) id(text);
  const subjects = (document.subjects ?? []).map(id);
  const claims = document.claims?.(id) ?? [];
  return {
    format: document.format ?? 'sketch',
    version: null,
    statementKind: document.kind ?? 'link',
    nodes,
    edges,
    subjects,
    claims,
    dependsOn: [],
    problems: [],
  };
}

const START_MS = Date.parse('2026-11-21T12:00:00Z');

/** The time at which a sketch receives its n-th entry. */
export function entryTime(index: number): Instant {
  return instantFromMs(START_MS + 60_000 * index);
}

export interface ViewOptions {
  readonly asOf?: number;
  readonly minClass?: TrustClass;
  readonly projects?: readonly string[];
  readonly policy?: SignerPolicy;
}

/** Knowledge and index of a few documents stated by hand: what a ledger holds, without a store. */
export class Sketch {
  readonly knowledge = new Knowledge();
  readonly index = new LineageIndex();
  policy: SignerPolicy = worldPolicy();

  /** Every entry so far. */
  readonly log: LogEvent[] = [];

  get size(): number {
    return this.knowledge.size;
  }

  /** Adds a document, inside an envelope where it is signed. */
  add(name: string, document: SketchDocument): this {
    const { by } = document;
    const digest = documentDigest(name);
    if (by === undefined) return this.#receive(name, digest, null, document, null);
    const envelope = envelopeDigest(name, by);
    const signature: SignatureRecord = {
      status: 'passed',
      signers: by,
      findings: [],
      payload: digest,
      evidence: document.evidence ?? [],
    };
    const outer = { project: document.project, receivedAt: document.receivedAt, source: name };
    this.envelope(envelope, signature, outer);
    return this.#receive(name, digest, envelope, document, null);
  }

  /** One entry for an envelope: what its signature was found to be. */
  envelope(
    digest: Digest,
    signature: SignatureRecord,
    more: {
      readonly project?: string | undefined;
      readonly receivedAt?: Instant | undefined;
      readonly source?: string;
    } = {},
  ): this {
    const standing = signature.status === 'passed' ? 'accepted' : 'pending';
    return this.append({
      ...this.#event(digest, standing, more.project ?? PROJECT, more.source),
      ...(more.receivedAt !== undefined && { receivedAt: more.receivedAt }),
      statementKind: 'envelope',
      signature,
    });
  }

  /** The document as a member of an archive (or as a payload that nobody signed). */
  addInside(outer: Digest, name: string, document: SketchDocument): this {
    return this.#receive(name, documentDigest(name), outer, document, null);
  }

  /** An archive: an entry that states nothing. */
  archive(digest: Digest, project: string = PROJECT): this {
    return this.append(this.#event(digest, 'accepted', project));
  }

  retract(digest: Digest, type: 'retracted' | 'reinstated' = 'retracted'): this {
    const receivedAt = entryTime(this.size);
    const by = WHO.owner;
    return this.append({
      type,
      project: PROJECT,
      document: digest,
      reason: 'test',
      by,
      receivedAt,
    });
  }

  /** An effective revocation by the owner, with its statement standing. */
  revoke(name: string, target: string, more: Partial<RevocationEvent> = {}): this {
    const by = [WHO.owner];
    this.add(name, { kind: 'revocation', by });
    return this.append({
      type: 'revocation',
      project: PROJECT,
      document: documentDigest(name),
      target,
      reason: 'test',
      severity: null,
      since: null,
      until: null,
      withdraws: null,
      fixed: [],
      effective: true,
      by: by.join(' '),
      receivedAt: entryTime(this.size),
      ...more,
    });
  }

  append(event: LogEvent): this {
    this.log.push(event);
    this.knowledge.apply(event);
    return this;
  }

  view(options: ViewOptions = {}): View {
    return new View(this.knowledge, this.index, {
      asOf: options.asOf ?? this.size,
      policy: options.policy ?? this.policy,
      projects: options.projects === undefined ? null : new Set(options.projects),
      minClass: options.minClass ?? 'unsigned',
    });
  }

  /** Number of a node in the index. */
  at(text: string, document = ''): number {
    const ref = refOf(text, document);
    const found = this.index.find(ref);
    if (found === undefined) throw new Error(`nothing mentions ${text}`);
    return found;
  }

  /** Blast radius of nodes that some document mentions. */
  ask(targets: readonly string[], options: ViewOptions = {}): BlastRadius {
    return blastRadius(
      this.view(options),
      targets.map((text) => this.at(text)),
    );
  }

  #receive(
    name: string,
    digest: Digest,
    unpackedFrom: Digest | null,
    document: SketchDocument,
    signature: SignatureRecord | null,
  ): this {
    const facts = unpackFacts(wholeOf(packFacts(toFacts(name, document)).bytes));
    const event = this.#event(
      digest,
      document.standing ?? 'accepted',
      document.project ?? PROJECT,
      name,
    );
    this.append({
      ...event,
      format: facts.format,
      statementKind: facts.statementKind,
      facts: packFacts(facts).digest,
      unpackedFrom,
      signature,
      ...(document.receivedAt !== undefined && { receivedAt: document.receivedAt }),
    });
    const known = this.knowledge.findDocument(document.project ?? PROJECT, digest);
    if (known !== undefined) this.index.addDocument(known.id, facts);
    return this;
  }

  #event(digest: Digest, standing: Standing, project: string, source?: string): DocumentEvent {
    return {
      type: standing === 'opaque' ? 'accepted' : standing,
      standing,
      project,
      document: digest,
      sizeBytes: 1,
      format: 'sketch',
      version: null,
      statementKind: 'opaque',
      source: source ?? digest,
      extractor: 'sketch/1',
      facts: null,
      unpackedFrom: null,
      signature: null,
      trustRoots: sha256('roots'),
      collateral: [],
      reasons: [],
      submittedBy: 'tester',
      receivedAt: entryTime(this.size),
    };
  }
}

/** A claim of all inputs (or of being a source) by the steward. */
export function claimOf(
  covers: 'inputs' | 'primary-source',
  ...about: readonly string[]
): SketchDocument {
  return {
    kind: 'completeness',
    by: [WHO.steward],
    subjects: about,
    claims: (id) =>
      about.map((ref) => ({ type: 'completeness', about: id(ref), covers, pointer: '' })),
  };
}

/** One step by the trusted builder: what it read and what it made, in a run of its own. */
export function step(
  inputs: readonly string[],
  products: readonly string[],
  more: Partial<SketchDocument> & { readonly run?: string; readonly name?: string } = {},
): SketchDocument {
  const { run = '@run', name, ...rest } = more;
  return {
    kind: 'link',
    by: [WHO.builder],
    subjects: products,
    edges: [
      ...inputs.map((ref): SketchEdge => [run, 'used', ref]),
      ...products.map((ref): SketchEdge => [ref, 'wasGeneratedBy', run]),
    ],
    nodes: {
      [run]: {
        kinds: ['Run'],
        names: name === undefined ? [] : [name],
        attributes: name === undefined ? {} : { step: name },
      },
    },
    ...rest,
  };
}

/** A step that nobody signed. */
export function unsignedStep(
  inputs: readonly string[],
  products: readonly string[],
  more: Partial<SketchDocument> & { readonly run?: string; readonly name?: string } = {},
): SketchDocument {
  const { by: _, ...rest } = step(inputs, products, more);
  return rest;
}

/** What became of a thing in an answer. */
export type Outcome = 'affected' | 'possible' | 'open' | 'clear' | 'absent';

/** Outcome of the item that a ref folds into. Looks at all of open and clear, as small answers list everything. */
export function outcomeIn(sketch: Sketch, radius: BlastRadius, text: string, view?: View): Outcome {
  const seen = view ?? sketch.view();
  const found = sketch.index.find(text.startsWith('#') ? node(text) : text);
  if (found === undefined) return 'absent';
  const ref = seen.index.refOf(seen.folding.itemOf(found).node);
  const isItem = (item: { ref: string }): boolean => item.ref === ref;
  if (radius.affected.some(isItem)) return 'affected';
  if (radius.possible.some(isItem)) return 'possible';
  if (radius.open.groups.some((group) => group.items.some(isItem))) return 'open';
  if (radius.clear.items.some(isItem)) return 'clear';
  return 'absent';
}
