// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { encodeStatement } from '../../schemas/statements/statement.ts';
import type { StatementJson } from '../../schemas/statements/statement.ts';
import { canonicalizeJcs, type JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Instant } from '../../core/instant.ts';
import { parseJson, isJsonObject } from '../../core/json.ts';
import { PedigreeError } from '../../core/errors.ts';
import { signDsse } from '../../attest/signature/sign.ts';
import { bindStatement } from '../../attest/tee/bind.ts';
import { signSimulatedEvidence } from '../../attest/tee/simulated/sign.ts';
import { createSigningKey, type SigningKey } from '../../attest/trust/signing-key.ts';
import { createAttestedStatement } from '../../schemas/attested-statement/attested-statement.ts';
import { preAuthenticationEncoding } from '../../schemas/dsse/pae.ts';
import type { AttachedEvidence } from '../../schemas/envelope.ts';
import { artefactOf, type Artefact } from '../../schemas/statements/artefact.ts';
import { createCompletenessStatement } from '../../schemas/statements/completeness.ts';
import { createDeploymentStatement } from '../../schemas/statements/deployment.ts';
import { createEvaluationStatement } from '../../schemas/statements/evaluation.ts';
import { STORY, type StoryEvaluation } from './story.ts';

/** Keys of roles that the story has no key for. Made afresh each time, kept nowhere. */
export interface DemoKeys {
  readonly evaluator: SigningKey;
  readonly release: SigningKey;
  readonly steward: SigningKey;
  /** Signs simulated evidence; no hardware stands behind it. */
  readonly platform: SigningKey;
}

/** A document that the story lacks and the demo makes. */
export interface MadeDocument {
  /** File name, which says that it was made by the demo. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const SAMPLE_SIZE = 108;

export function createDemoKeys(): DemoKeys {
  return {
    evaluator: createSigningKey(),
    release: createSigningKey(),
    steward: createSigningKey(),
    platform: createSigningKey(),
  };
}

/** SHA-384 over the harness digest: what the simulated platform says it runs. */
export function simulatedMeasurement(): string {
  return createHash('sha384').update(STORY.harness).digest('hex');
}

/** Deployments (times from Argo CD's history), completeness claims and evaluations with simulated evidence. */
export function makeDocuments(keys: DemoKeys, at: Instant): MadeDocument[] {
  return [
    signed('deployment-v1', keys.release, createDeploymentStatement(STORY.deployments.v1)),
    signed('deployment-v2', keys.release, createDeploymentStatement(STORY.deployments.v2)),
    signed(
      'completeness-inputs',
      keys.steward,
      createCompletenessStatement({
        subjects: STORY.closedProducts.map(toArtefact),
        covers: 'inputs',
      }),
    ),
    signed(
      'completeness-sources',
      keys.steward,
      createCompletenessStatement({
        subjects: STORY.sources.map(toArtefact),
        covers: 'primary-source',
      }),
    ),
    evaluation('evaluation-v1', keys, at, STORY.evaluations.v1),
    evaluation('evaluation-v2', keys, at, STORY.evaluations.v2),
  ];
}

/** v1 with a better score, signed by the evaluator's own key, carrying the evidence that belongs to the true statement. */
export function makeAlteredEvaluation(keys: DemoKeys, at: Instant): MadeDocument {
  const honest = evaluationStatement(at, STORY.evaluations.v1);
  const altered = evaluationStatement(at, { ...STORY.evaluations.v1, accuracy: 0.999 });
  const bytes = attested(keys, altered, simulatedEvidence(keys, at, encodeStatement(honest)));
  return { name: madeName('evaluation-v1-altered'), bytes };
}

/** Payload digest of the altered statement, by which the gate is asked to judge. */
export function payloadOf(document: MadeDocument): Uint8Array {
  const { value } = parseJson(document.bytes);
  const statement = isJsonObject(value) ? value['statement'] : undefined;
  const envelope = isJsonObject(statement) ? statement : value;
  const payload = isJsonObject(envelope) ? envelope['payload'] : undefined;
  if (typeof payload !== 'string')
    throw new PedigreeError('ERR_INTERNAL', 'the demo made no envelope');
  return new Uint8Array(Buffer.from(payload, 'base64'));
}

function toArtefact({ path, ref }: { path: string; ref: string }): Artefact {
  return artefactOf(ref, path);
}

function signed(name: string, key: SigningKey, statement: StatementJson): MadeDocument {
  return { name: madeName(name), bytes: signDsse(PAYLOAD_TYPE, encodeStatement(statement), [key]) };
}

function evaluation(
  name: string,
  keys: DemoKeys,
  at: Instant,
  what: StoryEvaluation,
): MadeDocument {
  const statement = evaluationStatement(at, what);
  const evidence = simulatedEvidence(keys, at, encodeStatement(statement));
  return { name: madeName(name), bytes: attested(keys, statement, evidence) };
}

function evaluationStatement(at: Instant, what: StoryEvaluation): StatementJson {
  return createEvaluationStatement({
    model: toArtefact(what.model),
    dataset: toArtefact(what.dataset),
    metrics: [
      { metric: 'accuracy', value: what.accuracy },
      { metric: 'recall', value: what.recall },
    ],
    sampleSize: SAMPLE_SIZE,
    harness: artefactOf(STORY.harness, 'src/evaluate.py'),
    evaluatedAt: at,
  });
}

/** Simulated evidence bound to exactly this statement. */
function simulatedEvidence(keys: DemoKeys, at: Instant, payload: Uint8Array): AttachedEvidence {
  const evidence = signSimulatedEvidence({
    measurement: new Uint8Array(Buffer.from(simulatedMeasurement(), 'hex')),
    reportData: bindStatement('simulated', preAuthenticationEncoding(PAYLOAD_TYPE, payload)),
    issuedAt: at,
    platformKey: keys.platform.privateKey,
  });
  return { kind: 'simulated', evidence, endorsements: new Map() };
}

function attested(
  keys: DemoKeys,
  statement: StatementJson,
  evidence: AttachedEvidence,
): Uint8Array {
  const envelope = parseJson(signDsse(PAYLOAD_TYPE, encodeStatement(statement), [keys.evaluator]));
  const document = createAttestedStatement(envelope.value as JsonObject, [evidence]);
  return new TextEncoder().encode(canonicalizeJcs(document));
}

function madeName(name: string): string {
  return `made by the demo/${name}.json`;
}
