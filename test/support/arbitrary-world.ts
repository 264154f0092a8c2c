// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { SigningKey } from '../../attest/trust/signing-key.ts';
import { sha256 } from '../../core/digest.ts';
import {
  bomOf,
  brokenSignature,
  completenessOf,
  deploymentOf,
  evaluationOf,
  file,
  linkOf,
  provenanceOf,
  revocationOf,
  signed,
  tarOf,
  type TestFile,
} from './test-documents.ts';
import { handed, KEYS, type Handed } from './world.ts';

export const DATA_FILES = [file('data/a.csv'), file('data/b.csv')] as const;
const MODELS = [file('models/a.onnx'), file('models/b.onnx'), file('models/c.pkl')];
export const OTHER_FILES = [file('reports/a.json')] as const;
const FILES = [...DATA_FILES, ...MODELS, ...OTHER_FILES];
const PURLS = ['pkg:generic/x@1', 'pkg:generic/x'];

/** Things that questions are asked about. */
export const WORLD_TARGETS: readonly string[] = [...FILES.map(({ ref }) => ref), 'pkg:generic/x@1'];
/** A model and a test set to ask the gate about. */
export const WORLD_MODEL = MODELS[0] as TestFile;
export const WORLD_TEST_SET = DATA_FILES[1];

const one = <T>(from: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...from);
const some = (max: number, min = 0): fc.Arbitrary<TestFile[]> =>
  fc.uniqueArray(one(FILES), { minLength: min, maxLength: max, selector: ({ ref }) => ref });

const linkArbitrary = fc
  .tuple(one(['train', 'clean', 'evaluate it']), some(3), some(2, 1))
  .map(([name, inputs, products]) => linkOf(name, inputs, products));

const provenanceArbitrary = fc
  .tuple(one(['1', '2']), some(3), some(2, 1), fc.boolean())
  .map(([invocation, inputs, products, hasAlias]) =>
    provenanceOf({
      builder: 'https://example.org/builder',
      invocation,
      inputs,
      products,
      ...(hasAlias && {
        alias: { sha512: `${sha256(products[0]?.ref ?? '').slice(7)}`.repeat(2) },
      }),
    }),
  );

const bomArbitrary = fc
  .tuple(one(MODELS), some(2), fc.option(one(PURLS)), one(['library', 'data'] as const))
  .map(([whole, parts, purl, type]) =>
    bomOf(
      {
        type: 'machine-learning-model',
        name: whole.path,
        ref: whole.ref,
        ...(purl !== null && { purl }),
      },
      parts.map(({ path, ref }) => ({ type, name: path, ref })),
    ),
  );

const statementArbitrary = fc.oneof(
  fc
    .tuple(one(['inputs', 'primary-source'] as const), some(3, 1))
    .map(([covers, about]) => completenessOf(covers, about)),
  fc
    .tuple(one(MODELS), one(['s', 't']), fc.option(one(['2026-01-01', '2026-02-01'])))
    .map(([model, service, day]) =>
      deploymentOf(model, {
        service,
        environment: 'prod',
        version: '1',
        family: 'f',
        ...(day !== null && { since: `${day}T00:00:00Z` }),
      }),
    ),
  fc
    .tuple(one(MODELS), one(DATA_FILES), one([0.9, 0.99]))
    .map(([model, data, value]) => evaluationOf(model, data, value)),
);

const revocationArbitrary = one(FILES).map(({ ref }) =>
  revocationOf({ target: ref, reason: 'withdrawn' }),
);

const payloadArbitrary = fc.oneof(
  { weight: 4, arbitrary: linkArbitrary },
  { weight: 2, arbitrary: provenanceArbitrary },
  { weight: 2, arbitrary: bomArbitrary },
  { weight: 5, arbitrary: statementArbitrary },
);

/** Who signs, of those whose word counts for something. */
const authorised: fc.Arbitrary<SigningKey> = one([
  KEYS.builder,
  KEYS.steward,
  KEYS.release,
  KEYS.evaluator,
  KEYS.owner,
]);

const single: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: payloadArbitrary },
  {
    weight: 8,
    arbitrary: fc.tuple(payloadArbitrary, authorised).map(([payload, key]) => signed(payload, key)),
  },
  { weight: 1, arbitrary: payloadArbitrary.map((payload) => signed(payload, KEYS.known)) },
  { weight: 1, arbitrary: payloadArbitrary.map((payload) => signed(payload, KEYS.stranger)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(payloadArbitrary, authorised)
      .map(([payload, key]) => brokenSignature(signed(payload, key))),
  },
  { weight: 1, arbitrary: revocationArbitrary.map((payload) => signed(payload, KEYS.owner)) },
  { weight: 1, arbitrary: revocationArbitrary },
);

const archive = fc
  .array(single, { minLength: 1, maxLength: 3 })
  .map((members) => tarOf(members.map((bytes, at) => ({ name: `member-${at}.json`, bytes }))));

/** A document of a small world: bare, in an envelope, or several in an archive. */
export const documentArbitrary: fc.Arbitrary<Handed> = fc
  .oneof({ weight: 8, arbitrary: single }, { weight: 1, arbitrary: archive })
  .map(handed);

export const worldArbitrary: fc.Arbitrary<Handed[]> = fc.uniqueArray(documentArbitrary, {
  minLength: 1,
  maxLength: 9,
  selector: ({ source }) => source,
});

/** What somebody without authority can hand in: unsigned, signed by nobody who counts, or broken. */
export const strangeWorldArbitrary: fc.Arbitrary<Handed[]> = fc.array(
  fc
    .tuple(
      fc.oneof(payloadArbitrary, revocationArbitrary),
      one(['bare', 'known', 'stranger', 'broken'] as const),
    )
    .map(([payload, how]) => {
      switch (how) {
        case 'bare':
          return handed(payload);
        case 'known':
          return handed(signed(payload, KEYS.known));
        case 'stranger':
          return handed(signed(payload, KEYS.stranger));
        case 'broken':
          return handed(brokenSignature(signed(payload, KEYS.owner)));
      }
    }),
  { minLength: 1, maxLength: 5 },
);

/** Another order of a list, some of it twice, cut into groups. */
export function regrouped<T>(list: readonly T[]): fc.Arbitrary<T[][]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length }),
      fc.subarray([...list]),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 20 }),
    )
    .map(([all, again, sizes]) => {
      const rest = [...all, ...again];
      const groups: T[][] = [];
      for (let at = 0; rest.length > 0; at++) {
        groups.push(rest.splice(0, sizes[at % sizes.length] ?? 1));
      }
      return groups;
    });
}
