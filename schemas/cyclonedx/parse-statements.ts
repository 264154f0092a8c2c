// SPDX-License-Identifier: Apache-2.0
import { toComponent, toService } from './parse-component.ts';
import type { WireReader, Located } from '../wire-reader.ts';
import type { Affected, Declarations, Vulnerability } from './model.ts';

/** Parses a vulnerability with its analysis (VEX) and what it affects. */
export function parseVulnerability(read: WireReader, item: Located): Vulnerability {
  const source = read.object(item, 'source');
  const analysis = read.object(item, 'analysis');
  return {
    pointer: item.pointer,
    bomRef: read.text(item, 'bom-ref'),
    id: read.text(item, 'id'),
    source: source === undefined ? undefined : read.text(source, 'name'),
    state: analysis === undefined ? undefined : read.text(analysis, 'state'),
    justification: analysis === undefined ? undefined : read.text(analysis, 'justification'),
    affects: read.each(item, 'affects', (affected) => parseAffected(read, affected)),
  };
}

function parseAffected(read: WireReader, item: Located): Affected | undefined {
  const ref = read.text(item, 'ref');
  if (ref === undefined) {
    read.problem('affects-without-ref', item.pointer, 'names no element');
    return undefined;
  }
  const versions = read.each(item, 'versions', (entry) => ({
    version: read.text(entry, 'version'),
    range: read.text(entry, 'range'),
    status: read.text(entry, 'status') ?? 'affected',
  }));
  return { pointer: item.pointer, ref, versions };
}

/**
 * Parses declarations (1.6 and later): the claims and what they are about.
 * @see https://cyclonedx.org/docs/1.7/json/#declarations
 */
export function parseDeclarations(read: WireReader, root: Located): Declarations | undefined {
  const at = read.object(root, 'declarations');
  if (at === undefined) return undefined;
  const targets = read.object(at, 'targets') ?? { value: {}, pointer: at.pointer };
  return {
    assessors: read.list(at, 'assessors').length,
    attestations: read.list(at, 'attestations').length,
    evidence: read.list(at, 'evidence').length,
    claims: read.each(at, 'claims', (item) => ({
      pointer: item.pointer,
      bomRef: read.text(item, 'bom-ref'),
      target: read.text(item, 'target'),
      predicate: read.text(item, 'predicate'),
    })),
    targetComponents: read.each(targets, 'components', toComponent),
    targetServices: read.each(targets, 'services', toService),
  };
}
