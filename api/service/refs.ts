// SPDX-License-Identifier: Apache-2.0
import { isDigest, type Digest } from '../../core/digest.ts';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Pedigree } from './pedigree.ts';

const LITERAL_TARGET = /^(?:document|identity|builder|platform):/;
const SHOWN_REFS = 5;
const PROJECT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** True for a target that may take more than its author knows: a shared name, or a pattern. */
export function isWideTarget(target: string): boolean {
  return target.includes('*') || target.startsWith('name:');
}

/**
 * What a REF means as the target of a revocation: what is known is revoked under its own ref, what nobody has heard of yet
 * under the text as written.
 * @throws {PedigreeError} ERR_AMBIGUOUS_REF
 */
export async function revocationTarget(pedigree: Pedigree, ref: string): Promise<string> {
  if (ref.includes('*') || LITERAL_TARGET.test(ref)) return ref;
  try {
    const [node, ...others] = await pedigree.resolve(ref);
    if (node === undefined) return ref;
    const view = await pedigree.view();
    return view.index.refOf(others.length === 0 ? node : view.folding.itemOf(node).node);
  } catch (error) {
    if (isPedigreeError(error) && error.code === 'ERR_NOT_FOUND') return ref;
    throw error;
  }
}

/**
 * The one thing that a REF means to the gate: a digest is itself, known or not; a name with several files is refused.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_AMBIGUOUS_REF
 */
export async function onlyRef(pedigree: Pedigree, ref: string): Promise<string> {
  if (isDigest(ref)) return ref;
  const nodes = await pedigree.resolve(ref);
  const { index } = await pedigree.view();
  const refs = nodes.map((node) => index.refOf(node));
  const [only, ...others] = refs;
  if (only !== undefined && others.length === 0) return only;
  throw new PedigreeError('ERR_AMBIGUOUS_REF', `"${excerpt(ref)}" has ${refs.length} files`, {
    hint: `name one of them: ${refs.slice(0, SHOWN_REFS).join(', ')}`,
  });
}

/**
 * The document that `sha256:…` or `document:sha256:…` names.
 * @throws {PedigreeError} ERR_USAGE
 */
export function documentDigest(text: string): Digest {
  const digest = text.replace(/^document:/, '');
  if (isDigest(digest)) return digest;
  throw new PedigreeError('ERR_USAGE', 'a document is named by its digest', {
    hint: 'write sha256:… as the answer to its upload shows it',
  });
}

/** @throws {PedigreeError} ERR_USAGE where the text is no name of a project; absent: the default */
export function projectName(text: string | null | undefined, fallback: string): string {
  if (text === undefined || text === null) return fallback;
  if (PROJECT.test(text)) return text;
  throw new PedigreeError('ERR_USAGE', `not the name of a project: "${excerpt(text)}"`, {
    hint: 'letters, digits, dots, underscores and dashes, 64 at most',
  });
}

/** @throws {PedigreeError} ERR_LIMIT_ITEMS */
export function atMostQuestionRefs(refs: readonly string[]): readonly string[] {
  if (refs.length <= LIMITS.questionRefs) return refs;
  throw new PedigreeError(
    'ERR_LIMIT_ITEMS',
    `a question names at most ${LIMITS.questionRefs} refs`,
  );
}
