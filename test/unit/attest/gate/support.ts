// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import type { Decision, RuleOutcome } from '../../../../attest/decision/decision.ts';
import type {
  Contamination,
  ContaminationPath,
  EvaluationEvidence,
  EvidenceClass,
  GateFacts,
  SignatureEvidence,
} from '../../../../attest/gate/ports.ts';
import type { GateRequest } from '../../../../attest/gate/request.ts';
import { bindStatement } from '../../../../attest/tee/bind.ts';
import { signSimulatedEvidence } from '../../../../attest/tee/simulated/sign.ts';
import { createSigningKey } from '../../../../attest/trust/signing-key.ts';
import { sha256 } from '../../../../core/digest.ts';
import type { Digest } from '../../../../core/digest.ts';
import { parseInstant } from '../../../../core/instant.ts';
import { preAuthenticationEncoding } from '../../../../schemas/dsse/pae.ts';
import type { AttachedEvidence } from '../../../../schemas/envelope.ts';
import { parsePromotionPolicy } from '../../../../schemas/policy/parse-promotion-policy.ts';
import type { SignerPolicy } from '../../../../schemas/policy/signer-policy.ts';

export const MODEL: Digest = sha256('model');
export const DATASET: Digest = sha256('dataset');
export const HARNESS: Digest = sha256('harness');
export const RECEIVED = parseInstant('2026-11-20T12:00:00Z');
export const NOW = parseInstant('2026-11-21T12:00:00Z');
export const MEASUREMENT_BYTES = new Uint8Array(48).fill(0xab);
export const MEASUREMENT = 'ab'.repeat(48);

export const evaluator = createSigningKey();
export const builder = createSigningKey();
export const revoker = createSigningKey();
const platform = generateKeyPairSync('ed25519');
export const platformAnchor = {
  name: 'simulated platform',
  bytes: new Uint8Array(
    Buffer.from(platform.publicKey.export({ format: 'pem', type: 'spki' }).toString()),
  ),
};

/** The signed bytes of an evaluation statement that says this. */
export function statementBytes(text: string): Uint8Array {
  return preAuthenticationEncoding('application/vnd.in-toto+json', new TextEncoder().encode(text));
}

export interface SimulatedOptions {
  readonly measurement?: Uint8Array;
  readonly reportData?: Uint8Array;
  readonly platformKey?: typeof platform.privateKey;
}

/** Simulated evidence that binds the signed bytes. */
export function simulatedFor(
  signedBytes: Uint8Array,
  options: SimulatedOptions = {},
): AttachedEvidence {
  const evidence = signSimulatedEvidence({
    measurement: options.measurement ?? MEASUREMENT_BYTES,
    reportData: options.reportData ?? bindStatement('simulated', signedBytes),
    issuedAt: parseInstant('2026-11-20T11:59:00Z'),
    platformKey: options.platformKey ?? platform.privateKey,
  });
  return { kind: 'simulated', evidence, endorsements: new Map() };
}

/** A trusted evaluation of accuracy 0.97 with everything that the strictest policy here asks. */
export function evaluation(changes: Partial<EvaluationEvidence> = {}): EvaluationEvidence {
  const value = changes.value ?? '0.97';
  const metric = changes.metric ?? 'accuracy';
  const nonce =
    changes.nonce === undefined
      ? `nonce of ${metric} ${value} ${changes.logIndex ?? 40}`
      : changes.nonce;
  const signedBytes =
    changes.signedBytes === undefined
      ? statementBytes(JSON.stringify({ metric, value, nonce }))
      : changes.signedBytes;
  return {
    statement: sha256(`statement ${metric} ${value} ${changes.logIndex ?? 40}`),
    sampleSize: '143',
    harness: HARNESS,
    model: MODEL,
    dataset: DATASET,
    class: 'trusted',
    signers: [evaluator.identity],
    receivedAt: RECEIVED,
    logIndex: 40,
    evidence: signedBytes === null ? [] : [simulatedFor(signedBytes)],
    ...changes,
    value,
    metric,
    nonce,
    signedBytes,
  };
}

export function signature(changes: Partial<SignatureEvidence> = {}): SignatureEvidence {
  return {
    document: sha256('provenance'),
    statementKind: 'provenance',
    class: 'trusted',
    signers: [builder.identity],
    logIndex: 12,
    ...changes,
  };
}

export function hit(changes: Partial<ContaminationPath> = {}): ContaminationPath {
  return {
    target: sha256('poisoned'),
    reason: 'poisoned',
    revocationIndex: 77,
    path: [MODEL, 'run:train', sha256('poisoned')],
    class: 'trusted',
    ...changes,
  };
}

