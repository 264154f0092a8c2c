// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { verifyEvidenceCases } from '../../../../../cli/commands/evidence-verify.ts';
import { bindStatement } from '../../../../../attest/tee/bind.ts';
import { tierOfClaim } from '../../../../../attest/tee/ear/abi.ts';
import { earScheme } from '../../../../../attest/tee/ear/scheme.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import { describeShared, sharedPath } from '../../../../support/shared.ts';
import { encode, signToken } from '../support/fake-jwt.ts';
import { ecKey, rsaKey } from '../support/fake-pki.ts';
import type { KeyPair } from '../support/fake-pki.ts';

const AT = '2025-01-01T00:00:00Z';
const IAT = Date.parse('2024-12-31T23:00:00Z') / 1000;
const verifier = ecKey('P-256');
const stranger = ecKey('P-256');
const BIND = new TextDecoder().decode(bindStatement('ear', Buffer.from('pae')));

function jwk(key: KeyPair, more: Record<string, unknown> = {}): TrustAnchor {
  const members = { ...key.publicKey.export({ format: 'jwk' }), ...more };
  return { name: 'verifier.json', bytes: Buffer.from(JSON.stringify(members)) };
}

function pem(key: KeyPair): TrustAnchor {
  const text = key.publicKey.export({ format: 'pem', type: 'spki' });
  return { name: 'verifier.pem', bytes: Buffer.from(text) };
}

function claims(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eat_profile: 'tag:github.com,2023:veraison/ear',
    iat: IAT,
    'ear.verifier-id': { developer: 'd', build: 'b' },
    eat_nonce: BIND,
    submods: { cpu: { 'ear.status': 'affirming', 'ear.trustworthiness-vector': { hardware: 2 } } },
    ...change,
  };
}

function token(
  change: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key = verifier,
): Uint8Array {
  return signToken({ alg: 'ES256', typ: 'JWT', ...header }, claims(change), key.privateKey);
}

interface Options {
  readonly anchors?: readonly TrustAnchor[];
  readonly at?: string;
  readonly policy?: JsonObject;
  readonly binding?: Uint8Array | 'ignore';
}

function run(evidence: Uint8Array, options: Options = {}): TeeOutcome {
  return earScheme.run({
    evidence,
    endorsements: new Map(),
    anchors: options.anchors ?? [jwk(verifier)],
    at: parseInstant(options.at ?? AT),
    policy: options.policy ?? {},
    binding: options.binding ?? 'ignore',
  });
}

function outcome(evidence: Uint8Array, options: Options = {}): string {
  const result = run(evidence, options);
  const [first] = result.verdict === 'passed' ? [] : result.findings;
  return first === undefined ? 'passed' : `${result.verdict} ${first.stage}/${first.code}`;
}

describeShared('EAR tokens', () => {
  test('all 12 verdicts are the expected ones', async () => {
    const lines: string[] = [];
    const manifest = sharedPath('vectors', 'tee', 'manifest.json');
    const counts = await verifyEvidenceCases(manifest, (line) => lines.push(line), { kind: 'ear' });
    expect(lines.filter((line) => !line.startsWith('agrees'))).toEqual([]);
    expect(counts).toEqual({ agreed: 12, disagreed: 0 });
  });
});

