// SPDX-License-Identifier: Apache-2.0
import { cosignVuln } from './by-predicate/cosign-vuln.ts';
import { npmPublish } from './by-predicate/npm-publish.ts';
import { reference } from './by-predicate/reference.ts';
import { release } from './by-predicate/release.ts';
import { scai } from './by-predicate/scai.ts';
import { simpleVerificationResult } from './by-predicate/simple-verification-result.ts';
import { testResult } from './by-predicate/test-result.ts';
import { verificationSummary } from './by-predicate/verification-summary.ts';
import { vulns } from './by-predicate/vulns.ts';
import type { PredicateAdapter } from './adapter.ts';

/** One line a predicate type. No two read the same one. */
export const PREDICATE_ADAPTERS: readonly PredicateAdapter[] = [
  verificationSummary,
  simpleVerificationResult,
  scai,
  testResult,
  release,
  npmPublish,
  vulns,
  cosignVuln,
  reference,
];

/** The adapter of a predicate type; undefined where nobody here reads it. */
export function findPredicateAdapter(predicateType: string): PredicateAdapter | undefined {
  return PREDICATE_ADAPTERS.find(({ prefixes }) =>
    prefixes.some((prefix) => predicateType.startsWith(prefix)),
  );
}
