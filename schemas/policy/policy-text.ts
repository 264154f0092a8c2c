// SPDX-License-Identifier: Apache-2.0
import { isNode, LineCounter, parseDocument } from 'yaml';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { member, pointerJoin, stringMember } from '../../core/json.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { YamlDocument } from '../yaml/parse.ts';

/** Real policies stay under 100 KiB; the schemas bound the rest. */
const MAX_CHARS = 1024 * 1024;
const MAX_FAULTS_SHOWN = 8;

/** One thing wrong with a policy. */
export interface PolicyFault {
  /** JSON Pointer. */
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

/** A policy text that its JSON Schema accepts. */
export interface PolicyText {
  readonly document: YamlDocument;
  /** ERR_POLICY_INVALID with every fault, and the line of the first. */
  error(faults: readonly [PolicyFault, ...PolicyFault[]]): PedigreeError;
}

/** Compiles the JSON Schema of a policy. */
export function compilePolicySchema(schema: object): ValidateFunction {
  return new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  }).compile(schema);
}

/**
 * Reads a policy, YAML or JSON, and checks it against its JSON Schema.
 * @param file its name, for messages
 * @throws {PedigreeError} ERR_POLICY_INVALID with pointer and line; ERR_LIMIT_SIZE and the codes of parseYaml
 */
export function readPolicyText(text: string, check: ValidateFunction, file?: string): PolicyText {
  if (text.length > MAX_CHARS) {
    throw new PedigreeError(
      'ERR_LIMIT_SIZE',
      `a policy of more than ${MAX_CHARS} characters`,
      named(file),
    );
  }
  const document = parseNamed(text, file);
  const error = (faults: readonly [PolicyFault, ...PolicyFault[]]): PedigreeError =>
    policyError(text, faults, file);
  if (!check(document.value)) {
    const [first, ...rest] = (check.errors ?? []).map(toFault).filter((fault) => fault !== null);
    throw error([first ?? { at: '', message: 'not a policy' }, ...rest]);
  }
  return { document, error };
}

function parseNamed(text: string, file: string | undefined): YamlDocument {
  try {
    return parseYaml(text);
  } catch (cause) {
    if (!isPedigreeError(cause) || file === undefined) throw cause;
    throw new PedigreeError(cause.code, cause.message, {
      file,
      cause,
      ...(cause.at !== undefined && { at: cause.at }),
      ...(cause.line !== undefined && { line: cause.line }),
      ...(cause.hint !== undefined && { hint: cause.hint }),
    });
  }
}

/** Schema errors in words for whoever edits the file. Null for an error that only repeats another. */
function toFault(error: ErrorObject): PolicyFault | null {
  const at = error.instancePath;
  const { params } = error as { params: unknown };
  const key = (name: string): string => stringMember(params, name) ?? '';
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        at: pointerJoin(at, key('additionalProperty')),
        message: `unknown key "${excerpt(key('additionalProperty'), 40)}"`,
        hint: knownKeys(error),
      };
    case 'required':
      return { at, message: `the key "${key('missingProperty')}" is missing` };
    case 'enum':
      return { at, message: `must be one of ${listed(member(params, 'allowedValues'))}` };
    case 'const':
      return { at, message: `must be ${listed(member(params, 'allowedValue'))}` };
    case 'type':
      return {
        at,
        message: `must be ${listed(member(params, 'type'))}`,
        hint: 'text that looks like a number needs quotes',
      };
    case 'minProperties':
    case 'maxProperties':
      return {
        at,
        message:
          at.startsWith('/rules/') && !at.includes('tee-evidence')
            ? 'must hold exactly one rule'
            : 'holds too few or too many members',
      };
    case 'propertyNames':
      return null;
    default:
      return { at, message: excerpt(error.message ?? 'is not allowed', 120) };
  }
}

function knownKeys(error: ErrorObject): string {
  const properties = (error.parentSchema as { properties?: object } | undefined)?.properties;
  return properties === undefined
    ? 'see the JSON Schema'
    : `known keys: ${Object.keys(properties).join(', ')}`;
}

function listed(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function policyError(
  text: string,
  faults: readonly [PolicyFault, ...PolicyFault[]],
  file: string | undefined,
): PedigreeError {
  const [first] = faults;
  const shown = faults
    .slice(0, MAX_FAULTS_SHOWN)
    .map(({ at, message }) => `${at === '' ? '/' : excerpt(at)}: ${message}`);
  const rest = faults.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  return new PedigreeError('ERR_POLICY_INVALID', `policy ${shown.join('; ')}`, {
    at: first.at,
    line: lineAt(text, first.at),
    ...(first.hint !== undefined && { hint: first.hint }),
    ...named(file),
  });
}

function named(file: string | undefined): { file?: string } {
  return file === undefined ? {} : { file };
}

/** Line of the deepest node on the way to a pointer that the text holds. Only for texts that were read already. */
function lineAt(text: string, pointer: string): number {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'silent',
    uniqueKeys: false,
  });
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let depth = tokens.length; depth > 0; depth--) {
    const node = document.getIn(tokens.slice(0, depth), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) {
      return Math.max(1, lines.linePos(node.range[0]).line);
    }
  }
  return 1;
}
