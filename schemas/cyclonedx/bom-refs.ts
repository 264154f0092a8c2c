// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerToken } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

const MAX_REPEATED = 10_000;

/** A place of a bom-ref: its pointer is joined only when asked for, since nearly all are never asked. */
interface Step {
  readonly value: JsonValue;
  readonly up: Step | undefined;
  readonly key: string | number;
}

interface BomRefs {
  readonly all: ReadonlySet<string>;
  /** Refs that more than one object bears, each with the place of its second bearer; at most 10,000. */
  readonly repeated: readonly { readonly ref: string; readonly pointer: string }[];
}

/**
 * Every bom-ref of a document, whichever object bears it: "Every bom-ref must be unique within the BOM", and a reference
 * may point at any of them.
 */
export function collectBomRefs(root: JsonValue): BomRefs {
  const all = new Set<string>();
  const repeated = new Map<string, string>();
  const stack: Step[] = [{ value: root, up: undefined, key: '' }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const ref = member(step.value, 'bom-ref');
    if (typeof ref === 'string') {
      if (all.has(ref) && !repeated.has(ref) && repeated.size < MAX_REPEATED) {
        repeated.set(ref, pointerOf(step));
      }
      all.add(ref);
    }
    pushMembers(step, stack);
  }
  return { all, repeated: [...repeated].map(([ref, pointer]) => ({ ref, pointer })) };
}

/** Pushed last to first, so that they come off in document order. */
function pushMembers(step: Step, stack: Step[]): void {
  const { value } = step;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    for (let key = items.length - 1; key >= 0; key--) pushIfContainer(items[key], step, key, stack);
  } else if (isJsonObject(value)) {
    const keys = Object.keys(value);
    for (let at = keys.length - 1; at >= 0; at--) {
      const key = keys[at] ?? '';
      pushIfContainer(value[key], step, key, stack);
    }
  }
}

function pushIfContainer(
  value: JsonValue | undefined,
  up: Step,
  key: string | number,
  stack: Step[],
): void {
  if (typeof value === 'object' && value !== null) stack.push({ value, up, key });
}

function pointerOf(step: Step): string {
  const tokens: string[] = ['bom-ref'];
  for (let at: Step = step; at.up !== undefined; at = at.up) tokens.push(pointerToken(at.key));
  return `/${tokens.reverse().join('/')}`;
}
