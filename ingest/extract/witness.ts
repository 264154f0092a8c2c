// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { clip } from '../../core/text.ts';
import type { ResourceDescriptor } from '../../schemas/intoto/resource-descriptor.ts';
import { parseStatement, type Statement } from '../../schemas/intoto/statement.ts';
import { isCommit } from '../../schemas/intoto/git-uri.ts';
import {
  findWitnessFile,
  parseWitnessCollection,
  type WitnessCollection,
  type WitnessGit,
} from '../../schemas/intoto/witness-collection.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { findGitRef } from './git-ref.ts';
import { addFile, addStep, artefactsOf } from './intoto-link.ts';
import { finishReading, jsonOf } from './reading.ts';

/** A snapshot of the whole work tree: the step may have read it, nobody says that it did. */
const SNAPSHOT = { role: 'material', scope: 'work-tree-snapshot' } as const;

/**
 * witness attestation collections: one step as several attestors saw it. Only files are artefacts; the other subjects are
 * digests of strings (a branch name, an e-mail) or of a commit, which the git attestor says better.
 */
export const witnessReader: FormatReader = {
  formats: ['witness-collection'],
  extractor: 'witness-collection/2',
  read(decoded, detected, context) {
    const statement = parseStatement(jsonOf(decoded));
    const collection = parseWitnessCollection(statement);
    const builder = new FactsBuilder(context.digest);
    const run = addStep(builder, collection.name, collection.command, attributesOf(collection));
    for (const material of artefactsOf(builder, collection.materials)) {
      const id = addFile(builder, material);
      builder.edge(run, 'used', id, material.pointer, { qualifiers: SNAPSHOT });
    }
    if (collection.git !== undefined) addCommit(builder, run, collection.git);
    addProducts(builder, run, collection, statement);
    const about = { detected, statementKind: 'link' };
    return finishReading(builder, about, context, collection.problems);
  },
};

/** The product attestor compares with the work tree before the step: what it lists was written by the step. */
function addProducts(
  builder: FactsBuilder,
  run: number,
  collection: WitnessCollection,
  statement: Statement,
): void {
  const files = [...collection.products, ...fileSubjects(statement)];
  for (const product of artefactsOf(builder, files)) {
    const id = addFile(builder, product);
    builder.subject(id);
    builder.edge(id, 'wasGeneratedBy', run, product.pointer);
  }
}

/** Subjects of the product attestor, under their path. */
function fileSubjects(statement: Statement): readonly ResourceDescriptor[] {
  return statement.subjects.flatMap((subject): readonly ResourceDescriptor[] => {
    const path = findWitnessFile(subject.name ?? '');
    return path === undefined
      ? []
      : [{ name: path, digest: subject.digest, pointer: subject.pointer }];
  });
}

/** The commit that was checked out. With a dirty work tree it is not all of the source, so that is said. */
function addCommit(builder: FactsBuilder, run: number, git: WitnessGit): void {
  const { pointer } = git;
  const commit = git.commit.toLowerCase();
  if (!isCommit(commit)) {
    builder.problem('digest-malformed', pointer, `not a commit: "${git.commit}"`);
    return;
  }
  const coordinates = git.remotes
    .map((remote) => findGitRef(remote, commit))
    .filter((ref) => ref !== undefined);
  const source = builder.entity({
    kinds: ['Code'],
    pointer,
    names: [commit],
    coordinates,
    nameRefs: coordinates.length === 0 && commit.length === 40 ? [`sha1:${commit}`] : [],
    local: `commit:${commit}`,
    attributes: { gitCommit: commit, ...(git.isDirty && { workTree: 'dirty' }) },
  });
  builder.edge(run, 'used', source, pointer, { qualifiers: SNAPSHOT });
}

function attributesOf(collection: WitnessCollection): Readonly<Record<string, string>> {
  const { attestationTypes, startedOn, finishedOn } = collection;
  return {
    attestations: clip(attestationTypes.join(' '), 1024),
    ...(startedOn !== undefined && { startedOn: excerpt(startedOn, 64) }),
    ...(finishedOn !== undefined && { finishedOn: excerpt(finishedOn, 64) }),
  };
}
