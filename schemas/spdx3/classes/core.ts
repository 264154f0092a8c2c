// SPDX-License-Identifier: Apache-2.0
import type { ClassPages, Vocabularies } from './page.ts';

/** Classes of Core. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Core/ */
export const CORE_CLASSES: ClassPages = {
  Agent: { is: 'Element' },
  Annotation: {
    is: 'Element',
    has: {
      annotationType: '1..1 AnnotationType',
      contentType: '0..1 mediaType',
      statement: '0..1 string',
      subject: '1..1 Element',
    },
  },
  Artifact: {
    is: 'Element',
    abstract: true,
    has: {
      originatedBy: '0..* Agent',
      suppliedBy: '0..1 Agent',
      builtTime: '0..1 dateTime',
      releaseTime: '0..1 dateTime',
      validUntilTime: '0..1 dateTime',
      standardName: '0..* string',
      supportLevel: '0..* SupportType',
    },
  },
  Bom: { is: 'Bundle' },
  Bundle: {
    is: 'ElementCollection',
    has: {
      context: '0..1 string',
    },
  },
  CreationInfo: {
    has: {
      specVersion: '1..1 semVer',
      comment: '0..1 string',
      created: '1..1 dateTime',
      createdBy: '1..* Agent',
      createdUsing: '0..* Tool',
    },
  },
  DictionaryEntry: {
    has: {
      key: '1..1 string',
      value: '0..1 string',
    },
  },
  Element: {
    abstract: true,
    has: {
      name: '0..1 string',
      summary: '0..1 string',
      description: '0..1 string',
      comment: '0..1 string',
      creationInfo: '1..1 CreationInfo',
      verifiedUsing: '0..* IntegrityMethod',
      externalRef: '0..* ExternalRef',
      externalIdentifier: '0..* ExternalIdentifier',
      extension: '0..* extension_Extension',
    },
  },
  ElementCollection: {
    is: 'Element',
    abstract: true,
    has: {
      element: '0..* Element',
      rootElement: '0..* Element',
      profileConformance: '0..* ProfileIdentifierType',
    },
  },
  ExternalIdentifier: {
    has: {
      externalIdentifierType: '1..1 ExternalIdentifierType',
      identifier: '1..1 string',
      comment: '0..1 string',
      identifierLocator: '0..* anyURI',
      issuingAuthority: '0..1 string',
    },
  },
  ExternalMap: {
    has: {
      externalSpdxId: '1..1 anyURI',
      verifiedUsing: '0..* IntegrityMethod',
      locationHint: '0..1 anyURI',
      definingArtifact: '0..1 Artifact',
    },
  },
  ExternalRef: {
    has: {
      externalRefType: '0..1 ExternalRefType',
      locator: '0..* string',
      contentType: '0..1 mediaType',
      comment: '0..1 string',
    },
  },
  Hash: {
    is: 'IntegrityMethod',
    has: {
      algorithm: '1..1 HashAlgorithm',
      hashValue: '1..1 string',
    },
  },
  IndividualElement: { is: 'Element' },
  IntegrityMethod: {
    abstract: true,
    has: {
      comment: '0..1 string',
    },
  },
  LifecycleScopedRelationship: {
    is: 'Relationship',
    has: {
      scope: '0..1 LifecycleScopeType',
    },
  },
  NamespaceMap: {
    has: {
      prefix: '1..1 string',
      namespace: '1..1 anyURI',
    },
  },
  Organization: { is: 'Agent' },
  PackageVerificationCode: {
    is: 'IntegrityMethod',
    has: {
      algorithm: '1..1 HashAlgorithm',
      hashValue: '1..1 string',
      packageVerificationCodeExcludedFile: '0..* string',
    },
  },
  Person: { is: 'Agent' },
  PositiveIntegerRange: {
    has: {
      beginIntegerRange: '1..1 positiveInteger',
      endIntegerRange: '1..1 positiveInteger',
    },
  },
  Relationship: {
    is: 'Element',
    has: {
      from: '1..1 Element',
      to: '1..* Element',
      relationshipType: '1..1 RelationshipType',
      completeness: '0..1 RelationshipCompleteness',
      startTime: '0..1 dateTime',
      endTime: '0..1 dateTime',
    },
  },
  SoftwareAgent: { is: 'Agent' },
  SpdxDocument: {
    is: 'ElementCollection',
    has: {
      import: '0..* ExternalMap',
      namespaceMap: '0..* NamespaceMap',
      dataLicense: '0..1 simplelicensing_AnyLicenseInfo',
    },
  },
  Tool: { is: 'Element' },
};

/** Vocabularies of Core, their entries set apart by spaces. */
export const CORE_VOCABULARIES: Vocabularies = {
  AnnotationType: 'other review',
  ExternalIdentifierType:
    'cpe22 cpe23 cve email gitoid other packageUrl securityOther swhid swid urlScheme',
  ExternalRefType: `
    altDownloadLocation altWebPage binaryArtifact bower buildMeta buildSystem chat
    certificationReport componentAnalysisReport cwe documentation dynamicAnalysisReport
    eolNotice exportControlAssessment funding issueTracker mailingList mavenCentral metrics
    npm nuget license other privacyAssessment productMetadata purchaseOrder
    qualityAssessmentReport releaseNotes releaseHistory riskAssessment runtimeAnalysisReport
    secureSoftwareAttestation securityAdvisory securityAdversaryModel securityFix
    securityOther securityPenTestReport securityPolicy securityThreatModel socialMedia
    sourceArtifact staticAnalysisReport support vcs vulnerabilityDisclosureReport
    vulnerabilityExploitabilityAssessment`,
  HashAlgorithm: `
    adler32 blake2b256 blake2b384 blake2b512 blake3 crystalsDilithium crystalsKyber falcon
    md2 md4 md5 md6 other sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384
    sha3_512`,
  LifecycleScopeType: 'design development build test runtime other',
  PresenceType: 'yes no noAssertion',
  ProfileIdentifierType:
    'core software simpleLicensing expandedLicensing security build ai dataset extension lite',
  RelationshipCompleteness: 'incomplete complete noAssertion',
  RelationshipType: `
    affects amendedBy ancestorOf availableFrom configures contains coordinatedBy copiedTo
    delegatedTo dependsOn descendantOf describes doesNotAffect expandsTo exploitCreatedBy
    fixedBy fixedIn foundBy generates hasAddedFile hasAssessmentFor
    hasAssociatedVulnerability hasConcludedLicense hasDataFile hasDeclaredLicense
    hasDeletedFile hasDependencyManifest hasDistributionArtifact hasDocumentation
    hasDynamicLink hasEvidence hasExample hasHost hasInput hasMetadata hasOptionalComponent
    hasOptionalDependency hasOutput hasPrerequisite hasProvidedDependency hasRequirement
    hasSpecification hasStaticLink hasTest hasTestCase hasVariant invokedBy modifiedBy other
    packagedBy patchedBy publishedBy reportedBy republishedBy serializedInArtifact testedOn
    trainedOn underInvestigationFor usesTool`,
  SupportType: 'development support deployed limitedSupport endOfSupport noSupport noAssertion',
};
