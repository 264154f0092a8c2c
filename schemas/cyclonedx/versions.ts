// SPDX-License-Identifier: Apache-2.0

/** Versions of CycloneDX that exist in JSON. 1.0 and 1.1 are XML only. @see https://github.com/CycloneDX/specification */
export const CYCLONEDX_JSON_VERSIONS: readonly string[] = [
  '1.2',
  '1.3',
  '1.4',
  '1.5',
  '1.6',
  '1.7',
];
