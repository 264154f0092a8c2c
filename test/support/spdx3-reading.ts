// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { spdx3Reader } from '../../ingest/extract/spdx3.ts';
import { decode } from '../../schemas/decoded.ts';
import { detectSpdx3 } from '../../schemas/spdx3/detect.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { Reading } from '../../ingest/extract/extractor.ts';

const BASE = 'https://example.com/spdx/';

/** The IRI of a short name. A name with a colon is an id as it stands. */
export function iri(name: string): string {
  return name.includes(':') ? name : `${BASE}${name}`;
}

/** An element with what every element has. */
export function element(type: string, name: string, more: object = {}): object {
  return { type, spdxId: iri(name), name, creationInfo: '_:c', ...more };
}

/** `from TYPE to to`. */
export function relates(text: string, more: object = {}): object {
  const [from = '', relationshipType = '', ...to] = text.split(' ');
  return {
    type: 'Relationship',
    spdxId: iri(`rel-${text.replaceAll(/[^a-zA-Z0-9]/g, '-')}`),
    creationInfo: '_:c',
    from: iri(from),
    relationshipType,
    to: to.map(iri),
    ...more,
  };
}

/** A document about the elements named. */
export function spdx3With(roots: readonly string[], ...elements: object[]): object {
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      {
        type: 'CreationInfo',
        '@id': '_:c',
        specVersion: '3.0.1',
        created: '2024-01-01T00:00:00Z',
        createdBy: ['https://spdx.org/rdf/3.0.1/terms/Core/SpdxOrganization'],
      },
      element('SpdxDocument', 'doc', { rootElement: roots.map(iri) }),
      ...elements,
    ],
  };
}

export function readSpdx3Bytes(
  bytes: Uint8Array,
  options: { strict?: boolean; subject?: string } = {},
): Reading {
  const decoded = decode(bytes);
  const detected = detectSpdx3(decoded);
  if (detected === undefined) throw new Error('not detected as SPDX 3');
  return spdx3Reader.read(decoded, detected, { digest: sha256(bytes), ...options });
}

export function spdx3Facts(document: object, options: { subject?: string } = {}): Facts {
  return readSpdx3Bytes(new TextEncoder().encode(JSON.stringify(document)), options).facts;
}
