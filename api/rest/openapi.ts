// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import { KINDS } from '../../graph/domain/kinds.ts';
import { TRUST_CLASSES } from '../../graph/domain/trust-class.ts';
import { PROBLEM_TYPE } from '../problem.ts';
import { EXPORT_DIRECTIONS } from '../export/projection.ts';
import { DOCUMENT_STANDINGS } from '../service/documents.ts';
import { EXPORT_FORMATS } from '../service/exports.ts';
import { DEFAULT_PAGE_ITEMS } from '../service/page.ts';
import { count, list, ref, SCHEMAS, text, type SchemaName } from './openapi-schemas.ts';
import type { OpenApi, Operation, Parameter, ResponseObject, Schema } from './openapi-types.ts';

const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';

const query = (name: string, description: string, schema: Schema = text): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
});
const needed = (name: string, description: string, schema: Schema = text): Parameter => ({
  ...query(name, description, schema),
  required: true,
});
const inPath = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
});
const asOf = query('asOf', 'Answer with the first so many log entries; absent: all.', count);
const scope = [
  asOf,
  query('minClass', 'Weakest evidence that makes something affected.', {
    type: 'string',
    enum: TRUST_CLASSES,
    default: 'unsigned',
  }),
];
const page = [
  query('first', 'Most items wanted.', {
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.pageItems,
    default: DEFAULT_PAGE_ITEMS,
  }),
  query('after', 'Cursor to go on after.'),
];

const problem = (description: string): ResponseObject => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: ref('Problem') } },
});
const json = (description: string, schema: Schema): ResponseObject => ({
  description,
  content: { [JSON_TYPE]: { schema } },
});

/** What any request may be told. */
const COMMON = {
  400: problem('Not usable, or over a limit.'),
  403: problem('The Host or Origin header is not that of this server.'),
  500: problem('A fault of the server.'),
  503: problem('The store cannot be reached, or it took too long.'),
};
const NAMED = {
  404: problem('Nothing is known by that name.'),
  409: problem('The name means several things; the hint lists them.'),
};
/** What a request with a body may be told besides. */
const BODY = {
  401: problem('The token is missing or wrong.'),
  408: problem('The body did not arrive in time.'),
  413: problem('The body is too large.'),
  415: problem('Another media type, or a compressed body.'),
};

function read(
  operationId: string,
  tag: string,
  summary: string,
  schema: SchemaName,
  parameters: readonly Parameter[] = [],
  more: Readonly<Record<string, ResponseObject>> = {},
): Operation {
  const responses = { 200: json('The answer.', ref(schema)), ...COMMON, ...more };
  return { operationId, tags: [tag], summary, parameters, responses };
}

function write(
  operationId: string,
  tag: string,
  summary: string,
  body: SchemaName,
  responses: Readonly<Record<string, ResponseObject>>,
): Operation {
  return {
    operationId,
    tags: [tag],
    summary,
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: ref(body) } } },
    responses: { ...responses, ...COMMON, ...BODY },
    security: [{ serveToken: [] }],
  };
}

const bytes: Schema = { type: 'string', format: 'binary' };
const outcomes = list(ref('IngestOutcome'));

