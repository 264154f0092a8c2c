// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { formatOfPredicate } from '../../../schemas/intoto/predicates.ts';
import { parseLayout } from '../../../schemas/intoto/layout.ts';
import { parseMetablock } from '../../../schemas/intoto/metablock.ts';
import { splitJsonLines } from '../../../schemas/jsonl.ts';
import {
  countTimestamps,
  detectSigstoreBundle,
  parseSigstoreBundle,
} from '../../../schemas/sigstore-bundle/bundle.ts';
import { readMaterial } from '../../../schemas/sigstore-bundle/material.ts';
import { decode } from '../../../schemas/decoded.ts';
import { parseGcbProvenance } from '../../../schemas/slsa/gcb-provenance.ts';
import { isRecord } from '../values.ts';
import { statementChecks } from './intoto-graph.ts';
import { attributesOfRun } from './predicate-facts.ts';
import { jsonOf } from './reading.ts';
import { brokenEnvelopeFacts, envelopeFacts, innerOf, statementFacts } from './statement-facts.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { Detected } from '../../../schemas/decoded.ts';
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import type { FormatComparer, FoundFacts } from '../comparer.ts';
import type { CorpusDocument, CorpusEntry } from '../entry.ts';

const VERDICT = 'a verdict on the signature: the issue on genuine evidence judges it';
const MATERIAL = 'verification material: judged with the signature, stated as no fact';
const CASE = 'a companion of the verification case, not in the document';

/** Members of `expect` that are about signatures, wherever they stand. */
const APART: Readonly<Record<string, string>> = {
  artifact_bytes: CASE,
  artifact_sha256: CASE,
  case: CASE,
  certificate: MATERIAL,
  error_class: VERDICT,
  identity: VERDICT,
  ignore_paths_given: CASE,
  issuer: VERDICT,
  model_path: CASE,
  note: 'a word to the reader of the manifest',
  peer: VERDICT,
  peer_agrees: VERDICT,
  peer_sigstore_python: VERDICT,
  reason: VERDICT,
  signature: VERDICT,
  single_file_model: CASE,
  source_test: VERDICT,
  source_test_error: VERDICT,
  tlog_entries: MATERIAL,
  trust: CASE,
  verdict: VERDICT,
  verdict_by: VERDICT,
};

/** Statements, envelopes, metablocks, bundles and lists of them. */
export const intoto: FormatComparer = {
  formats: ['in-toto', 'slsa', 'slsa-gcb', 'sigstore-bundle', 'oms-payload'],
  apart: APART,
  groups: [
    'collection',
    'config_source',
    'documents',
    'embedded_document',
    'envelope',
    'manifest',
    'model',
    'provenance',
    'vsa',
  ],
  facts: documentFacts,
  graph: ({ prepared }) => statementChecks(prepared),
  adapt: (fact, value) => (fact === 'scanner' && value === '' ? null : value),
  detected: detectedOf,
  label: ({ expect, valid }) => (expect['shape'] === 'statement' ? valid : undefined),
};

/** Verification cases of model signatures: `files` there are those of the model's folder. */
export const oms: FormatComparer = {
  ...intoto,
  formats: ['oms'],
  apart: { ...APART, '^files': CASE },
};

/** What a document of a shape is recognised as: its own format, as the predicate is that of the payload. */
function detectedOf({ format, expect }: CorpusEntry): Detected | undefined {
  const predicate = expect['predicate_type'];
  switch (format === 'sigstore-bundle' || format === 'oms' ? 'sigstore-bundle' : expect['shape']) {
    case 'sigstore-bundle':
      if ('documents' in expect) return { format: 'jsonl', version: null };
      return { format: 'sigstore-bundle', version: String(expect['bundle_version']) };
    case 'dsse':
      return { format: 'dsse', version: null };
    case 'in-toto-metablock':
      return { format: 'in-toto-metablock', version: null };
    case 'gcb-describe':
      return { format: 'slsa-gcb', version: null };
    case 'unknown':
      return { format: 'opaque', version: null };
    default: {
      const version = String(predicate);
      return { format: formatOfPredicate(version), version };
    }
  }
}

function documentFacts(document: CorpusDocument): FoundFacts {
  const { bytes, prepared } = document;
  const [outer] = prepared;
  if (outer?.facts === null) return unreadableFacts(document);
  const lines = splitJsonLines(bytes);
  if (outer?.format === 'jsonl') {
    const documents = innerOf(outer, prepared);
    return {
      lines: documents.length,
      documents: documents.map((one) => singleFacts(one, prepared)),
    };
  }
  return {
    lines: lines?.length ?? 1,
    form: 'json',
    ...(outer === undefined ? {} : singleFacts(outer, prepared)),
  };
}

