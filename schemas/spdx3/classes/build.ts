// SPDX-License-Identifier: Apache-2.0
import type { ClassPages } from './page.ts';

/** Classes of Build. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Build/ */
export const BUILD_CLASSES: ClassPages = {
  build_Build: {
    is: 'Element',
    has: {
      build_buildType: '1..1 anyURI',
      build_buildId: '0..1 string',
      build_configSourceEntrypoint: '0..* string',
      build_configSourceUri: '0..* anyURI',
      build_configSourceDigest: '0..* Hash',
      build_parameter: '0..* DictionaryEntry',
      build_buildStartTime: '0..1 dateTime',
      build_buildEndTime: '0..1 dateTime',
      build_environment: '0..* DictionaryEntry',
    },
  },
};