describe('signature and key', () => {
  const rsa = rsaKey();
  const pairs: [string, KeyPair][] = [
    ['ES256', verifier],
    ['ES384', ecKey('P-384')],
    ['ES512', ecKey('P-521')],
    ['RS256', rsa],
    ['RS384', rsa],
    ['PS384', rsa],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ];

  test.each(pairs)('%s: our verdict is the one of jose, both ways', async (alg, key) => {
    const payload = Buffer.from(JSON.stringify(claims()));
    const theirs = await new CompactSign(payload).setProtectedHeader({ alg }).sign(key.privateKey);
    expect(outcome(Buffer.from(theirs), { anchors: [jwk(key)] })).toBe('passed');
    expect(outcome(Buffer.from(theirs), { anchors: [pem(key)] })).toBe('passed');
    const ours = Buffer.from(token({}, { alg }, key)).toString();
    expect((await compactVerify(ours, key.publicKey)).protectedHeader.alg).toBe(alg);
    const parts = theirs.split('.');
    const broken = [parts[0], encode(JSON.stringify(claims({ iat: 1 }))), parts[2]].join('.');
    await expect(compactVerify(broken, key.publicKey)).rejects.toThrow();
    expect(outcome(Buffer.from(broken), { anchors: [jwk(key)] })).toBe(
      'failed signature/token-signature',
    );
  });

  test('an algorithm that does not fit the key is refused, whatever the header says', () => {
    for (const [alg, key] of pairs) {
      for (const [otherAlg, other] of pairs) {
        if (alg === otherAlg || (key === rsa && other === rsa)) continue;
        const bytes = token({}, { alg }, key);
        expect(run(bytes, { anchors: [jwk(other)] }).verdict).toBe('failed');
      }
    }
    // the right key under a header that names another curve's algorithm
    const wrong = signToken({ alg: 'ES384' }, claims(), verifier.privateKey);
    expect(outcome(wrong)).toBe('failed signature/token-signature');
  });

  test.each(['none', 'None', 'HS256', 'HS512', 'ES256K', 'RS1', 'RSA-OAEP', '', 'constructor'])(
    'the algorithm "%s" is never accepted',
    (alg) => {
      const signed = signToken({ alg }, claims(), verifier.privateKey);
      expect(outcome(signed)).toBe('failed signature/algorithm');
      const bare = `${encode(JSON.stringify({ alg }))}.${encode(JSON.stringify(claims()))}.`;
      expect(outcome(Buffer.from(bare))).toBe('failed signature/algorithm');
    },
  );

  test('a key that the token carries is not looked at', () => {
    const jwkHeader = { jwk: stranger.publicKey.export({ format: 'jwk' }) };
    for (const header of [jwkHeader, { jku: 'https://example.org/keys' }, { x5c: ['AAAA'] }]) {
      expect(outcome(token({}, header, stranger))).toBe('failed signature/token-signature');
      expect(outcome(token({}, header))).toBe('passed');
    }
  });

  test('the key id chooses among trusted keys and never adds one', () => {
    const anchors = [jwk(verifier, { kid: 'a' }), jwk(stranger, { kid: 'b' })];
    expect(outcome(token({}, { kid: 'a' }), { anchors })).toBe('passed');
    expect(outcome(token({}), { anchors })).toBe('passed');
    expect(outcome(token({}, { kid: 'b' }), { anchors })).toBe('failed signature/token-signature');
    expect(outcome(token({}, { kid: 'c' }), { anchors })).toBe('failed chain/key-not-trusted');
    const set = {
      keys: anchors.map((one) => JSON.parse(Buffer.from(one.bytes).toString()) as object),
    };
    const jwks = [{ name: 'jwks.json', bytes: Buffer.from(JSON.stringify(set)) }];
    expect(outcome(token({}, { kid: 'a' }), { anchors: jwks })).toBe('passed');
    const other = [jwk(verifier, { alg: 'ES384' })];
    expect(outcome(token(), { anchors: other })).toBe('failed chain/key-not-trusted');
  });

  test('without a trusted key nobody can say; a bad key file is the operator’s fault', () => {
    expect(earScheme.pinnedAnchors()).toEqual([]);
    expect(outcome(token(), { anchors: [] })).toBe('undetermined chain/no-trust-anchor');
    const secret = verifier.privateKey.export({ format: 'jwk' });
    const bad = [
      'nothing',
      '{"kty":"EC"}',
      '{"keys":[3]}',
      '{"kty":"oct","k":"AAAA"}',
      '{"a":1,"a":2}',
      JSON.stringify(secret),
      verifier.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      JSON.stringify({ ...verifier.publicKey.export({ format: 'jwk' }), use: 'enc' }),
    ];
    for (const text of bad) {
      const anchors = [{ name: 'k', bytes: Buffer.from(text) }];
      expect(outcome(token(), { anchors })).toBe('undetermined chain/trust-anchor-invalid');
    }
  });
});

