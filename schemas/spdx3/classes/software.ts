// SPDX-License-Identifier: Apache-2.0
import type { ClassPages, Vocabularies } from './page.ts';

/** Classes of Software. @see https://spdx.github.io/spdx-spec/v3.0.1/model/Software/ */
export const SOFTWARE_CLASSES: ClassPages = {
  software_ContentIdentifier: {
    is: 'IntegrityMethod',
    has: {
      software_contentIdentifierType: '1..1 software_ContentIdentifierType',
      software_contentIdentifierValue: '1..1 anyURI',
    },
  },
  software_File: {
    is: 'software_SoftwareArtifact',
    has: {
      contentType: '0..1 mediaType',
      software_fileKind: '0..1 software_FileKindType',
    },
  },
  software_Package: {
    is: 'software_SoftwareArtifact',
    has: {
      software_downloadLocation: '0..1 anyURI',
      software_homePage: '0..1 anyURI',
      software_packageVersion: '0..1 string',
      software_packageUrl: '0..1 anyURI',
      software_sourceInfo: '0..1 string',
    },
  },
  software_Sbom: {
    is: 'Bom',
    has: {
      software_sbomType: '0..* software_SbomType',
    },
  },
  software_Snippet: {
    is: 'software_SoftwareArtifact',
    has: {
      software_byteRange: '0..1 PositiveIntegerRange',
      software_lineRange: '0..1 PositiveIntegerRange',
      software_snippetFromFile: '1..1 software_File',
    },
  },
  software_SoftwareArtifact: {
    is: 'Artifact',
    abstract: true,
    has: {
      software_primaryPurpose: '0..1 software_SoftwarePurpose',
      software_additionalPurpose: '0..* software_SoftwarePurpose',
      software_copyrightText: '0..1 string',
      software_attributionText: '0..* string',
      software_contentIdentifier: '0..* software_ContentIdentifier',
    },
  },
};

/** Vocabularies of Software, their entries set apart by spaces. */
export const SOFTWARE_VOCABULARIES: Vocabularies = {
  software_ContentIdentifierType: 'gitoid swhid',
  software_FileKindType: 'file directory',
  software_SbomType: 'design source build deployed runtime analyzed',
  software_SoftwarePurpose: `
    application archive bom configuration container data device diskImage deviceDriver
    documentation evidence executable file filesystemImage firmware framework install
    library manifest model module operatingSystem other patch platform requirement source
    specification test`,
};
