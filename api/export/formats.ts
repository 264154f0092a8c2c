// SPDX-License-Identifier: Apache-2.0
import type { Exported } from './account.ts';
import { exportCyclonedx } from './cyclonedx/export.ts';
import type { Projection } from './projection.ts';
import { exportSpdx3 } from './spdx3/export.ts';

/** Formats that a lineage is exported to as a document of its own. */
export const DOCUMENT_FORMATS = ['cyclonedx', 'spdx3'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

const EXPORTERS: Readonly<
  Record<DocumentFormat, (projection: Projection, engine: string) => Exported>
> = {
  cyclonedx: exportCyclonedx,
  spdx3: exportSpdx3,
};

/** Writes a projection in a format. */
export function exportAs(format: DocumentFormat, projection: Projection, engine: string): Exported {
  return EXPORTERS[format](projection, engine);
}
