// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { evaluateTriple } from '../../../../attest/gate/evaluate.ts';
import type { Decision } from '../../../../attest/decision/decision.ts';
import type { EvaluationEvidence } from '../../../../attest/gate/ports.ts';
import type { GateRequest } from '../../../../attest/gate/request.ts';
import { bindStatement } from '../../../../attest/tee/bind.ts';
import type { TrustAnchor } from '../../../../attest/tee/scheme.ts';
import { sha256 } from '../../../../core/digest.ts';
import { parseInstant } from '../../../../core/instant.ts';
import type { AttachedEvidence } from '../../../../schemas/envelope.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { makeAmdKeys, makeSnpInput } from '../tee/support/fake-amd.ts';
import {
  codesOf,
  evaluation,
  factsOf,
  HARNESS,
  MEASUREMENT,
  request,
  signerPolicy,
  simulatedFor,
  statementBytes,
  TEE,
  world,
} from './support.ts';
import type { World } from './support.ts';

async function decide(
  changed: Partial<EvaluationEvidence>,
  asked: Partial<GateRequest> = {},
  rule = TEE,
  changes: Partial<World> = {},
): Promise<Decision> {
  const data = world({ evaluations: [evaluation(changed)], ...changes });
  return evaluateTriple(request([rule], asked), factsOf(data));
}

const bytes = evaluation().signedBytes ?? new Uint8Array();
const evidence = (...pieces: AttachedEvidence[]): Partial<EvaluationEvidence> => ({
  evidence: pieces,
});

