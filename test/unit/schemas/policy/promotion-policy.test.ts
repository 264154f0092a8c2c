// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import {
  formatPromotionPolicy,
  parsePromotionPolicy,
} from '../../../../schemas/policy/parse-promotion-policy.ts';
import type { PromotionPolicy } from '../../../../schemas/policy/promotion-policy.ts';

const HARNESS = sha256('harness');
const MEASUREMENT = 'ab'.repeat(48);

const FULL = `
name: production
environments: [production, canary]
against: signed
onPossible: warn
rules:
  - score: {metric: accuracy, min: 0.950, minSampleSize: 100}
  - score: {metric: ece, max: "0.05000000000000000000001"}
  - evaluation: {class: attested, boundTo: [dataset, model]}
  - signature: {statement: provenance, of: model, class: signed}
  - signature: {statement: oms, of: dataset}
  - not-revoked: {of: [evaluation, model, dataset]}
  - closed: {of: [model], class: attested}
  - tee-evidence:
      kinds:
        sev-snp:
          measurements:
            - {measurement: ${MEASUREMENT.toUpperCase()}, harness: ${HARNESS}}
            - {measurement: ${'cd'.repeat(48)}}
          minTcb: {snp: 20}
        simulated: {}
      maxAge: 30d
      nonce: optional
`;

const EXPECTED = {
  name: 'production',
  environments: ['production', 'canary'],
  against: 'signed',
  onPossible: 'warn',
  rules: [
    { rule: 'score', metric: 'accuracy', min: '0.950', max: null, minSampleSize: '100' },
    {
      rule: 'score',
      metric: 'ece',
      min: null,
      max: '0.05000000000000000000001',
      minSampleSize: null,
    },
    { rule: 'evaluation', class: 'attested', boundTo: ['model', 'dataset'] },
    { rule: 'signature', statement: 'provenance', of: 'model', class: 'signed' },
    { rule: 'signature', statement: 'oms', of: 'dataset', class: 'trusted' },
    { rule: 'not-revoked', of: ['model', 'dataset', 'evaluation'] },
    { rule: 'closed', of: ['model'], class: 'attested' },
    {
      rule: 'tee-evidence',
      kinds: [
        {
          kind: 'sev-snp',
          measurements: [
            { measurement: MEASUREMENT, harness: HARNESS },
            { measurement: 'cd'.repeat(48), harness: null },
          ],
          appraisal: { minTcb: { snp: 20 } },
        },
        { kind: 'simulated', measurements: null, appraisal: {} },
      ],
      maxAge: '30d',
      nonce: 'optional',
    },
  ],
} as unknown as PromotionPolicy;

