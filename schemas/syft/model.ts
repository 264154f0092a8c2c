// SPDX-License-Identifier: Apache-2.0

/**
 * What a Syft JSON report says. Texts are as written; `undefined` means that the report does not say.
 * @see https://github.com/anchore/syft/tree/main/schema/json
 */
export interface SyftReport {
  /** null: none. Syft's own schema version. */
  readonly schemaVersion: string | null;
  readonly toolName: string | undefined;
  readonly toolVersion: string | undefined;
  /** Id of the Linux distribution that was found. */
  readonly distro: string | undefined;
  readonly source: SyftSource;
  readonly artifacts: readonly SyftArtifact[];
  readonly files: readonly SyftFile[];
  readonly relationships: readonly SyftRelationship[];
  readonly problems: readonly SyftProblem[];
}

/** A fault or a tolerance and its place. */
export interface SyftProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** What was scanned. */
export interface SyftSource {
  readonly pointer: string;
  readonly id: string | undefined;
  /** `image`, `directory`, `file`, `snap`… */
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** What the user named: an image, a path. */
  readonly userInput: string | undefined;
  /** `sha256:…` of an image's configuration. */
  readonly imageId: string | undefined;
  /** `sha256:…` of an image's manifest. */
  readonly manifestDigest: string | undefined;
  /** `<repository>@sha256:…`. */
  readonly repoDigests: readonly string[];
  readonly tags: readonly string[];
  /** Of a scanned file. */
  readonly digests: readonly SyftDigest[];
}

export interface SyftDigest {
  readonly algorithm: string;
  readonly hex: string;
}

/** A package that was found. */
export interface SyftArtifact {
  readonly pointer: string;
  /** Missing in schema 1.0. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly type: string | undefined;
  readonly language: string | undefined;
  readonly purl: string | undefined;
  readonly cpes: readonly string[];
  readonly licenses: readonly string[];
  /** Of the archive that the package is (Java). */
  readonly digests: readonly SyftDigest[];
}

export interface SyftFile {
  readonly pointer: string;
  readonly id: string | undefined;
  readonly path: string | undefined;
  readonly digests: readonly SyftDigest[];
}

/** As written: `dependency-of` goes from the dependency to what depends on it. */
export interface SyftRelationship {
  readonly pointer: string;
  readonly parent: string;
  readonly child: string;
  readonly type: string;
}