/** The REST interface, by hand; a test holds it against the routes. */
export const OPENAPI: OpenApi = {
  openapi: '3.1.0',
  info: {
    title: 'Pedigree',
    version: '1',
    description:
      'Evidence of how machine-learning systems are made, the lineage graph that it gives, and decisions about what may ship. Errors are problem documents (RFC 9457).',
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'http://127.0.0.1:7465', description: 'This machine.' }],
  tags: [
    { name: 'questions', description: 'What the graph knows.' },
    { name: 'evidence', description: 'Documents in, and their bytes out.' },
    {
      name: 'statements',
      description: 'What the owner says, and what the gate decides: all of it logged.',
    },
    { name: 'log', description: 'Where the log stands, and proofs of it.' },
    { name: 'graphql', description: 'The same, as GraphQL.' },
  ],
  paths: {
    '/api/v1/health': {
      get: read('getHealth', 'log', 'Can the store be asked?', 'Health'),
    },
    '/api/v1/head': {
      get: read('getHead', 'log', 'Where the log stands.', 'Head'),
    },
    '/api/v1/entities': {
      get: read('listEntities', 'questions', 'Things that documents speak of.', 'EntityPage', [
        query('q', 'Text that the ref or a name contains, in any case.'),
        query('kind', 'Only things of this kind.', { type: 'string', enum: KINDS }),
        asOf,
        ...page,
      ]),
    },
    '/api/v1/entities/{ref}': {
      get: read(
        'getEntity',
        'questions',
        'One thing, with the documents that mention it.',
        'EntityDetails',
        [inPath('ref', 'Digest, purl or name, percent-encoded.'), asOf, ...page],
        NAMED,
      ),
    },
    '/api/v1/lineage': {
      get: read(
        'getLineage',
        'questions',
        'What something was made from, or what was made from it.',
        'Lineage',
        [
          needed('ref', 'Digest, purl or name.'),
          query('direction', 'up: causes. down: effects.', {
            type: 'string',
            enum: ['up', 'down'],
            default: 'up',
          }),
          ...scope,
        ],
        NAMED,
      ),
    },
    '/api/v1/export': {
      get: read(
        'exportLineage',
        'questions',
        'A lineage as a document for others, with what the format does not carry.',
        'Export',
        [
          needed('ref', 'Digest, purl or name.'),
          needed('format', 'Format of the document.', { type: 'string', enum: EXPORT_FORMATS }),
          query('direction', 'up: causes. down: effects.', {
            type: 'string',
            enum: EXPORT_DIRECTIONS,
            default: 'up',
          }),
          ...scope,
        ],
        NAMED,
      ),
    },
    '/api/v1/models-trained-on': {
      get: read(
        'getModelsTrainedOn',
        'questions',
        'Models that a dataset went into, and how much of the truth that may be.',
        'TrainedOn',
        [needed('dataset', 'Digest, purl or name.'), ...scope],
        NAMED,
      ),
    },
    '/api/v1/blast-radius': {
      get: read(
        'getBlastRadius',
        'questions',
        'What something has reached: affected, possible, open, clear.',
        'BlastRadius',
        [
          {
            ...needed(
              'ref',
              'Digest, purl, name, pattern with * or document:sha256:…; may be repeated.',
              {
                type: 'array',
                items: text,
                maxItems: LIMITS.questionRefs,
              },
            ),
            explode: true,
          },
          ...scope,
        ],
        NAMED,
      ),
    },
    '/api/v1/path': {
      get: read(
        'getPath',
        'questions',
        'How one thing reached another.',
        'Path',
        [needed('from', 'The cause.'), needed('to', 'The effect.'), ...scope],
        NAMED,
      ),
    },
    '/api/v1/documents': {
      get: read('listDocuments', 'evidence', 'Documents, newest first.', 'DocumentPage', [
        query('standing', 'Only documents of this standing.', {
          type: 'string',
          enum: DOCUMENT_STANDINGS,
        }),
        asOf,
        ...page,
      ]),
    },
    '/api/v1/evidence': {
      post: {
        operationId: 'uploadEvidence',
        tags: ['evidence'],
        summary: 'Reads, verifies and logs one document.',
        description: `The body is the document, byte for byte, up to ${LIMITS.documentBytes} bytes. An outcome that was answered is durable; the same document again adds nothing.`,
        parameters: [
          query('project', 'Project that it belongs to.'),
          query('source', 'Label of where it comes from, for people.'),
          query('subject', 'What a report is about that names nothing itself.'),
        ],
        requestBody: { required: true, content: { [BYTES_TYPE]: { schema: bytes } } },
        responses: {
          201: json('All of it is accepted or opaque.', outcomes),
          202: json('Kept, but something in it is pending, quarantined or retracted.', outcomes),
          422: json('Nothing could be kept.', outcomes),
          ...COMMON,
          ...BODY,
        },
        security: [{ serveToken: [] }],
      },
    },
    '/api/v1/evidence/{digest}': {
      get: {
        operationId: 'getEvidence',
        tags: ['evidence'],
        summary: 'The bytes of a document, always as an attachment.',
        parameters: [inPath('digest', 'sha256:<hex>')],
        responses: {
          200: { description: 'The document.', content: { [BYTES_TYPE]: { schema: bytes } } },
          ...COMMON,
          404: problem('No such document is kept.'),
        },
      },
    },
    '/api/v1/revocations': {
      get: read(
        'listRevocations',
        'statements',
        'Revocation statements, newest first, with those that took no effect.',
        'RevocationPage',
        [asOf, ...page],
      ),
      post: write('revoke', 'statements', 'Withdraws trust from a thing.', 'RevocationRequest', {
        201: json('Logged; `effective` says whether it may.', ref('RevocationResult')),
        409: problem('The name means several things.'),
      }),
    },
    '/api/v1/retractions': {
      post: write(
        'retract',
        'statements',
        'Takes a document, and all it alone says, out of the graph.',
        'RetractionRequest',
        {
          201: json('Logged.', ref('RetractionResult')),
          404: problem('No such document in the project.'),
        },
      ),
    },
    '/api/v1/reinstatements': {
      post: write('reinstate', 'statements', 'Takes a retraction back.', 'RetractionRequest', {
        201: json('Logged.', ref('RetractionResult')),
        404: problem('No such document in the project.'),
      }),
    },
    '/api/v1/verify': {
      post: write(
        'verify',
        'statements',
        'May this model, with its score on this dataset, go there?',
        'VerificationRequest',
        {
          200: json('Decided and logged; the outcome is in the body.', ref('VerificationResult')),
          ...NAMED,
        },
      ),
    },
    '/api/v1/decisions': {
      get: read(
        'listDecisions',
        'statements',
        'Decisions of the gate, newest first.',
        'DecisionPage',
        [asOf, ...page],
      ),
    },
    '/api/v1/log/checkpoint': {
      get: {
        operationId: 'getCheckpoint',
        tags: ['log'],
        summary: 'Signed checkpoint over the newest entry (C2SP tlog-checkpoint).',
        responses: {
          200: { description: 'A signed note.', content: { 'text/plain': { schema: text } } },
          ...COMMON,
        },
      },
    },
    '/api/v1/log/entries/{index}/proof': {
      get: read(
        'getProof',
        'log',
        'Everything an outsider needs to see that an entry was logged.',
        'ProofBundle',
        [inPath('index', 'Log index.')],
        { 404: problem('The log does not reach that far.') },
      ),
    },
    '/api/v1/log/tile/{path}': {
      get: {
        operationId: 'getTile',
        tags: ['log'],
        summary: 'A tile or entry bundle (C2SP tlog-tiles).',
        description: 'The path has slashes of its own, e.g. `0/x001/234.p/5`.',
        parameters: [inPath('path', 'Level, index and width of the tile.')],
        responses: {
          200: {
            description: 'Hashes, or entry data.',
            content: { [BYTES_TYPE]: { schema: bytes } },
          },
          ...COMMON,
          404: problem('There is no such tile.'),
        },
      },
    },
    '/api/v1/openapi.json': {
      get: {
        operationId: 'getOpenapi',
        tags: ['log'],
        summary: 'This document.',
        responses: { 200: json('OpenAPI 3.1.', { type: 'object' }), ...COMMON },
      },
    },
    '/graphql': {
      get: read('queryGraphql', 'graphql', 'A GraphQL query.', 'GraphqlResponse', [
        needed('query', 'Its text.'),
        query('operationName', 'Which of its operations.'),
        query('variables', 'JSON object.'),
        query('extensions', 'JSON object.'),
      ]),
      post: {
        ...write('postGraphql', 'graphql', 'A GraphQL query or mutation.', 'GraphqlRequest', {
          200: json('Data, errors, or both.', ref('GraphqlResponse')),
        }),
        description: 'Mutations want the token, queries do not.',
        security: [{}, { serveToken: [] }],
      },
    },
  },
  components: {
    schemas: SCHEMAS,
    securitySchemes: {
      serveToken: {
        type: 'http',
        scheme: 'bearer',
        description: 'The content of serve-token in the home folder, new at each start.',
      },
    },
  },
};
