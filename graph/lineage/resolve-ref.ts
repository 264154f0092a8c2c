// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import type { IdentityLevel } from '../domain/kinds.ts';
import { findPurl } from '../domain/node-ref.ts';
import type { View } from './view.ts';

const LEVEL_ORDER: readonly IdentityLevel[] = ['digest', 'coordinate', 'name', 'local'];

/**
 * The nodes that a person's REF means: an exact ref or purl; else what is labelled so, at the surest identity level there
 * is; else the item that reports call so. Several nodes come back only where they are one item.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_AMBIGUOUS_REF with the candidates in the hint
 */
export function resolveRef(view: View, text: string): readonly number[] {
  const exact = view.index.find(text) ?? view.index.find(findPurl(text) ?? text);
  if (exact !== undefined && view.isVisible(exact)) return [exact];
  const labelled = surest(
    view,
    view.index.findByLabel(text).filter((node) => view.isVisible(node)),
  );
  const candidates = labelled.length > 0 ? labelled : namedItems(view, text);
  if (candidates.length === 0) {
    throw new PedigreeError('ERR_NOT_FOUND', `nothing is known as "${excerpt(text)}"`, {
      hint: 'write a digest (sha256:…), a purl, a name as a document writes it, or the path of a local file',
    });
  }
  const items = new Set(candidates.map((node) => view.folding.itemOf(node).node));
  if (items.size > 1) throw ambiguous(view, text, candidates);
  return labelled.length > 0 ? labelled : view.folding.itemOf(candidates[0] ?? 0).members;
}

function surest(view: View, nodes: readonly number[]): number[] {
  for (const level of LEVEL_ORDER) {
    const found = nodes.filter((node) => view.index.levelOf(node) === level);
    if (found.length > 0) return found;
  }
  return [];
}

function namedItems(view: View, text: string): number[] {
  return view
    .nodesOfKind(['Model', 'Dataset', 'Deployment'])
    .filter((node) => view.folding.itemOf(node).name === text);
}

function ambiguous(view: View, text: string, candidates: readonly number[]): PedigreeError {
  const refs = candidates.map((node) => view.index.refOf(node)).sort();
  const shown = refs.slice(0, 5).join(', ');
  const more = refs.length > 5 ? ` and ${refs.length - 5} more` : '';
  return new PedigreeError(
    'ERR_AMBIGUOUS_REF',
    `"${excerpt(text)}" is the name of ${refs.length} things`,
    {
      hint: `write one of them: ${shown}${more}`,
    },
  );
}
