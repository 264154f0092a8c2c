// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../../core/digest.ts';
import { arrayMember, isJsonObject, stringMember } from '../../../core/json.ts';
import { isPedigreeError } from '../../../core/errors.ts';
import { parseDsse } from '../../../schemas/dsse/envelope.ts';
import { parseStatement, type Statement } from '../../../schemas/intoto/statement.ts';
import { parseProvenance } from '../../../schemas/slsa/provenance.ts';
import { omsFacts } from './oms-facts.ts';
import { jsonOf } from './reading.ts';
import { attributesOfRun, predicateFacts } from './predicate-facts.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import type { SignedEnvelope } from '../../../schemas/envelope.ts';
import type { ProvenanceInput } from '../../../schemas/slsa/model.ts';
import type { ResourceDescriptor } from '../../../schemas/intoto/resource-descriptor.ts';
import type { FoundFacts } from '../comparer.ts';

/** Documents that were taken out of another one, in order. */
export function innerOf(
  outer: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): readonly PreparedDocument[] {
  return prepared.filter(({ unpackedFrom }) => unpackedFrom === outer?.digest);
}

/** What a DSSE envelope says of itself, and what its payload says. */
export function envelopeFacts(
  value: JsonValue,
  payload: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  const envelope = findEnvelope(value);
  if (envelope === undefined) return brokenEnvelopeFacts(value);
  return {
    payload_type: envelope.payloadType,
    signatures: envelope.signatures.length,
    keyids: envelope.signatures.map(({ keyId }) => keyId),
    payload_sha256: hexOf(sha256(envelope.payload)),
    ...payloadFacts(payload, prepared),
  };
}

function findEnvelope(value: JsonValue): SignedEnvelope | undefined {
  try {
    return parseDsse(value).envelope;
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

/** An envelope whose payload cannot be decoded is quarantined; this is what is written in it. */
export function brokenEnvelopeFacts(value: JsonValue): FoundFacts {
  const signatures = arrayMember(value, 'signatures') ?? [];
  return {
    payload_type: stringMember(value, 'payloadType'),
    signatures: signatures.length,
    keyids: signatures.map((one) => stringMember(one, 'keyid') ?? null),
    payload_sha256: undefined,
    payload_error: 'base64',
  };
}

function payloadFacts(
  payload: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  let value: JsonValue;
  try {
    value = jsonOf(payload ?? { bytes: new Uint8Array() });
  } catch (error) {
    if (isPedigreeError(error)) return { payload_error: 'json' };
    throw error;
  }
  const members = isJsonObject(value) ? Object.keys(value).sort() : [];
  return {
    payload_keys: members,
    payload__type: stringMember(value, '_type'),
    ...statementFacts(value, payload, prepared),
  };
}

/** What a statement says: of any kind, and what only provenance, a summary, a collection… say. */
export function statementFacts(
  value: JsonValue,
  document: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  let statement: Statement;
  try {
    statement = parseStatement(value);
  } catch (error) {
    if (isPedigreeError(error)) return {};
    throw error;
  }
  const { predicate, subjects } = statement;
  return {
    statement_type: statement.type,
    predicate_type: document?.version,
    subject_count: subjects.length,
    subjects: new Set(subjects.map((subject) => resourceText(subject, 'name'))),
    predicate_keys: isJsonObject(predicate) ? Object.keys(predicate).sort() : undefined,
    ...provenanceFacts(statement, document),
    ...predicateFacts(document, innerOf(document, prepared)),
    model: omsFacts(statement, document),
  };
}

function resourceText(resource: ResourceDescriptor, key: 'name' | 'uri'): string {
  const [first, second] =
    key === 'name' ? [resource.name, resource.uri] : [resource.uri, resource.name];
  const label = first || second || 'None';
  const digests = resource.digest.map(({ algorithm, value }) => `${algorithm}:${value}`).sort();
  return `${label}@${digests.join(',')}`;
}

function provenanceFacts(statement: Statement, document: PreparedDocument | undefined): FoundFacts {
  if (document?.format !== 'slsa-provenance') return {};
  const { provenance } = parseProvenance(statement);
  const run = attributesOfRun(document);
  const isConfig = ({ resource }: { resource: ResourceDescriptor }): boolean =>
    resource.pointer.endsWith('/configSource');
  const config = provenance.inputs.find(isConfig)?.resource;
  const materials = provenance.inputs.filter((input) => !isConfig(input));
  return {
    build_type: run['buildType'],
    builder_id: run['builder'],
    invocation_id: run['invocationId'],
    config_source: {
      uri: config?.uri,
      digest: digestsOf(config),
      entry_point: run['entryPoint'],
    },
    materials_count: materials.length,
    materials: new Set(materials.map(({ resource }) => resourceText(resource, 'uri'))),
    byproducts: provenance.byproducts.length,
    recipe_defined_in_material: definedInMaterial(materials),
  };
}

/** v0.1: an index into the materials. */
function definedInMaterial(materials: readonly ProvenanceInput[]): number | undefined {
  const index = materials.findIndex(({ role }) => role === 'config');
  return index < 0 ? undefined : index;
}

function digestsOf(resource: ResourceDescriptor | undefined): Record<string, string> | undefined {
  if (resource === undefined || resource.digest.length === 0) return undefined;
  return Object.fromEntries(resource.digest.map(({ algorithm, value }) => [algorithm, value]));
}