/** What the graph says, as data. */
export interface World {
  readonly evaluations: readonly EvaluationEvidence[];
  /** By ref. */
  readonly signatures: ReadonlyMap<string, readonly SignatureEvidence[]>;
  /** By ref asked about. */
  readonly contamination: ReadonlyMap<string, Partial<Contamination>>;
  /** Refs that are closed. */
  readonly closed: ReadonlySet<string>;
  readonly withheld: readonly string[];
  readonly nonces: ReadonlyMap<string, Digest>;
}

export function world(changes: Partial<World> = {}): World {
  return {
    evaluations: [evaluation()],
    signatures: new Map([
      [MODEL, [signature()]],
      [
        DATASET,
        [signature({ document: sha256('dataset card'), statementKind: 'oms', logIndex: 13 })],
      ],
    ]),
    contamination: new Map(),
    closed: new Set([MODEL, DATASET]),
    withheld: [],
    nonces: new Map(),
    ...changes,
  };
}

export function factsOf(data: World, overrides: Partial<GateFacts> = {}): GateFacts {
  return {
    head: { size: 100, root: 'aa'.repeat(32) },
    evaluations: async () => data.evaluations,
    contamination: async (refs) => {
      const found = refs.map((ref) => data.contamination.get(ref) ?? {});
      return {
        affected: found.flatMap(({ affected = [] }) => affected),
        possible: found.flatMap(({ possible = [] }) => possible),
        skipped: found.flatMap(({ skipped = [] }) => skipped),
      };
    },
    closure: async (ref) => {
      const closed = data.closed.has(ref);
      return { closed, missing: closed ? [] : ['inputs of run train'], withheld: data.withheld };
    },
    signatures: async (ref) => data.signatures.get(ref) ?? [],
    nonceOwner: async (nonce) => data.nonces.get(nonce) ?? null,
    ...overrides,
  };
}

export const signerPolicy: SignerPolicy = {
  name: 'signers',
  trusted: [
    { signers: [evaluator.identity], statements: ['evaluation'], subjects: ['*'] },
    { signers: [builder.identity], statements: ['provenance', 'link'], subjects: ['models/*'] },
  ],
  measurements: [
    { kind: 'simulated', measurement: MEASUREMENT, statements: ['evaluation'], harness: HARNESS },
  ],
  runs: [],
  complete: [],
  primarySources: [],
  boilerplate: [],
  mayRevoke: [{ signers: [revoker.identity], targets: ['*'] }],
  mayRetract: [],
};

export const SCORE = 'score: {metric: accuracy, min: 0.95, minSampleSize: 100}';
export const TEE = `tee-evidence:
      kinds: {simulated: {measurements: [{measurement: ${MEASUREMENT}, harness: ${HARNESS}}]}}
      maxAge: 30d`;

/** A policy of these rules for the environment `production`. */
export function policyText(rules: readonly string[], head = ''): string {
  return `name: production\nenvironments: [production]\n${head}\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;
}

/** Every rule at once. */
export const FULL_RULES = [
  SCORE,
  'evaluation: {class: trusted}',
  'signature: {statement: provenance, of: model}',
  'signature: {statement: oms, of: dataset}',
  'not-revoked: {of: [model, dataset, evaluation]}',
  'closed: {of: [model]}',
  TEE,
];

export function request(
  rules: readonly string[],
  changes: Partial<GateRequest> = {},
  head = '',
): GateRequest {
  const text = policyText(rules, head);
  return {
    model: MODEL,
    dataset: DATASET,
    environment: 'production',
    policy: { policy: parsePromotionPolicy(text), digest: sha256(text), logIndex: 5 },
    signerPolicy: { policy: signerPolicy, digest: sha256('signer policy') },
    trustRoots: sha256('roots'),
    anchors: new Map([['simulated', [platformAnchor]]]),
    allowSimulated: true,
    clock: NOW,
    engine: 'pedigree/0.1.0',
    ...changes,
  };
}

/** Codes of a rule's reasons. */
export function codesOf(decision: Decision, index: number): string[] {
  return (decision.rules[index]?.reasons ?? []).map(({ code }) => code);
}

export function gateCodes(decision: Decision): string[] {
  const asked = decision.rules.filter((outcome: RuleOutcome) => outcome.rule === 'gate');
  return asked.flatMap(({ reasons }) => reasons.map(({ code }) => code));
}

export const CLASSES: readonly EvidenceClass[] = [
  'inferred',
  'unsigned',
  'signed',
  'trusted',
  'attested',
];
