// SPDX-License-Identifier: Apache-2.0
import { peekXmlRoot } from '../xml/peek-root.ts';
import { findVersion, isBomNamespace } from './namespaces.ts';
import { textHead, type Decoded, type Detected } from '../decoded.ts';

/**
 * Recognises CycloneDX XML: a root element `bom` in a namespace of CycloneDX.
 * @returns the version that the namespace names, null where there is no such version; undefined for other documents
 */
export function detectCyclonedxXml(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const root = peekXmlRoot(textHead(decoded));
  if (root?.name !== 'bom' || !isBomNamespace(root.namespace)) return undefined;
  return { format: 'cyclonedx-xml', version: findVersion(root.namespace) ?? null };
}
