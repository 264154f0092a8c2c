// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { pointerJoin } from '../../../core/json.ts';
import type { Spdx3Problem } from '../model.ts';

/** What kind of rule is broken. */
export type FaultCode =
  | 'spdx3:context'
  | 'spdx3:graph'
  | 'spdx3:type'
  | 'spdx3:id'
  | 'spdx3:unknown-property'
  | 'spdx3:required'
  | 'spdx3:cardinality'
  | 'spdx3:value'
  | 'spdx3:term'
  | 'spdx3:reference'
  | 'spdx3:constraint';

/** Where a value stands; the pointer is only written where there is something to say. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

const MAX_LISTED = 20;

/** The first faults that are found. */
export class Findings {
  readonly problems: Spdx3Problem[] = [];

  get isFull(): boolean {
    return this.problems.length >= MAX_LISTED;
  }

  /** @param place undefined for the document itself */
  add(code: FaultCode, place: Place | undefined, message: string): void {
    if (this.isFull) return;
    const keys: (string | number)[] = [];
    for (let at = place; at !== undefined; at = at.parent) keys.push(at.key);
    const pointer = pointerJoin('', ...keys.reverse());
    this.problems.push({ code, pointer, message: excerpt(message, 160) });
  }
}
