// SPDX-License-Identifier: Apache-2.0
import { nameRef } from '../../graph/domain/node-ref.ts';
import { isCommit, parseRepoReference } from '../../schemas/hf-model-card/repo-id.ts';
import type { EntityInput, FactsBuilder } from './facts-builder.ts';

/** A repository of the Hugging Face Hub as some document writes it. */
export interface HubMention {
  readonly type: 'model' | 'dataset';
  readonly text: string;
  /** A name beside the id or address; a label. */
  readonly label?: string;
  /** Revision written beside the id; only a full commit identifies anything. */
  readonly revision?: string;
  readonly pointer: string;
}

/**
 * The record of a Hub repository: a shared name for an id, with a commit a coordinate too. A path, a sentence or a stand-in
 * word stays in the document, with a problem: it would join everything that happens to be written alike.
 */
export function hubRecord(builder: FactsBuilder, mention: HubMention): EntityInput {
  const { type, text, pointer } = mention;
  const reference = parseRepoReference(text);
  const record: EntityInput = {
    kinds: [type === 'model' ? 'Model' : 'Dataset'],
    pointer,
    names: mention.label === undefined ? [text] : [text, mention.label],
    local: `${type}/${text}`,
  };
  if (reference.kind === 'url') {
    return { ...record, nameRefs: [nameRef('uri', reference.url)] };
  }
  if (reference.kind !== 'id') {
    builder.problem(`not-a-repository-${reference.kind}`, pointer, `not a Hub ${type}: "${text}"`);
    return record;
  }
  const named = {
    ...record,
    names: [reference.id],
    nameRefs: [nameRef(`huggingface/${type}`, reference.id)],
  };
  const commit = reference.commit ?? findCommit(mention.revision);
  if (commit === undefined) return named;
  // the Hub keeps datasets in a name space of their own, spelt datasets/<id>
  const path = type === 'model' ? reference.id : `datasets/${reference.id}`;
  return { ...named, coordinates: [`hf:${path}@${commit}`] };
}

/** Adds a Hub repository and returns its node. */
export function addHubRepository(builder: FactsBuilder, mention: HubMention): number {
  return builder.entity(hubRecord(builder, mention));
}

function findCommit(revision: string | undefined): string | undefined {
  return revision !== undefined && isCommit(revision) ? revision : undefined;
}

/** Adds a licence by its id and links the thing to it. */
export function addLicense(
  builder: FactsBuilder,
  thing: number,
  license: string,
  pointer: string,
): void {
  const node = builder.nodeOf(nameRef('license', license), ['Name'], [license]);
  builder.edge(thing, 'hasLicense', node, pointer, { qualifiers: { scope: 'declared' } });
}
