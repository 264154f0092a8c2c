// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256, findDigest } from '../../../core/digest.ts';
import { isPedigreeError } from '../../../core/errors.ts';
import { OMS_SIGNATURE_PREDICATE } from '../../../schemas/intoto/predicates.ts';
import { parseStatement, type Statement } from '../../../schemas/intoto/statement.ts';
import { omsRef, parseOmsManifest } from '../../../schemas/oms/manifest.ts';
import { parseProvenance } from '../../../schemas/slsa/provenance.ts';
import { missing, refsOf } from '../graph-checks.ts';
import { jsonOf } from './reading.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { PreparedDocument } from '../../../ingest/prepare.ts';
import type { GraphCheck } from '../comparer.ts';

/** witness makes subjects of strings (a branch, an e-mail): their digests are no artefacts. */
const WITNESS_STRINGS = /^https:\/\/witness\.(?:dev|testifysec\.com)\/attestations\/(?!product\/)/;

/** What the graph is given of every statement, wherever it was unpacked from. */
export function statementChecks(prepared: readonly PreparedDocument[]): readonly GraphCheck[] {
  return prepared.flatMap((document) => {
    const statement = findStatement(document);
    if (statement === undefined || document.facts === null) return [];
    return [
      ...subjectChecks(statement, document.facts),
      ...provenanceChecks(statement, document),
      ...modelChecks(statement, document.facts),
    ];
  });
}

function findStatement(document: PreparedDocument): Statement | undefined {
  try {
    return parseStatement(jsonOf(document));
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}

/** Every digest of a subject that identifies content is a node. */
function subjectChecks(statement: Statement, facts: Facts): readonly GraphCheck[] {
  const isModel = statement.predicateType === OMS_SIGNATURE_PREDICATE;
  const refs = refsOf(facts);
  const subjects = statement.subjects.filter(({ name }) => !WITNESS_STRINGS.test(name ?? ''));
  const wanted = subjects.flatMap(({ digest }) =>
    digest.flatMap(({ algorithm, value }) => {
      const found = findDigest(algorithm, value);
      if (found === undefined || found === EMPTY_SHA256) return [];
      return [isModel ? omsRef(found) : found];
    }),
  );
  return [missing('@graph.subjects', wanted, refs)];
}

/** Every input is used by the run, and the builder is named without its version. */
function provenanceChecks(
  statement: Statement,
  { format, facts }: PreparedDocument,
): readonly GraphCheck[] {
  if (format !== 'slsa-provenance' || facts === null) return [];
  const { provenance } = parseProvenance(statement);
  const used = facts.edges.filter(({ relation }) => relation === 'used');
  const places = new Set(used.flatMap(({ pointers }) => pointers));
  const inputs = provenance.inputs.map(({ resource }) => resource.pointer);
  const builder = facts.nodes.find(({ kinds }) => kinds.includes('Builder'))?.ref;
  const path = provenance.builderId?.split('@')[0];
  return [
    missing('@graph.inputs', inputs, places),
    {
      fact: '@graph.builder',
      expected: path === undefined ? undefined : `builder:${path}`,
      found: builder,
    },
  ];
}

/** Every file of a signed model is a part of it. */
function modelChecks(statement: Statement, facts: Facts): readonly GraphCheck[] {
  if (statement.predicateType !== OMS_SIGNATURE_PREDICATE) return [];
  const parts = facts.edges.filter(({ relation }) => relation === 'contains').map(({ to }) => to);
  const refs = new Set(parts.flatMap((id) => facts.nodes[id]?.ref ?? []));
  const wanted = parseOmsManifest(statement).resources.flatMap(({ algorithm, hex }) => {
    const digest = findDigest(algorithm.replace(/-sharded-\d+$/, ''), hex);
    return digest === undefined || digest === EMPTY_SHA256 ? [] : [digest];
  });
  return [missing('@graph.files', wanted, refs)];
}
