// SPDX-License-Identifier: Apache-2.0
import { bestLabel } from '../../graph/lineage/folding.ts';
import type { View } from '../../graph/lineage/view.ts';

/** What people call a ref; undefined where nobody calls it anything. */
export type RefNames = (ref: string) => string | undefined;

export function refNames(view: View): RefNames {
  return (ref) => {
    const node = view.index.find(ref);
    return node === undefined ? undefined : bestLabel(view.labelsOf(node));
  };
}
