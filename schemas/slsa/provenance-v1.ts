// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { readResources } from '../intoto/resource-descriptor.ts';
import { defined } from '../tool-report/optional.ts';
import { requiredTextAt, textAt } from './members.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { InputRole, Provenance, ProvenanceInput } from './model.ts';

/**
 * Reads a v1 predicate. `externalParameters` belong to the build type and are not read: what they mean is not documented
 * here, and what they point at stands in `resolvedDependencies` too.
 * @see https://slsa.dev/spec/v1.0/provenance
 */
export function readProvenanceV1(predicate: JsonValue, problems: SchemaProblem[]): Provenance {
  const definition = member(predicate, 'buildDefinition');
  const details = member(predicate, 'runDetails');
  const metadata = member(details, 'metadata');
  if (!isJsonObject(member(definition, 'externalParameters'))) {
    const pointer = '/predicate/buildDefinition/externalParameters';
    addProblem(problems, 'field-missing', pointer, 'externalParameters is missing');
  }
  const dependencies = member(definition, 'resolvedDependencies');
  const tools = member(member(details, 'builder'), 'builderDependencies');
  return defined({
    builderId: requiredTextAt(predicate, problems, 'runDetails', 'builder', 'id'),
    buildType: requiredTextAt(predicate, problems, 'buildDefinition', 'buildType'),
    invocationId: textAt(metadata, 'invocationId') ?? textAt(metadata, 'invocationID'),
    startedOn: textAt(metadata, 'startedOn'),
    finishedOn: textAt(metadata, 'finishedOn'),
    inputs: [
      ...readInputs(dependencies, 'buildDefinition/resolvedDependencies', 'material', problems),
      ...readInputs(tools, 'runDetails/builder/builderDependencies', 'tool', problems),
    ],
    byproducts: readResources(
      member(details, 'byproducts'),
      '/predicate/runDetails/byproducts',
      problems,
    ),
    completeInputs: undefined,
  });
}

function readInputs(
  value: JsonValue | undefined,
  path: string,
  role: InputRole,
  problems: SchemaProblem[],
): readonly ProvenanceInput[] {
  const resources = readResources(value, `/predicate/${path}`, problems);
  return resources.map((resource) => ({ resource, role }));
}
