// SPDX-License-Identifier: Apache-2.0
import { detectAsset } from './asset/registry.ts';
import { detectAttestedStatement } from './attested-statement/attested-statement.ts';
import { detectC2pa } from './c2pa/detect.ts';
import { detectCroissant } from './croissant/detect.ts';
import { detectCsaf } from './csaf/detect.ts';
import { detectCyclonedxJson } from './cyclonedx/detect.ts';
import { detectCyclonedxXml } from './cyclonedx-xml/detect.ts';
import type { Decoded, Detected, Detector } from './decoded.ts';
import { detectDsse } from './dsse/envelope.ts';
import { detectDvc } from './dvc/detect.ts';
import { detectEvaluationReport } from './evaluation-report/detect.ts';
import { detectHfDatasetInfos } from './hf-dataset-card/detect.ts';
import { detectHfDatasetCard, detectHfModelCard } from './hf-model-card/detect.ts';
import { detectHfRepoInfo } from './hf-repo-info/parse.ts';
import { detectLayout } from './intoto/layout.ts';
import { detectLink } from './intoto/link.ts';
import { detectMetablock } from './intoto/metablock.ts';
import { detectStatement } from './intoto/statement.ts';
import { detectKubernetes } from './kubernetes/detect.ts';
import { detectMlflow } from './mlflow/detect.ts';
import { detectMlmodel } from './mlmodel/detect.ts';
import { detectOciManifest } from './oci-manifest/detect.ts';
import { detectOpaque } from './opaque/detect.ts';
import { detectOpenLineage, detectOpenLineageFacet } from './openlineage/detect.ts';
import { detectOpenVex } from './openvex/detect.ts';
import { detectOsv } from './osv/detect.ts';
import { detectSigstoreBundle } from './sigstore-bundle/bundle.ts';
import { detectGcbProvenance } from './slsa/gcb-provenance.ts';
import { detectGithubAttestations } from './slsa/github-attestations.ts';
import { detectNpmAttestations } from './slsa/npm-attestations.ts';
import {
  detectSpdx2Json,
  detectSpdx2Rdf,
  detectSpdx2TagValue,
  detectSpdx2Xml,
  detectSpdx2Yaml,
} from './spdx2/detect.ts';
import { detectSpdx3 } from './spdx3/detect.ts';
import { detectSyft } from './syft/detect.ts';
import { detectToolReport } from './tool-report/detect.ts';

/** One line a format, envelopes first; what is more particular stands before what is more general. */
const DETECTORS: readonly Detector[] = [
  detectAttestedStatement,
  detectSigstoreBundle,
  detectDsse,
  detectMetablock,
  detectStatement,
  detectLink,
  detectLayout,
  detectOciManifest,
  detectNpmAttestations,
  detectGithubAttestations,
  detectGcbProvenance,
  detectCyclonedxJson,
  detectCyclonedxXml,
  detectSpdx2Json,
  detectSpdx2TagValue,
  detectSpdx2Rdf,
  detectSpdx2Xml,
  detectSpdx2Yaml,
  detectSpdx3,
  detectSyft,
  detectC2pa,
  detectCroissant,
  detectEvaluationReport,
  detectHfRepoInfo,
  detectHfDatasetInfos,
  detectDvc,
  detectMlmodel,
  detectMlflow,
  detectOpenLineage,
  detectOpenLineageFacet,
  detectKubernetes,
  detectHfDatasetCard,
  detectHfModelCard,
  detectOpenVex,
  detectCsaf,
  detectOsv,
  detectToolReport,
  detectAsset,
];

/** The format of a document by its content, never by its name. What nothing recognises is opaque. */
export function detect(decoded: Decoded): Detected {
  for (const detector of DETECTORS) {
    const detected = detector(decoded);
    if (detected !== undefined) return detected;
  }
  return detectOpaque(decoded);
}
