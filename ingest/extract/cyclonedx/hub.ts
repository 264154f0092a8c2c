// SPDX-License-Identifier: Apache-2.0
import { nameRef } from '../../../graph/domain/node-ref.ts';
import { isCommit, parseRepoReference } from '../../../schemas/hf-model-card/repo-id.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { EntityInput } from '../facts-builder.ts';

type HubIdentity = Required<Pick<EntityInput, 'coordinates' | 'nameRefs'>>;

const NOTHING: HubIdentity = { coordinates: [], nameRefs: [] };
const PURL = /^pkg:huggingface\/([^@?#]{1,256})(?:@([^?#]{1,64}))?(?:\?[^#]*)?$/;
const HUB_DATASET =
  /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/datasets\/[^/?#]+(?:\/[^/?#]+)?\/?$/;

/**
 * What a purl of the Hub is called by model cards: with a full commit the same coordinate, without a version the same
 * shared name. A purl with a subpath is one file of a repository, and an abbreviated commit is nobody's coordinate.
 * @param purl canonical spelling
 * @see https://github.com/package-url/purl-spec/blob/main/types-doc/huggingface-definition.md
 */
export function hubIdentityOfPurl(purl: string, kind: Kind): HubIdentity {
  if (kind !== 'Model' && kind !== 'Dataset') return NOTHING;
  const match = PURL.exec(purl);
  const reference = match === null ? undefined : parseRepoReference(match[1] ?? '');
  if (reference?.kind !== 'id') return NOTHING;
  const version = match?.[2];
  if (version === undefined) return hubName(reference.id, kind);
  const path = kind === 'Model' ? reference.id : `datasets/${reference.id}`;
  return isCommit(version) ? { coordinates: [`hf:${path}@${version}`], nameRefs: [] } : NOTHING;
}

/** The shared name of a dataset whose address is its page on the Hub. */
export function hubIdentityOfDatasetUrl(url: string | undefined): HubIdentity {
  if (url === undefined || !HUB_DATASET.test(url)) return NOTHING;
  const reference = parseRepoReference(url);
  return reference.kind === 'id' ? hubName(reference.id, 'Dataset') : NOTHING;
}

/** First parts of addresses on the Hub that are no namespace of models. */
const NO_NAMESPACE = new Set([
  ...['api', 'blog', 'collections', 'datasets', 'docs', 'join', 'learn', 'models', 'organizations'],
  ...['papers', 'posts', 'search', 'settings', 'spaces', 'tasks', 'welcome'],
]);
const HUB_MODEL =
  /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/?#]{1,96})\/[^/?#]{1,96}(?:\/(?:blob|tree)\/[^/?#]{1,96}(?:\/README\.md)?)?\/?$/;

/** References by which each kind names its own page. A website may be anybody's. */
const OWN_PAGE: ReadonlyMap<Kind, readonly string[]> = new Map([
  ['Model', ['model-card', 'distribution']],
  ['Dataset', ['website', 'distribution']],
]);

/**
 * The shared names of a model whose card, or of a dataset whose page, is on the Hub.
 * @see https://cyclonedx.org/docs/1.7/json/#components_items_externalReferences_items_type
 */
export function hubNamesOfPages(
  references: readonly { readonly type?: string | undefined; readonly url: string }[],
  kind: Kind,
): readonly string[] {
  const types = OWN_PAGE.get(kind);
  if (types === undefined) return [];
  return references.flatMap(({ type, url }) => {
    if (!types.includes(type ?? '')) return [];
    return kind === 'Dataset' ? hubIdentityOfDatasetUrl(url).nameRefs : hubNameOfModelUrl(url);
  });
}

function hubNameOfModelUrl(url: string): readonly string[] {
  const namespace = HUB_MODEL.exec(url)?.[1];
  if (namespace === undefined || NO_NAMESPACE.has(namespace)) return [];
  const reference = parseRepoReference(url);
  return reference.kind === 'id' ? hubName(reference.id, 'Model').nameRefs : [];
}

function hubName(id: string, kind: 'Model' | 'Dataset'): HubIdentity {
  const space = kind === 'Model' ? 'huggingface/model' : 'huggingface/dataset';
  return { coordinates: [], nameRefs: [nameRef(space, id)] };
}
