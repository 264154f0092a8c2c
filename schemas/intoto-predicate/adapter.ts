// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import {
  readResource,
  readResources,
  type ResourceDescriptor,
} from '../intoto/resource-descriptor.ts';
import type { ReportResult, Stage } from '../tool-report/model.ts';
import type { Place } from '../tool-report/place.ts';

/** A predicate as it stands in its statement. */
export interface PredicateInput {
  /** The predicate; scores keep their spelling. */
  readonly place: Place;
  /** Where faults against the predicate's specification are listed. */
  readonly problems: SchemaProblem[];
}

/** Why a statement names a thing that it is not about. */
export type MentionRole =
  'target' | 'evidence' | 'producer' | 'configuration' | 'policy' | 'input' | 'reference';

export interface PredicateMention {
  readonly resource: ResourceDescriptor;
  readonly role: MentionRole;
  /** What is said of a target: the attribute. */
  readonly says?: string;
}

export interface PredicateVulnerability {
  readonly id: string;
  /** Qualifiers: severity… */
  readonly details: Readonly<Record<string, string>>;
  readonly pointer: string;
}

/**
 * What the predicate of somebody's statement about its subjects comes to. It is kept as the statement's own words: nothing
 * here closes, completes or clears a subject, whoever signed it.
 */
export interface PredicateReport {
  /** Who says so: the verifier, scanner or producer by its id. */
  readonly tool?: string;
  readonly toolVersion?: string;
  /** As written. */
  readonly time?: string;
  readonly stages?: readonly Stage[];
  readonly results: readonly ReportResult[];
  /** The overall result as written, for the `attests` edges. */
  readonly verdict?: string;
  readonly mentions?: readonly PredicateMention[];
  readonly vulnerabilities?: readonly PredicateVulnerability[];
  /** purl of the package that the subjects are distributed as. */
  readonly distributes?: { readonly purl: string; readonly pointer: string };
  /** JSON Pointer of a document of another format inside the predicate. */
  readonly embedded?: string;
  readonly summary?: Readonly<Record<string, string>>;
}

/** One predicate type in all its versions. Adding one is one file with one of these, and one line in registry.ts. */
export interface PredicateAdapter {
  /** Starts of the predicate types that it reads; the version follows. */
  readonly prefixes: readonly string[];
  /** For signer policy. */
  readonly statementKind: string;
  read(input: PredicateInput): PredicateReport;
}

/** The resource descriptors of a list. */
export function resourcesAt(
  { problems }: PredicateInput,
  list: Place,
): readonly ResourceDescriptor[] {
  return readResources(list.value, list.pointer, problems);
}

/** One resource descriptor; undefined where there is none. */
export function resourceAt(
  { problems }: PredicateInput,
  at: Place,
): ResourceDescriptor | undefined {
  return at.exists ? readResource(at.value, at.pointer, problems) : undefined;
}

/** Text that the predicate's specification requires; where it is missing, that is a problem. */
export function requiredText(
  { place, problems }: PredicateInput,
  ...keys: (string | number)[]
): string | undefined {
  const at = place.at(...keys);
  if (at.text === undefined) {
    addProblem(problems, 'field-missing', at.pointer, `${keys.join('.')} is missing or empty`);
  }
  return at.text;
}

/** A list that the predicate's specification requires. */
export function requiredList(
  { place, problems }: PredicateInput,
  ...keys: (string | number)[]
): readonly Place[] {
  const at = place.at(...keys);
  if (!at.isArray) {
    addProblem(problems, 'field-missing', at.pointer, `${keys.join('.')} is no list`);
  }
  return at.items;
}

/** Mentions of one role. */
export function mentionsOf(
  resources: readonly (ResourceDescriptor | undefined)[],
  role: MentionRole,
): PredicateMention[] {
  const mentions: PredicateMention[] = [];
  for (const resource of resources) {
    if (resource !== undefined) mentions.push({ resource, role });
  }
  return mentions;
}
