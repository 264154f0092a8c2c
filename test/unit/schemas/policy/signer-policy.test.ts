// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { identityOfKey } from '../../../../core/identity.ts';
import type { Identity } from '../../../../core/identity.ts';
import {
  formatSignerPolicy,
  parseSignerPolicy,
} from '../../../../schemas/policy/parse-signer-policy.ts';
import { ownerPolicy } from '../../../../schemas/policy/signer-policy.ts';
import type { SignerPolicy } from '../../../../schemas/policy/signer-policy.ts';

const { publicKey } = generateKeyPairSync('ed25519');
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
const TRAINER = identityOfKey(publicKey);
const CI = `key:sha256:${'ab'.repeat(32)}`;
const PERSON = 'cert:ana@example.org|https://issuer.example';
const HARNESS = sha256('harness');
const indented = pem.trimEnd().replaceAll('\n', '\n    ');

const FULL = `
name: production-signers
identities:
  trainer: |
    ${indented}
  ci: ${CI}
trusted:
  - signers: [trainer, ci, ${CI}]
    statements: [link, provenance]
    subjects: ['models/*', 'sha256:*']
  - signers: ['${PERSON}']
    statements: ['*']
    subjects: ['*']
measurements:
  - kind: sev-snp
    measurement: ${'AB'.repeat(48)}
    statements: [evaluation]
    harness: ${HARNESS}
  - {kind: simulated, measurement: ${'cd'.repeat(48)}, statements: ['*']}
runs:
  - activity: evaluate
    statements: [link]
    step: 'evaluate_*'
complete:
  - covers: inputs
    statements: [provenance]
    buildType: https://example.org/buildtypes/dvc-stage/v1
    builder: https://example.org/builders/story-dvc
primarySources: ['git:example.org/*']
boilerplate:
  - ${sha256('gitignore')}
mayRevoke:
  - {signers: [trainer], targets: ['*']}
mayRetract:
  - {signers: [ci], targets: ['document:*']}
`;

const EXPECTED: SignerPolicy = {
  name: 'production-signers',
  trusted: [
    {
      signers: [TRAINER, CI as Identity],
      statements: ['link', 'provenance'],
      subjects: ['models/*', 'sha256:*'],
    },
    { signers: [PERSON as Identity], statements: ['*'], subjects: ['*'] },
  ],
  measurements: [
    { kind: 'sev-snp', measurement: 'ab'.repeat(48), statements: ['evaluation'], harness: HARNESS },
    { kind: 'simulated', measurement: 'cd'.repeat(48), statements: ['*'] },
  ],
  runs: [{ activity: 'evaluate', statements: ['link'], step: 'evaluate_*' }],
  complete: [
    {
      covers: 'inputs',
      statements: ['provenance'],
      buildType: 'https://example.org/buildtypes/dvc-stage/v1',
      builder: 'https://example.org/builders/story-dvc',
    },
  ],
  primarySources: ['git:example.org/*'],
  boilerplate: [sha256('gitignore')],
  mayRevoke: [{ signers: [TRAINER], targets: ['*'] }],
  mayRetract: [{ signers: [CI as Identity], targets: ['document:*'] }],
};