/** A document that was refused: what is written in it, as far as it goes, without its facts. */
function unreadableFacts({ bytes }: CorpusDocument): FoundFacts {
  const value = jsonOf({ bytes });
  const isEnvelope = stringMember(value, 'payload') !== undefined;
  return {
    lines: 1,
    form: 'json',
    ...(isEnvelope && { shape: 'dsse', ...brokenEnvelopeFacts(value) }),
    media_type: stringMember(value, 'mediaType'),
    bundle_version: detectSigstoreBundle(decode(bytes))?.version,
    material: MATERIALS[readMaterial(member(value, 'verificationMaterial'), []).kind ?? ''],
    rfc3161_timestamps: countTimestamps(value),
  };
}

function singleFacts(outer: PreparedDocument, prepared: readonly PreparedDocument[]): FoundFacts {
  const value = jsonOf(outer);
  const payload = innerOf(outer, prepared)[0];
  switch (outer.format) {
    case 'sigstore-bundle':
      return { shape: 'sigstore-bundle', ...bundleFacts(value, payload, prepared) };
    case 'dsse':
      return { shape: 'dsse', ...envelopeFacts(value, payload, prepared) };
    case 'in-toto-metablock':
      return { shape: 'in-toto-metablock', ...metablockFacts(value, payload) };
    case 'slsa-gcb':
      return { shape: 'gcb-describe', ...gcbFacts(value, outer, prepared) };
    case 'opaque':
      return {
        shape: 'unknown',
        keys: isJsonObject(value) ? Object.keys(value).sort() : undefined,
      };
    default: {
      const facts = statementFacts(value, outer, prepared);
      return { shape: 'statement', ...facts, ...modelOf(facts) };
    }
  }
}

/** The facts of a bare model signature stand in `expect` itself, under names of its own. */
function modelOf({ model }: FoundFacts): FoundFacts {
  return isRecord(model) ? model : {};
}

const MATERIALS: Readonly<Record<string, string>> = {
  certificate: 'certificate',
  'certificate-chain': 'x509CertificateChain',
  'public-key': 'publicKey',
};

function bundleFacts(
  value: JsonValue,
  payload: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  const { mediaType, version, material, content } = parseSigstoreBundle(value);
  const dsse = member(value, 'dsseEnvelope');
  const envelope = dsse === undefined ? undefined : envelopeFacts(dsse, payload, prepared);
  const message = content.kind === 'message-signature' ? content.message : undefined;
  return {
    media_type: mediaType,
    bundle_version: version,
    material: MATERIALS[material.kind ?? ''],
    chain_length: material.certificates.length,
    key_hint: material.publicKeyHint,
    rfc3161_timestamps: countTimestamps(value),
    content: message === undefined ? 'dsseEnvelope' : 'messageSignature',
    message_digest: message?.digestHex,
    message_digest_alg: message?.digestAlgorithm,
    envelope,
    manifest: envelope?.['model'],
    // provenance of a bundle stands beside its envelope as well
    ...envelope,
  };
}

function metablockFacts(value: JsonValue, payload: PreparedDocument | undefined): FoundFacts {
  const { envelope } = parseMetablock(value);
  const facts = payload?.facts ?? undefined;
  const run = attributesOfRun(payload);
  const linesOf = (relation: string, end: 'from' | 'to'): string[] =>
    (facts?.edges ?? [])
      .filter((edge) => edge.relation === relation)
      .map((edge) => facts?.nodes[edge[end]])
      .map((node) => `${node?.names[0]}@${node?.ref}`)
      .sort();
  const isLink = payload?.format === 'in-toto-link';
  return {
    signed_type: isLink ? 'link' : payload?.format.replace('in-toto-', ''),
    signatures: envelope?.signatures.length ?? 0,
    name: run['step'],
    materials: linesOf('used', 'to'),
    products: linesOf('wasGeneratedBy', 'from'),
    steps: isLink ? [] : stepsOf(payload),
  };
}

function stepsOf(payload: PreparedDocument | undefined): readonly string[] {
  return payload === undefined ? [] : parseLayout(jsonOf(payload)).steps.map(({ name }) => name);
}

function gcbFacts(
  value: JsonValue,
  outer: PreparedDocument,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  const { provenances } = parseGcbProvenance(value);
  const written = arrayMember(member(value, 'provenance_summary'), 'provenance') ?? [];
  const documents = innerOf(outer, prepared);
  return {
    image_digest: stringMember(member(value, 'image_summary'), 'digest'),
    provenance_count: written.length,
    provenance: provenances.map(({ envelope }, at) => ({
      kind: stringMember(written[at], 'kind'),
      note: stringMember(written[at], 'noteName'),
      resource_uri: stringMember(written[at], 'resourceUri'),
      envelope: gcbEnvelopeFacts(envelope, documents[at], prepared),
    })),
  };
}

/** An envelope whose payload cannot be decoded is quarantined by itself; the others are read. */
function gcbEnvelopeFacts(
  envelope: JsonValue,
  document: PreparedDocument | undefined,
  prepared: readonly PreparedDocument[],
): FoundFacts {
  const payload = innerOf(document, prepared)[0];
  return envelopeFacts(envelope, payload, prepared);
}
