// SPDX-License-Identifier: Apache-2.0
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { teeFinding } from './finding.ts';
import type { TeeFinding } from './finding.ts';

/** One condition of an appraisal policy: no finding where it is met. */
export function demand(
  isMet: boolean,
  code: string,
  message: string,
  details: { readonly at?: string; readonly hint?: string } = {},
): TeeFinding[] {
  return isMet ? [] : [teeFinding('policy', code, message, details)];
}

/** Like demand, for a condition that the policy may leave out: undefined asks nothing. */
export function demandEqual<T>(
  wanted: T | undefined,
  found: T | null,
  code: string,
  message: string,
  at: string,
): TeeFinding[] {
  return demand(wanted === undefined || wanted === found, code, message, { at });
}

/**
 * The statement that the evidence must speak for.
 * @param found hex of the field that carries the binding; null where the evidence has none
 */
export function demandBinding(
  expected: Uint8Array | 'ignore',
  found: string | null,
  at: string,
): TeeFinding[] {
  if (expected === 'ignore') return [];
  const wanted = Buffer.from(expected).toString('hex');
  const message = 'the evidence is not bound to this statement';
  return demand(wanted !== '' && found === wanted, 'binding', message, { at });
}

/** One of the values that a token carries must be the wanted one; undefined asks nothing. */
export function demandAmong(
  wanted: string | undefined,
  found: readonly string[],
  code: string,
  claim: string,
  at: string,
): TeeFinding[] {
  const isMet = wanted === undefined || found.includes(wanted);
  return demand(isMet, code, `${claim} is not the expected value`, { at });
}

/** A token for somebody else is worth nothing to us (RFC 7519 section 4.1.3); without an expectation nobody compared. */
export function audienceWarning(
  wanted: string | undefined,
  audiences: readonly string[],
): TeeFinding[] {
  if (wanted !== undefined || audiences.length === 0) return [];
  const hint = 'name the audience that the token must be for (aud)';
  const message = 'the token names an audience, and the policy expects none';
  return [teeFinding('policy', 'audience-not-checked', message, { at: '/aud', hint })];
}

/** The statement that a token must speak for: one of its nonces is the binding, as text. */
export function demandTokenBinding(
  expected: Uint8Array | 'ignore',
  nonces: readonly string[],
  at: string,
): TeeFinding[] {
  if (expected === 'ignore') return [];
  const wanted = Buffer.from(expected).toString('latin1');
  const message = 'the evidence is not bound to this statement';
  return demand(wanted !== '' && nonces.includes(wanted), 'binding', message, { at });
}

/** Failed with every finding, or passed with the claims. */
export function concludeAppraisal<Claims>(
  claims: Claims,
  findings: readonly TeeFinding[],
  warnings: readonly TeeFinding[] = [],
): Verdict<Claims> {
  const [first, ...rest] = findings;
  return first === undefined ? passed(claims, warnings) : failed(first, ...rest);
}
