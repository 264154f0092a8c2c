// SPDX-License-Identifier: Apache-2.0
import { scorecard } from '../scorecard/adapter.ts';
import { afl } from './tools/afl.ts';
import { atlasLayer } from './tools/atlas-layer.ts';
import { bandit } from './tools/bandit.ts';
import { deequ } from './tools/deequ.ts';
import { dependencyCheck } from './tools/dependency-check.ts';
import { dependencyTrack } from './tools/dependency-track.ts';
import { evidently } from './tools/evidently.ts';
import { garak } from './tools/garak.ts';
import { giskard } from './tools/giskard.ts';
import { greatExpectations } from './tools/great-expectations.ts';
import { grype } from './tools/grype.ts';
import { jenkins } from './tools/jenkins.ts';
import { llmGuard } from './tools/llm-guard.ts';
import { mlrun } from './tools/mlrun.ts';
import { modelscan } from './tools/modelscan.ts';
import { nbdefense } from './tools/nbdefense.ts';
import { openThreatModel } from './tools/open-threat-model.ts';
import { art, foolbox } from './tools/robustness.ts';
import { sarif } from './tools/sarif.ts';
import { textattack } from './tools/textattack.ts';
import { tfPrivacy } from './tools/tf-privacy.ts';
import { threatDragon } from './tools/threat-dragon.ts';
import { trivy } from './tools/trivy.ts';
import { whylogs } from './tools/whylogs.ts';
import { ydataProfiling } from './tools/ydata-profiling.ts';
import type { ToolAdapter } from './adapter.ts';

/** One line a tool. No two take the same document: a test runs all of them over every document we have. */
export const TOOL_ADAPTERS: readonly ToolAdapter[] = [
  scorecard,
  grype,
  trivy,
  sarif,
  dependencyCheck,
  dependencyTrack,
  bandit,
  modelscan,
  nbdefense,
  greatExpectations,
  deequ,
  ydataProfiling,
  evidently,
  whylogs,
  giskard,
  art,
  foolbox,
  textattack,
  garak,
  llmGuard,
  afl,
  tfPrivacy,
  threatDragon,
  openThreatModel,
  atlasLayer,
  mlrun,
  jenkins,
];
