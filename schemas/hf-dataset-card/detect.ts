// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../core/json.ts';
import type { Decoded, Detected } from '../decoded.ts';

export { detectHfDatasetCard } from '../hf-model-card/detect.ts';

/**
 * Recognises `dataset_infos.json`: a map of configuration names to objects that carry `download_checksums`, or both
 * `features` and `splits`.
 */
export function detectHfDatasetInfos(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || !isJsonObject(decoded.json.value)) return undefined;
  const configs = Object.values(decoded.json.value);
  const isInfos =
    configs.length > 0 &&
    configs.every(
      (config) =>
        isJsonObject(member(config, 'download_checksums')) ||
        (isJsonObject(member(config, 'features')) && isJsonObject(member(config, 'splits'))),
    );
  return isInfos ? { format: 'hf-dataset-infos', version: null } : undefined;
}