describe('tee-evidence, simulated', () => {
  test('bound, of an authorised measurement: allow, and the decision says that it is simulated', async () => {
    const decision = await decide({});
    expect(decision).toMatchObject({ outcome: 'allow', simulated: true });
    expect(codesOf(decision, 0)).toEqual(['evidence-bound', 'simulated']);
  });

  test('simulated evidence does not consume the nonce', async () => {
    expect((await decide({})).nonces).toEqual([]);
  });

  test('an altered score under the same evidence: deny', async () => {
    const altered = statementBytes(
      JSON.stringify({ metric: 'accuracy', value: '0.99', nonce: evaluation().nonce }),
    );
    const decision = await decide({
      ...evidence(simulatedFor(bytes)),
      value: '0.99',
      signedBytes: altered,
    });
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)[0]).toBe('evidence-not-bound');
    expect(decision.rules[0]?.reasons[0]?.message).toContain(
      'the evidence no longer binds this statement',
    );
    expect(decision.simulated).toBe(false);
  });

  test('every bit of the statement is bound', async () => {
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = Uint8Array.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const decision = await decide({ ...evidence(simulatedFor(bytes)), signedBytes: altered });
      expect(decision.outcome).toBe('deny');
    }
  });

  test.each([
    ['no evidence', { evidence: [] }, 'evidence-missing'],
    ['a statement that nobody signed', { signedBytes: null }, 'evidence-unsigned-statement'],
    [
      'another measurement',
      evidence(simulatedFor(bytes, { measurement: new Uint8Array(48) })),
      'measurement-not-authorised',
    ],
    [
      'the binding of another kind',
      evidence(simulatedFor(bytes, { reportData: bindStatement('sev-snp', bytes) })),
      'evidence-not-bound',
    ],
    [
      'a platform that is not trusted',
      evidence(simulatedFor(bytes, { platformKey: generateKeyPairSync('ed25519').privateKey })),
      'evidence-platform-key-not-trusted',
    ],
    [
      'broken evidence',
      evidence({ kind: 'simulated', evidence: new Uint8Array(10), endorsements: new Map() }),
      'evidence-malformed',
    ],
    [
      'evidence under another kind',
      evidence({ ...simulatedFor(bytes), kind: 'sev-snp' }),
      'evidence-kind-not-accepted',
    ],
    ['another harness', { harness: sha256('other') }, 'harness-mismatch'],
    ['no harness', { harness: null }, 'harness-mismatch'],
    ['no nonce', { nonce: null }, 'nonce-missing'],
    ['an empty nonce', { nonce: '' }, 'nonce-missing'],
    [
      'evidence that is too old',
      { receivedAt: parseInstant('2026-10-01T00:00:00Z') },
      'evidence-not-yet-issued',
    ],
  ])('%s: deny', async (_name, changes, code) => {
    const decision = await decide(changes as Partial<EvaluationEvidence>);
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toContain(code);
  });

  test.each([
    ['2026-12-20T12:00:00Z', 'allow'],
    ['2026-12-20T12:00:00.001Z', 'deny'],
    ['2026-11-20T12:00:00Z', 'allow'],
    ['2026-11-20T11:59:59.999Z', 'undetermined'],
  ])(
    'received on 20 November at noon, at most 30 days old, asked at %s: %s',
    async (clock, outcome) => {
      const decision = await decide({}, { clock: parseInstant(clock) });
      expect(decision.outcome).toBe(outcome);
    },
  );

  test('evidence is judged at the time that the log received it, not at the time of the decision', async () => {
    const rule = TEE.replace(/ {6}maxAge: 30d/, '');
    const late = { clock: parseInstant('2046-11-20T12:00:00Z') };
    expect((await decide({}, late, rule)).outcome).toBe('allow');
  });

  test('a server that counts no simulated evidence: deny', async () => {
    const decision = await decide({}, { allowSimulated: false });
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['simulated-not-allowed']);
  });

  test('a policy that does not list simulated evidence: deny', async () => {
    const decision = await decide({}, {}, 'tee-evidence: {kinds: {sev-snp: {}}}');
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['evidence-kind-not-accepted']);
  });

  test('no platform key is trusted: undetermined', async () => {
    const decision = await decide({}, { anchors: new Map() });
    expect(decision.outcome).toBe('undetermined');
    expect(codesOf(decision, 0)).toEqual(['evidence-no-trust-anchor']);
  });

  test('a kind that is not known here: undetermined', async () => {
    const decision = await decide(
      evidence({ ...simulatedFor(bytes), kind: 'abacus' }),
      {},
      'tee-evidence: {kinds: {abacus: {}}}',
    );
    expect(decision.outcome).toBe('undetermined');
    expect(codesOf(decision, 0)).toEqual(['evidence-kind-unknown']);
  });

  test('an appraisal policy at fault: undetermined, with the code', async () => {
    const decision = await decide({}, {}, 'tee-evidence: {kinds: {simulated: {allowdebug: true}}}');
    expect(decision.outcome).toBe('undetermined');
    expect(codesOf(decision, 0)).toEqual(['ERR_POLICY_INVALID']);
  });

  test('one piece that holds is enough, wherever it stands', async () => {
    const bad = simulatedFor(bytes, { measurement: new Uint8Array(48) });
    expect((await decide(evidence(bad, bad, simulatedFor(bytes)))).outcome).toBe('allow');
    expect((await decide(evidence(simulatedFor(bytes), bad))).outcome).toBe('allow');
  });

  test('a heap of junk in front does not turn into a proven no', async () => {
    const junk = { kind: 'simulated', evidence: new Uint8Array(10), endorsements: new Map() };
    const decision = await decide(
      evidence(...Array.from({ length: 300 }, () => junk), simulatedFor(bytes)),
    );
    expect(decision.outcome).toBe('undetermined');
    expect(decision.rules[0]?.reasons.length).toBeLessThanOrEqual(20);
  });
});

describe('measurements', () => {
  const fromSigners = 'tee-evidence: {kinds: {simulated: {}}}';

  test('those of the signer policy, where the rule names none', async () => {
    expect((await decide({}, {}, fromSigners)).outcome).toBe('allow');
  });

  test.each([
    ['none', []],
    [
      'for other statements',
      [{ kind: 'simulated', measurement: MEASUREMENT, statements: ['provenance'] }],
    ],
    ['of another kind', [{ kind: 'sev-snp', measurement: MEASUREMENT, statements: ['*'] }]],
    ['another one', [{ kind: 'simulated', measurement: 'cd'.repeat(48), statements: ['*'] }]],
    [
      'with another harness',
      [
        {
          kind: 'simulated',
          measurement: MEASUREMENT,
          statements: ['*'],
          harness: sha256('other'),
        },
      ],
    ],
  ])('the signer policy has %s: deny', async (_name, measurements) => {
    const policy = { policy: { ...signerPolicy, measurements }, digest: sha256('p') };
    expect((await decide({}, { signerPolicy: policy }, fromSigners)).outcome).toBe('deny');
  });

  test('the rule is the last word where it names some', async () => {
    const rule = TEE.replace(MEASUREMENT, 'cd'.repeat(48));
    expect((await decide({}, {}, rule)).outcome).toBe('deny');
  });

  test('a measurement without a harness: allowed, and told', async () => {
    const rule = TEE.replace(`, harness: ${HARNESS}`, '');
    const decision = await decide({ harness: null }, {}, rule);
    expect(decision.outcome).toBe('allow');
    expect(codesOf(decision, 0)).toContain('harness-not-fixed');
  });

  test('one measurement with two harnesses', async () => {
    const two = `[{measurement: ${MEASUREMENT}, harness: ${sha256('other')}}, {measurement: ${MEASUREMENT}, harness: ${HARNESS}}]`;
    const rule = `tee-evidence: {kinds: {simulated: {measurements: ${two}}}}`;
    expect((await decide({}, {}, rule)).outcome).toBe('allow');
    expect((await decide({ harness: sha256('third') }, {}, rule)).outcome).toBe('deny');
  });
});

