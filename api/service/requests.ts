// SPDX-License-Identifier: Apache-2.0
import { z } from 'zod';
import { isDigest, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { findInstant } from '../../core/instant.ts';
import { pointerJoin } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import { ingestUpload } from './evidence.ts';
import { isWideTarget, onlyRef, projectName, revocationTarget } from './refs.ts';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import type { Pedigree, Revoked, VerifyAnswer } from './pedigree.ts';

const REASON_CHARS = 2000;
const MAX_FIXED = 1000;

const ref = z.string().min(1).max(LIMITS.refChars);
const reason = z.string().min(1).max(REASON_CHARS);
const time = z
  .string()
  .max(64)
  .refine((text) => findInstant(text) !== undefined, 'write it as RFC 3339');
const digest = z
  .string()
  .max(256)
  .transform((text) => text.replace(/^document:/, ''))
  .refine(isDigest, 'write it as sha256:…');
const project = z.string().max(64);

const REVOCATION = z.strictObject({
  target: ref,
  reason,
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  since: time.optional(),
  until: time.optional(),
  fixed: z.array(ref).max(MAX_FIXED).optional(),
  withdraws: digest.optional(),
  project: project.optional(),
  confirmed: z.boolean().optional(),
});
const RETRACTION = z.strictObject({ document: digest, reason, project: project.optional() });
const VERIFICATION = z.strictObject({
  model: ref,
  dataset: ref,
  evaluation: digest.optional(),
  environment: z.string().min(1).max(256),
  policy: z.string().min(1),
  project: project.optional(),
});

const UPLOAD = z.strictObject({
  base64: z.string().min(1),
  source: z.string().min(1).max(LIMITS.refChars).optional(),
  subject: ref.optional(),
  project: project.optional(),
});

export interface RevocationRequested extends Revoked {
  readonly target: string;
}

export interface RetractionRequested {
  readonly document: Digest;
  readonly type: 'retracted' | 'reinstated';
  readonly logIndex: number;
}

/**
 * Revokes what a request names. A target that is a name or a pattern wants `confirmed`, as it takes what its author may not
 * know of: the blast radius shows what.
 * @throws {PedigreeError} ERR_USAGE, ERR_AMBIGUOUS_REF, ERR_NOT_AUTHORISED, ERR_PARSE_DOCUMENT
 */
export async function requestRevocation(
  pedigree: Pedigree,
  body: unknown,
  defaultProject: string,
): Promise<RevocationRequested> {
  const { confirmed, project: named, ...asked } = read(REVOCATION, body);
  const target = await revocationTarget(pedigree, asked.target);
  if (isWideTarget(target) && confirmed !== true) {
    throw new PedigreeError(
      'ERR_USAGE',
      'the target is a name or a pattern and takes all that bears it',
      {
        at: '/target',
        hint: 'look at its blast radius first; then say "confirmed": true, or name a digest',
      },
    );
  }
  const claim = withoutUndefined(asked);
  const revoked = await pedigree.revoke({
    ...claim,
    target,
    project: projectName(named, defaultProject),
  });
  return { target, ...revoked };
}

/** @throws {PedigreeError} ERR_USAGE, ERR_NOT_FOUND, ERR_NOT_AUTHORISED */
export async function requestRetraction(
  pedigree: Pedigree,
  body: unknown,
  type: RetractionRequested['type'],
  defaultProject: string,
): Promise<RetractionRequested> {
  const asked = read(RETRACTION, body);
  const { document } = asked;
  const logIndex = await pedigree.retract(
    projectName(asked.project, defaultProject),
    document,
    asked.reason,
    type,
  );
  return { document, type, logIndex };
}

/** Asks the gate. @throws {PedigreeError} ERR_USAGE, ERR_NOT_FOUND, ERR_AMBIGUOUS_REF, ERR_POLICY_INVALID */
export async function requestVerification(
  pedigree: Pedigree,
  body: unknown,
  defaultProject: string,
): Promise<VerifyAnswer> {
  const asked = read(VERIFICATION, body);
  return pedigree.verify({
    project: projectName(asked.project, defaultProject),
    model: await onlyRef(pedigree, asked.model),
    dataset: await onlyRef(pedigree, asked.dataset),
    ...(asked.evaluation === undefined ? {} : { evaluation: asked.evaluation }),
    environment: asked.environment,
    policyText: asked.policy,
  });
}

/** Ingests a document that stands in the request itself. @throws {PedigreeError} ERR_USAGE where it is not base64 */
export async function requestUpload(
  pedigree: Pedigree,
  body: unknown,
  defaultProject: string,
): Promise<IngestOutcome[]> {
  const asked = read(UPLOAD, body);
  const bytes = Buffer.from(asked.base64, 'base64');
  if (bytes.toString('base64') !== asked.base64) {
    throw new PedigreeError('ERR_USAGE', 'the document is not in base64', { at: '/base64' });
  }
  return ingestUpload(pedigree, {
    project: projectName(asked.project, defaultProject),
    source: asked.source ?? 'upload',
    bytes: new Uint8Array(bytes),
    ...(asked.subject === undefined ? {} : { subject: asked.subject }),
  });
}

function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const [first] = error.issues;
  const path = (first?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key)));
  const keys = first?.code === 'unrecognized_keys' ? first.keys.slice(0, 1) : [];
  throw new PedigreeError('ERR_USAGE', `the request is not what is asked for here: ${why(first)}`, {
    at: pointerJoin('', ...path, ...keys),
  });
}

/** Messages of the parser may quote what was sent. */
function why(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `a member is missing or no ${issue.expected}`;
    case 'unrecognized_keys':
      return 'a member that is not known';
    case 'too_big':
      return `more than ${String(issue.maximum)}`;
    case 'too_small':
      return 'empty';
    case 'invalid_value':
      return `none of ${issue.values.map(String).join(', ')}`;
    case 'custom':
      return issue.message;
    default:
      return 'a member of another form';
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>;
}
