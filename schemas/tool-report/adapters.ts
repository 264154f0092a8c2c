// SPDX-License-Identifier: Apache-2.0
import { scorecard } from '../scorecard/adapter.ts';
import { afl } from './by-tool/afl.ts';
import { allstar } from './by-tool/allstar.ts';
import { artPoison } from './by-tool/art-poison.ts';
import { arx } from './by-tool/arx.ts';
import { atlasLayer } from './by-tool/atlas-layer.ts';
import { atlasMatrix } from './by-tool/atlas-matrix.ts';
import { attackStix } from './by-tool/attack-stix.ts';
import { bandit } from './by-tool/bandit.ts';
import { deequ } from './by-tool/deequ.ts';
import { dependencyCheck } from './by-tool/dependency-check.ts';
import { dependencySnapshot } from './by-tool/dependency-snapshot.ts';
import { dependencyTrack } from './by-tool/dependency-track.ts';
import { dependencyTrackPolicy } from './by-tool/dependency-track-policy.ts';
import { dvcReport } from './by-tool/dvc-report.ts';
import { evidently } from './by-tool/evidently.ts';
import { evidentlyLegacy } from './by-tool/evidently-legacy.ts';
import { garak } from './by-tool/garak.ts';
import { giskard } from './by-tool/giskard.ts';
import { greatExpectations } from './by-tool/great-expectations.ts';
import { grype } from './by-tool/grype.ts';
import { jenkins } from './by-tool/jenkins.ts';
import { jenkinsStages } from './by-tool/jenkins-stages.ts';
import { jenkinsTests } from './by-tool/jenkins-tests.ts';
import { junit } from './by-tool/junit.ts';
import { llmGuard } from './by-tool/llm-guard.ts';
import { mlrun } from './by-tool/mlrun.ts';
import { mlrunArtifact } from './by-tool/mlrun-artifact.ts';
import { mlrunFunction } from './by-tool/mlrun-function.ts';
import { modelscan } from './by-tool/modelscan.ts';
import { nbdefense } from './by-tool/nbdefense.ts';
import { osvScanner } from './by-tool/osv-scanner.ts';
import { openThreatModel } from './by-tool/open-threat-model.ts';
import { art, foolbox } from './by-tool/robustness.ts';
import { artLog, foolboxLog } from './by-tool/robustness-log.ts';
import { samm } from './by-tool/samm.ts';
import { sarif } from './by-tool/sarif.ts';
import { scorecardList } from './by-tool/scorecard-list.ts';
import { textattack } from './by-tool/textattack.ts';
import { tfPrivacy } from './by-tool/tf-privacy.ts';
import { tfPrivacyAttacks } from './by-tool/tf-privacy-attacks.ts';
import { threatDragon } from './by-tool/threat-dragon.ts';
import { threatModelBom } from './by-tool/threat-model-bom.ts';
import { trivy } from './by-tool/trivy.ts';
import { whylogs } from './by-tool/whylogs.ts';
import { ydataProfiling } from './by-tool/ydata-profiling.ts';
import type { ToolAdapter } from './adapter.ts';

/** One line a tool. No two take the same document: a test runs all of them over every document we have. */
export const TOOL_ADAPTERS: readonly ToolAdapter[] = [
  scorecard,
  scorecardList,
  allstar,
  grype,
  osvScanner,
  trivy,
  sarif,
  dependencyCheck,
  dependencyTrack,
  dependencyTrackPolicy,
  dependencySnapshot,
  bandit,
  modelscan,
  nbdefense,
  greatExpectations,
  deequ,
  arx,
  dvcReport,
  ydataProfiling,
  evidently,
  evidentlyLegacy,
  whylogs,
  giskard,
  art,
  artLog,
  artPoison,
  foolbox,
  foolboxLog,
  textattack,
  garak,
  llmGuard,
  afl,
  tfPrivacy,
  tfPrivacyAttacks,
  threatDragon,
  threatModelBom,
  openThreatModel,
  atlasLayer,
  atlasMatrix,
  attackStix,
  samm,
  mlrun,
  mlrunArtifact,
  mlrunFunction,
  jenkins,
  jenkinsTests,
  jenkinsStages,
  junit,
];
