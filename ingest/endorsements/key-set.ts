// SPDX-License-Identifier: Apache-2.0
import { readVerifierKeys } from '../../attest/tee/ear/collateral.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Publication, PublishedFacts } from './published-file.ts';

/** The key set that Google signs OIDC tokens of Confidential Space with. */
export const GOOGLE_CONFIDENTIAL_SPACE_KEYS =
  'https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com';

const MAX_BYTES = 256 * 1024;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The key set (JWKS) of a token service. Nobody signs it: what vouches for it is the TLS of its address, so that another
 * machine is never asked for it in the clear.
 * @throws {PedigreeError} ERR_USAGE for an address without TLS
 * @see RFC 7517 section 5
 */
export function keySetPublication(kind: string, url: URL): Publication {
  if (url.protocol !== 'https:' && !LOOPBACK.has(url.hostname)) {
    throw new PedigreeError('ERR_USAGE', 'a key set is fetched over https: alone', {
      hint: 'nothing but the connection vouches for it',
    });
  }
  const file = {
    name: `${kind}-keys.json`,
    title: 'key set of the service, vouched for by its address alone',
    fetch: async (
      fetch: (request: { url: URL; maxBytes: number }) => Promise<{ bytes: Uint8Array }>,
    ) => (await fetch({ url, maxBytes: MAX_BYTES })).bytes,
    verify: verifyKeySet,
    readDates: () => [],
  };
  return { files: [file], notPublished: [], hosts: [url.host] };
}

function verifyKeySet(bytes: Uint8Array): Verdict<PublishedFacts> {
  try {
    if (readVerifierKeys([{ name: 'key set', bytes }]).length > 0) {
      return passed({ nextUpdate: undefined });
    }
  } catch (error) {
    if (!isPedigreeError(error) || error.code !== 'ERR_TRUST_INVALID') throw error;
  }
  return failed({
    code: 'key-set-malformed',
    message: 'the answer is no key set with usable keys',
  });
}