describe('form', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['one part', 'abc'],
    ['two parts', 'e30.e30'],
    ['four parts', 'e30.e30.e30.e30'],
    ['a header that is no JSON', 'AAAA.e30.AAAA'],
    ['a header that is a list', `${encode('[]')}.e30.AAAA`],
    ['a header without alg', `${encode('{}')}.e30.AAAA`],
    ['a header with alg twice', `${encode('{"alg":"none","alg":"ES256"}')}.e30.AAAA`],
    ['crit', `${encode('{"alg":"ES256","crit":["x"]}')}.e30.AAAA`],
    ['b64', `${encode('{"alg":"ES256","b64":false}')}.e30.AAAA`],
    ['an encrypted token', `${encode('{"alg":"ES256","enc":"A128GCM"}')}.e30.AAAA`],
    ['padding', `${encode('{"alg":"ES256"}')}=.e30.AAAA`],
    ['standard base64', `${encode('{"alg":"ES256"}')}.e30.++++`],
    ['base64 with a spare bit', `${encode('{"alg":"ES256"}')}.e31.AAAB=`],
    ['an endless token', 'A'.repeat(128 * 1024 + 1)],
  ])('%s is malformed', (_what, text) => {
    expect(outcome(Buffer.from(text))).toBe('failed parse/malformed');
  });

  test('a good token with a part more, or larger than anybody sends', () => {
    const text = Buffer.from(token()).toString();
    expect(outcome(Buffer.from(`${text}.`))).toBe('failed parse/malformed');
    expect(outcome(Buffer.from(`${text}.${text}`))).toBe('failed parse/malformed');
    expect(outcome(token({ padding: 'x'.repeat(100_000) }))).toBe('failed parse/malformed');
    expect(outcome(token({ padding: 'x'.repeat(1000) }))).toBe('passed');
  });

  test('a UTF-16 token is not read, though it is signed', () => {
    const claimText = Buffer.from(`\u{feff}${JSON.stringify(claims())}`, 'utf16le');
    const head = encode('{"alg":"ES256"}');
    const input = `${head}.${claimText.toString('base64url')}`;
    const options = { key: verifier.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = sign('sha256', Buffer.from(input), options).toString('base64url');
    expect(outcome(Buffer.from(`${input}.${signature}`))).toBe('failed parse/malformed');
  });

  test('more keys than anybody trusts', () => {
    const anchors = Array<TrustAnchor>(33).fill(jwk(verifier));
    expect(outcome(token(), { anchors })).toBe('undetermined chain/trust-anchor-invalid');
    expect(outcome(token(), { anchors: anchors.slice(1) })).toBe('passed');
  });

  test('a line break behind the token is no fault', () => {
    expect(outcome(Buffer.concat([token(), Buffer.from('\n')]))).toBe('passed');
  });

  test.each<[string, unknown]>([
    ['text', '"hello"'],
    ['a list', []],
    ['no JSON', '{'],
    ['a member twice', '{"iat":1,"iat":2}'],
    ['deeper than anybody needs', `${'['.repeat(64)}${']'.repeat(64)}`],
  ])('signed claims that are %s are malformed', (_what, payload) => {
    const bytes = signToken({ alg: 'ES256' }, payload, verifier.privateKey);
    expect(outcome(bytes)).toBe('failed parse/malformed');
  });

  test.each<[string, Record<string, unknown>]>([
    ['no profile', { eat_profile: undefined }],
    ['another profile', { eat_profile: 'tag:example.com,2020:other' }],
    ['a profile that only begins like one', { eat_profile: 'tag:github.com,2023:veraison/earx' }],
    ['two profiles', { eat_profile: ['tag:github.com,2023:veraison/ear'] }],
    ['no time', { iat: undefined }],
    ['a time as text', { iat: '1' }],
    ['a negative time', { iat: -1 }],
    ['a time beyond all calendars', { iat: 1e15 }],
    ['an expiry as text', { exp: 'never' }],
    ['no verifier', { 'ear.verifier-id': undefined }],
    ['a verifier without build', { 'ear.verifier-id': { developer: 'd' } }],
    ['no submods', { submods: undefined }],
    ['empty submods', { submods: {} }],
    ['submods as a list', { submods: [] }],
    ['a submod that is text', { submods: { a: 'affirming' } }],
    ['a submod without status', { submods: { a: {} } }],
    ['a status of no tier', { submods: { a: { 'ear.status': 'good' } } }],
    ['a status of no label', { submods: { a: { 'ear.status': 3 } } }],
    ['names of the other profile', { submods: { a: { ear_status: 'affirming' } } }],
    ['a vector that is text', submod({ 'ear.trustworthiness-vector': 'good' })],
    ['a vector with an unknown claim', submod({ 'ear.trustworthiness-vector': { karma: 2 } })],
    ['a vector out of range', submod({ 'ear.trustworthiness-vector': { hardware: 128 } })],
    ['a vector with a fraction', submod({ 'ear.trustworthiness-vector': { hardware: 2.5 } })],
    ['a vector with text', submod({ 'ear.trustworthiness-vector': { hardware: '2' } })],
    ['a nonce that is a number', { eat_nonce: 4 }],
    ['a nonce of 7 characters', { eat_nonce: '7 chars' }],
    ['a nonce of 89 characters', { eat_nonce: [BIND, 'x'.repeat(89)] }],
    ['an audience that is an object', { aud: {} }],
  ])('%s is malformed though it is signed', (_what, change) => {
    expect(outcome(token(change))).toBe('failed parse/malformed');
  });

  test('a submod named __proto__ reaches nothing', () => {
    const text = JSON.stringify(claims()).replace('"cpu"', '"__proto__"');
    const bytes = signToken({ alg: 'ES256' }, text, verifier.privateKey);
    expect(outcome(bytes)).toBe('failed parse/malformed');
  });

  test('the profile of the working group has its own names', () => {
    const change = {
      eat_profile: 'tag:ietf.org,2026:rats/ear#04',
      'ear.verifier-id': undefined,
      ear_verifier_id: { developer: 'd', build: 'b' },
      submods: { gpu: { ear_status: 'affirming', ear_trustworthiness_vector: { hardware: 2 } } },
    };
    expect(outcome(token(change))).toBe('passed');
    // the overall status of such a token counts as well
    expect(outcome(token({ ...change, ear_status: 'contraindicated' }))).toBe(
      'failed policy/ear-status',
    );
  });

  test('no changed byte and no truncation passes', () => {
    const bytes = token();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ xor;
        // white space at either end is not part of the token
        fc.pre(Buffer.from(changed).toString('latin1').trim().length === bytes.length);
        expect(run(changed).verdict).toBe('failed');
      }),
      { numRuns: 300 },
    );
    for (let size = 0; size < bytes.length; size += 7) {
      expect(run(bytes.subarray(0, size)).verdict).toBe('failed');
    }
  });
});

