// SPDX-License-Identifier: Apache-2.0
import type { ClassPages, Vocabularies } from './page.ts';

/** Classes of Dataset. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Dataset/ */
export const DATASET_CLASSES: ClassPages = {
  dataset_DatasetPackage: {
    is: 'software_Package',
    has: {
      dataset_anonymizationMethodUsed: '0..* string',
      dataset_confidentialityLevel: '0..1 dataset_ConfidentialityLevelType',
      dataset_dataCollectionProcess: '0..1 string',
      dataset_dataPreprocessing: '0..* string',
      dataset_datasetAvailability: '0..1 dataset_DatasetAvailabilityType',
      dataset_datasetNoise: '0..1 string',
      dataset_datasetSize: '0..1 nonNegativeInteger',
      dataset_datasetType: '1..* dataset_DatasetType',
      dataset_datasetUpdateMechanism: '0..1 string',
      dataset_hasSensitivePersonalInformation: '0..1 PresenceType',
      dataset_intendedUse: '0..1 string',
      dataset_knownBias: '0..* string',
      dataset_sensor: '0..* DictionaryEntry',
    },
  },
};

/** Vocabularies of Dataset, their entries set apart by spaces. */
export const DATASET_VOCABULARIES: Vocabularies = {
  dataset_ConfidentialityLevelType: 'red amber green clear',
  dataset_DatasetAvailabilityType: 'clickthrough directDownload query registration scrapingScript',
  dataset_DatasetType: `
    audio categorical graph image noAssertion numeric other sensor structured syntactic text
    timeseries timestamp video`,
};
