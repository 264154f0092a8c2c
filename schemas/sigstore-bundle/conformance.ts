// SPDX-License-Identifier: Apache-2.0
import {
  assertBundleLatest,
  assertBundleV01,
  assertBundleV02,
  bundleFromJSON,
} from '@sigstore/bundle';
import { excerpt } from '../../core/errors.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/**
 * What keeps a bundle from conforming to its own version: inclusion promise in v0.1, inclusion proof from v0.2 on, a
 * single certificate in v0.3. Judged by the sigstore project's own library; empty where it conforms.
 */
export function findBundleFaults(value: JsonValue, version: string): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  try {
    const bundle = bundleFromJSON(value);
    if (version === '0.1') assertBundleV01(bundle);
    else if (version === '0.2') assertBundleV02(bundle);
    else assertBundleLatest(bundle);
  } catch (error) {
    for (const field of faultyFields(error)) {
      addProblem(problems, 'bundle-field', '', `${excerpt(field, 120)} is missing or not allowed`);
    }
    if (problems.length === 0) {
      addProblem(
        problems,
        'bundle-malformed',
        '',
        error instanceof Error ? error.message : 'malformed',
      );
    }
  }
  return problems;
}

/** The library's error lists paths in `fields`; told by shape, not by class. */
function faultyFields(error: unknown): readonly string[] {
  if (!(error instanceof Error) || !('fields' in error) || !Array.isArray(error.fields)) return [];
  return error.fields.filter((field) => typeof field === 'string');
}
