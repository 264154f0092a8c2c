// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { tierOfClaim } from '../../../../../attest/tee/ear/abi.ts';
import { earScheme } from '../../../../../attest/tee/ear/scheme.ts';
import type { TeeOutcome, TrustAnchor } from '../../../../../attest/tee/scheme.ts';
import type { JsonObject } from '../../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import { signToken } from '../support/fake-jwt.ts';
import { ecKey, makeCertificate, rsaKey } from '../support/fake-pki.ts';

// What the specification says of each claim, the edges of fields, and everything that a pass says. Found by mutation testing.

const AT = '2025-01-01T00:00:00Z';
const IAT = Date.parse('2024-12-31T23:00:00Z') / 1000;
const verifier = ecKey('P-256');
const rsa = rsaKey();
const MALFORMED = 'failed parse/malformed';
const NO_TRUST = 'undetermined chain/trust-anchor-invalid';

const VERAISON = {
  eat_profile: 'tag:github.com,2023:veraison/ear',
  iat: IAT,
  'ear.verifier-id': { developer: 'd', build: 'b' },
  submods: { cpu: { 'ear.status': 'affirming' } },
};
const WORKING_GROUP = {
  eat_profile: 'tag:ietf.org,2026:rats/ear#03',
  iat: IAT,
  ear_verifier_id: { developer: 'd', build: 'b' },
  submods: { cpu: { ear_status: 'affirming' } },
};

interface Options {
  readonly anchors?: readonly TrustAnchor[];
  readonly header?: Record<string, unknown>;
  readonly key?: typeof verifier;
  readonly policy?: JsonObject;
  readonly binding?: Uint8Array;
  readonly at?: string;
}

function run(claims: object | string, options: Options = {}): TeeOutcome {
  const { header = { alg: 'ES256' }, key = verifier } = options;
  return earScheme.run({
    evidence: signToken(header, claims, key.privateKey),
    endorsements: new Map(),
    anchors: options.anchors ?? [anchor(jwkOf(key))],
    at: parseInstant(options.at ?? AT),
    policy: options.policy ?? {},
    binding: options.binding ?? 'ignore',
  });
}

function anchor(content: unknown): TrustAnchor {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return { name: 'verifier', bytes: Buffer.from(text) };
}

function jwkOf(key: typeof verifier): Record<string, unknown> {
  return { ...key.publicKey.export({ format: 'jwk' }) };
}

function described({ verdict, findings }: TeeOutcome): string {
  const [first] = verdict === 'passed' ? [] : findings;
  return first === undefined ? verdict : `${verdict} ${first.stage}/${first.code}`;
}

function outcome(claims: object | string, options?: Options): string {
  return described(run(claims, options));
}