describe('nonces', () => {
  const nonce = 'n-1';

  test('bound to this statement already: verified again', async () => {
    const nonces = new Map([[nonce, evaluation({ nonce }).statement]]);
    expect((await decide({ nonce }, {}, TEE, { nonces })).outcome).toBe('allow');
  });

  test('bound to another statement: a replay', async () => {
    const decision = await decide({ nonce }, {}, TEE, {
      nonces: new Map([[nonce, sha256('first')]]),
    });
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toContain('nonce-replayed');
  });

  test('a replay is refused where a nonce is optional, too', async () => {
    const rule = `${TEE}\n      nonce: optional`;
    const nonces = new Map([[nonce, sha256('first')]]);
    expect((await decide({ nonce }, {}, rule, { nonces })).outcome).toBe('deny');
    expect((await decide({ nonce: null }, {}, rule)).outcome).toBe('allow');
  });

  test('two statements of one decision with the same nonce: the older keeps it', async () => {
    const recall = evaluation({ metric: 'recall', nonce, logIndex: 41 });
    const evaluations = [recall, evaluation({ nonce })];
    const rules = ['score: {metric: accuracy, min: 0.9}', 'score: {metric: recall, min: 0.9}', TEE];
    const decision = await evaluateTriple(request(rules), factsOf(world({ evaluations })));
    expect(decision.outcome).toBe('deny');
    const replay = decision.rules[2]?.reasons.find(({ code }) => code === 'nonce-replayed');
    expect(replay?.message).toContain(recall.statement);
  });
});

