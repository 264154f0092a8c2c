// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { boundRef } from '../../graph/domain/node-ref.ts';
import { parseStatement } from '../../schemas/intoto/statement.ts';
import type { Provenance } from '../../schemas/slsa/model.ts';
import { parseProvenance } from '../../schemas/slsa/provenance.ts';
import type { FormatReader } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, jsonOf } from './reading.ts';
import { addResource } from './resource-entity.ts';

/** SLSA provenance, all versions: what was built, by whom, from what. */
export const slsaProvenanceReader: FormatReader = {
  formats: ['slsa-provenance'],
  extractor: 'slsa-provenance/3',
  read(decoded, detected, context) {
    const statement = parseStatement(jsonOf(decoded));
    const { provenance, problems } = parseProvenance(statement);
    const builder = new FactsBuilder(context.digest);
    const run = addRun(builder, provenance);
    for (const resource of statement.subjects) {
      const subject = addResource(builder, resource);
      builder.subject(subject);
      builder.edge(subject, 'wasGeneratedBy', run, resource.pointer);
    }
    addInputs(builder, run, provenance);
    addByproducts(builder, run, provenance);
    addBuilder(builder, run, provenance);
    return finishReading(builder, { detected, statementKind: 'provenance' }, context, problems);
  },
};

/** Builder and invocation together name a run wherever it is spoken of; one alone names it in this document only. */
function addRun(builder: FactsBuilder, provenance: Provenance): number {
  const { builderId, buildType, invocationId, entryPoint, startedOn, finishedOn } = provenance;
  const ref = runRef(builderId, invocationId);
  return builder.entity({
    kinds: ['Run'],
    pointer: '/predicate',
    names: invocationId === undefined ? [] : [invocationId],
    coordinates: ref === undefined ? [] : [ref],
    local: 'run',
    attributes: texts({
      builder: builderId,
      buildType,
      invocationId,
      entryPoint,
      startedOn,
      finishedOn,
    }),
  });
}

/** `#` inside the builder's id is escaped, so that no builder can name the runs of another. */
function runRef(
  builderId: string | undefined,
  invocationId: string | undefined,
): string | undefined {
  if (builderId === undefined || invocationId === undefined) return undefined;
  const system = builderId.replaceAll('%', '%25').replaceAll('#', '%23');
  const ref = `run:${system}#${invocationId}`;
  return ref.length > LIMITS.refChars ? undefined : ref;
}

function addInputs(builder: FactsBuilder, run: number, provenance: Provenance): void {
  for (const { resource, role } of provenance.inputs) {
    const input = addResource(builder, resource);
    if (resource.digest.length === 0) {
      builder.problem('mutable-reference', resource.pointer, 'an input without a digest');
    }
    builder.edge(run, 'used', input, resource.pointer, { qualifiers: { role } });
  }
  if (provenance.completeInputs !== undefined) {
    const pointer = provenance.completeInputs;
    builder.claim({ type: 'completeness', about: run, covers: 'inputs', pointer });
  }
}

function addByproducts(builder: FactsBuilder, run: number, provenance: Provenance): void {
  for (const resource of provenance.byproducts) {
    const byproduct = addResource(builder, resource);
    const qualifiers = { role: 'byproduct' };
    builder.edge(byproduct, 'wasGeneratedBy', run, resource.pointer, { qualifiers });
  }
}

/** A builder is its path; what follows `@` is the version of the builder that ran. */
function addBuilder(builder: FactsBuilder, run: number, provenance: Provenance): void {
  const { builderId } = provenance;
  if (builderId === undefined) return;
  const { id, version } = splitBuilderId(builderId);
  const node = builder.nodeOf(boundRef(`builder:${id}`), ['Builder'], [id]);
  builder.edge(run, 'wasAssociatedWith', node, '/predicate', {
    qualifiers: version === undefined ? {} : { version: excerpt(version, 512) },
  });
}

/**
 * Splits a builder id at the first `@` of its path (`…/builder.yml@refs/tags/v1`); one in the authority (a user) or at the
 * start of a path part (an npm scope) belongs to the id.
 */
export function splitBuilderId(builderId: string): {
  readonly id: string;
  readonly version?: string;
} {
  const scheme = builderId.indexOf('://');
  const path = scheme < 0 ? 0 : builderId.indexOf('/', scheme + 3);
  if (path < 0) return { id: builderId };
  let at = builderId.indexOf('@', path);
  while (at > 0 && builderId[at - 1] === '/') at = builderId.indexOf('@', at + 1);
  if (at <= 0 || at === builderId.length - 1) return { id: builderId };
  return { id: builderId.slice(0, at), version: builderId.slice(at + 1) };
}

function texts(record: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const key in record) {
    const text = record[key];
    if (text !== undefined && text !== '') kept[key] = excerpt(text, 1024);
  }
  return kept;
}
