// SPDX-License-Identifier: Apache-2.0
import type { JsonDocument } from '../../core/json.ts';
import type { SchemaProblem } from '../intoto/problem.ts';
export function findCsafFaults(_json: JsonDocument): readonly SchemaProblem[] {
  return [];
}
