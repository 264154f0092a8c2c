// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { findPurlRef, nameRef } from '../../../graph/domain/node-ref.ts';
import { findGitRef } from '../git-ref.ts';
import type { ReportThing } from '../../../schemas/tool-report/model.ts';
import type { EntityInput, FactsBuilder } from '../facts-builder.ts';

/** Identities of one kind that a thing may have. */
const MAX_IDENTITIES = 16;

/**
 * The nodes of a thing that a report names: one for each identity that holds outside the document, else the document's own
 * mention of its names. The identities are not joined: who scans a thing does not say what it is made of.
 */
export function thingNodes(builder: FactsBuilder, named: ReportThing): number[] {
  const thing = bounded(builder, named);
  if (!hasIdentities(thing)) return [ownNode(builder, thing)];
  const nodes: number[] = [];
  addDigestNodes(builder, thing, nodes);
  addPurlNodes(builder, thing, nodes);
  addImageNodes(builder, thing, nodes);
  addCommitNodes(builder, thing, nodes);
  if (nodes.length === 0) return [builder.entity(mentionOf(thing))];
  return nodes.length === 1 ? nodes : [...new Set(nodes)];
}

/** One thing is asked for by many records, so how many identities it has is what each of them costs. */
function bounded(builder: FactsBuilder, thing: ReportThing): ReportThing {
  const { digests, purls, images, commits } = thing;
  if (!isLong(digests) && !isLong(purls) && !isLong(images) && !isLong(commits)) return thing;
  builder.problem('more-identities', thing.pointer, `more than ${MAX_IDENTITIES} of one kind`);
  return {
    ...thing,
    digests: digests?.slice(0, MAX_IDENTITIES) ?? [],
    purls: purls?.slice(0, MAX_IDENTITIES) ?? [],
    images: images?.slice(0, MAX_IDENTITIES) ?? [],
    commits: commits?.slice(0, MAX_IDENTITIES) ?? [],
  };
}

function isLong(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > MAX_IDENTITIES;
}

/** Most things have none: a report names them in its own words. */
function hasIdentities({ digests, purls, images, commits }: ReportThing): boolean {
  return !isEmpty(digests) || !isEmpty(purls) || !isEmpty(images) || !isEmpty(commits);
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

/** True where something outside the document could tell which thing is meant. */
export function isIdentified(thing: ReportThing): boolean {
  const hasDigest = (thing.digests ?? NOTHING).some(
    ({ algorithm, hex }) => findDigest(algorithm, hex) !== undefined,
  );
  const hasPurl = (thing.purls ?? []).some((purl) => findPurlRef(purl)?.level === 'coordinate');
  const hasCommit = (thing.commits ?? NOTHING).some(
    ({ repository, commit }) => findGitRef(repository, commit) !== undefined,
  );
  return hasDigest || hasPurl || hasCommit || (thing.images ?? NOTHING).length > 0;
}

/** The thing by its names alone. */
function mentionOf(thing: ReportThing): EntityInput {
  const shared = thing.sharedNames?.map(([namespace, name]) => nameRef(namespace, name));
  return {
    kinds: [thing.kind],
    pointer: thing.pointer,
    names: thing.names ?? NOTHING,
    digests: thing.digests ?? NOTHING,
    purls: thing.purls ?? NOTHING,
    nameRefs: shared ?? NOTHING,
    local: localOf(thing),
  };
}

/** The node of a thing that has names alone. Most have none that others share, and need no more than a node. */
function ownNode(builder: FactsBuilder, thing: ReportThing): number {
  if (!isEmpty(thing.sharedNames)) return builder.entity(mentionOf(thing));
  return builder.localNode(localOf(thing), [thing.kind], thing.names);
}

function localOf({ kind, pointer, local, names, purls }: ReportThing): string {
  return local ?? `${kind}/${purls?.[0] ?? names?.[0] ?? pointer}`;
}

function addDigestNodes(builder: FactsBuilder, thing: ReportThing, nodes: number[]): void {
  for (const digest of thing.digests ?? NOTHING) {
    if (findDigest(digest.algorithm, digest.hex) === undefined) continue;
    nodes.push(builder.entity({ ...bare(thing), digests: [digest] }));
  }
}

/** The version of an OCI purl is the image's digest; both say which image is meant. */
function addPurlNodes(builder: FactsBuilder, thing: ReportThing, nodes: number[]): void {
  for (const text of thing.purls ?? NOTHING) {
    const purl = findPurlRef(text);
    if (purl === undefined) {
      builder.problem('purl-invalid', thing.pointer, `not a purl: "${text}"`);
      continue;
    }
    if (purl.level !== 'coordinate') continue;
    nodes.push(coordinateNode(builder, thing, purl.ref));
    const image = ociDigest(purl.ref);
    if (image !== undefined) {
      nodes.push(builder.entity({ ...bare(thing), kinds: ['Image'], digests: [image] }));
    }
  }
}

/** The node of a thing that has this one identity. */
function coordinateNode(builder: FactsBuilder, thing: ReportThing, ref: string): number {
  return builder.nodeOf(ref, [thing.kind], thing.names);
}

function ociDigest(purl: string): { algorithm: string; hex: string } | undefined {
  if (!purl.startsWith('pkg:oci/') && !purl.startsWith('pkg:docker/')) return undefined;
  const version = /@(sha(?:256|384|512))(?::|%3A)([0-9a-f]+)(?:[?#]|$)/i.exec(purl);
  const [, algorithm = '', hex = ''] = version ?? [];
  return findDigest(algorithm, hex) === undefined ? undefined : { algorithm, hex };
}

function addImageNodes(builder: FactsBuilder, thing: ReportThing, nodes: number[]): void {
  for (const image of thing.images ?? NOTHING) {
    const at = image.lastIndexOf('@');
    const [algorithm = '', hex = ''] = image.slice(at + 1).split(':');
    if (at <= 0 || findDigest(algorithm, hex) === undefined) {
      builder.problem('placeholder-digest', thing.pointer, `no image by digest: "${image}"`);
      continue;
    }
    nodes.push(
      builder.entity({ ...bare(thing), digests: [{ algorithm, hex }] }),
      coordinateNode(builder, thing, `oci:${image}`),
    );
  }
}

function addCommitNodes(builder: FactsBuilder, thing: ReportThing, nodes: number[]): void {
  for (const { repository, commit } of thing.commits ?? NOTHING) {
    const ref = findGitRef(repository, commit);
    if (ref !== undefined) nodes.push(coordinateNode(builder, thing, ref));
  }
}

function bare({ kind, pointer, names }: ReportThing): EntityInput {
  return { kinds: [kind], pointer, names: names ?? NOTHING };
}

const NOTHING: readonly never[] = [];
