// SPDX-License-Identifier: Apache-2.0

/** Name of a dataset or job: unique inside its namespace, as its producer writes it. */
export interface OpenLineageName {
  readonly namespace: string;
  readonly name: string;
  readonly pointer: string;
}

/** Something that an explicit lineage facet names as a cause. */
export interface LineageSource extends OpenLineageName {
  readonly type: 'DATASET' | 'JOB';
  readonly runId?: string;
}

/** One field of a dataset and one field it was computed from. */
export interface ColumnEdge {
  readonly field: string;
  readonly from: OpenLineageName & { readonly field: string };
}

export interface OpenLineageDataset extends OpenLineageName {
  /** `version` facet. */
  readonly version?: string;
  /** True where the version facet is there, whatever it holds. */
  readonly hasVersionFacet: boolean;
  readonly datasetType?: string;
  readonly symlinks: readonly OpenLineageName[];
  readonly columns: readonly ColumnEdge[];
  /** Inputs of the `lineage` facet, at dataset and field level; undefined where there is no such facet. */
  readonly lineage?: readonly LineageSource[];
  /** Names of the facets that describe the dataset itself. */
  readonly facets: readonly string[];
}

/** What a `lineage` facet of a job or run says of one thing. */
export interface LineageEntry {
  /** The thing; undefined for the job itself. */
  readonly target?: LineageSource;
  readonly inputs: readonly LineageSource[];
  readonly pointer: string;
}

export interface ParentRun {
  readonly runId?: string;
  readonly job?: OpenLineageName;
  readonly pointer: string;
}

export type OpenLineageKind = 'run' | 'job' | 'dataset';

/** One event. */
export interface OpenLineageEvent {
  readonly kind: OpenLineageKind;
  readonly pointer: string;
  readonly eventType?: string;
  readonly eventTime?: string;
  readonly producer?: string;
  readonly schemaUrl?: string;
  readonly runId?: string;
  readonly job?: OpenLineageName;
  readonly inputs: readonly OpenLineageDataset[];
  readonly outputs: readonly OpenLineageDataset[];
  /** The subject of a dataset event. */
  readonly dataset?: OpenLineageDataset;
  readonly parent?: ParentRun;
  /** Runs of the `jobDependencies` facet that had to end first. */
  readonly upstreamRuns: readonly ParentRun[];
  readonly engine?: { readonly name?: string; readonly version?: string };
  readonly source?: { readonly url: string; readonly version?: string; readonly pointer: string };
  readonly lineage: readonly LineageEntry[];
  readonly runFacets: readonly string[];
  readonly jobFacets: readonly string[];
}
