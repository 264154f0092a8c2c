// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { anchorCertificates } from '../../../../../attest/tee/endorsements.ts';
import { gcpConfidentialSpaceScheme as scheme } from '../../../../../attest/tee/gcp-cs-jwt/scheme.ts';
import type { TeeOutcome } from '../../../../../attest/tee/scheme.ts';
import { describeShared, readShared, sharedPath } from '../../../../support/shared.ts';
import { signToken } from '../support/fake-jwt.ts';
import { ecKey, KEY_CERT_SIGN, makeCertificate, rsaKey } from '../support/fake-pki.ts';
import type { FakeCertificate } from '../support/fake-pki.ts';

const AT = '2025-01-01T00:00:00Z';
const NOW = Date.parse(AT) / 1000;
const keys = { root: rsaKey(), middle: rsaKey(), leaf: rsaKey(), stranger: rsaKey() };
const BIND = new TextDecoder().decode(bindStatement('gcp-cs-jwt', Buffer.from('pae')));
const IMAGE = `sha256:${'ab12'.repeat(16)}`;

interface Fake {
  readonly root?: Partial<FakeCertificate>;
  readonly middle?: Partial<FakeCertificate>;
  readonly leaf?: Partial<FakeCertificate>;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly container?: Record<string, unknown>;
  readonly signer?: typeof keys.leaf;
  readonly editChain?: (chain: Uint8Array[]) => Uint8Array[];
  readonly at?: string;
  readonly policy?: JsonObject;
  readonly binding?: Uint8Array;
  /** What the operator trusts beside the root. */
  readonly trusted?: readonly Uint8Array[];
  /** Roots that came along. */
  readonly supplied?: readonly Uint8Array[];
}

function chainOf(fake: Fake): [Uint8Array, Uint8Array, Uint8Array] {
  const algorithm = 'rsa-sha256';
  const authority = { isCa: true, keyUsage: KEY_CERT_SIGN, algorithm } as const;
  const root = { subject: 'root', issuer: 'root', key: keys.root, issuerKey: keys.root };
  const middle = { subject: 'middle', issuer: 'root', key: keys.middle, issuerKey: keys.root };
  const leaf = { subject: 'leaf', issuer: 'middle', key: keys.leaf, issuerKey: keys.middle };
  return [
    makeCertificate({ ...leaf, isCa: false, algorithm, ...fake.leaf }),
    makeCertificate({ ...middle, ...authority, ...fake.middle }),
    makeCertificate({ ...root, ...authority, ...fake.root }),
  ];
}

function claims(fake: Fake): Record<string, unknown> {
  const container = {
    image_digest: IMAGE,
    image_reference: 'r.example/i@sha256:…',
    ...fake.container,
  };
  return {
    iss: 'https://confidentialcomputing.googleapis.com',
    sub: 'https://www.googleapis.com/compute/v1/projects/p',
    aud: 'pedigree',
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 3540,
    eat_nonce: BIND,
    secboot: true,
    hwmodel: 'GCP_AMD_SEV',
    swname: 'CONFIDENTIAL_SPACE',
    swversion: ['250800'],
    dbgstat: 'disabled-since-boot',
    submods: { container, confidential_space: { support_attributes: ['STABLE'] } },
    ...fake.claims,
  };
}

function run(fake: Fake): TeeOutcome {
  const chain = chainOf(fake);
  const [, , root] = chain;
  const sent = fake.editChain?.([...chain]) ?? chain;
  const x5c = sent.map((der) => Buffer.from(der).toString('base64'));
  const header = { alg: 'RS256', typ: 'JWT', x5c, ...fake.header };
  const signer = fake.signer ?? keys.leaf;
  return scheme.run({
    evidence: signToken(header, claims(fake), signer.privateKey),
    endorsements: new Map(fake.supplied === undefined ? [] : [['root', fake.supplied]]),
    anchors: [...(fake.trusted ?? []), root].map((bytes) => ({ name: 'fake root', bytes })),
    at: parseInstant(fake.at ?? AT),
    policy: fake.policy ?? {},
    binding: fake.binding ?? 'ignore',
  });
}

