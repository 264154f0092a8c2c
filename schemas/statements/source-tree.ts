// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../core/digest.ts';
import { LIMITS } from '../../core/limits.ts';
import { member } from '../../core/json.ts';
import { findGitLocation, isCommit } from '../intoto/git-uri.ts';
import { SOURCE_TREE_PREDICATE } from './predicate-types.ts';
import { openStatement, toStatement, type StatementJson } from './statement.ts';
import { refuse, strictArray, strictObject, strictText } from './strict.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** A file of a commit. */
export interface SourceFile {
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The files that a commit of a git repository holds. git names them by SHA-1; this says what they are by SHA-256. */
export interface SourceTreeStatement {
  /** Host and path: `example.org/org/repo`. */
  readonly repository: string;
  /** Full commit id. */
  readonly commit: string;
  /** At least one. Not claimed to be all. */
  readonly files: readonly SourceFile[];
}

/**
 * Parses a list of a commit's files.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see docs/statements.md
 */
export function parseSourceTree(value: JsonValue): SourceTreeStatement {
  const { subjects, predicate } = openStatement(value, SOURCE_TREE_PREDICATE);
  if (subjects.length !== 1) throw refuse('/subject', 'this statement is about exactly one commit');
  const subject = strictObject(subjects[0], ['uri', 'digest'], '/subject/0');
  const uri = strictText(subject, 'uri', '/subject/0');
  const digest = strictObject(member(subject, 'digest'), ['gitCommit'], '/subject/0/digest');
  const commit = strictText(digest, 'gitCommit', '/subject/0/digest');
  const location = findGitLocation(uri);
  if (location === undefined || !isCommit(commit) || location.ref !== commit) {
    throw refuse('/subject/0', 'no commit of a repository', 'write git+https://host/path@<commit>');
  }
  const object = strictObject(predicate, ['files'], '/predicate');
  return {
    repository: location.repository,
    commit,
    files: strictArray(object, 'files', '/predicate', LIMITS.nodes / 2).map((file, at) =>
      parseFile(file, `/predicate/files/${at}`),
    ),
  };
}

/**
 * Puts a list of a commit's files together and reads it back.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function createSourceTreeStatement(tree: SourceTreeStatement): StatementJson {
  const { repository, commit, files } = tree;
  const subject = { uri: `git+https://${repository}@${commit}`, digest: { gitCommit: commit } };
  const statement = toStatement(SOURCE_TREE_PREDICATE, [subject], {
    files: files.map(({ path, sha256 }) => ({ path, sha256 })),
  });
  parseSourceTree(statement);
  return statement;
}

function parseFile(value: JsonValue, at: string): SourceFile {
  const object = strictObject(value, ['path', 'sha256'], at);
  const sha256 = strictText(object, 'sha256', at);
  if (findDigest('sha256', sha256) !== `sha256:${sha256}`)
    throw refuse(`${at}/sha256`, 'not a SHA-256 in lower-case hex');
  return { path: strictText(object, 'path', at), sha256 };
}
