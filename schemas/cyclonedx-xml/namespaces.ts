// SPDX-License-Identifier: Apache-2.0

const BOM_NAMESPACE = /^http:\/\/cyclonedx\.org\/schema\/bom\/(.{1,32})$/;

/** Versions of CycloneDX that exist in XML: all of them. */
export const CYCLONEDX_XML_VERSIONS: readonly string[] = [
  '1.0',
  '1.1',
  '1.2',
  '1.3',
  '1.4',
  '1.5',
  '1.6',
  '1.7',
];

/** Extensions of 1.0 and 1.1, taken into the format itself from 1.2 and 1.4 on. */
export const DEPENDENCY_GRAPH = 'http://cyclonedx.org/schema/ext/dependency-graph/1.0';
export const VULNERABILITY = 'http://cyclonedx.org/schema/ext/vulnerability/1.0';

/** True for a namespace of the form that CycloneDX uses for its documents, whether or not the version exists. */
export function isBomNamespace(namespace: string): boolean {
  return BOM_NAMESPACE.test(namespace);
}

/** The version that a namespace names; undefined where there is no such version. */
export function findVersion(namespace: string): string | undefined {
  const written = BOM_NAMESPACE.exec(namespace)?.[1];
  return written !== undefined && CYCLONEDX_XML_VERSIONS.includes(written) ? written : undefined;
}