describe('signer policies', () => {
  test('everything that can be written', () => {
    expect(parseSignerPolicy(FULL)).toEqual(EXPECTED);
  });

  test('what may be left out is empty', () => {
    expect(parseSignerPolicy('{"name": "none", "trusted": []}')).toEqual({
      name: 'none',
      trusted: [],
      measurements: [],
      runs: [],
      complete: [],
      primarySources: [],
      boilerplate: [],
      mayRevoke: [],
      mayRetract: [],
    });
  });

  test('formatting and parsing again gives the same policy and the same text', () => {
    for (const policy of [EXPECTED, ownerPolicy(TRAINER)]) {
      const text = formatSignerPolicy(policy);
      expect(parseSignerPolicy(text)).toEqual(policy);
      expect(formatSignerPolicy(parseSignerPolicy(text))).toBe(text);
    }
  });

  /** One change to the good policy, where it is at fault, and what is said. */
  const FAULTS: readonly (readonly [
    name: string,
    from: string,
    to: string,
    at: string,
    message: RegExp,
  ])[] = [
    ['an unknown key', 'name: production', 'nam: x\nname: production', '/nam', /unknown key "nam"/],
    [
      'an unknown key deep down',
      "    subjects: ['*']",
      "    subjects: ['*']\n    subject: x",
      '/trusted/1/subject',
      /unknown key/,
    ],
    ['no name', 'name: production-signers', '', '', /"name" is missing/],
    ['a name with a space', 'production-signers', 'two words', '/name', /pattern/],
    [
      'an empty list of signers',
      'signers: [trainer, ci, ',
      'signers: [] #',
      '/trusted/0/signers',
      /fewer than 1/,
    ],
    [
      'no subjects',
      "    subjects: ['models/*', 'sha256:*']\n",
      '',
      '/trusted/0',
      /"subjects" is missing/,
    ],
    [
      'a signer that nobody named',
      'signers: [trainer, ci',
      'signers: [trainr, ci',
      '/trusted/0/signers/0',
      /"trainr" names nobody/,
    ],
    ['a signer with a short key', CI, 'key:sha256:abcd', '/identities/ci', /not an identity/],
    ['an identity in capitals', CI, CI.toUpperCase(), '/identities/ci', /not an identity/],
    ['a name with a colon', '  ci: ', '  "key:ci": ', '/identities/key:ci', /a name is letters/],
    ['a broken key', 'MCowBQ', 'MCowBR', '/identities/trainer', /cannot be read/],
    ['a private key', 'PUBLIC KEY', 'PRIVATE KEY', '/identities/trainer', /not a public key/],
    [
      'two keys under one name',
      `    ${indented}`,
      `    ${indented}\n    ${indented}`,
      '/identities/trainer',
      /several/,
    ],
    [
      'a measurement that is no hex',
      'AB'.repeat(48),
      'xy'.repeat(48),
      '/measurements/0/measurement',
      /pattern/,
    ],
    [
      'a measurement of odd length',
      'AB'.repeat(48),
      'A'.repeat(95),
      '/measurements/0/measurement',
      /pattern/,
    ],
    [
      'a short digest',
      HARNESS,
      'sha256:abcd',
      '/measurements/0/harness',
      /fewer than|not a digest/,
    ],
    [
      'a digest of another length',
      HARNESS,
      `${HARNESS}ab`,
      '/measurements/0/harness',
      /not a digest/,
    ],
    [
      'an unknown activity',
      'activity: evaluate',
      'activity: train',
      '/runs/0/activity',
      /one of evaluate, scan/,
    ],
    [
      'coverage of something else',
      'covers: inputs',
      'covers: all',
      '/complete/0/covers',
      /must be inputs/,
    ],
    ['a number for text', 'kind: sev-snp', 'kind: 5', '/measurements/0/kind', /must be string/],
    [
      'an empty pattern',
      "subjects: ['*']",
      "subjects: ['']",
      '/trusted/1/subjects/0',
      /fewer than 1/,
    ],
  ];
  test.each(FAULTS)('%s is refused where it stands', (_name, from, to, at, message) => {
    const text = FULL.replaceAll(from, to);
    expect(text).not.toBe(FULL);
    expect(() => parseSignerPolicy(text, 'signers.yaml')).toThrowError(
      expect.objectContaining({
        code: 'ERR_POLICY_INVALID',
        at,
        file: 'signers.yaml',
        message: expect.stringMatching(message),
      }),
    );
  });

  test('the line of the fault', () => {
    const text =
      'name: x\ntrusted:\n  - signers: [a]\n    statements: [link]\n    subjects: [x]\n    extra: 1\n';
    expect(() => parseSignerPolicy(text)).toThrowError(
      expect.objectContaining({ line: 6, at: '/trusted/0/extra' }),
    );
    const unknown = text.replace('    extra: 1\n', '');
    expect(() => parseSignerPolicy(unknown)).toThrowError(
      expect.objectContaining({ line: 3, at: '/trusted/0/signers/0' }),
    );
  });

  test('all faults are told at once', () => {
    const text = 'name: x\nfoo: 1\nbar: 2\ntrusted: 5\n';
    expect(() => parseSignerPolicy(text)).toThrowError(/foo.*bar.*trusted: must be array/s);
  });

  test.each([
    ['no YAML', 'name: [', 'ERR_PARSE_YAML'],
    ['two documents', 'name: x\ntrusted: []\n---\nname: y\ntrusted: []\n', 'ERR_PARSE_YAML'],
    ['nothing', '', 'ERR_PARSE_YAML'],
    ['a key twice', 'name: x\nname: y\ntrusted: []\n', 'ERR_PARSE_DUPLICATE_KEY'],
    ['a list', '[]', 'ERR_POLICY_INVALID'],
    ['text', 'hello', 'ERR_POLICY_INVALID'],
    ['a custom tag', '!!js/function x', 'ERR_PARSE_YAML'],
    ['too much', `# ${'x'.repeat(1024 * 1024)}\nname: x\ntrusted: []`, 'ERR_LIMIT_SIZE'],
  ])('%s is refused', (_name, text, code) => {
    expect(() => parseSignerPolicy(text, 'signers.yaml')).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  test('names of Object.prototype are names like any other', () => {
    const text = `{"name": "x", "identities": {"constructor": "${CI}"}, "trusted": [{"signers": ["constructor"], "statements": ["*"], "subjects": ["*"]}]}`;
    expect(parseSignerPolicy(text).trusted[0]?.signers).toEqual([CI]);
    expect(() => parseSignerPolicy(text.replace('"constructor":', '"other":'))).toThrowError(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID' }),
    );
    for (const name of ['__proto__', 'toString', 'hasOwnProperty']) {
      const unnamed = text.replace('["constructor"]', `["${name}"]`);
      expect(() => parseSignerPolicy(unnamed)).toThrowError(/names nobody/);
    }
  });

  test('whatever is changed, only a PedigreeError comes out', () => {
    fc.assert(
      fc.property(fc.nat(FULL.length - 1), fc.string({ maxLength: 4 }), (at, text) => {
        try {
          parseSignerPolicy(FULL.slice(0, at) + text + FULL.slice(at + 1));
        } catch (error) {
          expect(error).toMatchObject({ name: 'PedigreeError' });
        }
      }),
      { numRuns: 200 },
    );
    expect(parseSignerPolicy(FULL)).toEqual(EXPECTED);
  });
});
