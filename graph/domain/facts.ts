// SPDX-License-Identifier: Apache-2.0
import type { Kind } from './kinds.ts';
import type { Relation, Strength } from './relations.ts';

/** A node as one document states it. Its position in `Facts.nodes` is its id inside that document. */
export interface NodeFact {
  /**
   * Global identity: `sha256:…` (digest) · `oms:…`, `gitoid:…` (content kinds of their own) · a purl with version,
   * `git:<repo>@<commit>`, `hf:<id>@<commit>`, `oci:<repo>@<digest>`, `run:<system>#<id>`, `deployment:…`,
   * `name:<namespace>/<name>@<version>` (coordinate) · `name:<namespace>/<name>`, `md5:…`, `sha1:…` (shared Name) ·
   * `local:<payload digest>#<id>` (never leaves its document).
   */
  readonly ref: string;
  readonly kinds: readonly Kind[];
  /** Labels a person knows it by: a path, a component name. Labels find a node; they never join two. */
  readonly names: readonly string[];
  /** Facts about the node that the graph does not walk (version, licence, type). Values as source text. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** (from, relation, to, qualifiers) with the places in the document that state it. */
export interface EdgeFact {
  readonly from: number;
  readonly relation: Relation;
  readonly to: number;
  readonly strength: Strength;
  /** JSON Pointers, sorted. One edge stated twice is one edge with two pointers. */
  readonly pointers: readonly string[];
  /** role, metric, value, split, scope… Numbers stay as source text. */
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** "These are all the inputs", or "its history begins here". */
export interface CompletenessClaim {
  readonly type: 'completeness';
  /** Node of this document that the claim is about: a run, or an entity. */
  readonly about: number;
  readonly covers: 'inputs' | 'parts' | 'primary-source';
  readonly pointer: string;
}

/** A run whose role the document declares; evaluate and scan carry score, not content, once authorised. */
export interface RunRoleClaim {
  readonly type: 'run-role';
  readonly about: number;
  readonly activity: RunActivity;
  readonly pointer: string;
}

export const RUN_ACTIVITIES = [
  'prepare',
  'train',
  'finetune',
  'merge',
  'quantize',
  'build',
  'evaluate',
  'scan',
  'deploy',
] as const;
export type RunActivity = (typeof RUN_ACTIVITIES)[number];

/** Something runs somewhere. Two placements of one (service, environment) follow each other in time. */
export interface PlacementClaim {
  readonly type: 'placement';
  /** The Deployment node. */
  readonly about: number;
  readonly artefact: number;
  readonly service: string;
  readonly environment: string;
  /** RFC 3339; absent: unknown. */
  readonly since?: string;
  /** RFC 3339; absent: still running as far as this document knows. */
  readonly until?: string;
  /** Versions of one family follow each other: rollback looks here. */
  readonly family?: string;
  readonly version?: string;
  readonly owner?: string;
  readonly pointer: string;
}

/** A registry's word on a version of a model family. */
export interface VersionClaim {
  readonly type: 'version';
  readonly about: number;
  readonly family: string;
  readonly version: string;
  readonly pointer: string;
}

/** A score on a model and a dataset. */
export interface EvaluationClaim {
  readonly type: 'evaluation';
  /** The Evaluation node. */
  readonly about: number;
  readonly model: number;
  readonly dataset: number;
  readonly metric: string;
  /** Source text of the number. */
  readonly value: string;
  readonly sampleSize?: string;
  readonly harness?: number;
  readonly nonce?: string;
  readonly pointer: string;
}

/** Somebody withdraws trust from a thing. Judged against policy at its log index, never here. */
export interface RevocationClaim {
  readonly type: 'revocation';
  /** Ref as the statement writes it: digest, coordinate, name, identity:…, document:sha256:… */
  readonly target: string;
  readonly reason: string;
  readonly severity?: string;
  /** RFC 3339 bounds of what is affected, by proven time. Absent: unbounded. */
  readonly since?: string;
  readonly until?: string;
  /** Digest of the revocation statement that this one withdraws. */
  readonly withdraws?: string;
  /** Revisions that the statement names as repaired. */
  readonly fixed?: readonly string[];
  readonly pointer: string;
}

/** What lets a later version of a statement replace an earlier one (DESIGN.md 3, supersession). */
export interface SupersessionClaim {
  readonly type: 'supersession';
  readonly family: string;
  readonly version: string;
  readonly pointer: string;
}

export type Claim =
  | CompletenessClaim
  | RunRoleClaim
  | PlacementClaim
  | VersionClaim
  | EvaluationClaim
  | RevocationClaim
  | SupersessionClaim;

/** A fault or a tolerance, with its place. Listed, never silent. */
export interface Problem {
  /** Stable, kebab-case: placeholder-digest, dangling-ref, duplicate-bom-ref, no-subject… */
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** Everything one document says, compiled. Pure function of (bytes, extractor version, subject hint). */
export interface Facts {
  /** e.g. `cyclonedx-json`, `in-toto-link`, `opaque`. */
  readonly format: string;
  /** The version that the document names, or null. */
  readonly version: string | null;
  /** What kind of statement it is, for signer policy: `sbom`, `provenance`, `link`, `evaluation`, `completeness`, `revocation`, `deployment`, `model-card`, `signature`, `report`, `opaque`… */
  readonly statementKind: string;
  readonly nodes: readonly NodeFact[];
  readonly edges: readonly EdgeFact[];
  /** Nodes that the document is about. */
  readonly subjects: readonly number[];
  readonly claims: readonly Claim[];
  /** Raw `dependsOn` pairs inside the document: shown, never walked across documents. */
  readonly dependsOn: readonly (readonly [from: number, to: number])[];
  readonly problems: readonly Problem[];
}
