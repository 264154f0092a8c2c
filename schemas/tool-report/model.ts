// SPDX-License-Identifier: Apache-2.0

import type { SchemaProblem } from '../intoto/problem.ts';

/** What kind of thing a report is about, as far as its tool knows. The graph's words, because schemas know no graph. */
export type ThingKind =
  'Model' | 'Dataset' | 'Image' | 'Package' | 'Code' | 'Config' | 'Prompt' | 'File';

/** Something that a report, an advisory or a VEX document names. Every identity stands for itself: a report joins nothing. */
export interface ReportThing {
  readonly kind: ThingKind;
  /** JSON Pointer of the record that names it. */
  readonly pointer: string;
  /** Id inside the document, where it has one: two things of one name are then two. */
  readonly local?: string;
  /** Labels and paths. They find a node and join nothing. */
  readonly names?: readonly string[];
  readonly digests?: readonly { readonly algorithm: string; readonly hex: string }[];
  readonly purls?: readonly string[];
  /** Images by digest: `repository@algorithm:hex`. */
  readonly images?: readonly string[];
  /** Commits of repositories. */
  readonly commits?: readonly { readonly repository: string; readonly commit: string }[];
  /** Shared names as (namespace, name). */
  readonly sharedNames?: readonly (readonly [namespace: string, name: string])[];
}

export type Outcome = 'pass' | 'fail' | 'warn' | 'info';

/** One thing that a tool looked at, and what came of it. */
export interface ReportResult {
  readonly name: string;
  readonly outcome: Outcome;
  /** The number exactly as written. */
  readonly score?: string | undefined;
  /** How often, exactly as written or counted. */
  readonly count?: string;
}

/** A vulnerability and one thing that it was found in, or that somebody says something about. */
export interface VulnerabilityStatus {
  readonly id: string;
  /** Other ids of the same vulnerability. */
  readonly aliases: readonly string[];
  readonly thing: ReportThing;
  /** `found` for scanners: nobody judged it. */
  readonly status: string;
  /** Further qualifiers: severity, justification, range… */
  readonly details: Readonly<Record<string, string>>;
  readonly pointer: string;
}

/** A score on a model and a dataset, both named by the report. */
export interface ReportEvaluation {
  readonly model: ReportThing;
  readonly dataset: ReportThing;
  readonly metric: string;
  /** The number exactly as written. */
  readonly value: string;
  readonly sampleSize?: string;
  readonly pointer: string;
}

/** Stages of the life cycle, 1 plan and design to 9 continuous monitoring. */
export type Stage = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** What every tool's report says, in one shape. */
export interface ToolReport {
  readonly tool: string;
  readonly toolVersion?: string | undefined;
  /** As written. */
  readonly time?: string | undefined;
  readonly stages: readonly Stage[];
  readonly about: readonly ReportThing[];
  readonly results: readonly ReportResult[];
  readonly statuses?: readonly VulnerabilityStatus[];
  readonly evaluations?: readonly ReportEvaluation[];
  /** What the tool always writes and this report lacks: strict mode refuses it. */
  readonly faults?: readonly SchemaProblem[];
  /** Totals and settings that the tool writes itself, as written. */
  readonly summary?: Readonly<Record<string, string>>;
}
