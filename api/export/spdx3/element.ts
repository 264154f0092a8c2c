// SPDX-License-Identifier: Apache-2.0
import { levelOf, nameRef } from '../../../graph/domain/node-ref.ts';
import { findInstant, type Instant } from '../../../core/instant.ts';
import type { Account } from '../account.ts';
import { hubPurl } from '../hub-purl.ts';
import type { Thing } from '../things.ts';
import { ARTIFACT_CLASSES } from './plan.ts';

type Mutable = Record<string, unknown>;

const GITOID = /^gitoid:(?:blob|tree|commit|tag):sha256:[0-9a-f]{64}$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!$&-;=?-Z_a-z~#%]+$/;
/** Stands where nobody says of what type a build was, which SPDX wants to know. */
export const UNSTATED_BUILD_TYPE = 'https://pedigree.dev/build-types/unstated';

/** SPDX times have no fractions. */
export function spdxTime(instant: Instant): string {
  return `${instant.slice(0, 19)}Z`;
}

/** Name-value pairs for what SPDX has no property for. */
export function extensionOf(pairs: readonly (readonly [string, string])[]): object[] {
  if (pairs.length === 0) return [];
  return [
    {
      type: 'extension_CdxPropertiesExtension',
      extension_cdxProperty: pairs.map(([name, value]) => ({
        type: 'extension_CdxPropertyEntry',
        extension_cdxPropName: `pedigree:${name}`,
        extension_cdxPropValue: value,
      })),
    },
  ];
}

/** An artifact's element without what edges say. Its pairs are given apart, so that more can be added. */
export function artifactOf(
  thing: Thing,
  account: Account,
): { readonly element: Mutable; readonly pairs: [string, string][] } {
  const { type, purpose } = ARTIFACT_CLASSES.get(thing.kind) ?? { type: 'software_File' };
  const isPackage = type !== 'software_File';
  const attributes = new Map(Object.entries(thing.attributes));
  const take = (key: string): string | undefined => {
    const value = attributes.get(key);
    attributes.delete(key);
    return value;
  };
  attributes.delete('purpose');
  if (thing.attributes['purpose'] !== purpose && thing.attributes['purpose'] !== undefined) {
    attributes.set('purpose', thing.attributes['purpose']);
  }
  const version = isPackage ? take('version') : undefined;
  const location = attributes.get('downloadLocation');
  const hasLocation = isPackage && location !== undefined && ABSOLUTE_URI.test(location);
  if (hasLocation) attributes.delete('downloadLocation');
  const typeOfModel = type === 'ai_AIPackage' ? take('typeOfModel') : undefined;
  const { purls, gitoids, untold } = identifiersOf(thing);
  const packageUrl = isPackage ? purls[0] : undefined;
  const others = [
    ...purls.filter((purl) => purl !== packageUrl).map((purl) => identifier('packageUrl', purl)),
    ...gitoids.map((gitoid) => identifier('gitoid', gitoid)),
    ...untold.map((ref) => identifier('other', ref)),
  ];
  accountForArtifact(thing, untold, account);
  const element: Mutable = {
    type,
    name: thing.name,
    ...(version !== undefined && { software_packageVersion: version }),
    ...(purpose !== undefined && { software_primaryPurpose: purpose }),
    ...(packageUrl !== undefined && { software_packageUrl: packageUrl }),
    ...(hasLocation && { software_downloadLocation: location }),
    ...(typeOfModel !== undefined && { ai_typeOfModel: [typeOfModel] }),
    ...(type === 'dataset_DatasetPackage' && { dataset_datasetType: ['noAssertion'] }),
    ...(thing.digests.length > 0 && {
      verifiedUsing: thing.digests.map(({ algorithm, hex }) => ({
        type: 'Hash',
        algorithm,
        hashValue: hex,
      })),
    }),
    ...(others.length > 0 && { externalIdentifier: others }),
  };
  return { element, pairs: pairsOf(thing, attributes) };
}

/** A run as a build. */
export function buildOf(
  run: Thing,
  account: Account,
): { readonly element: Mutable; readonly pairs: [string, string][] } {
  const attributes = new Map(Object.entries(run.attributes));
  const buildType = attributes.get('buildType') ?? '';
  const isUri = ABSOLUTE_URI.test(buildType);
  if (isUri) attributes.delete('buildType');
  const buildId = attributes.get('buildId') ?? attributes.get('invocationId');
  const start = takeTime(attributes, ['startedOn', 'timeStart']);
  const end = takeTime(attributes, ['finishedOn', 'timeEnd']);
  attributes.delete('buildId');
  for (const { ref, level, kinds, names, attributes: own } of run.nodes) {
    account.carry('thing', ref);
    if (level !== 'local')
      account.leave(
        'identity',
        ref,
        'a build is known by its spdxId; kept as an external identifier',
      );
    for (const kind of kinds) account.carry(`kind ${kind}`, ref);
    for (const name of names) account.carry(`name ${name}`, ref);
    for (const [key, value] of Object.entries(own)) account.carry(`attribute ${key} ${value}`, ref);
  }
  const element: Mutable = {
    type: 'build_Build',
    name: run.name,
    build_buildType: isUri ? buildType : UNSTATED_BUILD_TYPE,
    ...(buildId !== undefined && { build_buildId: buildId }),
    ...(start !== undefined && { build_buildStartTime: start }),
    ...(end !== undefined && { build_buildEndTime: end }),
    externalIdentifier: run.nodes.map(({ ref }) => identifier('other', ref)),
  };
  return { element, pairs: pairsOf(run, attributes) };
}

