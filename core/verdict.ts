// SPDX-License-Identifier: Apache-2.0

/** One reason for a verdict: what, where, and what to do. */
export interface Finding {
  /** Stable, kebab-case, e.g. `signature-invalid`. */
  readonly code: string;
  readonly message: string;
  /** JSON Pointer, byte offset or field name in the evidence. */
  readonly at?: string;
  /** Clause of the specification that is enforced. */
  readonly clause?: string;
  readonly hint?: string;
}

export type NonEmpty<T> = readonly [T, ...T[]];

/** Three-valued result where "no" is a normal answer. Only `passed` permits anything. */
export type Verdict<T> =
  | { readonly status: 'passed'; readonly value: T; readonly warnings: readonly Finding[] }
  | { readonly status: 'failed'; readonly findings: NonEmpty<Finding> }
  | { readonly status: 'undetermined'; readonly findings: NonEmpty<Finding> };

export function passed<T>(value: T, warnings: readonly Finding[] = []): Verdict<T> {
  return { status: 'passed', value, warnings };
}

export function failed(first: Finding, ...rest: Finding[]): Verdict<never> {
  return { status: 'failed', findings: [first, ...rest] };
}

/** Could not be asked: unreachable, withheld, out of date. Never a yes, never a proven no. */
export function undetermined(first: Finding, ...rest: Finding[]): Verdict<never> {
  return { status: 'undetermined', findings: [first, ...rest] };
}
