// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Instant } from '../../core/instant.ts';
import type { CompletenessClaim, RunActivity } from '../../graph/domain/facts.ts';
import type { IdentityLevel, Kind } from '../../graph/domain/kinds.ts';
import type { Relation, Strength } from '../../graph/domain/relations.ts';
import type { TrustClass } from '../../graph/domain/trust-class.ts';
import type { LineageNode } from '../../graph/lineage/lineage-graph.ts';

/** Which way from the roots: causes, effects, or both. */
export const EXPORT_DIRECTIONS = ['up', 'down', 'both'] as const;
export type ExportDirection = (typeof EXPORT_DIRECTIONS)[number];

/**
 * Everything that is known of a lineage, in no format: what exports are written from. A function of the log head, the
 * scope and the question.
 */
export interface Projection {
  readonly roots: readonly string[];
  readonly direction: ExportDirection;
  readonly scope: { readonly policy: string; readonly asOf: number };
  readonly head: { readonly size: number; readonly root: string };
  /** When the newest of the documents was received: an export is as old as what it says. */
  readonly at: Instant;
  readonly nodes: readonly ProjectedNode[];
  readonly edges: readonly ProjectedEdge[];
  readonly scores: readonly ProjectedScore[];
  readonly completeness: readonly ProjectedCompleteness[];
  readonly activities: readonly ProjectedActivity[];
  readonly documents: readonly ProjectedDocument[];
  /** Boilerplate that the walk stepped over. */
  readonly skipped: readonly string[];
  /** True where the lineage was cut. */
  readonly truncated: boolean;
}

export interface ProjectedNode {
  readonly ref: string;
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  readonly level: IdentityLevel;
  /** The label that a person is shown: of the best-supported documents that give one. */
  readonly name: string;
  readonly names: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly reach: LineageNode['reach'];
  /** True for what is no part of the walk: a supplier, a builder, a licence, the data of a score. */
  readonly isAside: boolean;
}

/** What one document says about something, and what its word is worth now. */
export interface ProjectedEvidence {
  readonly document: Digest;
  readonly class: TrustClass;
}

export interface ProjectedEdgeEvidence extends ProjectedEvidence {
  readonly strength: Strength;
  readonly qualifiers: Readonly<Record<string, string>>;
}

export interface ProjectedEdge {
  readonly from: string;
  readonly relation: Relation;
  readonly to: string;
  /** False where everything that states it only makes it possible: a guess, or a snapshot of a work tree. */
  readonly certain: boolean;
  readonly evidence: readonly ProjectedEdgeEvidence[];
}

export interface ProjectedScore {
  readonly evaluation: string;
  readonly model: string;
  readonly metric: string;
  /** Source text of the number. */
  readonly value: string;
  /** Absent: nobody says on what it was measured. */
  readonly dataset?: string;
  readonly evidence: readonly ProjectedEvidence[];
}

export interface ProjectedCompleteness {
  readonly about: string;
  readonly covers: CompletenessClaim['covers'];
  readonly evidence: readonly ProjectedEvidence[];
}

export interface ProjectedActivity {
  readonly about: string;
  readonly activity: RunActivity;
  readonly evidence: readonly ProjectedEvidence[];
}

export interface ProjectedDocument {
  readonly digest: Digest;
  /** File that it came in, for people. */
  readonly source: string;
  readonly format: string;
  readonly statementKind: string;
  readonly class: TrustClass;
  /** Identities whose signature counts. */
  readonly signers: readonly string[];
  readonly receivedAt: Instant;
}