/** A supplier, an originator, or who asked for a build. */
export function agentOf(
  agent: Thing,
  account: Account,
): { readonly element: Mutable; readonly pairs: [string, string][] } {
  for (const { ref, level, kinds, names } of agent.nodes) {
    account.carry('thing', ref);
    if (level !== 'local') account.leave('identity', ref, 'an agent is known by its name');
    for (const kind of kinds) account.carry(`kind ${kind}`, ref);
    for (const name of names) if (name === agent.name) account.carry(`name ${name}`, ref);
  }
  const element = { type: 'Organization', name: agent.name };
  return { element, pairs: pairsOf(agent, new Map()) };
}

function identifier(type: string, text: string): object {
  return {
    type: 'ExternalIdentifier',
    externalIdentifierType: type,
    identifier: text,
    ...(type === 'other' && { issuingAuthority: 'pedigree' }),
  };
}

function takeTime(attributes: Map<string, string>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    const instant = value === undefined ? undefined : findInstant(value);
    if (value === undefined || instant === undefined || spdxTime(instant) !== value) continue;
    attributes.delete(key);
    return value;
  }
  return undefined;
}

function pairsOf(thing: Thing, attributes: ReadonlyMap<string, string>): [string, string][] {
  const names = new Set(
    thing.nodes.flatMap((node) => node.names).filter((name) => name !== thing.name),
  );
  return [
    // known in its document alone: nothing else tells which mention it was
    ...(thing.ref.startsWith('local:') ? [['ref', thing.ref] as [string, string]] : []),
    ...[...names].sort().map((name): [string, string] => ['name', name]),
    ...[...attributes].map(([key, value]): [string, string] => [`attribute:${key}`, value]),
  ];
}

interface Identifiers {
  readonly purls: readonly string[];
  readonly gitoids: readonly string[];
  /** What readers do not take for an identity. */
  readonly untold: readonly string[];
}

function identifiersOf(thing: Thing): Identifiers {
  const refs = [...thing.coordinates, ...thing.nameRefs];
  const hubs = new Map(refs.map((ref) => [ref, hubPurl(ref, thing)]));
  const purls = [
    ...refs.filter((ref) => ref.startsWith('pkg:')),
    ...[...hubs.values()].filter((purl) => purl !== undefined),
  ];
  const gitoids = thing.contentRefs.filter((ref) => GITOID.test(ref));
  const ownName = sharedNameOf(thing, purls);
  const isTold = (ref: string): boolean =>
    ref.startsWith('pkg:') ||
    hubs.get(ref) !== undefined ||
    /^(?:md5|sha1):/.test(ref) ||
    ref === ownName;
  return {
    purls: [...new Set(purls)],
    gitoids,
    untold: [...refs, ...thing.contentRefs].filter((ref) => !isTold(ref) && !gitoids.includes(ref)),
  };
}

/** A package that nothing else identifies is known to readers by its name and version. */
function sharedNameOf(thing: Thing, purls: readonly string[]): string | undefined {
  const isPackage = ARTIFACT_CLASSES.get(thing.kind)?.type !== 'software_File';
  const isKnown =
    thing.nodes.some(({ level }) => level === 'digest') ||
    purls.some((purl) => levelOf(purl) === 'coordinate');
  if (!isPackage || isKnown) return undefined;
  const { version } = thing.attributes;
  return nameRef('spdx', version === undefined ? thing.name : `${thing.name}@${version}`);
}

const NO_IDENTITY = 'no identity that readers of SPDX take; kept as an external identifier';

function accountForArtifact(thing: Thing, untold: readonly string[], account: Account): void {
  const names = new Set(thing.nodes.flatMap((node) => node.names));
  for (const node of [...thing.nodes, ...thing.borne]) {
    const { ref, kinds } = node;
    const isTold = !untold.includes(ref);
    if (!isTold && !thing.nodes.includes(node)) {
      account.leaveNodes([node], NO_IDENTITY);
      continue;
    }
    account.carry('thing', ref);
    if (isTold) account.carry('identity', ref);
    else account.leave('identity', ref, NO_IDENTITY);
    for (const kind of kinds) {
      if (kind === thing.kind && kind !== 'Prompt') account.carry(`kind ${kind}`, ref);
      else account.leave(`kind ${kind}`, ref, 'an element has one class');
    }
    for (const name of node.names) {
      if (names.has(name)) account.carry(`name ${name}`, ref);
      else account.leave(`name ${name}`, ref, 'the element has the names of its first identity');
    }
    for (const [key, value] of Object.entries(node.attributes)) {
      if (thing.attributes[key] === value) account.carry(`attribute ${key} ${value}`, ref);
      else account.leave(`attribute ${key} ${value}`, ref, 'an element has one value');
    }
  }
}
