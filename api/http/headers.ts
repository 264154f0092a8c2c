// SPDX-License-Identifier: Apache-2.0
import type { AppMiddleware } from '../env.ts';

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
/** Nothing that is sent may be run, shown inside another page, or fetch anything. */
const CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Headers of every answer; what a route set itself stays. */
export function setHeaders(): AppMiddleware {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    // GraphiQL, with --dev, is the one page there is
    const isPage = (c.res.headers.get('content-type') ?? '').startsWith('text/html');
    if (!isPage) c.res.headers.set('content-security-policy', CONTENT_POLICY);
  };
}
