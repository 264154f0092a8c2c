// SPDX-License-Identifier: Apache-2.0
import { ERROR_CODES } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { KINDS } from '../../graph/domain/kinds.ts';
import { RELATION_NAMES, STRENGTHS } from '../../graph/domain/relations.ts';
import { TRUST_CLASSES } from '../../graph/domain/trust-class.ts';
import { DOCUMENT_STANDINGS } from '../service/documents.ts';
import { EXPORT_FORMATS } from '../service/exports.ts';
import type { Schema } from './openapi-types.ts';

export const text: Schema = { type: 'string' };
export const count: Schema = { type: 'integer', minimum: 0 };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const orNull = (schema: Schema): Schema => ({ oneOf: [schema, { type: 'null' }] });

export function ref(name: SchemaName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

function oneOf(words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

/** An object whose members are all there, but those named. */
function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

/** What a caller sends: a member that is not known is refused. */
function request(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

function page(items: Schema): Schema {
  return object({
    items: list(items),
    next: { ...orNull(text), description: 'Cursor to go on with; null at the end.' },
    total: { ...count, description: 'Items of the whole list.' },
  });
}

const digest: Schema = { type: 'string', description: '<algorithm>:<lower-case hex>' };
const refText: Schema = { type: 'string', maxLength: LIMITS.refChars };
const reason: Schema = { type: 'string', maxLength: 2000 };
const kind = oneOf(KINDS);
const trust = oneOf(TRUST_CLASSES);
const level = oneOf(['digest', 'coordinate', 'name', 'local']);
const head = object({ size: count, root: { type: 'string', description: 'RFC 6962 root, hex.' } });
const scope = object({
  policy: text,
  minClass: trust,
  project: orNull(text),
  asOf: { ...count, description: 'Log entries that count.' },
});
const brief = object({ ref: text, kind, name: text });
const entity = {
  ref: text,
  kind,
  kinds: list(kind),
  level,
  name: text,
  names: list(text),
  nameCount: count,
};
const hit = {
  ref: text,
  kind,
  name: text,
  names: list(text),
  influence: oneOf(['content', 'score', 'placement']),
  class: trust,
  level,
  path: list(
    object(
      {
        ref: text,
        kind,
        name: text,
        relation: oneOf(RELATION_NAMES),
        document: text,
        source: text,
        class: trust,
      },
      ['relation', 'document', 'source', 'class'],
    ),
  ),
  placement: object({
    service: text,
    environment: text,
    since: orNull(text),
    until: orNull(text),
    family: orNull(text),
    version: orNull(text),
    owner: orNull(text),
    artefact: text,
    current: flag,
  }),
};
const open = object({
  count,
  groups: list(object({ missing: text, ref: text, count, items: list(brief) })),
});
const candidate = object({
  ref: text,
  name: text,
  version: orNull(text),
  ranSince: orNull(text),
  outcome: oneOf(['affected', 'possible', 'open', 'clear']),
});

/** Every shape that a body may have. The answers are those of the command line's `--json`. */
export const SCHEMAS = {
  Problem: {
    ...object(
      {
        type: text,
        title: text,
        status: { type: 'integer' },
        detail: text,
        code: oneOf(ERROR_CODES),
        pointer: { type: 'string', description: 'JSON Pointer to what is at fault.' },
        line: count,
        hint: text,
        retryable: flag,
      },
      ['pointer', 'line', 'hint'],
    ),
    description: 'RFC 9457. docs/ERRORS.md explains each code.',
  },
  Health: object({ status: { type: 'string', const: 'ok' }, store: text, head }),
  Head: object({ size: count, root: text, time: orNull(time), origin: orNull(text) }),
  Entity: object(entity),
  EntityPage: page({ $ref: '#/components/schemas/Entity' }),
  EntityDetails: object({
    ...entity,
    item: object({ ref: text, name: text, members: count }),
    documents: { $ref: '#/components/schemas/DocumentPage' },
  }),
  Export: object({
    format: oneOf(EXPORT_FORMATS),
    mediaType: text,
    document: { description: 'A JSON document, or the text of the lines of a bundle.' },
    notCarried: list(object({ what: text, ref: text, why: text })),
  }),
  Lineage: object({
    scope,
    head,
    roots: list(text),
    direction: oneOf(['up', 'down']),
    nodes: list(
      object({
        ref: text,
        kind,
        kinds: list(kind),
        level,
        name: text,
        names: list(text),
        reach: oneOf(['certain', 'possible', 'names-only']),
      }),
    ),
    edges: list(
      object({
        from: text,
        relation: oneOf(RELATION_NAMES),
        to: text,
        evidence: list(
          object({ document: text, source: text, class: trust, strength: oneOf(STRENGTHS) }),
        ),
      }),
    ),
    skipped: list(text),
    truncated: flag,
  }),
  Hit: object(hit, ['placement']),
  TrainedOn: object({
    scope,
    head,
    dataset: list(brief),
    models: list(object({ ...hit, outcome: oneOf(['affected', 'possible']) }, ['placement'])),
    open,
    clear: object({ count }),
    skipped: list(text),
  }),
  BlastRadius: object({
    scope,
    head,
    targets: list(brief),
    affected: list({ $ref: '#/components/schemas/Hit' }),
    possible: list({ $ref: '#/components/schemas/Hit' }),
    open,
    clear: object({ count, items: list(brief) }),
    skipped: list(text),
    rollback: list(
      object({
        deployment: text,
        service: text,
        environment: text,
        runs: object({ ref: text, name: text, version: orNull(text) }),
        target: orNull(candidate),
        candidates: list(candidate),
      }),
    ),
    retrain: list(object({ models: list(object({ ref: text, name: text })) })),
  }),
  Path: object({
    scope,
    head,
    outcome: oneOf(['affected', 'possible', 'none']),
    hit: orNull({ $ref: '#/components/schemas/Hit' }),
  }),
  IngestOutcome: object({
    source: text,
    digest: orNull(digest),
    standing: oneOf([...DOCUMENT_STANDINGS, 'refused']),
    known: { ...flag, description: 'True: the log had it and learnt nothing new.' },
    format: orNull(text),
    version: orNull(text),
    unpackedFrom: orNull(digest),
    reasons: list(text),
    problems: list(object({ code: text, pointer: text, message: text })),
    signers: list(text),
  }),
  Document: object({
    digest,
    project: text,
    standing: oneOf(DOCUMENT_STANDINGS),
    format: text,
    version: orNull(text),
    statementKind: text,
    source: text,
    sizeBytes: count,
    extractor: text,
    class: orNull(trust),
    reasons: list(text),
    signature: orNull(
      object({
        status: oneOf(['passed', 'failed', 'undetermined']),
        signers: list(text),
        findings: list(text),
      }),
    ),
    unpackedFrom: list(digest),
    submittedBy: text,
    receivedAt: time,
    logIndex: count,
  }),
  DocumentPage: page({ $ref: '#/components/schemas/Document' }),
  Revocation: object({
    statement: digest,
    target: text,
    reason: text,
    severity: orNull(text),
    since: orNull(time),
    until: orNull(time),
    withdraws: orNull(digest),
    fixed: list(text),
    state: oneOf(['in-force', 'claimed', 'lifted', 'withdrawal']),
    by: text,
    project: text,
    receivedAt: time,
    logIndex: count,
  }),
  RevocationPage: page({ $ref: '#/components/schemas/Revocation' }),
  RevocationRequest: request(
    {
      target: { ...refText, description: 'Digest, purl, name, pattern with *, document:sha256:…' },
      reason,
      severity: oneOf(['low', 'medium', 'high', 'critical']),
      since: time,
      until: time,
      fixed: { ...list(refText), maxItems: 1000, description: 'Revisions that are repaired.' },
      withdraws: { ...digest, description: 'Revocation statement that is taken back.' },
      project: text,
      confirmed: { ...flag, description: 'Needed where the target is a name or a pattern.' },
    },
    ['target', 'reason'],
  ),
  RevocationResult: object({
    target: text,
    statement: digest,
    effective: flag,
    logIndex: { type: 'integer' },
  }),
  RetractionRequest: request({ document: digest, reason, project: text }, ['document', 'reason']),
  RetractionResult: object({
    document: digest,
    type: oneOf(['retracted', 'reinstated']),
    logIndex: count,
  }),
  VerificationRequest: request(
    {
      model: refText,
      dataset: refText,
      evaluation: digest,
      environment: { type: 'string', maxLength: 256 },
      policy: { type: 'string', description: 'Promotion policy: its YAML or JSON text.' },
      project: text,
    },
    ['model', 'dataset', 'environment', 'policy'],
  ),
  VerificationResult: object({
    digest,
    logIndex: count,
    decision: {
      ...object({ type: text, outcome: oneOf(['allow', 'deny', 'undetermined']), advisory: flag }),
      description:
        'The decision document, whole: every rule with its evidence, and what would flip it.',
    },
    vsa: {
      ...orNull(object({ payloadType: text, payload: text, signatures: list({ type: 'object' }) })),
      description: 'DSSE envelope of the SLSA verification summary; null for an advisory decision.',
    },
  }),
  Decision: object({
    decision: digest,
    outcome: oneOf(['allow', 'deny', 'undetermined']),
    advisory: flag,
    environment: text,
    policy: digest,
    nonces: list(object({ nonce: text, statement: digest })),
    project: text,
    receivedAt: time,
    logIndex: count,
  }),
  DecisionPage: page({ $ref: '#/components/schemas/Decision' }),
  ProofBundle: object({
    origin: text,
    index: count,
    size: count,
    entry: object({ event: text, salt: text }),
    proof: list(text),
    checkpoint: text,
  }),
  GraphqlRequest: object(
    { query: text, operationName: orNull(text), variables: orNull({ type: 'object' }) },
    ['operationName', 'variables'],
  ),
  GraphqlResponse: object({ data: {}, errors: list({ type: 'object' }) }, ['data', 'errors']),
} as const satisfies Record<string, Schema>;

export type SchemaName = keyof typeof SCHEMAS;
