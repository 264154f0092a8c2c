// SPDX-License-Identifier: Apache-2.0
import { CORE_VOCABULARIES } from './core.ts';
import type { ClassPages, Vocabularies } from './page.ts';

/** The classes that 3.0.0 lists otherwise than 3.0.1. @see https://spdx.github.io/spdx-spec/v3.0/ */
export const EDITION_3_0_0_CLASSES: ClassPages = {
  SpdxDocument: {
    is: 'ElementCollection',
    has: {
      imports: '0..* ExternalMap',
      namespaceMap: '0..* NamespaceMap',
      dataLicense: '0..1 simplelicensing_AnyLicenseInfo',
    },
  },
  build_Build: {
    is: 'Element',
    has: {
      build_buildType: '1..1 anyURI',
      build_buildId: '0..1 string',
      build_configSourceEntrypoint: '0..* string',
      build_configSourceUri: '0..* anyURI',
      build_configSourceDigest: '0..* Hash',
      build_parameters: '0..* DictionaryEntry',
      build_buildStartTime: '0..1 dateTime',
      build_buildEndTime: '0..1 dateTime',
      build_environment: '0..* DictionaryEntry',
    },
  },
  software_File: {
    is: 'software_SoftwareArtifact',
    has: {
      software_contentType: '0..1 mediaType',
      software_fileKind: '0..1 software_FileKindType',
    },
  },
  security_EpssVulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_probability: '1..1 decimal',
      security_percentile: '1..1 decimal',
      security_publishedTime: '1..1 dateTime',
    },
  },
  security_VexAffectedVulnAssessmentRelationship: {
    is: 'security_VexVulnAssessmentRelationship',
    has: {
      security_actionStatement: '0..1 string',
      security_actionStatementTime: '0..* dateTime',
    },
  },
  security_VulnAssessmentRelationship: {
    is: 'Relationship',
    abstract: true,
    has: {
      security_assessedElement: '0..1 Element',
      security_publishedTime: '0..1 dateTime',
      suppliedBy: '0..1 Agent',
      security_modifiedTime: '0..1 dateTime',
      security_withdrawnTime: '0..1 dateTime',
    },
  },
};

/** The vocabularies that 3.0.0 lists otherwise than 3.0.1. */
export const EDITION_3_0_0_VOCABULARIES: Vocabularies = {
  HashAlgorithm: withTerms('HashAlgorithm', [['adler32', '']]),
  RelationshipType: withTerms('RelationshipType', [
    ['hasInput', 'hasInputs'],
    ['hasOutput', 'hasOutputs'],
    ['hasPrerequisite', 'hasPrerequsite'],
  ]),
};

/** The entries of 3.0.1, some replaced by those of 3.0.0, or by nothing. */
function withTerms(name: string, replaced: readonly (readonly [string, string])[]): string {
  const terms = new Map(replaced);
  const present = (CORE_VOCABULARIES[name] ?? '').trim().split(/\s+/);
  return present.map((term) => terms.get(term) ?? term).join(' ');
}
