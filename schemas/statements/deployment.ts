// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { artefactJson, type Artefact } from './artefact.ts';
import { DEPLOYMENT_PREDICATE } from './predicate-types.ts';
import { onlySubject, openStatement, toStatement, type StatementJson } from './statement.ts';
import { optionalText, strictObject, strictText, strictWindow } from './strict.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** An artefact runs as a service in an environment. */
export interface DeploymentStatement {
  readonly artefact: Artefact;
  readonly service: string;
  readonly environment: string;
  /** RFC 3339, as written. Absent: unknown. */
  readonly since?: string;
  /** RFC 3339, as written. Absent: still running. */
  readonly until?: string;
  /** Versions of one family follow each other; rollback looks here. */
  readonly family?: string;
  readonly version?: string;
  /** Whom to call. */
  readonly owner?: string;
}

const AT = '/predicate';
const MEMBERS = ['service', 'environment', 'since', 'until', 'family', 'version', 'owner'];

/**
 * Parses a deployment statement; its subject is what runs.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see docs/statements.md
 */
export function parseDeployment(value: JsonValue): DeploymentStatement {
  const statement = openStatement(value, DEPLOYMENT_PREDICATE);
  const predicate = strictObject(statement.predicate, MEMBERS, AT);
  const family = optionalText(predicate, 'family', AT, 512);
  const version = optionalText(predicate, 'version', AT, 512);
  const owner = optionalText(predicate, 'owner', AT, 512);
  return {
    artefact: onlySubject(statement),
    service: strictText(predicate, 'service', AT, 512),
    environment: strictText(predicate, 'environment', AT, 512),
    ...strictWindow(predicate, AT),
    ...(family !== undefined && { family }),
    ...(version !== undefined && { version }),
    ...(owner !== undefined && { owner }),
  };
}

/**
 * Puts a deployment statement together and reads it back.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function createDeploymentStatement(deployment: DeploymentStatement): StatementJson {
  const { artefact, ...predicate } = deployment;
  const statement = toStatement(
    DEPLOYMENT_PREDICATE,
    [artefactJson(artefact)],
    withoutAbsent(predicate),
  );
  parseDeployment(statement);
  return statement;
}

/** An optional member given as undefined is absent, not a member without a value. */
function withoutAbsent(predicate: Omit<DeploymentStatement, 'artefact'>): Record<string, string> {
  const entries = MEMBERS.map((key) => [key, member(predicate, key)] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * The ref of a deployment: `deployment:<environment>/<service>@<since>`, or the digest of its statement where it does not
 * say since when. `/`, `@`, `%`, `#` and spaces inside a part are percent-encoded, so that no part can pose as two.
 * @param fallback hex digest of the statement
 */
export function deploymentRef(
  deployment: Pick<DeploymentStatement, 'environment' | 'service' | 'since'>,
  fallback: string,
): string {
  const { environment, service, since } = deployment;
  return `deployment:${encodePart(environment)}/${encodePart(service)}@${encodePart(since ?? fallback)}`;
}

function encodePart(text: string): string {
  return text.replace(/[%/@#?\s]/g, (character) => encodeURIComponent(character));
}
