// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../core/digest.ts';
import { excerpt } from '../../core/errors.ts';
import type { Credentials } from './collector.ts';

/**
 * A URL as a label: without user, password and fragment. The values of a query may be secrets (signed addresses), so they
 * are replaced by the beginning of their digest: two sources that differ in nothing else stay two.
 */
export function labelOf(url: URL): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=~${hexOf(sha256(value)).slice(0, 8)}`)
    .join('&');
  const place = `${url.protocol}//${url.host}${url.pathname}`;
  return excerpt(query === '' ? place : `${place}?${query}`, 400);
}

/** The Authorization header for credentials: a token as bearer, else user and password (RFC 6750, RFC 7617). */
export function findAuthorization(credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  const { token, user, password } = credentials;
  if (token !== undefined) return `Bearer ${token}`;
  if (user === undefined && password === undefined) return undefined;
  return `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}`;
}
