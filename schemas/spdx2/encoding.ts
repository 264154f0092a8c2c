// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxProblem } from './model.ts';

/** A document of any encoding in the form that SPDX 2 JSON has. */
export interface SpdxJsonForm {
  readonly json: JsonValue;
  /** Where a pointer into the JSON form stands in the document: the same pointer, a path of elements, `/line/12`. */
  placeOf(pointer: string): string;
  /** What could not be brought into it; their pointers are places already. */
  readonly problems: readonly SpdxProblem[];
}