describe('what a pass says', () => {
  const spki = verifier.publicKey.export({ format: 'der', type: 'spki' });
  const keyId = `sha256:${createHash('sha256').update(spki).digest('hex')}`;

  test('everything, under the names of the Veraison profile', () => {
    const { verdict, claims, findings } = run({
      ...VERAISON,
      iss: 'https://verifier.example',
      aud: 'me',
      nbf: IAT + 1,
      exp: IAT + 7200,
      eat_nonce: 'the nonce',
      'ear.status': 'affirming',
      submods: {
        cpu: {
          'ear.status': 'affirming',
          'ear.trustworthiness-vector': { hardware: 2, executables: 0, configuration: -32 },
          'ear.appraisal-policy-id': 'https://policy.example/1',
        },
      },
    });
    expect(verdict).toBe('passed');
    expect(claims).toEqual({
      kind: 'ear',
      simulated: false,
      debug: false,
      measurement: null,
      binding: 'the nonce',
      profile: 'tag:github.com,2023:veraison/ear',
      verifier: { developer: 'd', build: 'b' },
      submods: {
        cpu: {
          status: 'affirming',
          effective: 'affirming',
          vector: { hardware: 2, executables: 0, configuration: -32 },
          policyIds: ['https://policy.example/1'],
        },
      },
      status: 'affirming',
      issuedAt: '2024-12-31T23:00:00.000Z',
      notBefore: '2024-12-31T23:00:01.000Z',
      expiresAt: '2025-01-01T01:00:00.000Z',
      issuer: 'https://verifier.example',
      audiences: ['me'],
      nonces: ['the nonce'],
      keyId,
    });
    expect(findings).toMatchObject([{ stage: 'policy', code: 'audience-not-checked', at: '/aud' }]);
  });

  test.each(['tag:ietf.org,2026:rats/ear#03', 'tag:ietf.org,2026:rats/ear#04'])(
    'everything, under the names of the working group: %s',
    (eat_profile) => {
      const { verdict, claims } = run({
        ...WORKING_GROUP,
        eat_profile,
        ear_status: 'warning',
        ear_raw_evidence: 'NzQ3MjY5NzM2NTYzNzQK',
        submods: {
          'CCA Platform': {
            eat_profile: 'tag:vendor.example,2026:x',
            ear_status: 'affirming',
            ear_trustworthiness_vector: { 'instance-identity': 2, hardware: 33 },
            ear_appraisal_policy_ids: ['https://policy.example/1', 'https://policy.example/2'],
            eat_nonce: 'AAAAAAAAAAA',
          },
        },
      });
      expect(verdict).toBe('failed');
      expect(claims).toMatchObject({
        profile: eat_profile,
        binding: null,
        nonces: [],
        issuer: null,
        audiences: [],
        notBefore: null,
        expiresAt: null,
        status: 'warning',
        submods: {
          'CCA Platform': {
            status: 'affirming',
            effective: 'warning',
            vector: { 'instance-identity': 2, hardware: 33 },
            policyIds: ['https://policy.example/1', 'https://policy.example/2'],
          },
        },
      });
    },
  );

  test('drafts 01 and 02 of the working group have the names of Veraison', () => {
    const eat_profile = 'tag:ietf.org,2025-07:ear';
    expect(outcome({ ...VERAISON, eat_profile })).toBe('passed');
    expect(outcome({ ...WORKING_GROUP, eat_profile })).toBe(MALFORMED);
    const submods = { cpu: { 'ear.status': 'contraindicated' } };
    expect(outcome({ ...VERAISON, eat_profile, submods })).toBe('failed policy/ear-status');
  });

  test('results of Confidential Containers have the claims of Veraison under their own profile', () => {
    const eat_profile = 'tag:github.com,2024:confidential-containers/Trustee';
    const vector = { hardware: 2, executables: 3, configuration: 2, 'file-system': 0 };
    const appraisal = { 'ear.status': 'affirming', 'ear.trustworthiness-vector': vector };
    const result = run({ ...VERAISON, eat_profile, submods: { cpu0: appraisal } });
    expect(described(result)).toBe('passed');
    expect(result.claims).toMatchObject({ profile: eat_profile, status: 'affirming' });
    const bad = { ...appraisal, 'ear.trustworthiness-vector': { ...vector, hardware: 97 } };
    const other = { ...VERAISON, eat_profile, submods: { cpu0: appraisal, gpu0: bad } };
    expect(outcome(other)).toBe('failed policy/ear-status');
    expect(outcome({ ...VERAISON, eat_profile: `${eat_profile}/x` })).toBe(MALFORMED);
  });

  test('a nonce is a binding only where it is the only one', () => {
    const binding = Buffer.from('nonce one');
    const one = run({ ...VERAISON, eat_nonce: ['nonce one'] }, { binding });
    expect(one).toMatchObject({ verdict: 'passed', claims: { binding: 'nonce one' } });
    const two = run({ ...VERAISON, eat_nonce: ['nonce one', 'nonce two'] }, { binding });
    expect(two).toMatchObject({ verdict: 'passed', claims: { binding: null } });
    // the nonce of the evidence in a submod is another one (draft-ietf-rats-ear section 3.1)
    const inner = { cpu: { ear_status: 'affirming', eat_nonce: 'nonce one' } };
    expect(outcome({ ...WORKING_GROUP, submods: inner }, { binding })).toBe(
      'failed policy/binding',
    );
  });

  test('each refusal says where', () => {
    const policy = { eatNonce: 'other', aud: 'other' };
    const { findings } = run(
      { ...VERAISON, aud: 'me', eat_nonce: 'nonce one' },
      { policy, binding: Buffer.from('two') },
    );
    expect(findings).toMatchObject([
      { stage: 'policy', code: 'nonce', at: '/eat_nonce' },
      { stage: 'policy', code: 'audience', at: '/aud' },
      { stage: 'policy', code: 'binding', at: '/eat_nonce' },
    ]);
  });

  test('the field that a caller chooses is the nonce, as text', () => {
    expect(earScheme.chosen).toEqual({
      policyKey: 'eatNonce',
      form: 'text',
      binding: 'sha256-base64url',
    });
    expect([...earScheme.roles]).toEqual([]);
    expect(earScheme.findRole('x', new Uint8Array())).toBeUndefined();
    expect(earScheme.pinnedAnchors()).toEqual([]);
  });
});

