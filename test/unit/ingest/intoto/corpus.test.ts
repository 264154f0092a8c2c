// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { hexOf, isDigest, sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseStatement, type Statement } from '../../../../schemas/intoto/statement.ts';
import type { ResourceDescriptor } from '../../../../schemas/intoto/resource-descriptor.ts';
import {
  countTimestamps,
  parseSigstoreBundle,
} from '../../../../schemas/sigstore-bundle/bundle.ts';
import { parseProvenance } from '../../../../schemas/slsa/provenance.ts';
import { describeShared, hasShared, readShared } from '../../../support/shared.ts';
import { flatten, readDocuments, type ReadDocument } from './read-document.ts';

interface Entry {
  readonly path: string;
  readonly format: string;
  readonly version: unknown;
  readonly valid: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

const FORMATS = [
  'slsa',
  'in-toto',
  'oms',
  'oms-payload',
  'sigstore-bundle',
  'slsa-npm',
  'slsa-gcb',
];
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  dsse: ['dsse'],
  statement: ['in-toto-statement', 'slsa-provenance'],
  'sigstore-bundle': ['sigstore-bundle'],
  'in-toto-metablock': ['in-toto-metablock'],
  'gcb-describe': ['slsa-gcb'],
};

/** Payload type and payload contradict each other: the signature must not be counted for the payload. */
const WITHHELD = [
  'attestation-dsse-invalidtype.json',
  'archivista/test/invalid_payload.attestation.json',
];
/** The corpus decoded these leniently; strict base64 has leftover bits or foreign characters in them. */
const NOT_BASE64 = [
  'attestation-invalid-payload.json',
  'gcloud-container-invalid-payload-encoding.json',
];

let compared = 0;
const wrong: string[] = [];

/** Compares one fact and counts it. */
function check(entry: Entry, fact: string, actual: unknown, expected: unknown): void {
  compared++;
  const left = JSON.stringify(actual);
  const right = JSON.stringify(expected);
  if (left !== right)
    wrong.push(`${entry.path} ${fact}: ${left?.slice(0, 300)} for ${right?.slice(0, 300)}`);
}

/** The manifest's form of a long list: its distinct values, counted and hashed. */
function fold(values: readonly string[], expected: unknown): unknown {
  const distinct = [...new Set(values)].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  if (Array.isArray(expected)) return distinct;
  const hash = createHash('sha256').update(distinct.join('\n')).digest('hex');
  const first = (expected as { first?: readonly string[] } | undefined)?.first?.length ?? 0;
  return { count: distinct.length, sha256: hash, first: distinct.slice(0, first) };
}

function resourceText(resource: ResourceDescriptor, key: 'name' | 'uri'): string {
  const [first, second] =
    key === 'name' ? [resource.name, resource.uri] : [resource.uri, resource.name];
  const label = first || second;
  const digests = resource.digest.map(({ algorithm, value }) => `${algorithm}:${value}`).sort();
  return `${label ?? 'None'}@${digests.join(',')}`;
}

function statementOf(document: ReadDocument): Statement | undefined {
  if (document.decoded?.kind !== 'json') return undefined;
  try {
    return parseStatement(document.decoded.json.value);
  } catch {
    return undefined;
  }
}

/** Facts about the envelope of `document`, and of its payload. */
function checkEnvelope(entry: Entry, document: ReadDocument, expected: Entry['expect']): void {
  const envelope = document.reading?.envelope;
  if (WITHHELD.some((name) => entry.path.endsWith(name))) {
    check(entry, 'envelope withheld', envelope, undefined);
    check(entry, 'payload kept', document.inner.length, 1);
    return;
  }
  if (NOT_BASE64.some((name) => entry.path.endsWith(name))) {
    const { error } = document;
    check(entry, 'refused', isPedigreeError(error) && error.code, 'ERR_PARSE_DOCUMENT');
    return;
  }
  check(entry, 'payload_type', envelope?.payloadType, expected['payload_type']);
  check(entry, 'signatures', envelope?.signatures.length, expected['signatures']);
  check(
    entry,
    'keyids',
    envelope?.signatures.map(({ keyId }) => keyId),
    expected['keyids'],
  );
  const payload = envelope === undefined ? '' : hexOf(sha256(envelope.payload));
  check(entry, 'payload_sha256', payload, expected['payload_sha256']);
}

/** Facts that the statement itself holds, and that the graph's facts agree with it. */
function checkStatement(entry: Entry, document: ReadDocument, expected: Entry['expect']): void {
  const statement = statementOf(document);
  check(entry, 'statement_type', statement?.type, expected['statement_type']);
  check(entry, 'predicate_type', statement?.predicateType, expected['predicate_type']);
  if (statement === undefined) return;
  check(entry, 'version', document.detected?.version, expected['predicate_type']);
  check(entry, 'subject_count', statement.subjects.length, expected['subject_count']);
  const subjects = statement.subjects.map((subject) => resourceText(subject, 'name'));
  check(entry, 'subjects', fold(subjects, expected['subjects']), expected['subjects']);
  checkSubjectNodes(entry, document, statement);
  if (document.detected?.format === 'slsa-provenance') {
    checkProvenance(entry, document, statement, expected);
  }
}

