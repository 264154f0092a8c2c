// SPDX-License-Identifier: Apache-2.0

/** Checksum algorithms of SPDX 2.3, clause 7.10; both spellings of the SHA-3 and BLAKE2b families occur in the specification. */
export const CHECKSUM_ALGORITHMS: ReadonlySet<string> = new Set([
  ...['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD2', 'MD4', 'MD5', 'MD6', 'ADLER32'],
  ...['SHA3-256', 'SHA3-384', 'SHA3-512', 'SHA3_256', 'SHA3_384', 'SHA3_512', 'BLAKE3'],
  ...['BLAKE2b-256', 'BLAKE2b-384', 'BLAKE2b-512', 'BLAKE2b_256', 'BLAKE2b_384', 'BLAKE2b_512'],
]);

/** Checksum algorithms up to SPDX 2.2. */
export const OLD_CHECKSUM_ALGORITHMS: ReadonlySet<string> = new Set([
  ...['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD2', 'MD4', 'MD5', 'MD6'],
]);

/** Categories of external references, clause 7.21. JSON writes `_` or `-`. */
export const REFERENCE_CATEGORIES: ReadonlySet<string> = new Set([
  ...['SECURITY', 'PACKAGE-MANAGER', 'PACKAGE_MANAGER', 'PERSISTENT-ID', 'PERSISTENT_ID', 'OTHER'],
]);

/** Primary purposes of a package, clause 7.24. */
export const PACKAGE_PURPOSES: ReadonlySet<string> = new Set([
  ...['APPLICATION', 'FRAMEWORK', 'LIBRARY', 'CONTAINER', 'OPERATING_SYSTEM', 'OPERATING-SYSTEM'],
  ...['DEVICE', 'FIRMWARE', 'SOURCE', 'ARCHIVE', 'FILE', 'INSTALL', 'OTHER'],
]);

/** Types of files, clause 8.3. */
export const FILE_TYPES: ReadonlySet<string> = new Set([
  ...['SOURCE', 'BINARY', 'ARCHIVE', 'APPLICATION', 'AUDIO', 'IMAGE', 'TEXT', 'VIDEO'],
  ...['DOCUMENTATION', 'SPDX', 'OTHER'],
]);

/** Types of annotations, clause 12.3. */
export const ANNOTATION_TYPES: ReadonlySet<string> = new Set(['REVIEW', 'OTHER']);

/** Types of relationships, clause 11.1. */
export const RELATIONSHIP_TYPES: ReadonlySet<string> = new Set([
  ...['DESCRIBES', 'DESCRIBED_BY', 'CONTAINS', 'CONTAINED_BY', 'DEPENDS_ON', 'DEPENDENCY_OF'],
  ...['DEPENDENCY_MANIFEST_OF', 'BUILD_DEPENDENCY_OF', 'DEV_DEPENDENCY_OF'],
  ...['OPTIONAL_DEPENDENCY_OF', 'PROVIDED_DEPENDENCY_OF', 'TEST_DEPENDENCY_OF'],
  ...['RUNTIME_DEPENDENCY_OF', 'EXAMPLE_OF', 'GENERATES', 'GENERATED_FROM', 'ANCESTOR_OF'],
  ...['DESCENDANT_OF', 'VARIANT_OF', 'DISTRIBUTION_ARTIFACT', 'PATCH_FOR', 'PATCH_APPLIED'],
  ...['COPY_OF', 'FILE_ADDED', 'FILE_DELETED', 'FILE_MODIFIED', 'EXPANDED_FROM_ARCHIVE'],
  ...['DYNAMIC_LINK', 'STATIC_LINK', 'DATA_FILE_OF', 'TEST_CASE_OF', 'BUILD_TOOL_OF'],
  ...['DEV_TOOL_OF', 'TEST_OF', 'TEST_TOOL_OF', 'DOCUMENTATION_OF', 'OPTIONAL_COMPONENT_OF'],
  ...['METAFILE_OF', 'PACKAGE_OF', 'AMENDS', 'PREREQUISITE_FOR', 'HAS_PREREQUISITE'],
  ...['REQUIREMENT_DESCRIPTION_FOR', 'SPECIFICATION_FOR', 'OTHER'],
]);
