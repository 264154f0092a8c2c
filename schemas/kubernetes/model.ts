// SPDX-License-Identifier: Apache-2.0
import type { PlacedText } from '../yaml/texts.ts';

/** Kinds of resources that run or route models, with the API groups that define them. */
export const RESOURCE_GROUPS = {
  SeldonDeployment: ['machinelearning.seldon.io'],
  Model: ['mlops.seldon.io'],
  Experiment: ['mlops.seldon.io'],
  InferenceService: ['serving.kserve.io', 'serving.kubeflow.org'],
  LLMInferenceService: ['serving.kserve.io'],
  TrainedModel: ['serving.kserve.io', 'serving.kubeflow.org'],
  Application: ['argoproj.io'],
  Rollout: ['argoproj.io'],
  Deployment: ['apps', 'extensions'],
  StatefulSet: ['apps'],
  DaemonSet: ['apps', 'extensions'],
  ReplicaSet: ['apps', 'extensions'],
  ReplicationController: [''],
  Pod: [''],
  Job: ['batch'],
  CronJob: ['batch'],
} as const satisfies Record<string, readonly string[]>;

export type ResourceKind = keyof typeof RESOURCE_GROUPS;

/** A digest that an annotation states (`…sha256: <hex>`). */
export interface StatedDigest {
  readonly key: string;
  readonly hex: string;
  readonly pointer: string;
}

/** A model that a traffic split names. */
export interface Candidate {
  readonly name: string;
  readonly weight?: string;
  readonly pointer: string;
}

/** One entry of an Argo CD Application's history. */
export interface SyncedRevision {
  readonly revision: string;
  readonly repository?: string;
  readonly deployedAt?: string;
  readonly pointer: string;
}

/** One resource of a manifest, reduced to what runs. Pointers begin with the number of the document in the stream. */
export interface Workload {
  readonly kind: ResourceKind;
  readonly apiVersion: string;
  readonly name: string;
  /** Where it runs: the namespace; for an Argo CD Application that of its destination. `default` where none is written. */
  readonly environment: string;
  readonly images: readonly PlacedText[];
  /** Addresses that a model is loaded from. */
  readonly uris: readonly PlacedText[];
  readonly digests: readonly StatedDigest[];
  readonly candidates: readonly Candidate[];
  readonly history: readonly SyncedRevision[];
  /** Family and version that an annotation or label names. */
  readonly family?: string;
  readonly version?: string;
  readonly owner?: string;
  readonly pointer: string;
}

/** A fault or tolerance with its place. */
export interface ManifestProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** What a manifest says runs. */
export interface Manifest {
  readonly workloads: readonly Workload[];
  readonly problems: readonly ManifestProblem[];
}
