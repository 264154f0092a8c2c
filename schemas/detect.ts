// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/canonical-json-jcs.ts';
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
import { detectOsvList } from './osv/list.ts';
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

/** One format, and whether a JSON document may be of it at all. */
interface Line {
  readonly detector: Detector;
  /** A JSON object is of the format only if it has one of these at its top; undefined where that does not tell. */
  readonly members: readonly string[] | undefined;
}

const json = (detector: Detector, ...members: string[]): Line => ({ detector, members });
/** A format that is never a JSON object. */
const other = (detector: Detector): Line => ({ detector, members: [] });
const any = (detector: Detector): Line => ({ detector, members: undefined });

/** One line a format, envelopes first; what is more particular stands before what is more general. */
export const DETECTORS: readonly Line[] = [
  json(detectAttestedStatement, 'mediaType'),
  json(detectSigstoreBundle, 'mediaType'),
  json(detectDsse, 'payload'),
  json(detectMetablock, 'signed'),
  json(detectStatement, '_type', 'predicateType'),
  json(detectLink, '_type'),
  json(detectLayout, '_type'),
  json(detectOciManifest, 'mediaType', 'schemaVersion'),
  json(detectNpmAttestations, 'attestations'),
  json(detectGithubAttestations, 'attestations'),
  json(detectGcbProvenance, 'provenance_summary', 'image_summary'),
  json(detectCyclonedxJson, 'bomFormat', 'specVersion'),
  other(detectCyclonedxXml),
  json(detectSpdx2Json, 'spdxVersion', 'SPDXID'),
  other(detectSpdx2TagValue),
  other(detectSpdx2Rdf),
  other(detectSpdx2Xml),
  other(detectSpdx2Yaml),
  json(detectSpdx3, '@context', '@graph'),
  json(detectSyft, 'artifacts'),
  json(detectC2pa, 'active_manifest'),
  json(detectCroissant, '@context', '@type'),
  json(detectEvaluationReport, 'model_sha256'),
  json(detectHfRepoInfo, 'sha'),
  any(detectHfDatasetInfos),
  other(detectDvc),
  other(detectMlmodel),
  json(
    detectMlflow,
    ...['run', 'runs', 'model_version', 'model_versions', 'registered_model', 'registered_models'],
    ...['model', 'models', 'experiment', 'root_uri', 'mlflow'],
  ),
  json(detectOpenLineage, 'schemaURL', 'job', 'run', 'inputs', 'outputs'),
  any(detectOpenLineageFacet),
  json(detectKubernetes, 'apiVersion'),
  other(detectHfDatasetCard),
  other(detectHfModelCard),
  json(detectOpenVex, '@context'),
  json(detectCsaf, 'document'),
  json(detectOsv, 'id'),
  json(detectOsvList, 'vulns'),
  any(detectToolReport),
  any(detectAsset),
];

/** Positions of the lines that a member lets a JSON object be of. */
const LINES_OF_MEMBER = new Map<string, number[]>();
DETECTORS.forEach(({ members }, at) => {
  for (const member of members ?? []) {
    LINES_OF_MEMBER.set(member, [...(LINES_OF_MEMBER.get(member) ?? []), at]);
  }
});

/** The format of a document by its content, never by its name. What nothing recognises is opaque. */
export function detect(decoded: Decoded): Detected {
  const root = decoded.kind === 'json' ? decoded.json.value : undefined;
  const isPossible = isJsonObject(root) ? possibleLines(root) : undefined;
  for (let at = 0; at < DETECTORS.length; at++) {
    if (isPossible?.[at] === 0) continue;
    const detected = DETECTORS[at]?.detector(decoded);
    if (detected !== undefined) return detected;
  }
  return detectOpaque(decoded);
}

const ANY_OBJECT = Uint8Array.from(DETECTORS, ({ members }) => (members === undefined ? 1 : 0));

/** 1 for each line that an object may be of. */
function possibleLines(root: JsonObject): Uint8Array {
  const possible = ANY_OBJECT.slice();
  for (const key in root) {
    for (const at of LINES_OF_MEMBER.get(key) ?? NO_LINES) possible[at] = 1;
  }
  return possible;
}

const NO_LINES: readonly number[] = [];