describe('promotion policies', () => {
  test('everything that can be written', () => {
    expect(parsePromotionPolicy(FULL)).toEqual(EXPECTED);
  });

  test('what may be left out is strict', () => {
    const policy = parsePromotionPolicy(`
name: small
environments: [dev]
rules:
  - evaluation: {}
  - tee-evidence: {kinds: {sev-snp: {}}}
`);
    expect(policy).toMatchObject({ against: 'trusted', onPossible: 'undetermined' });
    expect(policy.rules).toEqual([
      { rule: 'evaluation', class: 'trusted', boundTo: ['model', 'dataset'] },
      {
        rule: 'tee-evidence',
        kinds: [{ kind: 'sev-snp', measurements: null, appraisal: {} }],
        maxAge: null,
        nonce: 'required',
      },
    ]);
  });

  test('formatting and parsing again gives the same policy and the same text', () => {
    const text = formatPromotionPolicy(EXPECTED);
    expect(parsePromotionPolicy(text)).toEqual(EXPECTED);
    expect(formatPromotionPolicy(parsePromotionPolicy(text))).toBe(text);
  });

  test.each([
    ['0.30000000000000004', '0.30000000000000004'],
    ['1e-3', '1e-3'],
    ['.5', '.5'],
    ['"0.5"', '0.5'],
    ['0.123456789012345678901234567890', '0.123456789012345678901234567890'],
    ['-1', '-1'],
    ['1.0', '1.0'],
  ])('the number %s keeps its text', (written, expected) => {
    const policy = parsePromotionPolicy(FULL.replace('min: 0.950', `min: ${written}`));
    expect(policy.rules[0]).toMatchObject({ min: expected });
  });

  const FAULTS: readonly (readonly [
    name: string,
    from: string,
    to: string,
    at: string,
    message: RegExp,
  ])[] = [
    ['an unknown key', 'onPossible:', 'onpossible:', '/onpossible', /unknown key/],
    ['an unknown rule', '- closed:', '- close:', '/rules/6/close', /unknown key/],
    [
      'an unknown key of a rule',
      'min: 0.950',
      'minimum: 0.950',
      '/rules/0/score/minimum',
      /unknown key/,
    ],
    ['a score without bounds', 'min: 0.950, ', '', '/rules/0/score', /needs min, max/],
    [
      'bounds that nothing meets',
      'min: 0.950',
      'min: 0.96, max: 0.95',
      '/rules/0/score',
      /min is above max/,
    ],
    [
      'a bound that is no number',
      'min: 0.950',
      'min: high',
      '/rules/0/score/min',
      /finite decimal/,
    ],
    ['a bound that is NaN', 'min: 0.950', 'min: .nan', '/rules/0/score/min', /finite decimal/],
    [
      'a bound that is infinite',
      'min: 0.950',
      'min: -.inf',
      '/rules/0/score/min',
      /finite decimal/,
    ],
    ['a bound in percent', 'min: 0.950', 'min: 95%', '/rules/0/score/min', /finite decimal/],
    ['a bound in hex', 'min: 0.950', 'min: 0x10', '/rules/0/score/min', /finite decimal/],
    [
      'a bound that is true',
      'min: 0.950',
      'min: true',
      '/rules/0/score/min',
      /must be number, string/,
    ],
    [
      'a bound that is null',
      'min: 0.950',
      'min: null',
      '/rules/0/score/min',
      /must be number, string/,
    ],
    ['no metric', 'metric: accuracy, ', '', '/rules/0/score', /"metric" is missing/],
    ['no rules', /rules:[^]*/.exec(FULL)?.[0] ?? '', 'rules: []', '/rules', /fewer than 1/],
    [
      'two rules in one',
      '- closed:',
      '- evaluation: {}\n    closed:',
      '/rules/6',
      /exactly one rule/,
    ],
    [
      'no rule in one',
      '  - evaluation: {class: attested, boundTo: [dataset, model]}',
      '  - {}',
      '/rules/2',
      /exactly one rule/,
    ],
    ['no environments', '[production, canary]', '[]', '/environments', /fewer than 1/],
    [
      'an environment that is a pattern',
      '[production, canary]',
      "['*']",
      '/environments/0',
      /pattern/,
    ],
    [
      'no class for unsigned approvals',
      'class: signed',
      'class: unsigned',
      '/rules/3/signature/class',
      /one of/,
    ],
    [
      'an evaluation that is only signed',
      'class: attested, boundTo',
      'class: signed, boundTo',
      '/rules/2/evaluation/class',
      /one of/,
    ],
    [
      'a check of nothing',
      'of: [evaluation, model, dataset]',
      'of: []',
      '/rules/5/not-revoked/of',
      /fewer than 1/,
    ],
    [
      'a check of something else',
      'of: [evaluation, model, dataset]',
      'of: [code]',
      '/rules/5/not-revoked/of/0',
      /one of/,
    ],
    [
      'evidence of no kind',
      / {6}kinds:[^]*simulated: \{\}/.exec(FULL)?.[0] ?? '',
      '      kinds: {}',
      '/rules/7/tee-evidence/kinds',
      /too few/,
    ],
    [
      'no measurements',
      /measurements:[^]*\{measurement: [^\n]*\n/.exec(FULL)?.[0] ?? '',
      'measurements: []\n',
      '/rules/7/tee-evidence/kinds/sev-snp/measurements',
      /fewer than 1/,
    ],
    [
      'a short measurement',
      MEASUREMENT.toUpperCase(),
      'abcd',
      '/rules/7/tee-evidence/kinds/sev-snp/measurements/0/measurement',
      /fewer than/,
    ],
    [
      'a measurement beside the list',
      'minTcb:',
      'measurement:',
      '/rules/7/tee-evidence/kinds/sev-snp/measurement',
      /not for a promotion policy/,
    ],
    [
      'report data',
      'minTcb:',
      'reportData:',
      '/rules/7/tee-evidence/kinds/sev-snp/reportData',
      /not for a promotion policy/,
    ],
    [
      'GPU evidence alone',
      'simulated: {}',
      'nvidia-gpu: {}',
      '/rules/7/tee-evidence/kinds/nvidia-gpu',
      /only together/,
    ],
    [
      'an age of nothing',
      'maxAge: 30d',
      'maxAge: 0d',
      '/rules/7/tee-evidence/maxAge',
      /longer than nothing/,
    ],
    [
      'an age without unit',
      'maxAge: 30d',
      "maxAge: '30'",
      '/rules/7/tee-evidence/maxAge',
      /pattern/,
    ],
    [
      'a nonce that is ignored',
      'nonce: optional',
      'nonce: ignore',
      '/rules/7/tee-evidence/nonce',
      /one of/,
    ],
    ['possible paths that deny', 'onPossible: warn', 'onPossible: deny', '/onPossible', /one of/],
    ['inferred paths against', 'against: signed', 'against: inferred', '/against', /one of/],
  ];
  test.each(FAULTS)('%s is refused where it stands', (_name, from, to, at, message) => {
    const text = FULL.replace(from, () => to);
    expect(from).not.toBe('');
    expect(text).not.toBe(FULL);
    expect(() => parsePromotionPolicy(text, 'policy.yaml')).toThrowError(
      expect.objectContaining({
        code: 'ERR_POLICY_INVALID',
        at,
        file: 'policy.yaml',
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each([
    ['no YAML', 'rules: [', 'ERR_PARSE_YAML'],
    ['a key twice', `${FULL}\nname: again`, 'ERR_PARSE_DUPLICATE_KEY'],
    ['nothing', '', 'ERR_PARSE_YAML'],
    ['null', 'null', 'ERR_POLICY_INVALID'],
    [
      'a prototype',
      '{"__proto__": {"name": "x"}, "environments": ["a"], "rules": [{"evaluation": {}}]}',
      'ERR_POLICY_INVALID',
    ],
  ])('%s is refused', (_name, text, code) => {
    expect(() => parsePromotionPolicy(text)).toThrowError(expect.objectContaining({ code }));
  });
});