function outcome(fake: Fake): string {
  return described(run(fake));
}

function described(result: TeeOutcome): string {
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

describeShared('Confidential Space tokens', () => {
  test('all 7 verdicts are the expected ones', async () => {
    const lines: string[] = [];
    const manifest = sharedPath('vectors', 'tee', 'manifest.json');
    const counts = await verifyEvidenceCases(manifest, (line) => lines.push(line), {
      kind: 'gcp-cs-jwt',
    });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed: 7, disagreed: 0 });
  });

  test('no sampled byte of a genuine token can be changed', () => {
    const bytes = readShared('vectors', 'tee', 'gcp-cs-jwt', 'evidence', 'ok.jwt');
    const input = {
      endorsements: new Map(),
      anchors: scheme.pinnedAnchors(),
      at: parseInstant('2025-09-05T08:20:00Z'),
      policy: {},
      binding: 'ignore',
    } as const;
    expect(scheme.run({ ...input, evidence: bytes }).verdict).toBe('passed');
    for (let at = 0; at < bytes.length; at += 61) {
      const evidence = Uint8Array.from(bytes);
      evidence[at] = (evidence[at] ?? 0) === 0x41 ? 0x42 : 0x41;
      const result = scheme.run({ ...input, evidence });
      expect(`${at} ${result.verdict} ${result.claims === null}`).toBe(`${at} failed true`);
    }
  });
});

describe('the pinned root', () => {
  test('is the one that SOURCE.md records', () => {
    const [root] = anchorCertificates(scheme.pinnedAnchors());
    const fingerprint = createHash('sha256')
      .update(root?.der ?? '')
      .digest('hex');
    expect(fingerprint).toBe('148b293821bb0c6a317f413c8ba475814091cb22d49b9e3c94198db8e8f86c39');
    const folder = join(import.meta.dirname, '../../../../../attest/tee/gcp-cs-jwt/roots');
    expect(readFileSync(join(folder, 'SOURCE.md'), 'utf8')).toContain(fingerprint);
  });
});

