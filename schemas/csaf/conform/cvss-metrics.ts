// SPDX-License-Identifier: Apache-2.0

/** What the letters of one metric are called as values of a property of their own. */
type Words = Readonly<Record<string, string>>;

/** A property that repeats one metric of the vector. */
interface Metric {
  readonly property: string;
  readonly key: string;
  readonly words: Words;
}

const LEVELS: Words = { N: 'NONE', L: 'LOW', H: 'HIGH' };
const REQUIREMENTS: Words = { L: 'LOW', M: 'MEDIUM', H: 'HIGH' };
const VECTORS: Words = { N: 'NETWORK', A: 'ADJACENT_NETWORK', L: 'LOCAL', P: 'PHYSICAL' };

const BASE_3: readonly Metric[] = [
  { property: 'attackVector', key: 'AV', words: VECTORS },
  { property: 'attackComplexity', key: 'AC', words: LEVELS },
  { property: 'privilegesRequired', key: 'PR', words: LEVELS },
  { property: 'userInteraction', key: 'UI', words: { N: 'NONE', R: 'REQUIRED' } },
  { property: 'scope', key: 'S', words: { U: 'UNCHANGED', C: 'CHANGED' } },
  { property: 'confidentialityImpact', key: 'C', words: LEVELS },
  { property: 'integrityImpact', key: 'I', words: LEVELS },
  { property: 'availabilityImpact', key: 'A', words: LEVELS },
];

/** The modified metrics repeat the base ones under names and keys of their own. */
const MODIFIED_3: readonly Metric[] = BASE_3.map(({ property, key, words }) => ({
  property: `modified${property.slice(0, 1).toUpperCase()}${property.slice(1)}`,
  key: `M${key}`,
  words,
}));

const REQUIRED: readonly Metric[] = [
  { property: 'confidentialityRequirement', key: 'CR', words: REQUIREMENTS },
  { property: 'integrityRequirement', key: 'IR', words: REQUIREMENTS },
  { property: 'availabilityRequirement', key: 'AR', words: REQUIREMENTS },
];

const MATURITY: Words = {
  U: 'UNPROVEN',
  P: 'PROOF_OF_CONCEPT',
  POC: 'PROOF_OF_CONCEPT',
  F: 'FUNCTIONAL',
  H: 'HIGH',
};
const REMEDIES: Words = {
  O: 'OFFICIAL_FIX',
  OF: 'OFFICIAL_FIX',
  T: 'TEMPORARY_FIX',
  TF: 'TEMPORARY_FIX',
  W: 'WORKAROUND',
  U: 'UNAVAILABLE',
};
const IMPACTS_2: Words = { N: 'NONE', P: 'PARTIAL', C: 'COMPLETE' };

const METRICS: Readonly<Record<'cvss_v2' | 'cvss_v3', readonly Metric[]>> = {
  cvss_v2: [
    { property: 'accessVector', key: 'AV', words: VECTORS },
    { property: 'accessComplexity', key: 'AC', words: REQUIREMENTS },
    {
      property: 'authentication',
      key: 'Au',
      words: { M: 'MULTIPLE', S: 'SINGLE', N: 'NONE' },
    },
    { property: 'confidentialityImpact', key: 'C', words: IMPACTS_2 },
    { property: 'integrityImpact', key: 'I', words: IMPACTS_2 },
    { property: 'availabilityImpact', key: 'A', words: IMPACTS_2 },
    { property: 'exploitability', key: 'E', words: MATURITY },
    { property: 'remediationLevel', key: 'RL', words: REMEDIES },
    {
      property: 'reportConfidence',
      key: 'RC',
      words: { UC: 'UNCONFIRMED', UR: 'UNCORROBORATED', C: 'CONFIRMED' },
    },
    {
      property: 'collateralDamagePotential',
      key: 'CDP',
      words: { ...LEVELS, LM: 'LOW_MEDIUM', MH: 'MEDIUM_HIGH' },
    },
    { property: 'targetDistribution', key: 'TD', words: { ...LEVELS, M: 'MEDIUM' } },
    ...REQUIRED,
  ],
  cvss_v3: [
    ...BASE_3,
    { property: 'exploitCodeMaturity', key: 'E', words: MATURITY },
    { property: 'remediationLevel', key: 'RL', words: REMEDIES },
    {
      property: 'reportConfidence',
      key: 'RC',
      words: { U: 'UNKNOWN', R: 'REASONABLE', C: 'CONFIRMED' },
    },
    ...REQUIRED,
    ...MODIFIED_3,
  ],
};

/** A property that says something else than the vector does. */
export interface Contradiction {
  readonly property: string;
  /** What the vector says, as the property would. */
  readonly expected: string;
}

/**
 * Properties of a CVSS 2 or 3 score that contradict its vector. What the vector leaves out, and a letter that the version
 * does not know, contradict nothing.
 * @param read text of a property; undefined where it is not given
 * @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#6110-inconsistent-cvss
 */
export function findContradictions(
  version: 'cvss_v2' | 'cvss_v3',
  vector: ReadonlyMap<string, string>,
  read: (property: string) => string | undefined,
): readonly Contradiction[] {
  return METRICS[version].flatMap(({ property, key, words }) => {
    const given = read(property);
    if (given === undefined) return [];
    const expected = wordOf(vector.get(key), words);
    return expected === undefined || expected === given.toUpperCase()
      ? []
      : [{ property, expected }];
  });
}

function wordOf(letter: string | undefined, words: Words): string | undefined {
  if (letter === undefined) return undefined;
  if (letter === 'X' || letter === 'ND') return 'NOT_DEFINED';
  return Object.hasOwn(words, letter) ? words[letter] : undefined;
}
