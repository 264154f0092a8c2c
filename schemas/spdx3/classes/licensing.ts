// SPDX-License-Identifier: Apache-2.0
import type { ClassPages } from './page.ts';

/**
 * Classes of SimpleLicensing and ExpandedLicensing.
 * @see https://spdx.github.io/spdx-spec/v3.0.1/model/SimpleLicensing/
 * @see https://spdx.github.io/spdx-spec/v3.0.1/model/ExpandedLicensing/
 */
export const LICENSING_CLASSES: ClassPages = {
  simplelicensing_AnyLicenseInfo: { is: 'Element', abstract: true },
  simplelicensing_LicenseExpression: {
    is: 'simplelicensing_AnyLicenseInfo',
    has: {
      simplelicensing_licenseExpression: '1..1 string',
      simplelicensing_licenseListVersion: '0..1 semVer',
      simplelicensing_customIdToUri: '0..* DictionaryEntry',
    },
  },
  simplelicensing_SimpleLicensingText: {
    is: 'Element',
    has: {
      simplelicensing_licenseText: '1..1 string',
    },
  },
  expandedlicensing_ConjunctiveLicenseSet: {
    is: 'simplelicensing_AnyLicenseInfo',
    has: {
      expandedlicensing_member: '2..* simplelicensing_AnyLicenseInfo',
    },
  },
  expandedlicensing_CustomLicense: { is: 'expandedlicensing_License' },
  expandedlicensing_CustomLicenseAddition: { is: 'expandedlicensing_LicenseAddition' },
  expandedlicensing_DisjunctiveLicenseSet: {
    is: 'simplelicensing_AnyLicenseInfo',
    has: {
      expandedlicensing_member: '2..* simplelicensing_AnyLicenseInfo',
    },
  },
  expandedlicensing_ExtendableLicense: { is: 'simplelicensing_AnyLicenseInfo', abstract: true },
  expandedlicensing_IndividualLicensingInfo: { is: 'simplelicensing_AnyLicenseInfo' },
  expandedlicensing_License: {
    is: 'expandedlicensing_ExtendableLicense',
    abstract: true,
    has: {
      simplelicensing_licenseText: '1..1 string',
      expandedlicensing_isDeprecatedLicenseId: '0..1 boolean',
      expandedlicensing_isFsfLibre: '0..1 boolean',
      expandedlicensing_isOsiApproved: '0..1 boolean',
      expandedlicensing_licenseXml: '0..1 string',
      expandedlicensing_obsoletedBy: '0..1 string',
      expandedlicensing_seeAlso: '0..* anyURI',
      expandedlicensing_standardLicenseHeader: '0..1 string',
      expandedlicensing_standardLicenseTemplate: '0..1 string',
    },
  },
  expandedlicensing_LicenseAddition: {
    is: 'Element',
    abstract: true,
    has: {
      expandedlicensing_additionText: '1..1 string',
      expandedlicensing_isDeprecatedAdditionId: '0..1 boolean',
      expandedlicensing_licenseXml: '0..1 string',
      expandedlicensing_obsoletedBy: '0..1 string',
      expandedlicensing_seeAlso: '0..* anyURI',
      expandedlicensing_standardAdditionTemplate: '0..1 string',
    },
  },
  expandedlicensing_ListedLicense: {
    is: 'expandedlicensing_License',
    has: {
      expandedlicensing_deprecatedVersion: '0..1 string',
      expandedlicensing_listVersionAdded: '0..1 string',
    },
  },
  expandedlicensing_ListedLicenseException: {
    is: 'expandedlicensing_LicenseAddition',
    has: {
      expandedlicensing_deprecatedVersion: '0..1 string',
      expandedlicensing_listVersionAdded: '0..1 string',
    },
  },
  expandedlicensing_OrLaterOperator: {
    is: 'expandedlicensing_ExtendableLicense',
    has: {
      expandedlicensing_subjectLicense: '1..1 expandedlicensing_License',
    },
  },
  expandedlicensing_WithAdditionOperator: {
    is: 'simplelicensing_AnyLicenseInfo',
    has: {
      expandedlicensing_subjectAddition: '1..1 expandedlicensing_LicenseAddition',
      expandedlicensing_subjectExtendableLicense: '1..1 expandedlicensing_ExtendableLicense',
    },
  },
};