describe('tiers', () => {
  test('every value has its tier, and 0 none', () => {
    const expected = (value: number): string | undefined => {
      if (value === 0) return undefined;
      if (value === 1 || value === -1) return 'none';
      if (value >= -32 && value <= 31) return 'affirming';
      return value >= -96 && value <= 95 ? 'warning' : 'contraindicated';
    };
    for (let value = -128; value <= 127; value++) {
      expect(`${value} ${tierOfClaim(value)}`).toBe(`${value} ${expected(value)}`);
    }
  });

  test.each([
    [0, 'none'],
    [2, 'affirming'],
    [32, 'warning'],
    [96, 'contraindicated'],
  ])('the label %i is the tier %s', (label, status) => {
    const result = run({ ...VERAISON, submods: { a: { 'ear.status': label } } });
    expect(result.claims).toMatchObject({ status, submods: { a: { status, effective: status } } });
    expect(result.verdict).toBe(status === 'affirming' ? 'passed' : 'failed');
  });

  test.each([1, 3, 31, 33, 95, 97, -2, 2.5, null, true, '2', 'Affirming', '', []])(
    'the status %j is no tier',
    (status) => {
      expect(outcome({ ...VERAISON, submods: { a: { 'ear.status': status } } })).toBe(MALFORMED);
      expect(outcome({ ...VERAISON, 'ear.status': status })).toBe(MALFORMED);
    },
  );

  test('what is not known is worse than a warning, and no policy takes it', () => {
    const policy = { earStatus: 'warning' };
    const statusOf = (...statuses: string[]): string =>
      outcome(
        {
          ...VERAISON,
          submods: Object.fromEntries(
            statuses.map((status, at) => [`a${at}`, { 'ear.status': status }]),
          ),
        },
        { policy },
      );
    expect(statusOf('affirming', 'warning')).toBe('passed');
    expect(statusOf('warning', 'none')).toBe('failed policy/ear-status');
    expect(statusOf('none', 'warning')).toBe('failed policy/ear-status');
    expect(statusOf('contraindicated', 'none')).toBe('failed policy/ear-status');
  });

  test('the worst counts, wherever it stands', () => {
    for (const value of [32, 95, -33, -96, 96, 127, -97, -128, 1, -1]) {
      const vector = { hardware: 2, executables: value, 'sourced-data': -2 };
      const a = { 'ear.status': 'affirming', 'ear.trustworthiness-vector': vector };
      expect(outcome({ ...VERAISON, submods: { a } })).toBe('failed policy/ear-status');
    }
    for (const value of [2, 31, -2, -32, 0]) {
      const a = { 'ear.status': 'affirming', 'ear.trustworthiness-vector': { hardware: value } };
      expect(outcome({ ...VERAISON, submods: { a } })).toBe('passed');
    }
  });
});

