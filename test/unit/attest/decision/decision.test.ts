// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { digestDecision, formatDecision } from '../../../../attest/decision/decision.ts';
import type { Decision, LoggedDecision } from '../../../../attest/decision/decision.ts';
import { signVsa, toVsa } from '../../../../attest/decision/vsa.ts';
import { evaluateTriple } from '../../../../attest/gate/evaluate.ts';
import { verifyEnvelope } from '../../../../attest/signature/verify-envelope.ts';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import { createTrustRoots } from '../../../../attest/trust/roots.ts';
import { createSigningKey, formatPublicKey } from '../../../../attest/trust/signing-key.ts';
import { claimsOf } from '../../../../attest/verified.ts';
import { canonicalizeJcs } from '../../../../core/canonical-json-jcs.ts';
import { hexOf, sha256 } from '../../../../core/digest.ts';
import { parseInstant } from '../../../../core/instant.ts';
import { parseJson } from '../../../../core/json.ts';
import { parseDsse } from '../../../../schemas/dsse/envelope.ts';
import {
  evaluation,
  factsOf,
  FULL_RULES,
  MODEL,
  NOW,
  request,
  SCORE,
  signature,
  world,
} from '../gate/support.ts';
import type { World } from '../gate/support.ts';

const verifier = {
  id: 'https://verifier.example/pedigree',
  simulatedId: 'https://verifier.example/simulated',
};

function logged(decision: Decision): LoggedDecision {
  if (decision.advisory) throw new Error('advisory');
  return decision;
}

async function decide(
  rules: readonly string[],
  changes: Partial<World> = {},
): Promise<LoggedDecision> {
  return logged(await evaluateTriple(request(rules), factsOf(world(changes))));
}

const REAL_RULES = [SCORE, 'signature: {statement: provenance, of: model}'];

interface VsaShape {
  readonly subject: unknown;
  readonly predicateType: string;
  readonly predicate: {
    readonly verifier: { id: string };
    readonly verificationResult: string;
    readonly verifiedLevels: readonly string[];
    readonly timeVerified: string;
    readonly inputAttestations: unknown;
    readonly policy: unknown;
    readonly pedigree_outcome: string;
    readonly pedigree_decision: unknown;
  };
}

function vsaOf(bytes: Uint8Array): VsaShape {
  return parseJson(bytes).value as unknown as VsaShape;
}

