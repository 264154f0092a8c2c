// SPDX-License-Identifier: Apache-2.0
import { pointerJoin } from '../../core/json.ts';
import type { ProjectedEvidence } from './projection.ts';

/** Which documents say what is written in an object of the export. */
export class Citations {
  readonly #cited = new Map<object, ProjectedEvidence[]>();

  cite(where: object, evidence: readonly ProjectedEvidence[]): void {
    const known = this.#cited.get(where);
    if (known === undefined) this.#cited.set(where, [...evidence]);
    else known.push(...evidence);
  }

  /** Places in the finished document by document, each once, in document order. */
  pointersIn(root: object): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, Set<string>>();
    const visit = (value: unknown, pointer: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const { document } of this.#cited.get(value) ?? []) {
        const pointers = found.get(document) ?? new Set();
        found.set(document, pointers.add(pointer));
      }
      for (const [key, inner] of Object.entries(value)) visit(inner, pointerJoin(pointer, key));
    };
    visit(root, '');
    return new Map([...found].map(([document, pointers]) => [document, [...pointers]]));
  }
}