describe('claims', () => {
  function vector(value: unknown): object {
    const a = { 'ear.status': 'affirming', 'ear.trustworthiness-vector': value };
    return { ...VERAISON, submods: { a } };
  }

  test('a vector is an object of the eight claims, -128 to 127', () => {
    const all = [
      'instance-identity',
      'configuration',
      'executables',
      'file-system',
      'hardware',
      'runtime-opaque',
      'storage-opaque',
      'sourced-data',
    ];
    expect(outcome(vector(Object.fromEntries(all.map((name) => [name, 2]))))).toBe('passed');
    for (const level of [127, -128]) {
      expect(outcome(vector({ hardware: level }))).toBe('failed policy/ear-status');
    }
    for (const level of [128, -129, 2.5, '2', null, true, [2], {}]) {
      expect(outcome(vector({ hardware: level }))).toBe(MALFORMED);
    }
    for (const value of [null, 7, true, 'hardware', [], [2], { Hardware: 2 }, { '': 2 }]) {
      expect(outcome(vector(value))).toBe(MALFORMED);
    }
    expect(outcome(vector({}))).toBe('passed');
  });

  test('1 to 64 submods, each an object', () => {
    const many = (count: number): object => ({
      ...VERAISON,
      submods: Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`a${at}`, { 'ear.status': 'affirming' }]),
      ),
    });
    expect(outcome(many(1))).toBe('passed');
    expect(outcome(many(64))).toBe('passed');
    expect(outcome(many(65))).toBe(MALFORMED);
    for (const submods of [null, 7, true, 'a', [], [{ 'ear.status': 'affirming' }], {}]) {
      expect(outcome({ ...VERAISON, submods })).toBe(MALFORMED);
    }
    for (const a of [null, 7, true, 'affirming', [], ['affirming'], 'AAAA.BBBB.CCCC']) {
      expect(outcome({ ...VERAISON, submods: { a } })).toBe(MALFORMED);
    }
  });

  test('a submod named __proto__ among others is refused', () => {
    const submods = { cpu: { 'ear.status': 'affirming' }, x: { 'ear.status': 'affirming' } };
    const text = JSON.stringify({ ...VERAISON, submods }).replace('"x"', '"__proto__"');
    expect(outcome(text)).toBe(MALFORMED);
  });

  test('a verifier has a developer and a build', () => {
    for (const id of [{ build: 'b' }, { developer: 'd' }, {}, [], 'd', null, { developer: 1 }]) {
      expect(outcome({ ...VERAISON, 'ear.verifier-id': id })).toBe(MALFORMED);
    }
    expect(outcome({ ...VERAISON, 'ear.verifier-id': { developer: 1, build: 'b' } })).toBe(
      MALFORMED,
    );
  });

  test('names of one profile mean nothing under the other', () => {
    expect(outcome({ ...WORKING_GROUP, eat_profile: VERAISON.eat_profile })).toBe(MALFORMED);
    expect(outcome({ ...VERAISON, eat_profile: WORKING_GROUP.eat_profile })).toBe(MALFORMED);
    // an unknown claim is ignored (draft-ietf-rats-ear section 4)
    expect(outcome({ ...WORKING_GROUP, 'ear.status': 'contraindicated' })).toBe('passed');
  });

  test('nonces have 8 to 88 characters (RFC 9711 section 4.1)', () => {
    const nonce = (eat_nonce: unknown): string => outcome({ ...VERAISON, eat_nonce });
    for (const size of [8, 88]) expect(nonce('x'.repeat(size))).toBe('passed');
    for (const size of [0, 7, 89]) expect(nonce('x'.repeat(size))).toBe(MALFORMED);
    expect(nonce(['x'.repeat(8), 'x'.repeat(7)])).toBe(MALFORMED);
    expect(nonce([])).toBe('passed');
  });

  test('policy ids are a list that is not empty', () => {
    const ids = (value: unknown): string =>
      outcome({
        ...WORKING_GROUP,
        submods: { a: { ear_status: 'affirming', ear_appraisal_policy_ids: value } },
      });
    expect(ids(['one'])).toBe('passed');
    for (const value of [[], [''], [7], 7, null, {}]) expect(ids(value)).toBe(MALFORMED);
  });

  test('times are whole seconds (RFC 9711 section 4.3.1)', () => {
    for (const name of ['iat', 'nbf', 'exp']) {
      const time = name === 'exp' ? IAT + 7200 : IAT;
      expect(outcome({ ...VERAISON, [name]: time })).toBe('passed');
      for (const value of [time + 0.5, `${time}`, null, [time], -1, 1e15]) {
        expect(`${name} ${outcome({ ...VERAISON, [name]: value })}`).toBe(`${name} ${MALFORMED}`);
      }
    }
  });
});

