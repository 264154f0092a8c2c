// SPDX-License-Identifier: Apache-2.0

/** Identity of a repository that a file was imported from. */
export interface DvcRepository {
  readonly url: string;
  /** Commit that the import is locked to. */
  readonly revLock?: string;
  readonly rev?: string;
}

/** A dependency or an output as DVC records it. */
export interface DvcPath {
  /** Relative to the file that names it, the stage's folder put in front; or an address. */
  readonly path: string;
  /** The path in the words of the file, where a folder was put in front of it. */
  readonly written?: string;
  /** MD5 of the bytes; for a directory MD5 of its listing, with the suffix `.dir`. Absent: not recorded. */
  readonly md5?: string;
  readonly sizeBytes?: string;
  readonly fileCount?: string;
  /** Version marks of a remote object; not digests of content. */
  readonly etag?: string;
  readonly versionId?: string;
  readonly repository?: DvcRepository;
  /** Members that the record itself lists (cloud-versioned directories). */
  readonly files: readonly DvcPath[];
  /** What the path is for: `metrics`, `plots`; `outs` and `deps` else. */
  readonly role: string;
  readonly pointer: string;
}

/** One stage: a command, what it read and what it wrote. */
export interface DvcStage {
  readonly name: string;
  readonly command?: string;
  readonly deps: readonly DvcPath[];
  readonly outs: readonly DvcPath[];
  /** Parameter values that were in force, by `<file>:<key>`, as source text. */
  readonly params: ReadonlyMap<string, string>;
  readonly pointer: string;
}

/** An entry of `artifacts` in a dvc.yaml: a name that the project gives to a path. */
export interface DvcArtifact {
  readonly name: string;
  readonly path: string;
  readonly type?: string;
  readonly pointer: string;
}

/** A file of a directory listing. */
export interface DvcListed {
  readonly path: string;
  readonly md5: string;
  readonly pointer: string;
}

/** A fault or tolerance with its place. */
export interface DvcProblem {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

/** What one DVC document says. */
export type DvcDocument =
  /** dvc.lock: what ran, by digest. */
  | {
      readonly kind: 'lock';
      /** `schema`, as written; 1.0 locks name none. */
      readonly schema: '1.0' | '2.0';
      readonly stages: readonly DvcStage[];
      readonly problems: readonly DvcProblem[];
    }
  /** dvc.yaml: what is meant to run, by path. */
  | {
      readonly kind: 'pipeline';
      readonly stages: readonly DvcStage[];
      readonly artifacts: readonly DvcArtifact[];
      readonly problems: readonly DvcProblem[];
    }
  /**
   * A `.dvc` file: one tracked file or directory, and where it was imported from; before DVC 3 also one stage with its
   * command.
   */
  | {
      readonly kind: 'pointer';
      readonly outs: readonly DvcPath[];
      readonly deps: readonly DvcPath[];
      /** The command that made the outputs from the dependencies; absent for tracked and imported files. */
      readonly command?: string;
      readonly problems: readonly DvcProblem[];
    }
  /** The listing of a directory, as the cache keeps it. */
  | {
      readonly kind: 'listing';
      readonly files: readonly DvcListed[];
      readonly problems: readonly DvcProblem[];
    };
