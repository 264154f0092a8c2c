// SPDX-License-Identifier: Apache-2.0
import { croissant } from './formats/croissant.ts';
import { csaf } from './formats/csaf.ts';
import { cyclonedxJson, cyclonedxXml } from './formats/cyclonedx.ts';
import { dvc } from './formats/dvc.ts';
import { hfDatasetCard, hfDatasetInfos } from './formats/hf-dataset-card.ts';
import { hfModelCard } from './formats/hf-model-card.ts';
import { intoto, oms } from './formats/intoto.ts';
import { mlmodel } from './formats/mlmodel.ts';
import { openlineage, openlineageFacet } from './formats/openlineage.ts';
import { openvex } from './formats/openvex.ts';
import { osv } from './formats/osv.ts';
import { grype, scorecard, trivy } from './formats/scanners.ts';
import { spdx2 } from './formats/spdx2.ts';
import { spdx3 } from './formats/spdx3.ts';
import { syft } from './formats/syft.ts';
import type { FormatComparer } from './comparer.ts';

/** One line a comparer. */
const COMPARERS: ReadonlyMap<string, FormatComparer> = new Map(
  [
    cyclonedxJson,
    cyclonedxXml,
    spdx2,
    spdx3,
    syft,
    intoto,
    oms,
    croissant,
    hfModelCard,
    hfDatasetCard,
    hfDatasetInfos,
    mlmodel,
    dvc,
    openlineage,
    openlineageFacet,
    openvex,
    csaf,
    osv,
    grype,
    trivy,
    scorecard,
  ].flatMap((comparer) => comparer.formats.map((format) => [format, comparer] as const)),
);

/** A format that nobody compares: everything that is expected of it is then listed as uncompared. */
const NONE: FormatComparer = { formats: [], facts: () => ({}) };

/** The comparer of a format of the manifest. */
export function comparerOf(format: string): FormatComparer {
  return COMPARERS.get(format) ?? NONE;
}
