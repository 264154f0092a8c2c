// SPDX-License-Identifier: Apache-2.0

/** A key and its value as written, with its place. */
export interface MlflowEntry {
  readonly key: string;
  readonly value: string;
  readonly pointer: string;
}

export interface MlflowMetric extends MlflowEntry {
  /** The dataset that was measured on, where the metric names one (MLflow 3). */
  readonly datasetName?: string;
  readonly datasetDigest?: string;
  readonly modelId?: string;
}

/** A dataset that a run logged. */
export interface MlflowDataset {
  readonly name: string;
  /** MLflow's own hash of the data frame, 8 hex digits: a label, not a digest of bytes. */
  readonly mlflowDigest?: string;
  readonly source?: string;
  /** `mlflow.data.context`: training, eval, … */
  readonly context?: string;
  readonly tags: readonly MlflowEntry[];
  readonly pointer: string;
}

export interface MlflowRun {
  readonly runId: string;
  readonly name?: string;
  readonly experimentId?: string;
  readonly status?: string;
  readonly user?: string;
  /** Milliseconds since 1970, as written. */
  readonly startTime?: string;
  readonly endTime?: string;
  readonly metrics: readonly MlflowMetric[];
  readonly params: readonly MlflowEntry[];
  readonly tags: readonly MlflowEntry[];
  readonly datasets: readonly MlflowDataset[];
  /** Ids of the models that it made. */
  readonly modelIds: readonly MlflowEntry[];
  readonly pointer: string;
}

/** A model as a run logged it. */
export interface MlflowLoggedModel {
  readonly modelId: string;
  readonly name?: string;
  readonly runId?: string;
  readonly status?: string;
  readonly metrics: readonly MlflowMetric[];
  readonly params: readonly MlflowEntry[];
  readonly tags: readonly MlflowEntry[];
  readonly pointer: string;
}

/** One version in the registry. */
export interface MlflowModelVersion {
  readonly name: string;
  readonly version: string;
  readonly runId?: string;
  /** The logged model, from `models:/m-…` or its own member. */
  readonly modelId?: string;
  readonly source?: string;
  readonly status?: string;
  readonly stage?: string;
  readonly createdMs?: string;
  readonly aliases: readonly string[];
  readonly tags: readonly MlflowEntry[];
  readonly pointer: string;
}

/** A family of versions, under the name that the registry gives it. */
export interface MlflowFamily {
  readonly name: string;
  /** `champion` is 2: key and version. */
  readonly aliases: readonly MlflowEntry[];
  readonly tags: readonly MlflowEntry[];
  readonly pointer: string;
}

/** What one answer of the tracking server, or one file of its file store, holds. */
export interface MlflowExport {
  readonly runs: readonly MlflowRun[];
  readonly loggedModels: readonly MlflowLoggedModel[];
  readonly versions: readonly MlflowModelVersion[];
  readonly families: readonly MlflowFamily[];
  readonly datasets: readonly MlflowDataset[];
  readonly experiment?: { readonly id: string; readonly name?: string; readonly pointer: string };
  /** Paths of the files of one run's artifact store. */
  readonly files: readonly string[];
  /** Address of the artifact store that `files` lists. */
  readonly root?: string;
}