describe('time', () => {
  const exp = Date.parse('2025-01-01T00:00:10Z') / 1000;
  const nbf = Date.parse('2025-01-01T00:00:00Z') / 1000;

  test.each<[string, Record<string, unknown>, string, string]>([
    ['before expiry', { exp }, '2025-01-01T00:00:09.999Z', 'passed'],
    ['at expiry', { exp }, '2025-01-01T00:00:10Z', 'failed freshness/token-expired'],
    ['after expiry', { exp }, '2026-01-01T00:00:00Z', 'failed freshness/token-expired'],
    ['at nbf', { nbf }, '2025-01-01T00:00:00Z', 'passed'],
    ['before nbf', { nbf }, '2024-12-31T23:59:59Z', 'failed freshness/token-not-yet-valid'],
    ['before it was issued', {}, '2024-12-31T22:59:59Z', 'failed freshness/token-not-yet-issued'],
  ])('%s', (_what, change, at, expected) => {
    expect(outcome(token(change), { at })).toBe(expected);
  });
});

describe('appraisal', () => {
  test('AR4SI tiers at their borders', () => {
    const tiers = [0, 1, -1, 2, 31, -2, -32, 32, 95, -33, -96, 96, 127, -97, -128].map(tierOfClaim);
    expect(tiers).toEqual([
      undefined,
      ...Array<string>(2).fill('none'),
      ...Array<string>(4).fill('affirming'),
      ...Array<string>(4).fill('warning'),
      ...Array<string>(4).fill('contraindicated'),
    ]);
  });

  const states: [Record<string, unknown>, string][] = [
    [{ 'ear.status': 'affirming' }, 'affirming'],
    [{ 'ear.status': 2 }, 'affirming'],
    [{ 'ear.status': 'warning' }, 'warning'],
    [{ 'ear.status': 'none' }, 'none'],
    [{ 'ear.status': 'contraindicated' }, 'contraindicated'],
    [vector({ hardware: 32 }), 'warning'],
    [vector({ hardware: 2, executables: 33, 'file-system': 97 }), 'contraindicated'],
    [vector({ hardware: -1 }), 'none'],
    [vector({ hardware: 0 }), 'affirming'],
  ];

  test.each(states)('%j is %s', (appraisal, effective) => {
    const bytes = token({ submods: { a: { 'ear.status': 'affirming' }, b: appraisal } });
    const isAffirming = effective === 'affirming';
    const isWarning = isAffirming || effective === 'warning';
    expect(run(bytes).claims).toMatchObject({ status: effective });
    expect(run(bytes).verdict).toBe(isAffirming ? 'passed' : 'failed');
    expect(run(bytes, { policy: { earStatus: 'affirming' } }).verdict).toBe(
      isAffirming ? 'passed' : 'failed',
    );
    expect(run(bytes, { policy: { earStatus: 'warning' } }).verdict).toBe(
      isWarning ? 'passed' : 'failed',
    );
  });

  test('nonce, audience and binding are compared exactly, one of several is enough', () => {
    const bytes = token({ eat_nonce: ['another nonce', BIND], aud: ['https://a.example', 'b'] });
    expect(run(bytes).claims).toMatchObject({ binding: null });
    const met = { eatNonce: 'another nonce', aud: 'b' };
    expect(outcome(bytes, { policy: met, binding: Buffer.from(BIND) })).toBe('passed');
    for (const policy of [{ eatNonce: 'another nonc' }, { eatNonce: 'Another nonce' }]) {
      expect(outcome(bytes, { policy })).toBe('failed policy/nonce');
    }
    expect(outcome(bytes, { policy: { aud: 'https://a.example/' } })).toBe(
      'failed policy/audience',
    );
    const wrong = bindStatement('gcp-cs-jwt', Buffer.from('pae'));
    expect(outcome(bytes, { binding: wrong })).toBe('failed policy/binding');
    expect(outcome(bytes, { binding: new Uint8Array() })).toBe('failed policy/binding');
    expect(run(bytes).findings.map((finding) => finding.code)).toEqual(['audience-not-checked']);
    expect(run(bytes, { policy: met }).findings).toEqual([]);
    const bare = token({ eat_nonce: undefined });
    expect(outcome(bare, { binding: Buffer.from(BIND) })).toBe('failed policy/binding');
    expect(outcome(bare, { policy: { aud: 'x' } })).toBe('failed policy/audience');
  });

  test.each<[string, JsonValue]>([
    ['earStatus', 'contraindicated'],
    ['earStatus', 'none'],
    ['earStatus', 2],
    ['earStatus', true],
    ['eatNonce', ''],
    ['eatNonce', 5],
    ['aud', ['a']],
    ['measurement', '00'],
  ])('the policy {%s: %j} is refused', (key, value) => {
    expect(() => run(token(), { policy: { [key]: value } })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
  });

  function vector(levels: Record<string, number>): Record<string, unknown> {
    return { 'ear.status': 'affirming', 'ear.trustworthiness-vector': levels };
  }
});

function submod(change: Record<string, unknown>): Record<string, unknown> {
  return { submods: { a: { 'ear.status': 'affirming', ...change } } };
}
