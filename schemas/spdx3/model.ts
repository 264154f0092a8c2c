// SPDX-License-Identifier: Apache-2.0

/**
 * What an SPDX 3 document says, element by element, told apart by type. Ids are IRIs as written; a context is never fetched,
 * so that names are those of the SPDX context itself. `undefined` means that the document does not say.
 * @see https://spdx.github.io/spdx-spec/v3.0.1/
 */
export interface Spdx3Document {
  /** `@context` where it is one text. */
  readonly context: string | undefined;
  /** Of each CreationInfo, as written, each once. */
  readonly specVersions: readonly string[];
  readonly creations: readonly CreationInfo[];
  readonly documents: readonly Collection[];
  /** `software_Sbom`, `Bom`, `Bundle`. */
  readonly collections: readonly Collection[];
  readonly artifacts: readonly Artifact[];
  readonly relationships: readonly Relationship[];
  readonly builds: readonly Build[];
  readonly agents: readonly Agent[];
  readonly licenses: readonly LicenseInfo[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly problems: readonly Spdx3Problem[];
}

/** A fault or a tolerance and its place. */
export interface Spdx3Problem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** A blank node that elements share by reference. */
export interface CreationInfo {
  readonly pointer: string;
  readonly specVersion: string | undefined;
  readonly created: string | undefined;
  readonly createdBy: readonly string[];
}

interface Element {
  readonly pointer: string;
  /** `software_File`… */
  readonly type: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
}

export interface Collection extends Element {
  readonly rootElements: readonly string[];
  readonly profiles: readonly string[];
  /** Elements of other documents that are named here. */
  readonly imports: readonly ExternalMap[];
}

export interface ExternalMap {
  readonly pointer: string;
  readonly id: string | undefined;
  readonly locationHint: string | undefined;
  readonly hashes: readonly Hash[];
}

/** A package, file, snippet, AI package or dataset package. */
export interface Artifact extends Element {
  readonly version: string | undefined;
  /** `model`, `data`, `container`…; the primary one. */
  readonly purpose: string | undefined;
  readonly downloadLocation: string | undefined;
  /** purls: `software_packageUrl` and external identifiers of type packageUrl. */
  readonly purls: readonly string[];
  readonly cpes: readonly string[];
  readonly gitoids: readonly string[];
  readonly hashes: readonly Hash[];
  /** Over the names and SHA-1 digests of files: no digests of anything that exists. */
  readonly verificationCodes: readonly Hash[];
  readonly suppliedBy: readonly string[];
  readonly originatedBy: readonly string[];
  readonly snippetFromFile: string | undefined;
  /** `ai_metric`: key and value as text. */
  readonly metrics: readonly {
    readonly key: string;
    readonly value: string;
    readonly pointer: string;
  }[];
  readonly typesOfModel: readonly string[];
  readonly datasetTypes: readonly string[];
  readonly sensitivePersonalInformation: string | undefined;
}

export interface Hash {
  readonly algorithm: string;
  readonly hex: string;
}

/** As written: neither direction nor name is changed. */
export interface Relationship {
  readonly pointer: string;
  readonly relationshipType: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly scope: string | undefined;
  readonly completeness: string | undefined;
  /** Of a VEX statement. */
  readonly justification: string | undefined;
}

/** Build profile. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Build/Build/ */
export interface Build extends Element {
  readonly buildType: string | undefined;
  readonly buildId: string | undefined;
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
  readonly configSourceUris: readonly string[];
  readonly configSourceHashes: readonly Hash[];
}

/** Person, Organization, SoftwareAgent, Agent, Tool. */
export type Agent = Element;

export interface LicenseInfo extends Element {
  /** The expression, or the name of a custom licence. */
  readonly text: string | undefined;
}

export interface Vulnerability extends Element {
  /** `CVE-…`: the external identifier, else the name. */
  readonly vulnerabilityId: string | undefined;
}
