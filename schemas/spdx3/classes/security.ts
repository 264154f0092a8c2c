// SPDX-License-Identifier: Apache-2.0
import type { ClassPages, Vocabularies } from './page.ts';

/** Classes of Security. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Security/ */
export const SECURITY_CLASSES: ClassPages = {
  security_CvssV2VulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_score: '1..1 decimal',
      security_vectorString: '1..1 string',
    },
  },
  security_CvssV3VulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_score: '1..1 decimal',
      security_severity: '1..1 security_CvssSeverityType',
      security_vectorString: '1..1 string',
    },
  },
  security_CvssV4VulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_score: '1..1 decimal',
      security_severity: '1..1 security_CvssSeverityType',
      security_vectorString: '1..1 string',
    },
  },
  security_EpssVulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_probability: '1..1 decimal',
      security_percentile: '1..1 decimal',
    },
  },
  security_ExploitCatalogVulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_catalogType: '1..1 security_ExploitCatalogType',
      security_exploited: '1..1 boolean',
      security_locator: '1..1 anyURI',
    },
  },
  security_SsvcVulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    has: {
      security_decisionType: '1..1 security_SsvcDecisionType',
    },
  },
  security_VexAffectedVulnAssessmentRelationship: {
    is: 'security_VexVulnAssessmentRelationship',
    has: {
      security_actionStatement: '1..1 string',
      security_actionStatementTime: '0..1 dateTime',
    },
  },
  security_VexFixedVulnAssessmentRelationship: { is: 'security_VexVulnAssessmentRelationship' },
  security_VexNotAffectedVulnAssessmentRelationship: {
    is: 'security_VexVulnAssessmentRelationship',
    has: {
      security_justificationType: '0..1 security_VexJustificationType',
      security_impactStatement: '0..1 string',
      security_impactStatementTime: '0..1 dateTime',
    },
  },
  security_VexUnderInvestigationVulnAssessmentRelationship: {
    is: 'security_VexVulnAssessmentRelationship',
  },
  security_VexVulnAssessmentRelationship: {
    is: 'security_VulnAssessmentRelationship',
    abstract: true,
    has: {
      security_vexVersion: '0..1 string',
      security_statusNotes: '0..1 string',
    },
  },
  security_VulnAssessmentRelationship: {
    is: 'Relationship',
    abstract: true,
    has: {
      security_assessedElement: '0..1 software_SoftwareArtifact',
      security_publishedTime: '0..1 dateTime',
      suppliedBy: '0..1 Agent',
      security_modifiedTime: '0..1 dateTime',
      security_withdrawnTime: '0..1 dateTime',
    },
  },
  security_Vulnerability: {
    is: 'Artifact',
    has: {
      security_publishedTime: '0..1 dateTime',
      security_modifiedTime: '0..1 dateTime',
      security_withdrawnTime: '0..1 dateTime',
    },
  },
};

/** Vocabularies of Security, their entries set apart by spaces. */
export const SECURITY_VOCABULARIES: Vocabularies = {
  security_CvssSeverityType: 'critical high medium low none',
  security_ExploitCatalogType: 'kev other',
  security_SsvcDecisionType: 'act attend track trackStar',
  security_VexJustificationType: `
    componentNotPresent vulnerableCodeNotPresent vulnerableCodeCannotBeControlledByAdversary
    vulnerableCodeNotInExecutePath inlineMitigationsAlreadyExist`,
};
