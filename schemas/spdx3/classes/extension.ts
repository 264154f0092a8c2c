// SPDX-License-Identifier: Apache-2.0
import type { ClassPages } from './page.ts';

/** Classes of Extension. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Extension/ */
export const EXTENSION_CLASSES: ClassPages = {
  extension_CdxPropertiesExtension: {
    is: 'extension_Extension',
    has: {
      extension_cdxProperty: '1..* extension_CdxPropertyEntry',
    },
  },
  extension_CdxPropertyEntry: {
    has: {
      extension_cdxPropName: '1..1 string',
      extension_cdxPropValue: '0..1 string',
    },
  },
  extension_Extension: { abstract: true },
};
