// SPDX-License-Identifier: Apache-2.0
import type { ClassPages, Vocabularies } from './page.ts';

/** Classes of AI. @see https://spdx.github.io/spdx-spec/v3.0.1/model/AI/ */
export const AI_CLASSES: ClassPages = {
  ai_AIPackage: {
    is: 'software_Package',
    has: {
      ai_autonomyType: '0..1 PresenceType',
      ai_domain: '0..* string',
      ai_energyConsumption: '0..1 ai_EnergyConsumption',
      ai_hyperparameter: '0..* DictionaryEntry',
      ai_informationAboutApplication: '0..1 string',
      ai_informationAboutTraining: '0..1 string',
      ai_limitation: '0..1 string',
      ai_metric: '0..* DictionaryEntry',
      ai_metricDecisionThreshold: '0..* DictionaryEntry',
      ai_modelDataPreprocessing: '0..* string',
      ai_modelExplainability: '0..* string',
      ai_safetyRiskAssessment: '0..1 ai_SafetyRiskAssessmentType',
      ai_standardCompliance: '0..* string',
      ai_typeOfModel: '0..* string',
      ai_useSensitivePersonalInformation: '0..1 PresenceType',
    },
  },
  ai_EnergyConsumption: {
    has: {
      ai_finetuningEnergyConsumption: '0..* ai_EnergyConsumptionDescription',
      ai_inferenceEnergyConsumption: '0..* ai_EnergyConsumptionDescription',
      ai_trainingEnergyConsumption: '0..* ai_EnergyConsumptionDescription',
    },
  },
  ai_EnergyConsumptionDescription: {
    has: {
      ai_energyQuantity: '1..1 decimal',
      ai_energyUnit: '1..1 ai_EnergyUnitType',
    },
  },
};

/** Vocabularies of AI, their entries set apart by spaces. */
export const AI_VOCABULARIES: Vocabularies = {
  ai_EnergyUnitType: 'kilowattHour megajoule other',
  ai_SafetyRiskAssessmentType: 'serious high medium low',
};