describe('keys of the operator', () => {
  const bare = jwkOf(verifier);

  test('a key set, with white space around it, and keys with and without an id', () => {
    expect(outcome(VERAISON, { anchors: [anchor(`\n ${JSON.stringify(bare)} \n`)] })).toBe(
      'passed',
    );
    const set = { keys: [{ ...jwkOf(rsa), kid: 'r', use: 'sig' }, bare] };
    const header = { alg: 'ES256', kid: 'any' };
    // a key without an id serves tokens of any id
    expect(outcome(VERAISON, { anchors: [anchor(set)], header })).toBe('passed');
    const named = { keys: [{ ...bare, kid: 'v', alg: 'ES256', use: 'sig' }] };
    expect(outcome(VERAISON, { anchors: [anchor(named)] })).toBe('passed');
    expect(outcome(VERAISON, { anchors: [anchor(named)], header })).toBe(
      'failed chain/key-not-trusted',
    );
  });

  test('a key for another algorithm is not tried', () => {
    const keys = [{ ...jwkOf(rsa), alg: 'RS384' }];
    const options = { anchors: [anchor({ keys })], key: rsa };
    expect(outcome(VERAISON, { ...options, header: { alg: 'RS256' } })).toBe(
      'failed chain/key-not-trusted',
    );
    expect(outcome(VERAISON, { ...options, header: { alg: 'RS384' } })).toBe('passed');
  });

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['white space', ' \n'],
    ['JSON that breaks off', '{"kty":'],
    ['a list', [bare]],
    ['a set of text', { keys: ['key'] }],
    ['a set with null', { keys: [bare, null] }],
    ['a key with its secret', { ...bare, d: 'AAAA' }],
    ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
    ['a public key with a symmetric one in it', { ...bare, k: 'AAAA' }],
    ['a key for encryption', { ...bare, use: 'enc' }],
    ['a key for nothing', { ...bare, use: '' }],
    ['a certificate that is none', { kty: 'RSA', x5c: ['AAAA'] }],
    ['a list of certificates that is empty', { kty: 'RSA', x5c: [] }],
    ['certificates that are numbers', { kty: 'RSA', x5c: [7] }],
    ['a point that is none', { ...bare, x: 'AAAA' }],
  ])('%s is no key', (_what, content) => {
    expect(outcome(VERAISON, { anchors: [anchor(content)] })).toBe(NO_TRUST);
  });

  test('the file at fault is named', () => {
    const result = run(VERAISON, { anchors: [anchor({ ...bare, use: 'enc' })] });
    expect(result.findings[0]?.message).toContain('verifier is no trusted verifier key');
  });

  test('of a certificate the key is taken, unless the key itself is there', () => {
    const certificateOf = (key: typeof rsa): string => {
      const names = { subject: 'signer', issuer: 'signer', key, issuerKey: key };
      const algorithm = key === rsa ? 'rsa-sha256' : 'ecdsa-sha384';
      return Buffer.from(makeCertificate({ ...names, algorithm })).toString('base64');
    };
    const rs256 = { key: rsa, header: { alg: 'RS256' } };
    const x5c = [certificateOf(rsa), 'not read'];
    expect(outcome(VERAISON, { ...rs256, anchors: [anchor({ kty: 'RSA', x5c })] })).toBe('passed');
    const other = rsaKey();
    const foreign = [certificateOf(other)];
    expect(
      outcome(VERAISON, { ...rs256, anchors: [anchor({ ...jwkOf(rsa), x5c: foreign })] }),
    ).toBe('passed');
    const onCurve = { ...bare, x5c: foreign };
    expect(outcome(VERAISON, { anchors: [anchor(onCurve)] })).toBe('passed');
    const curveOnly = { kty: 'EC', x5c: [certificateOf(verifier)] };
    expect(outcome(VERAISON, { anchors: [anchor(curveOnly)] })).toBe('passed');
    expect(outcome(VERAISON, { anchors: [anchor({ kty: 'RSA', x5c: foreign })] })).toBe(
      'failed signature/token-signature',
    );
  });
});