describe('tee-evidence, SEV-SNP of a chain of our own', () => {
  const keys = makeAmdKeys();
  const receivedAt = parseInstant('2025-01-01T00:00:00Z');
  const clock = parseInstant('2025-01-02T00:00:00Z');
  const kind = `sev-snp: {measurements: [{measurement: ${'ee'.repeat(48)}, harness: ${HARNESS}}]}`;
  const rule = `tee-evidence: {kinds: {${kind}}}`;

  interface SnpCase {
    readonly piece: AttachedEvidence;
    readonly anchors: ReadonlyMap<string, readonly TrustAnchor[]>;
  }

  /** A report that binds the statement; each one has a root of its own. */
  function snp(edit: (report: Buffer) => void = () => undefined): SnpCase {
    const input = makeSnpInput({
      keys,
      edit: (report) => {
        report.set(bindStatement('sev-snp', bytes), 0x50);
        edit(report);
      },
    });
    const endorsements = new Map(
      [...input.endorsements].map(([role, [first]]) => [role, first ?? new Uint8Array()]),
    );
    return {
      piece: { kind: 'sev-snp', evidence: input.evidence, endorsements },
      anchors: new Map([['sev-snp', input.anchors]]),
    };
  }

  test('allow, not simulated, and the nonce is bound', async () => {
    const { piece, anchors } = snp();
    const asked = { anchors, clock, allowSimulated: false };
    const decision = await decide({ ...evidence(piece), receivedAt }, asked, rule);
    expect(codesOf(decision, 0)).toEqual(['evidence-bound']);
    expect(decision).toMatchObject({ outcome: 'allow', simulated: false });
    expect(decision.nonces).toEqual([
      { nonce: evaluation().nonce, statement: evaluation().statement },
    ]);
  });

  test('a policy that nobody logged binds no nonce', async () => {
    const { piece, anchors } = snp();
    const { policy } = request([rule]);
    const asked = { anchors, clock, policy: { ...policy, logIndex: null } };
    const decision = await decide({ ...evidence(piece), receivedAt }, asked, rule);
    expect(decision).toMatchObject({ outcome: 'allow', advisory: true, nonces: [] });
  });

  test('it is taken before simulated evidence that holds as well', async () => {
    const { piece, anchors } = snp();
    const asked = { anchors: new Map([...anchors, ...request([TEE]).anchors]) };
    const decision = await decide(
      evidence(simulatedFor(bytes), piece),
      asked,
      `tee-evidence: {kinds: {${kind}, simulated: {}}}`,
    );
    expect(decision).toMatchObject({ outcome: 'allow', simulated: false });
    const only = await decide(
      evidence(simulatedFor(bytes)),
      asked,
      `tee-evidence: {kinds: {${kind}, simulated: {}}}`,
    );
    expect(only).toMatchObject({ outcome: 'allow', simulated: true });
  });

  test.each([
    [
      'a debug guest',
      (report: Buffer): void => void report.writeBigUInt64LE(0xb0000n, 0x08),
      'evidence-debug-not-allowed',
    ],
    [
      'report data of another statement',
      (report: Buffer): void => void report.fill(1, 0x50, 0x90),
      'evidence-not-bound',
    ],
    [
      'another measurement',
      (report: Buffer): void => void report.fill(1, 0x90, 0xc0),
      'measurement-not-authorised',
    ],
  ])('%s: deny', async (_name, edit, code) => {
    const { piece, anchors } = snp(edit);
    const decision = await decide({ ...evidence(piece), receivedAt }, { anchors, clock }, rule);
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toContain(code);
    expect(decision.nonces).toEqual([]);
  });

  test.each([
    ["AMD's own roots", new Map<string, readonly TrustAnchor[]>()],
    ['another root of the same name', snp().anchors],
  ])('under %s: deny', async (_name, anchors) => {
    const asked = { anchors, clock };
    const decision = await decide({ ...evidence(snp().piece), receivedAt }, asked, rule);
    expect(decision.outcome).toBe('deny');
  });

  test('without its endorsements: not allowed', async () => {
    const { piece, anchors } = snp();
    const bare = { ...piece, endorsements: new Map() };
    const decision = await decide({ ...evidence(bare), receivedAt }, { anchors, clock }, rule);
    expect(decision.outcome).not.toBe('allow');
  });

  test('a byte of the report changed: not allowed', async () => {
    const { piece, anchors } = snp();
    for (let at = 0; at < 0x2a0; at += 29) {
      const altered = Uint8Array.from(piece.evidence);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const changed = evidence({ ...piece, evidence: altered });
      const decision = await decide({ ...changed, receivedAt }, { anchors, clock }, rule);
      expect(decision.outcome).not.toBe('allow');
    }
  });
});

describeShared('tee-evidence, a genuine SEV-SNP report', () => {
  test('borrowed for another statement: deny', async () => {
    const certificates = 'vectors/tee/sev-snp/certs';
    const genuine: AttachedEvidence = {
      kind: 'sev-snp',
      evidence: readShared('vectors/tee/sev-snp/evidence/virtee-milan-v2-ok.bin'),
      endorsements: new Map([
        ['ek', readShared(`${certificates}/virtee-milan-v2-ok.ek.der`)],
        ['ask', readShared(`${certificates}/gosev-milan-v2-debug-debug-allowed.ask.der`)],
        ['ark', readShared(`${certificates}/gosev-milan-v2-debug-debug-allowed.ark.der`)],
      ]),
    };
    const measurement =
      '7a1e5c266c0108dbc9bb94fa926951320940915d0aafb42464bd88b579ea158d3e1a0dc39b2c60bd95b9c480cd81841f';
    const at = parseInstant('2024-01-01T00:00:00Z');
    const decision = await decide(
      { ...evidence(genuine), receivedAt: at },
      { anchors: new Map(), clock: at },
      `tee-evidence: {kinds: {sev-snp: {measurements: [{measurement: ${measurement}}]}}}`,
    );
    expect(decision.outcome).toBe('deny');
    expect(codesOf(decision, 0)).toEqual(['evidence-not-bound', 'evidence-binding']);
  });
});