const EMPTY = hexOf(sha256(''));

/** Every strong digest of a subject is a node; so is nothing that the witness attestors hashed from strings. */
function checkSubjectNodes(entry: Entry, document: ReadDocument, statement: Statement): void {
  const refs = new Set(document.reading?.facts.nodes.map(({ ref }) => ref));
  for (const subject of statement.subjects) {
    const isFile = !subject.name?.startsWith('https://witness.dev/attestations/git/');
    const isRoot = document.detected?.version === 'https://model_signing/signature/v1.0';
    for (const { algorithm, value } of subject.digest) {
      const ref = `${algorithm}:${value}`;
      if (!isDigest(ref)) continue;
      const wanted = isFile && !isRoot && value !== EMPTY;
      check(entry, `node ${ref}`, refs.has(ref), wanted);
      if (isRoot && value !== EMPTY) check(entry, 'oms root', refs.has(`oms:${value}`), true);
    }
  }
}

function checkProvenance(
  entry: Entry,
  document: ReadDocument,
  statement: Statement,
  expected: Entry['expect'],
): void {
  const { provenance } = parseProvenance(statement);
  const inputs = provenance.inputs.filter(
    ({ resource }) => !resource.pointer.endsWith('/configSource'),
  );
  const run = document.reading?.facts.nodes.find(({ kinds }) => kinds.includes('Run'));
  check(entry, 'build_type', run?.attributes?.['buildType'], expected['build_type']);
  check(entry, 'builder_id', run?.attributes?.['builder'], expected['builder_id']);
  check(entry, 'invocation_id', provenance.invocationId ?? null, expected['invocation_id'] ?? null);
  check(entry, 'materials_count', inputs.length, expected['materials_count']);
  const materials = inputs.map(({ resource }) => resourceText(resource, 'uri'));
  check(entry, 'materials', fold(materials, expected['materials']), expected['materials']);
  if ('byproducts' in expected) {
    const empty = expected['byproducts'] === 1 ? [0, 1] : [expected['byproducts']];
    check(entry, 'byproducts', empty.includes(provenance.byproducts.length), true);
  }
  const builder = document.reading?.facts.nodes.find(({ kinds }) => kinds.includes('Builder'));
  const path = String(expected['builder_id']).split('@')[0] ?? '';
  check(entry, 'builder', builder?.ref, `builder:${path}`);
  const used = document.reading?.facts.edges.filter(({ relation }) => relation === 'used') ?? [];
  const isLinked = provenance.inputs.every(({ resource }) =>
    used.some(({ pointers }) => pointers.includes(resource.pointer)),
  );
  check(entry, 'every input is used', isLinked, true);
}

function checkBundle(entry: Entry, document: ReadDocument): void {
  const { expect: expected } = entry;
  if (document.decoded?.kind !== 'json') return;
  const { value } = document.decoded.json;
  const bundle = parseSigstoreBundle(value);
  check(entry, 'media_type', bundle.mediaType, expected['media_type']);
  check(entry, 'bundle_version', document.detected?.version, expected['bundle_version']);
  check(entry, 'timestamps', countTimestamps(value), expected['rfc3161_timestamps']);
  const kinds: Readonly<Record<string, string>> = {
    'public-key': 'publicKey',
    certificate: 'certificate',
    'certificate-chain': 'x509CertificateChain',
  };
  check(entry, 'material', kinds[bundle.material.kind ?? ''], expected['material']);
  if ('chain_length' in expected) {
    check(entry, 'chain_length', bundle.material.certificates.length, expected['chain_length']);
  }
  if ('key_hint' in expected) {
    check(entry, 'key_hint', bundle.material.publicKeyHint, expected['key_hint']);
  }
  if (bundle.content.kind === 'message-signature') {
    check(entry, 'content', 'messageSignature', expected['content']);
    const { digestAlgorithm, digestHex } = bundle.content.message;
    check(entry, 'message_digest', digestHex, expected['message_digest']);
    check(entry, 'message_digest_alg', digestAlgorithm, expected['message_digest_alg']);
    const facts = document.reading?.facts;
    const to = facts?.edges.find(({ relation }) => relation === 'attests')?.to ?? -1;
    check(entry, 'attests', facts?.nodes[to]?.ref, `sha256:${digestHex}`);
  } else {
    check(entry, 'content', 'dsseEnvelope', expected['content']);
  }
}

