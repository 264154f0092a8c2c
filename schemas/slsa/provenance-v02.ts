// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { readResource, readResources } from '../intoto/resource-descriptor.ts';
import { defined } from '../tool-report/optional.ts';
import { requiredTextAt, textAt } from './members.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SchemaProblem } from '../intoto/problem.ts';
import type { Provenance, ProvenanceInput } from './model.ts';

/**
 * Reads a v0.2 predicate. The specification writes `buildInvocationID`; both spellings are in use.
 * @see https://slsa.dev/provenance/v0.2
 */
export function readProvenanceV02(predicate: JsonValue, problems: SchemaProblem[]): Provenance {
  const metadata = member(predicate, 'metadata');
  const isComplete = member(member(metadata, 'completeness'), 'materials') === true;
  return defined({
    builderId: requiredTextAt(predicate, problems, 'builder', 'id'),
    buildType: requiredTextAt(predicate, problems, 'buildType'),
    invocationId: textAt(metadata, 'buildInvocationID') ?? textAt(metadata, 'buildInvocationId'),
    entryPoint: textAt(member(member(predicate, 'invocation'), 'configSource'), 'entryPoint'),
    startedOn: textAt(metadata, 'buildStartedOn'),
    finishedOn: textAt(metadata, 'buildFinishedOn'),
    inputs: [...readConfigSource(predicate, problems), ...readMaterials(predicate, problems)],
    byproducts: [],
    completeInputs: isComplete ? '/predicate/metadata/completeness/materials' : undefined,
  });
}

/** Where the build definition came from; it usually stands among the materials a second time. */
function readConfigSource(
  predicate: JsonValue,
  problems: SchemaProblem[],
): readonly ProvenanceInput[] {
  const source = member(member(predicate, 'invocation'), 'configSource');
  // every member is optional: an entry point alone names no artefact
  const isNamed = member(source, 'uri') !== undefined || member(source, 'digest') !== undefined;
  if (source === undefined || source === null || !isNamed) return [];
  const resource = readResource(source, '/predicate/invocation/configSource', problems);
  return resource === undefined ? [] : [{ resource, role: 'config' }];
}

function readMaterials(
  predicate: JsonValue,
  problems: SchemaProblem[],
): readonly ProvenanceInput[] {
  const materials = readResources(member(predicate, 'materials'), '/predicate/materials', problems);
  return materials.map((resource) => ({ resource, role: 'material' }));
}
