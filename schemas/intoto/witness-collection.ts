// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { readDigestSet } from './digest-set.ts';
import { predicateObject, type Statement } from './statement.ts';
import { addProblem, type SchemaProblem } from './problem.ts';
import type { ResourceDescriptor } from './resource-descriptor.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** What witness saw of one step, attestor by attestor. */
export interface WitnessCollection {
  /** Name of the step. */
  readonly name: string;
  readonly command: readonly string[];
  /** Every file of the work tree when the step began: a snapshot, not a list of what the step read. */
  readonly materials: readonly ResourceDescriptor[];
  /** Files that the step wrote or changed. */
  readonly products: readonly ResourceDescriptor[];
  readonly git?: WitnessGit;
  /** Types of all attestations, in the order written; those that are not read as well. */
  readonly attestationTypes: readonly string[];
  readonly startedOn?: string;
  readonly finishedOn?: string;
  readonly problems: readonly SchemaProblem[];
}

export interface WitnessGit {
  readonly commit: string;
  /** Remotes as written; a local path names no repository. */
  readonly remotes: readonly string[];
  /** True where the work tree had changes that the commit lacks. */
  readonly isDirty: boolean;
  readonly pointer: string;
}

type Attestor = 'git' | 'material' | 'product' | 'command-run';
const ATTESTOR =
  /^https:\/\/(?:witness\.dev|witness\.testifysec\.com)\/attestations\/(git|material|product|command-run)\/v\d{1,3}(?:\.\d{1,3}){0,2}$/;
const FILE_SUBJECT =
  /^https:\/\/(?:witness\.dev|witness\.testifysec\.com)\/attestations\/product\/v\d{1,3}(?:\.\d{1,3}){0,2}\/file:/;

/** The path of a subject that is a file which the step produced; undefined for the digests of strings (a branch, an e-mail). */
export function findWitnessFile(subjectName: string): string | undefined {
  const match = FILE_SUBJECT.exec(subjectName);
  return match === null ? undefined : subjectName.slice(match[0].length);
}

/**
 * Parses an attestation collection.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the predicate has no name or no attestations
 * @see https://github.com/in-toto/witness/blob/main/docs/concepts/attestor.md
 */
export function parseWitnessCollection(statement: Statement): WitnessCollection {
  const predicate = predicateObject(statement);
  const name = stringMember(predicate, 'name');
  const attestations = arrayMember(predicate, 'attestations');
  if (name === undefined || attestations === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not an attestation collection', {
      at: '/predicate',
      hint: 'it needs a name and the array attestations',
    });
  }
  const problems: SchemaProblem[] = [...statement.problems];
  const found = findAttestors(attestations);
  const materials = found.get('material');
  const products = found.get('product');
  const command = found.get('command-run');
  const git = found.get('git');
  const location = git === undefined ? undefined : findGit(git.value, git.pointer);
  const startedOn = stringMember(command?.record, 'starttime');
  const finishedOn = stringMember(command?.record, 'endtime');
  return {
    name,
    command: (arrayMember(command?.value, 'cmd') ?? []).filter((word) => typeof word === 'string'),
    materials: materials === undefined ? [] : readFiles(materials, problems),
    products: products === undefined ? [] : readFiles(products, problems),
    attestationTypes: attestations.flatMap((one) => stringMember(one, 'type') ?? []),
    ...(location !== undefined && { git: location }),
    ...(startedOn !== undefined && { startedOn }),
    ...(finishedOn !== undefined && { finishedOn }),
    problems,
  };
}

interface Attestation {
  readonly record: JsonValue;
  readonly value: JsonValue;
  readonly pointer: string;
}

/** The first attestation of each kind: witness writes one of each. */
function findAttestors(attestations: readonly JsonValue[]): ReadonlyMap<Attestor, Attestation> {
  const found = new Map<Attestor, Attestation>();
  for (const [index, record] of attestations.entries()) {
    const type = ATTESTOR.exec(stringMember(record, 'type') ?? '')?.[1] as Attestor | undefined;
    const value = member(record, 'attestation');
    if (type === undefined || value === undefined || found.has(type)) continue;
    found.set(type, {
      record,
      value,
      pointer: pointerJoin('/predicate/attestations', index, 'attestation'),
    });
  }
  return found;
}

/** Materials map a path to a digest set, products map it to `{mime_type, digest}`. */
function readFiles(
  attestation: Attestation,
  problems: SchemaProblem[],
): readonly ResourceDescriptor[] {
  const { value, pointer } = attestation;
  if (!isJsonObject(value)) {
    addProblem(problems, 'attestation-malformed', pointer, 'expected a map of paths');
    return [];
  }
  return Object.keys(value).map((path) => {
    const place = pointerJoin(pointer, path);
    const digest = member(value[path], 'digest') ?? value[path];
    return { name: path, digest: readDigestSet(digest, place, problems), pointer: place };
  });
}

function findGit(value: JsonValue, pointer: string): WitnessGit | undefined {
  const commit = stringMember(value, 'commithash');
  if (commit === undefined || commit === '') return undefined;
  const status = member(value, 'status');
  return {
    commit,
    remotes: (arrayMember(value, 'remotes') ?? []).filter((remote) => typeof remote === 'string'),
    isDirty: isJsonObject(status) && Object.keys(status).length > 0,
    pointer,
  };
}