function checkOms(entry: Entry, document: ReadDocument): void {
  const model = (entry.expect['manifest'] ?? entry.expect) as Readonly<Record<string, unknown>>;
  const { facts } = document.reading ?? {};
  if (facts === undefined) return check(entry, 'facts', undefined, 'facts');
  const codes = facts.problems.map(({ code }) => code);
  check(entry, 'root matches', codes.includes('oms-root-mismatch'), false);
  if (model['predicate_type'] === 'https://model_signing/Digests/v0.1') return;
  const root = facts.nodes[facts.subjects[0] ?? -1];
  check(entry, 'name', root?.names[0], model['name']);
  const hex = (model['root_digest'] as { sha256: string }).sha256;
  if (hex !== EMPTY) check(entry, 'root', root?.ref, `oms:${hex}`);
  const files = model['files'] as readonly string[];
  if (!Array.isArray(files) || model['resources_count'] === 0) return;
  const parts = new Set(
    facts.edges.filter(({ relation }) => relation === 'contains').map(({ to }) => to),
  );
  const contained = new Set([...parts].map((id) => facts.nodes[id]?.ref));
  for (const file of files) {
    const digest = `sha256:${file.slice(-64)}`;
    if (digest.endsWith(EMPTY)) continue;
    check(entry, `contains ${file}`, contained.has(digest), true);
  }
}

function checkMetablock(entry: Entry, document: ReadDocument): void {
  const { expect: expected } = entry;
  const payload = document.inner[0];
  const signed = payload?.decoded?.kind === 'json' ? payload.decoded.json.value : null;
  const { _type, name, steps } = signed as {
    _type?: string;
    name?: string;
    steps?: readonly { name: string }[];
  };
  check(entry, 'signed_type', _type, expected['signed_type']);
  if ('name' in expected) check(entry, 'step', name, expected['name']);
  check(entry, 'steps', steps?.map((step) => step.name) ?? [], expected['steps']);
  check(entry, 'signatures', document.reading?.envelope?.signatures.length, expected['signatures']);
  const facts = payload?.reading?.facts;
  const products = facts?.edges.filter(({ relation }) => relation === 'wasGeneratedBy') ?? [];
  const made = products.map(({ from }) => {
    const node = facts?.nodes[from];
    return `${node?.names[0]}@${node?.ref}`;
  });
  check(entry, 'products', made.sort(), expected['products']);
}

function checkEntry(entry: Entry): void {
  const documents = readDocuments(readShared('corpus', entry.path));
  const { expect: expected } = entry;
  for (const document of flatten(documents)) {
    if (document.error !== undefined) check(entry, 'error', isPedigreeError(document.error), true);
  }
  if (typeof expected['lines'] === 'number')
    check(entry, 'lines', documents.length, expected['lines']);
  const [outer] = documents;
  if (outer === undefined || documents.length > 1) return;
  const shape = expected['shape'];
  if (typeof shape === 'string') {
    const format = outer.detected?.format ?? '';
    check(
      entry,
      'shape',
      shape === 'unknown' ? format === '' : SHAPES[shape]?.includes(format),
      true,
    );
  }
  const nested = expected['envelope'] as Entry['expect'] | undefined;
  if (shape === 'dsse') checkEnvelope(entry, outer, expected);
  if (nested !== undefined) checkEnvelope(entry, outer, nested);
  const about = nested ?? expected;
  if ('statement_type' in about) {
    checkStatement(entry, shape === 'statement' ? outer : (outer.inner[0] ?? outer), about);
  }
  if ('media_type' in expected && 'content' in expected) checkBundle(entry, outer);
  if (shape === 'in-toto-metablock') checkMetablock(entry, outer);
  if (entry.format === 'oms') checkOms(entry, outer.inner[0] ?? outer);
  if (entry.format === 'oms-payload') checkOms(entry, outer);
  if (entry.format === 'slsa-gcb' && shape === 'gcb-describe') checkGcb(entry, outer);
}

function checkGcb(entry: Entry, outer: ReadDocument): void {
  const provenance = entry.expect['provenance'] as readonly { envelope: Entry['expect'] }[];
  check(entry, 'provenance_count', outer.inner.length, entry.expect['provenance_count']);
  for (const [index, { envelope }] of provenance.entries()) {
    const document = outer.inner[index];
    if (document === undefined) continue;
    checkEnvelope(entry, document, envelope);
    const payload = document.inner[0];
    if ('statement_type' in envelope && payload !== undefined)
      checkStatement(entry, payload, envelope);
  }
}

const entries: readonly Entry[] = hasShared()
  ? (JSON.parse(Buffer.from(readShared('corpus', 'manifest.json')).toString()) as Entry[]).filter(
      ({ format }) => FORMATS.includes(format),
    )
  : [];

describeShared('real in-toto documents yield the facts that others found in them', () => {
  afterAll(() => {
    process.stdout.write(
      `in-toto corpus: ${entries.length} documents, ${compared} facts compared, ${wrong.length} wrong\n`,
    );
  });

  test.each(FORMATS.filter((format) => entries.some((entry) => entry.format === format)))(
    '%s',
    (format) => {
      const before = wrong.length;
      for (const entry of entries.filter((candidate) => candidate.format === format))
        checkEntry(entry);
      expect(wrong.slice(before)).toEqual([]);
    },
  );

  test('the comparison looked at something', () => {
    expect(entries.length).toBeGreaterThan(200);
    expect(compared).toBeGreaterThan(3000);
  });
});
