// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { gcpConfidentialSpaceScheme as scheme } from '../../../../../attest/tee/gcp-cs-jwt/scheme.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { signToken } from '../support/fake-jwt.ts';
import { rsaKey } from '../support/fake-pki.ts';

// OIDC tokens are signed with keys that Google publishes as a key set; this set is self-made.
const AT = '2025-01-01T00:00:00Z';
const NOW = Date.parse(AT) / 1000;
const key = rsaKey();
const stranger = rsaKey();

function keySet(entry: Record<string, unknown> = {}, from = key): TrustAnchor {
  const jwk = from.publicKey.export({ format: 'jwk' });
  const set = { keys: [{ ...jwk, kid: 'k1', alg: 'RS256', use: 'sig', ...entry }] };
  return { name: 'jwks.json', bytes: Buffer.from(JSON.stringify(set)) };
}

function run(
  change: {
    readonly header?: Record<string, unknown>;
    readonly claims?: Record<string, unknown>;
    readonly anchors?: readonly TrustAnchor[];
    readonly signer?: typeof key;
    readonly at?: string;
  } = {},
): TeeOutcome {
  const claims = {
    iss: 'https://confidentialcomputing.googleapis.com',
    sub: 'https://www.googleapis.com/compute/v1/projects/p',
    aud: 'https://sts.googleapis.com',
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 3540,
    eat_nonce: ['one', 'two'],
    secboot: true,
    hwmodel: 'GCP_INTEL_TDX',
    swname: 'CONFIDENTIAL_SPACE',
    swversion: ['250800'],
    dbgstat: 'disabled-since-boot',
    submods: {
      container: { image_digest: `sha256:${'ab'.repeat(32)}`, image_reference: 'r.example/i' },
    },
    ...change.claims,
  };
  const header = { alg: 'RS256', typ: 'JWT', kid: 'k1', ...change.header };
  return scheme.run({
    evidence: signToken(header, claims, (change.signer ?? key).privateKey),
    endorsements: new Map(),
    anchors: change.anchors ?? [...scheme.pinnedAnchors(), keySet()],
    at: parseInstant(change.at ?? AT),
    policy: { aud: 'https://sts.googleapis.com' },
    binding: 'ignore',
  });
}

function described({ verdict, findings }: TeeOutcome): string {
  const [first] = findings;
  return first === undefined ? verdict : `${verdict} ${first.stage}/${first.code}`;
}

describe('Confidential Space tokens with a key id', () => {
  test('are judged by a key set of the operator, on every hardware', () => {
    expect(described(run())).toBe('passed');
    expect(run().claims).toMatchObject({ form: 'oidc', hardwareModel: 'GCP_INTEL_TDX' });
    for (const hwmodel of ['GCP_AMD_SEV', 'GCP_AMD_SEV_ES', 'GCP_AMD_SEV_SNP', 'GCP_SHIELDED_VM']) {
      expect(run({ claims: { hwmodel } }).claims).toMatchObject({ hardwareModel: hwmodel });
    }
  });

  test.each<[string, Parameters<typeof run>[0], string]>([
    ['no key set', { anchors: scheme.pinnedAnchors() }, 'undetermined chain/no-trust-anchor'],
    ['a stranger’s signature', { signer: stranger }, 'failed signature/token-signature'],
    ['another key id', { header: { kid: 'k2' } }, 'failed chain/key-not-trusted'],
    ['another algorithm', { header: { alg: 'PS384' } }, 'failed signature/algorithm'],
    ['no algorithm', { header: { alg: 'none' } }, 'failed signature/algorithm'],
    [
      'a key set that is none',
      { anchors: [keySet({ kty: 'oct' })] },
      'undetermined chain/trust-anchor-invalid',
    ],
    ['run out', { at: '2025-01-01T00:59:00Z' }, 'failed freshness/token-expired'],
    ['another issuer', { claims: { iss: 'https://accounts.example' } }, 'failed parse/malformed'],
    // a chain in the header is judged as a chain, even where the key set would do
    ['an empty chain', { header: { x5c: [] } }, 'failed chain/chain-length'],
    ['a chain that is null', { header: { x5c: null } }, 'failed chain/certificate-malformed'],
  ])('%s', (_what, change, expected) => {
    expect(described(run(change))).toBe(expected);
  });

  test('a key that the token carries is never read', () => {
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    const change = { header: { jwk, jku: 'https://stranger.example/jwks' }, signer: stranger };
    expect(described(run(change))).toBe('failed signature/token-signature');
  });
});
