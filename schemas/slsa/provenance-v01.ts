// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { readResource } from '../intoto/resource-descriptor.ts';
import { defined } from '../tool-report/optional.ts';
import { requiredTextAt, textAt } from './members.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Provenance, ProvenanceInput } from './model.ts';

/**
 * Reads a v0.1 predicate: builder, recipe, materials. `recipe.definedInMaterial` is an index into the materials and marks
 * the one that holds the build definition.
 * @see https://slsa.dev/provenance/v0.1
 */
export function readProvenanceV01(predicate: JsonValue, problems: SchemaProblem[]): Provenance {
  const metadata = member(predicate, 'metadata');
  const isComplete = member(member(metadata, 'completeness'), 'materials') === true;
  return defined({
    builderId: requiredTextAt(predicate, problems, 'builder', 'id'),
    buildType: requiredTextAt(predicate, problems, 'recipe', 'type'),
    invocationId: textAt(metadata, 'buildInvocationId') ?? textAt(metadata, 'buildInvocationID'),
    entryPoint: textAt(member(predicate, 'recipe'), 'entryPoint'),
    startedOn: textAt(metadata, 'buildStartedOn'),
    finishedOn: textAt(metadata, 'buildFinishedOn'),
    inputs: readMaterials(predicate, problems),
    byproducts: [],
    completeInputs: isComplete ? '/predicate/metadata/completeness/materials' : undefined,
  });
}

function readMaterials(
  predicate: JsonValue,
  problems: SchemaProblem[],
): readonly ProvenanceInput[] {
  const written = member(predicate, 'materials');
  const materials = Array.isArray(written) ? (written as readonly JsonValue[]) : [];
  if (written !== undefined && written !== null && !Array.isArray(written)) {
    addProblem(problems, 'resources-malformed', '/predicate/materials', 'materials is no array');
  }
  const definedIn = member(member(predicate, 'recipe'), 'definedInMaterial');
  if (typeof definedIn === 'number' && !(definedIn in materials)) {
    addProblem(
      problems,
      'material-index',
      '/predicate/recipe/definedInMaterial',
      `there is no material ${definedIn}`,
    );
  }
  return materials.flatMap((item, index): readonly ProvenanceInput[] => {
    const resource = readResource(item, `/predicate/materials/${index}`, problems);
    if (resource === undefined) return [];
    return [{ resource, role: index === definedIn ? 'config' : 'material' }];
  });
}