describe('a token of our own', () => {
  test('passes and says what it is', () => {
    const result = run({});
    expect(described(result)).toBe('passed');
    expect(result.claims).toEqual({
      kind: 'gcp-cs-jwt',
      form: 'pki',
      simulated: false,
      debug: false,
      measurement: IMAGE,
      binding: BIND,
      subject: 'https://www.googleapis.com/compute/v1/projects/p',
      audiences: ['pedigree'],
      nonces: [BIND],
      hardwareModel: 'GCP_AMD_SEV',
      debugStatus: 'disabled-since-boot',
      secureBoot: true,
      softwareVersions: ['250800'],
      supportAttributes: ['STABLE'],
      imageDigest: IMAGE,
      imageReference: 'r.example/i@sha256:…',
      issuedAt: '2024-12-31T23:59:00.000Z',
      notBefore: '2024-12-31T23:59:00.000Z',
      expiresAt: '2025-01-01T00:59:00.000Z',
    });
    expect(result.findings.map(({ code }) => code)).toEqual(['audience-not-checked']);
  });

  test('says less where the token does', () => {
    const bare = {
      aud: undefined,
      eat_nonce: undefined,
      swversion: undefined,
      nbf: undefined,
      submods: { container: { image_digest: IMAGE, image_reference: 'i' } },
    };
    const result = run({ claims: bare });
    expect(described(result)).toBe('passed');
    expect(result.findings).toEqual([]);
    expect(result.claims).toMatchObject({
      binding: null,
      audiences: [],
      nonces: [],
      softwareVersions: [],
      supportAttributes: [],
      notBefore: null,
    });
  });

  test('a nonce is a binding only where it is the only one', () => {
    const eat_nonce = [BIND, 'another of eight characters'];
    const result = run({ claims: { eat_nonce }, binding: Buffer.from(BIND) });
    expect(result).toMatchObject({ verdict: 'passed', claims: { binding: null } });
  });

  test('a root that comes along must be a trusted one, and need be only one of several', () => {
    const [, , root] = chainOf({});
    const other = makeCertificate({
      subject: 'other',
      issuer: 'other',
      key: keys.stranger,
      issuerKey: keys.stranger,
      isCa: true,
      keyUsage: KEY_CERT_SIGN,
      algorithm: 'rsa-sha256',
    });
    expect([...scheme.roles]).toEqual(['root']);
    expect(outcome({ supplied: [root], trusted: [other] })).toBe('passed');
    expect(outcome({ supplied: [root, other], trusted: [other] })).toBe('passed');
    expect(outcome({ supplied: [other] })).toBe('failed chain/root-not-trusted');
    expect(outcome({ supplied: [root, other] })).toBe('failed chain/root-not-trusted');
    expect(outcome({ supplied: [Buffer.from('junk')] })).toBe('failed chain/certificate-malformed');
  });

  test('a key set among the anchors is no root, and does no harm', () => {
    const jwk = keys.stranger.publicKey.export({ format: 'jwk' });
    const keySet = Buffer.from(JSON.stringify({ keys: [{ ...jwk, kid: 'k1' }] }));
    expect(outcome({ trusted: [keySet] })).toBe('passed');
    const signer = keys.stranger;
    expect(outcome({ trusted: [keySet], header: { kid: 'k1' }, signer })).toBe(
      'failed signature/token-signature',
    );
  });

  test('the field that a caller chooses is the nonce, as text', () => {
    expect(scheme.chosen).toEqual({
      policyKey: 'eatNonce',
      form: 'text',
      binding: 'sha256-base64url',
    });
    expect(scheme.findRole('root.pem', new Uint8Array())).toBeUndefined();
  });

  test.each<[string, Fake, string]>([
    ['signed by a stranger', { signer: keys.stranger }, 'failed signature/token-signature'],
    [
      'leaf of a stranger',
      { leaf: { issuerKey: keys.stranger } },
      'failed chain/certificate-signature',
    ],
    [
      'intermediate of a stranger',
      { middle: { issuerKey: keys.stranger } },
      'failed chain/certificate-signature',
    ],
    ['leaf names another issuer', { leaf: { issuer: 'root' } }, 'failed chain/issuer-name'],
    [
      'leaf expired',
      { leaf: { notAfter: '2024-12-31T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'intermediate expired',
      { middle: { notAfter: '2024-12-31T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    [
      'root expired',
      { root: { notAfter: '2024-12-31T00:00:00Z' } },
      'failed freshness/certificate-expired',
    ],
    ['intermediate is no authority', { middle: { isCa: false } }, 'failed chain/not-a-ca'],
    ['leaf is an authority', { leaf: { isCa: true } }, 'failed chain/leaf-is-ca'],
    [
      'chain without root',
      { editChain: (chain) => chain.slice(0, 2) },
      'failed chain/chain-length',
    ],
    [
      'chain without intermediate',
      { editChain: ([leaf, , root]) => only(leaf, root) },
      'failed chain/chain-length',
    ],
    [
      'chain of four',
      { editChain: (chain) => [...chain, ...chain.slice(2)] },
      'failed chain/chain-length',
    ],
    ['no certificate', { editChain: () => [] }, 'failed chain/chain-length'],
    [
      'chain the other way round',
      { editChain: (chain) => chain.toReversed() },
      'failed chain/root-not-trusted',
    ],
    [
      'root replaced',
      { editChain: ([leaf, middle]) => only(leaf, middle, leaf) },
      'failed chain/root-not-trusted',
    ],
    ['no x5c', { header: { x5c: undefined } }, 'undetermined chain/no-trust-anchor'],
    ['x5c that is text', { header: { x5c: 'AAAA' } }, 'failed chain/certificate-malformed'],
    ['x5c of numbers', { header: { x5c: [1, 2, 3] } }, 'failed chain/certificate-malformed'],
    [
      'x5c in base64url',
      { header: { x5c: ['_-8', '_-8', '_-8'] } },
      'failed chain/certificate-malformed',
    ],
    [
      'x5c of junk',
      { header: { x5c: ['AAAA', 'AAAA', 'AAAA'] } },
      'failed chain/certificate-malformed',
    ],
    ['none', { header: { alg: 'none' } }, 'failed signature/algorithm'],
    ['HS256', { header: { alg: 'HS256' } }, 'failed signature/algorithm'],
    ['PS384', { header: { alg: 'PS384' } }, 'failed signature/algorithm'],
    ['a leaf on P-256', { leaf: { key: ecKey('P-256') } }, 'failed signature/token-signature'],
    ['expired', { at: '2025-01-01T00:59:00Z' }, 'failed freshness/token-expired'],
    ['before nbf', { at: '2024-12-31T23:58:59Z' }, 'failed freshness/token-not-yet-valid'],
    ['no expiry', { claims: { exp: undefined } }, 'failed parse/malformed'],
    [
      'another issuer',
      { claims: { iss: 'https://accounts.google.com' } },
      'failed parse/malformed',
    ],
    ['a token of a plain VM', { claims: { swname: 'GCE' } }, 'failed parse/malformed'],
    ['no container', { claims: { submods: {} } }, 'failed parse/malformed'],
    [
      'a container that is a list',
      { claims: { submods: { container: [IMAGE] } } },
      'failed parse/malformed',
    ],
    [
      'a container that is text',
      { claims: { submods: { container: IMAGE } } },
      'failed parse/malformed',
    ],
    [
      'an image without a name',
      { container: { image_reference: undefined } },
      'failed parse/malformed',
    ],
    [
      'an image digest under another name',
      { container: { image_digest: `SHA256:${'ab12'.repeat(16)}` } },
      'failed parse/malformed',
    ],
    [
      'an image digest without the name of its algorithm',
      { container: { image_digest: `xxxxxxx${'ab12'.repeat(16)}` } },
      'failed parse/malformed',
    ],
    ['no subject', { claims: { sub: undefined } }, 'failed parse/malformed'],
    ['no issuer', { claims: { iss: undefined } }, 'failed parse/malformed'],
    ['no software name', { claims: { swname: undefined } }, 'failed parse/malformed'],
    ['no image', { container: { image_digest: undefined } }, 'failed parse/malformed'],
    [
      'a short image digest',
      { container: { image_digest: 'sha256:abcd' } },
      'failed parse/malformed',
    ],
    [
      'a digest of zeroes',
      { container: { image_digest: `sha256:${'0'.repeat(64)}` } },
      'failed parse/malformed',
    ],
    ['no hardware model', { claims: { hwmodel: undefined } }, 'failed parse/malformed'],
    ['no debug status', { claims: { dbgstat: undefined } }, 'failed parse/malformed'],
  ])('%s', (_what, fake, expected) => {
    expect(outcome(fake)).toBe(expected);
  });

  test('certificates in a loose base64 are not read', () => {
    const loose = chainOf({}).map((der) => `${Buffer.from(der).toString('base64')}\n`);
    expect(outcome({ header: { x5c: loose } })).toBe('failed chain/certificate-malformed');
  });

  test('without a trusted root nobody can say', () => {
    const x5c = chainOf({}).map((der) => Buffer.from(der).toString('base64'));
    const result = scheme.run({
      evidence: signToken({ alg: 'RS256', x5c }, claims({}), keys.leaf.privateKey),
      endorsements: new Map(),
      anchors: [],
      at: parseInstant(AT),
      policy: {},
      binding: 'ignore',
    });
    expect(described(result)).toBe('undetermined chain/no-trust-anchor');
  });

  test('every copied name does not make the root', () => {
    const [root] = anchorCertificates(scheme.pinnedAnchors());
    const subject = root?.subject ?? 'none';
    const fake = { root: { subject, issuer: subject }, middle: { issuer: subject } };
    expect(outcome(fake)).toBe('passed');
    const chain = chainOf(fake).map((der) => Buffer.from(der).toString('base64'));
    const header = { alg: 'RS256', x5c: chain };
    const result = scheme.run({
      evidence: signToken(header, claims(fake), keys.leaf.privateKey),
      endorsements: new Map(),
      anchors: scheme.pinnedAnchors(),
      at: parseInstant(AT),
      policy: {},
      binding: 'ignore',
    });
    expect(described(result)).toBe('failed chain/root-not-trusted');
  });
});

describe('appraisal', () => {
  test('each condition that is met passes', () => {
    const policy = {
      aud: 'pedigree',
      eatNonce: BIND,
      imageDigest: IMAGE,
      dbgstat: 'disabled-since-boot',
      allowDebug: false,
    };
    expect(outcome({ policy, binding: Buffer.from(BIND) })).toBe('passed');
  });

  test.each<[JsonObject, string]>([
    [{ aud: 'other' }, 'audience'],
    [{ eatNonce: 'other' }, 'nonce'],
    [{ imageDigest: `sha256:${'0'.repeat(64)}` }, 'image-digest'],
    [{ dbgstat: 'enabled' }, 'debug-status'],
  ])('%j is not met', (policy, code) => {
    expect(outcome({ policy })).toBe(`failed policy/${code}`);
  });

  test('debug images are denied unless they are allowed by name', () => {
    for (const dbgstat of ['enabled', 'disabled', 'Disabled-since-boot']) {
      const debug = { claims: { dbgstat } };
      expect(outcome(debug)).toBe('failed policy/debug-not-allowed');
      expect(outcome({ ...debug, policy: { allowDebug: false } })).toMatch(/^failed/);
      expect(outcome({ ...debug, policy: { allowDebug: true } })).toBe('passed');
    }
  });

  test('a machine that is no trusted execution environment is denied unless it is named', () => {
    const shielded = { claims: { hwmodel: 'GCP_SHIELDED_VM' } };
    expect(outcome(shielded)).toBe('failed policy/hardware-model');
    expect(outcome({ ...shielded, policy: { hwmodel: 'GCP_INTEL_TDX' } })).toBe(
      'failed policy/hardware-model',
    );
    expect(outcome({ ...shielded, policy: { hwmodel: 'GCP_SHIELDED_VM' } })).toBe('passed');
    for (const hwmodel of ['GCP_AMD_SEV', 'GCP_AMD_SEV_ES', 'GCP_INTEL_TDX', 'GCP_AMD_SEV_SNP']) {
      expect(outcome({ claims: { hwmodel } })).toBe('passed');
      expect(outcome({ claims: { hwmodel }, policy: { hwmodel } })).toBe('passed');
      expect(outcome({ claims: { hwmodel }, policy: { hwmodel: `${hwmodel}X` } })).toBe(
        'failed policy/hardware-model',
      );
    }
  });

  test.each([false, undefined, null, 'true', 1])('secure boot that is %j is denied', (secboot) => {
    const result = run({ claims: { secboot } });
    expect(described(result)).toBe('failed policy/secure-boot');
    expect(result.claims).toMatchObject({ secureBoot: false });
  });

  test('the nonce carries the binding', () => {
    const binding = bindStatement('gcp-cs-jwt', Buffer.from('other'));
    expect(outcome({ binding })).toBe('failed policy/binding');
    const ear = bindStatement('ear', Buffer.from('pae'));
    expect(outcome({ binding: ear })).toBe('failed policy/binding');
    expect(outcome({ claims: { eat_nonce: undefined }, binding })).toBe('failed policy/binding');
  });

  test.each<[string, JsonValue]>([
    ['imageDigest', 'ab'.repeat(32)],
    ['imageDigest', `sha256:${'AB'.repeat(32)}`],
    ['imageDigest', `sha512:${'ab'.repeat(64)}`],
    ['dbgstat', 'off'],
    ['aud', 7],
    ['eatNonce', ''],
    ['allowDebug', 1],
    ['hwmodel', ''],
    ['hwmodel', ['GCP_INTEL_TDX']],
    ['hwmodel', 'x'.repeat(65)],
    ['trustRootOverride', true],
  ])('the policy {%s: %j} is refused', (key, value) => {
    expect(() => run({ policy: { [key]: value } })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });
});

function only(...chain: (Uint8Array | undefined)[]): Uint8Array[] {
  return chain.filter((one) => one !== undefined);
}
