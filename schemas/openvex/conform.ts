// SPDX-License-Identifier: Apache-2.0
import { placeOf, type Place } from '../tool-report/place.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import {
  allowed,
  findFaults,
  integer,
  list,
  record,
  required,
  text,
  type Shape,
} from '../tool-report/shape.ts';
import type { JsonDocument } from '../../core/json.ts';

const IDENTIFIERS = record({
  purl: allowed(text()),
  cpe22: allowed(text()),
  cpe23: allowed(text()),
});
/** Registered names of hash functions (IANA named information hash algorithm registry), as the specification lists them. */
const HASHES = record(
  Object.fromEntries(
    [
      ...['md5', 'sha1', 'sha-256', 'sha-384', 'sha-512'],
      ...['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'],
      ...['blake2s-256', 'blake2b-256', 'blake2b-512'],
    ].map((name) => [name, allowed(text())]),
  ),
);
const COMPONENT = {
  '@id': allowed(text()),
  identifiers: allowed(IDENTIFIERS),
  hashes: allowed(HASHES),
};
const STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'];
const JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
];

const STATEMENT = record(
  {
    '@id': allowed(text()),
    version: allowed(integer(1)),
    vulnerability: required(
      record({
        '@id': allowed(text()),
        name: required(text()),
        description: allowed(text()),
        aliases: allowed(list(text())),
      }),
    ),
    timestamp: allowed(text()),
    last_updated: allowed(text()),
    products: allowed(
      list(record({ ...COMPONENT, subcomponents: allowed(list(record(COMPONENT))) })),
    ),
    status: required(text(STATUSES)),
    supplier: allowed(text()),
    status_notes: allowed(text()),
    justification: allowed(text(JUSTIFICATIONS)),
    impact_statement: allowed(text()),
    action_statement: allowed(text()),
    action_statement_timestamp: allowed(text()),
  },
  { also: checkStatement },
);

const DOCUMENT: Shape = record({
  '@context': required(text()),
  '@id': required(text()),
  author: required(text()),
  role: allowed(text()),
  timestamp: required(text()),
  last_updated: allowed(text()),
  version: required(integer(1)),
  tooling: allowed(text()),
  statements: required(list(STATEMENT, { minItems: 1 })),
});

/**
 * What is wrong with a document by OpenVEX 0.2.0. Earlier drafts have no schema: of them only what no statement can do without
 * is asked, as their own examples leave the rest out.
 * @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
 */
export function findOpenVexFaults(
  json: JsonDocument,
  version: string | null,
): readonly SchemaProblem[] {
  const root = placeOf(json);
  return version === '0.2.0' ? findFaults(root, DOCUMENT) : findDraftFaults(root);
}

function findDraftFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  if (root.at('@context').text?.startsWith('https://openvex.dev/ns') !== true) {
    addProblem(faults, 'not-openvex', '/@context', 'the context is not that of OpenVEX');
  }
  for (const statement of root.at('statements').items) {
    const { pointer } = statement;
    if (!statement.at('vulnerability').exists) {
      addProblem(faults, 'schema:required', pointer, '"vulnerability" is required');
    }
    if (!STATUSES.includes(statement.at('status').text ?? '')) {
      addProblem(faults, 'schema:enum', `${pointer}/status`, 'no status of OpenVEX');
    }
    if (statement.at('status').text === 'not_affected') checkReason(statement, faults);
  }
  return faults;
}

/** A product that is not affected needs a reason, one that is affected something to do about it. */
function checkStatement(statement: Place, faults: SchemaProblem[]): void {
  const status = statement.at('status').text;
  if (status === 'not_affected') checkReason(statement, faults);
  if (status === 'affected' && !statement.at('action_statement').exists) {
    addProblem(faults, 'schema:required', statement.pointer, '"action_statement" is required');
  }
}

function checkReason(statement: Place, faults: SchemaProblem[]): void {
  const hasReason = ['justification', 'impact_statement'].some((key) => statement.at(key).exists);
  if (!hasReason) {
    addProblem(faults, 'schema:oneOf', statement.pointer, 'not affected, and no reason why');
  }
}
