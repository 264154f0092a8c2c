// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../../core/tables/text-set.ts';

/**
 * What a CycloneDX BOM says, whatever it was written in: JSON today, and shaped so that an XML parser can fill it too
 * (its pointers are then paths of element names). Texts are as written. `undefined` means that the document does not say;
 * an empty list means the same, except where a member says otherwise.
 * @see https://cyclonedx.org/docs/1.7/json/
 */
export interface Bom {
  /** null: missing or no text. */
  readonly specVersion: string | null;
  /** As written; `serialUuid` is what identifies. */
  readonly serialNumber: string | undefined;
  /** Lower-case UUID of a well-formed serialNumber (`urn:uuid:…`). */
  readonly serialUuid: string | undefined;
  /** 1 where the document does not say (the specification's default). */
  readonly version: number;
  /** False where the version is the default. */
  readonly versionStated: boolean;
  readonly metadata: Metadata;
  readonly components: readonly Component[];
  readonly services: readonly Service[];
  readonly externalReferences: readonly ExternalReference[];
  readonly dependencies: readonly Dependency[];
  readonly compositions: readonly Composition[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly formulation: readonly Formula[];
  readonly declarations: Declarations | undefined;
  readonly counts: BomCounts;
  /** An enveloped signature is present (JSF in JSON). It is judged elsewhere. */
  readonly signed: boolean;
  /** Every bom-ref that any object of the document bears. */
  readonly bomRefs: Texts;
  /** bom-refs that several objects bear. Unique within a BOM by specification; never a global key. */
  readonly duplicateRefs: readonly { readonly ref: string; readonly pointer: string }[];
  /** Faults and tolerances, in document order as far as one pass finds them. */
  readonly problems: readonly BomProblem[];
}

/** A fault or a tolerance and its place. */
export interface BomProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** How many there are of what no lineage is read from. */
export interface BomCounts {
  readonly annotations: number;
  readonly citations: number;
  readonly standards: number;
}

export interface Metadata {
  readonly timestamp: string | undefined;
  readonly tools: readonly Tool[];
  readonly authors: readonly string[];
  /** What the BOM describes. */
  readonly component: Component | undefined;
  /** Who supplied that component. */
  readonly supplier: Organization | undefined;
  /** Who made that component (`manufacture`, deprecated in 1.6). */
  readonly manufacture: Organization | undefined;
  /** Who made the BOM (1.6). */
  readonly manufacturer: Organization | undefined;
}

export interface Tool {
  readonly vendor: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

export interface Organization {
  readonly pointer: string;
  readonly name: string;
}

/** What components and services have in common: they are listed, nested and depended on alike. */
interface Listed {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  readonly name: string | undefined;
  readonly group: string | undefined;
  readonly version: string | undefined;
  readonly licenses: readonly License[];
  /** Of the types that something is read from; most lead to pages of the project. */
  readonly externalReferences: readonly ExternalReference[];
}

export interface Component extends Listed {
  readonly form: 'component';
  /** `library`, `machine-learning-model`, `data`…; as written. */
  readonly type: string | undefined;
  readonly purl: string | undefined;
  readonly cpe: string | undefined;
  readonly swidTagId: string | undefined;
  readonly omniborIds: readonly string[];
  readonly swhids: readonly string[];
  readonly hashes: readonly Hash[];
  readonly supplier: Organization | undefined;
  readonly manufacturer: Organization | undefined;
  readonly publisher: string | undefined;
  readonly scope: string | undefined;
  /** Nested components: part of this one. */
  readonly components: readonly Component[];
  readonly pedigree: Pedigree | undefined;
  readonly modelCard: ModelCard | undefined;
  readonly data: readonly DataEntry[];
  /** Properties of the registered `cdx:ai-ml:` namespace; others are not read. */
  readonly mlProperties: readonly Property[];
}

export interface Service extends Listed {
  readonly form: 'service';
  readonly provider: Organization | undefined;
  readonly services: readonly Service[];
}

export interface Hash {
  readonly algorithm: string;
  readonly hex: string;
}

export interface License {
  /** SPDX id, name or expression, whichever is written. */
  readonly text: string;
  readonly form: 'id' | 'name' | 'expression';
  readonly acknowledgement: string | undefined;
}

export interface Property {
  readonly pointer: string;
  readonly name: string;
  readonly value: string;
}

export interface ExternalReference {
  readonly pointer: string;
  readonly type: string | undefined;
  readonly url: string;
  readonly hashes: readonly Hash[];
}

/** STYLE.md calls CycloneDX's pedigree `cdxPedigree` where it could be mistaken; inside this folder it is the field. */
export interface Pedigree {
  readonly ancestors: readonly Component[];
  readonly descendants: readonly Component[];
  readonly variants: readonly Component[];
  readonly commits: readonly {
    readonly uid: string | undefined;
    readonly url: string | undefined;
  }[];
}

export interface ModelCard {
  readonly pointer: string;
  readonly task: string | undefined;
  readonly architectureFamily: string | undefined;
  readonly modelArchitecture: string | undefined;
  readonly datasets: readonly DatasetUse[];
  readonly performanceMetrics: readonly PerformanceMetric[];
}

/** A dataset of a model card: a reference to a data component, or a description in place. */
export type DatasetUse =
  | { readonly form: 'ref'; readonly pointer: string; readonly ref: string }
  | { readonly form: 'inline'; readonly pointer: string; readonly data: DataEntry };

export interface DataEntry {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  /** `dataset`, `configuration`, `source-code`, `definition`, `other`. */
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly url: string | undefined;
  readonly classification: string | undefined;
}

export interface PerformanceMetric {
  readonly pointer: string;
  readonly type: string | undefined;
  readonly value: string | undefined;
  /** Name of the part of the data that the metric was computed on. */
  readonly slice: string | undefined;
}

/** `dependsOn` stated as `[]` means none; not stated means unknown. */
export interface Dependency {
  readonly pointer: string;
  /** undefined: missing, which the schema forbids. */
  readonly ref: string | undefined;
  readonly dependsOn: readonly string[];
  readonly dependsOnStated: boolean;
  /** 1.6: what it implements. Not a dependency. */
  readonly provides: readonly string[];
}

export interface Composition {
  readonly pointer: string;
  readonly aggregate: string | undefined;
  readonly assemblies: readonly string[];
  readonly dependencies: readonly string[];
}

export interface Vulnerability {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  readonly id: string | undefined;
  readonly source: string | undefined;
  readonly state: string | undefined;
  readonly justification: string | undefined;
  readonly affects: readonly Affected[];
}

export interface Affected {
  readonly pointer: string;
  /** bom-ref or BOM-Link. */
  readonly ref: string;
  readonly versions: readonly AffectedVersion[];
}

export interface AffectedVersion {
  readonly version: string | undefined;
  readonly range: string | undefined;
  /** `affected` where the document does not say (the specification's default). */
  readonly status: string;
}

/** How something came to be: components that took part, and workflows. */
export interface Formula {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  readonly components: readonly Component[];
  readonly services: readonly Service[];
  readonly workflows: readonly Workflow[];
}

export interface Task {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  readonly uid: string | undefined;
  readonly name: string | undefined;
  readonly taskTypes: readonly string[];
  readonly resources: readonly ResourceUse[];
  readonly inputs: readonly ResourceUse[];
  readonly outputs: readonly ResourceUse[];
  readonly runtimeTopology: readonly Dependency[];
  readonly timeStart: string | undefined;
  readonly timeEnd: string | undefined;
}

export interface Workflow extends Task {
  readonly tasks: readonly Task[];
  readonly taskDependencies: readonly Dependency[];
}

/** A resource by bom-ref or BOM-Link, or by an external reference. Inputs and outputs that are data or variables are not listed. */
export type ResourceUse =
  | { readonly form: 'ref'; readonly pointer: string; readonly ref: string }
  | { readonly form: 'external'; readonly pointer: string; readonly reference: ExternalReference };

export interface Declarations {
  readonly assessors: number;
  readonly attestations: number;
  readonly evidence: number;
  readonly claims: readonly DeclaredClaim[];
  readonly targetComponents: readonly Component[];
  readonly targetServices: readonly Service[];
}

export interface DeclaredClaim {
  readonly pointer: string;
  readonly bomRef: string | undefined;
  readonly target: string | undefined;
  readonly predicate: string | undefined;
}

/** A BOM-Link: `urn:cdx:<serial>/<version>[#<bom-ref>]`. @see https://cyclonedx.org/capabilities/bomlink/ */
export interface BomLink {
  /** Lower-case UUID. */
  readonly serialUuid: string;
  readonly version: string;
  /** Percent-decoded; undefined: the whole document. */
  readonly ref: string | undefined;
}
