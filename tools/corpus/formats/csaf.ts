// SPDX-License-Identifier: Apache-2.0
import { findDigest } from '../../../core/digest.ts';
import { parseCsaf } from '../../../schemas/csaf/parse.ts';
import { jsonDocumentOf } from './reading.ts';
import type { Csaf } from '../../../schemas/csaf/model.ts';
import type { FormatComparer } from '../comparer.ts';

function factsOf(csaf: Csaf): Readonly<Record<string, unknown>> {
  const { vulnerabilities } = csaf;
  // the corpus counts what 2.0 has; the product paths of the 2.1 draft are looked at apart
  const isOf20 = ({ pointer }: { pointer: string }): boolean =>
    !pointer.includes('/product_paths/');
  const counts = new Map<string, number>();
  for (const { list, products } of vulnerabilities.flatMap(({ statuses }) => statuses)) {
    const named = products.filter((id) => typeof id === 'string' && id !== '').length;
    if (named > 0) counts.set(list, (counts.get(list) ?? 0) + named);
  }
  const hashes = csaf.products.flatMap(({ hashes: own }) =>
    own.flatMap(({ algorithm, value }) => findDigest(algorithm, value) ?? []),
  );
  return {
    csaf_version: csaf.version,
    category: csaf.category,
    tracking_id: csaf.trackingId,
    tracking_version: csaf.trackingVersion,
    status: csaf.trackingStatus,
    publisher: csaf.publisher,
    products: new Set(csaf.products.filter(isOf20).map(({ id }) => id)).size,
    product_relationships: csaf.relationships.filter(isOf20).length,
    vulnerabilities: vulnerabilities.length,
    cves: new Set(vulnerabilities.flatMap(({ cve }) => cve ?? [])),
    product_status: Object.fromEntries(counts),
    remediations: vulnerabilities.reduce((sum, one) => sum + one.remediations.length, 0),
    hashes: new Set(hashes),
  };
}

/** CSAF 2.0, and what of the 2.1 draft is alike. */
export const csaf: FormatComparer = {
  formats: ['csaf'],
  apart: { source_test: 'names the test of the suite that the document was made for' },
  facts(document) {
    const codes = (document.prepared[0]?.problems ?? []).map(({ code }) => code);
    const wanted = String(document.entry.expect['error_class']);
    const isFound = codes.includes(wanted.replace('csaf-test-', ''));
    return {
      ...factsOf(parseCsaf(jsonDocumentOf(document))),
      error_class: isFound ? wanted : codes.join(' '),
    };
  },
};
