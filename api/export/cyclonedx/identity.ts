// SPDX-License-Identifier: Apache-2.0
import { isStrongAlgorithm } from '../../../core/digest.ts';
import type { Kind } from '../../../graph/domain/kinds.ts';
import { levelOf, nameRef } from '../../../graph/domain/node-ref.ts';
import { hubPurl } from '../hub-purl.ts';
import type { Thing } from '../things.ts';

/** Kinds that are components, with their component type. */
export const COMPONENT_TYPES: ReadonlyMap<Kind, string> = new Map([
  ['Model', 'machine-learning-model'],
  ['Dataset', 'data'],
  ['Config', 'data'],
  ['Code', 'data'],
  ['Image', 'container'],
  ['Package', 'library'],
  ['Prompt', 'file'],
  ['File', 'file'],
]);
/** Component types of packages, as readers keep them in the attribute `type`. */
const PACKAGE_TYPES = new Set([
  'application',
  'framework',
  'library',
  'platform',
  'operating-system',
  'device',
  'device-driver',
  'firmware',
]);
const OMNIBOR = /^gitoid:(?:blob|tree|commit|tag):sha256:[0-9a-f]{64}$/;

/**
 * True for a thing that a component cannot tell from others by hash, purl or gitoid: its bom-ref holds inside the BOM alone.
 */
export function isLocal(thing: Thing): boolean {
  if (thing.digests.some(({ algorithm }) => isStrongAlgorithm(algorithm))) return false;
  const isFound = (ref: string): boolean =>
    OMNIBOR.test(ref) ||
    hubPurl(ref, thing) !== undefined ||
    (ref.startsWith('pkg:') && levelOf(ref) === 'coordinate');
  return ![...thing.contentRefs, ...thing.coordinates].some(isFound);
}

/** The component type of a thing. */
export function typeOf({ kind, attributes }: Thing): string {
  const own = attributes['type'] ?? '';
  if (kind === 'Package' && PACKAGE_TYPES.has(own)) return own;
  return COMPONENT_TYPES.get(kind) ?? 'library';
}

/** What a component says that it is. */
export interface Identifiers {
  readonly purl: string | undefined;
  readonly omniborIds: readonly string[];
  /** Identities and shared names that have no field. */
  readonly untold: readonly string[];
  readonly untoldNames: readonly string[];
}

/** One purl: with a version before one without, the first of several. */
export function identifiersOf(thing: Thing): Identifiers {
  const hubs = new Map(thing.coordinates.map((ref) => [ref, hubPurl(ref, thing)]));
  const purls = [
    ...thing.coordinates.filter((ref) => ref.startsWith('pkg:')),
    ...[...hubs.values()].filter((ref) => ref !== undefined),
    ...thing.nameRefs.filter((ref) => ref.startsWith('pkg:')),
  ];
  const purl = purls[0];
  const omniborIds = thing.contentRefs.filter((ref) => OMNIBOR.test(ref));
  const ownName = sharedNameOf(thing);
  const isTold = (ref: string): boolean =>
    ref === purl || ref === ownName || (hubs.get(ref) !== undefined && hubs.get(ref) === purl);
  return {
    purl,
    omniborIds,
    untold: [...thing.coordinates, ...thing.contentRefs].filter(
      (ref) => !isTold(ref) && !omniborIds.includes(ref),
    ),
    untoldNames: thing.nameRefs.filter((ref) => !isTold(ref) && !/^(?:md5|sha1):/.test(ref)),
  };
}

/** The shared name that readers give to a component without identity: its name and version. */
function sharedNameOf(thing: Thing): string | undefined {
  const { version } = thing.attributes;
  const isBareFile = typeOf(thing) === 'file' && version === undefined;
  if (isBareFile || !isLocal(thing)) return undefined;
  return nameRef('cdx', version === undefined ? thing.name : `${thing.name}@${version}`);
}