describe('decisions', () => {
  test('the same inputs give the same bytes, canonical JSON', async () => {
    const [one, two] = [await decide(FULL_RULES), await decide(FULL_RULES)];
    expect(formatDecision(one)).toBe(formatDecision(two));
    expect(canonicalizeJcs(JSON.parse(formatDecision(one)))).toBe(formatDecision(one));
    expect(digestDecision(one)).toBe(sha256(formatDecision(one)));
  });

  test('another clock, head, policy, roots or engine are other decisions', async () => {
    const asked = request(FULL_RULES);
    const variants = [
      asked,
      { ...asked, clock: parseInstant('2026-11-21T12:00:00.001Z') },
      { ...asked, policy: { ...asked.policy, digest: sha256('other') } },
      { ...asked, policy: { ...asked.policy, logIndex: 6 } },
      { ...asked, signerPolicy: { ...asked.signerPolicy, digest: sha256('other') } },
      { ...asked, trustRoots: sha256('other') },
      { ...asked, engine: 'pedigree/0.2.0' },
      {
        ...asked,
        anchors: new Map([
          ...asked.anchors,
          ['sev-snp', [{ name: 'x', bytes: new Uint8Array(1) }]],
        ] as const),
      },
    ];
    const texts = await Promise.all(
      variants.map(async (variant) =>
        formatDecision(await evaluateTriple(variant, factsOf(world()))),
      ),
    );
    const moved = factsOf(world(), { head: { size: 101, root: 'bb' } });
    texts.push(formatDecision(await evaluateTriple(asked, moved)));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('verification summaries', () => {
  test('of an allow', async () => {
    const decision = await decide(REAL_RULES);
    const vsa = vsaOf(toVsa(decision, verifier));
    expect(vsa).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: hexOf(MODEL) } }],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: verifier.id },
        timeVerified: NOW,
        resourceUri: MODEL,
        policy: {
          uri: 'urn:pedigree:policy:production',
          digest: { sha256: hexOf(decision.policy.digest) },
        },
        inputAttestations: [
          { digest: { sha256: hexOf(signature().document) } },
          { digest: { sha256: hexOf(evaluation().statement) } },
        ],
        verificationResult: 'PASSED',
        verifiedLevels: ['PEDIGREE_PROMOTION'],
        pedigree_outcome: 'allow',
        pedigree_decision: { sha256: hexOf(digestDecision(decision)) },
      },
    });
  });

  test.each([
    ['deny', { evaluations: [evaluation({ value: '0.5' })] }],
    [
      'undetermined',
      {
        evaluations: [
          evaluation(),
          evaluation({ value: '0.5', statement: evaluation().statement }),
        ],
      },
    ],
  ])('of %s: FAILED', async (outcome, changes) => {
    const { predicate } = vsaOf(toVsa(await decide(REAL_RULES, changes), verifier));
    expect(predicate).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED'],
      pedigree_outcome: outcome,
    });
  });

  test('simulated evidence has a verifier id of its own, and says so', async () => {
    const decision = await decide(FULL_RULES);
    expect(decision.simulated).toBe(true);
    const { predicate } = vsaOf(toVsa(decision, verifier));
    expect(predicate.verifier.id).toBe(verifier.simulatedId);
    expect(predicate.verifiedLevels).toEqual(['PEDIGREE_PROMOTION_SIMULATED']);
  });

  test.each([null, verifier.id])(
    'simulated without an id of its own (%s): none',
    async (simulatedId) => {
      const decision = await decide(FULL_RULES);
      expect(() => toVsa(decision, { id: verifier.id, simulatedId })).toThrowError(
        expect.objectContaining({ code: 'ERR_NOT_AUTHORISED' }),
      );
    },
  );

  test('an advisory decision has none, by type and at run time', async () => {
    const asked = request(REAL_RULES);
    const decision = await evaluateTriple(
      { ...asked, policy: { ...asked.policy, logIndex: null } },
      factsOf(world()),
    );
    expect(decision.advisory).toBe(true);
    const refused = expect.objectContaining({ code: 'ERR_NOT_AUTHORISED' });
    if (!decision.advisory) return;
    // @ts-expect-error an advisory decision is no argument
    expect(() => toVsa(decision, verifier)).toThrowError(refused);
    const forged = { ...decision, advisory: false } as unknown as LoggedDecision;
    expect(() => toVsa(forged, verifier)).toThrowError(refused);
    const key = createSigningKey();
    expect(() => signVsa(forged, verifier, [key])).toThrowError(refused);
  });

  test.each(['name:story/triage', 'pkg:huggingface/x@1', ''])(
    'a model without a digest (%j): none',
    async (model) => {
      const asked = { ...request(['signature: {statement: provenance, of: model}']), model };
      const decision = logged(await evaluateTriple(asked, factsOf(world())));
      expect(() => toVsa(decision, verifier)).toThrowError(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
    },
  );

  test('signed: the envelope verifies, and the same decision gives the same bytes', async () => {
    const key = createSigningKey();
    const decision = await decide(REAL_RULES);
    const bytes = signVsa(decision, verifier, [key]);
    expect(signVsa(await decide(REAL_RULES), verifier, [key])).toEqual(bytes);
    const { envelope } = parseDsse(parseJson(bytes).value);
    const verdict = verifyEnvelope(
      envelope,
      createTrustRoots(parsePublicKeys(formatPublicKey(key))),
    );
    expect(verdict.status).toBe('passed');
    if (verdict.status !== 'passed') return;
    const { payload, signers } = claimsOf(verdict.value);
    expect(signers).toEqual([key.identity]);
    expect(vsaOf(payload).predicate.verificationResult).toBe('PASSED');
  });
});
