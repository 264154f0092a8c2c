// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { parseCmw, pickMessage } from '../../attest/cmw/parse.ts';
import { teeFinding } from '../../attest/tee/finding.ts';
import type { Stage, TeeFinding } from '../../attest/tee/finding.ts';
import { findScheme, supportedKinds } from '../../attest/tee/registry.ts';
import type {
  ChosenField,
  Endorsements,
  RunnableScheme,
  TeeClaims,
  TeeOutcome,
  TrustAnchor,
} from '../../attest/tee/scheme.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { findInstant } from '../../core/instant.ts';
import type { Instant } from '../../core/instant.ts';
import {
  decodeText,
  isJsonObject,
  member,
  parseJson,
  pointerJoin,
  stringMember,
} from '../../core/json.ts';
import { parseYaml } from '../../schemas/yaml/parse.ts';

/** The JSON of `evidence verify --json`. */
export interface EvidenceReport {
  /** Of the case, with --cases. */
  readonly id?: string;
  readonly kind: string;
  readonly verdict: 'passed' | 'failed' | 'undetermined';
  /** Where it stopped; null where it passed. */
  readonly stage: Stage | null;
  readonly findings: readonly TeeFinding[];
  /** Null where the evidence is not genuine. */
  readonly claims: TeeClaims | null;
  /** True where a test root stood in for the pinned one; then a pass says nothing about hardware. */
  readonly testRoot?: true;
}

export interface VerifyEvidenceOptions {
  /** Path of the evidence, as the hardware or service gave it. */
  readonly file: string;
  readonly kind: string;
  /** The time to verify at. */
  readonly at: Instant;
  /** Folder of certificates, revocation lists and collateral. Absent: only what ships with the product. */
  readonly endorsements?: string;
  /** File with the appraisal policy: YAML where it is named so, else JSON. Absent: the strict default of the kind. */
  readonly policy?: string;
  /**
   * Hex of the bytes that the evidence must carry in the field that its kind has for them; for tokens, of the characters of
   * a nonce. Absent: nobody asks, and the evidence may be a replay.
   */
  readonly nonce?: string;
  /**
   * Where the file is a RATS conceptual message wrapper: the labels of the message in it, or true for its only evidence.
   * Absent: the file is the evidence itself.
   */
  readonly wrapped?: string | true;
  /** Folder of the operator's trust anchors for this kind. Absent: the pinned ones. */
  readonly roots?: string;
}

export interface VerifyCasesOptions {
  /** Runs only the cases of this kind. Absent: all. */
  readonly kind?: string;
  /** `json` writes each report as one JSON text. Default: text for people. */
  readonly format?: 'text' | 'json';
}

const MAX_NONCE_BYTES = 1024;

/** Findings that say something about us or our files, and nothing about the evidence. */
const NO_ANSWER: ReadonlySet<string> = new Set(['verifier-fault', 'trust-anchor-invalid']);

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_FOLDER_BYTES = 32 * 1024 * 1024;
const MAX_FOLDER_FILES = 200;
const MAX_CASES = 10_000;

/**
 * Verifies one evidence file and appraises it. Reads files, never the network.
 * @throws {PedigreeError} ERR_NOT_FOUND for an unreadable file, ERR_LIMIT_SIZE, ERR_LIMIT_ITEMS, ERR_POLICY_INVALID,
 * ERR_USAGE for a nonce that is malformed or contradicts the policy
 */
export async function verifyEvidenceFile(options: VerifyEvidenceOptions): Promise<EvidenceReport> {
  const { file, kind, at } = options;
  const given = options.policy === undefined ? {} : await readPolicy(options.policy);
  const scheme = findScheme(kind);
  if (scheme === undefined) return unsupported(kind);
  const policy =
    options.nonce === undefined ? given : withNonce(scheme.chosen, given, options.nonce);
  const outcome = scheme.run({
    evidence: unwrap(await readBounded(file), options.wrapped),
    endorsements: await readEndorsements(scheme, options.endorsements),
    anchors: await readAnchors(scheme, options.roots),
    at,
    policy,
    binding: 'ignore',
  });
  return { kind, ...outcome };
}

/**
 * Runs every case of a manifest (an array of {id, kind, evidence, files, verifyAt, policy, expect}) and writes one line
 * a case. Only here is a case's trustRootOverride honoured.
 * @returns how many verdicts agree with what the manifest expects; a case that could not be run never agrees
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a malformed manifest, ERR_USAGE where no case was run
 */
export async function verifyEvidenceCases(
  manifestPath: string,
  writeLine: (line: string) => void,
  options: VerifyCasesOptions = {},
): Promise<{ agreed: number; disagreed: number }> {
  const folder = await realpath(dirname(resolve(manifestPath)));
  const cases = parseManifest(await readBounded(manifestPath)).filter(
    (one) => options.kind === undefined || one.kind === options.kind,
  );
  if (cases.length === 0) {
    throw new PedigreeError('ERR_USAGE', 'the manifest holds no case to run', {
      file: manifestPath,
      hint:
        options.kind === undefined ? 'is it the right file?' : `none is of kind ${options.kind}`,
    });
  }
  const counts = { agreed: 0, disagreed: 0 };
  for (const one of cases) {
    const { report, isAnswer } = await runCase(one, folder);
    const agrees = isAnswer && doesAgree(one, report);
    counts[agrees ? 'agreed' : 'disagreed']++;
    writeLine(formatCase(one, report, agrees, options.format ?? 'text'));
  }
  return counts;
}

interface EvidenceCase {
  readonly id: string;
  readonly kind: string;
  readonly evidence: string;
  readonly files: ReadonlyMap<string, string>;
  readonly verifyAt: Instant;
  readonly policy: JsonObject;
  readonly trustRootOverride: boolean;
  readonly expect: 'accept' | 'reject';
  readonly alsoAllowed: 'accept' | 'reject' | undefined;
}

interface CaseResult {
  readonly report: EvidenceReport;
  /** False where the question was never put: a missing file, an unsupported kind, a fault of ours. */
  readonly isAnswer: boolean;
}

async function runCase(one: EvidenceCase, folder: string): Promise<CaseResult> {
  const { id, kind } = one;
  const scheme = findScheme(kind);
  if (scheme === undefined) return { report: { id, ...unsupported(kind) }, isAnswer: false };
  try {
    const files = await readCaseFiles(one, folder);
    const outcome = scheme.run({
      evidence: await readInside(folder, one.evidence),
      endorsements: endorsementsOf(scheme, files),
      anchors: caseAnchors(one, scheme, files),
      at: one.verifyAt,
      policy: one.policy,
      binding: 'ignore',
    });
    const report = { id, kind, ...outcome };
    const isAnswer = !outcome.findings.some((finding) => NO_ANSWER.has(finding.code));
    return { report: one.trustRootOverride ? { ...report, testRoot: true } : report, isAnswer };
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    const finding = teeFinding('parse', 'case-not-run', error.message);
    return { report: { id, kind, ...cannotSay(finding) }, isAnswer: false };
  }
}

function doesAgree(one: EvidenceCase, report: EvidenceReport): boolean {
  const said = report.verdict === 'passed' ? 'accept' : 'reject';
  return said === one.expect || said === one.alsoAllowed;
}

function formatCase(
  one: EvidenceCase,
  report: EvidenceReport,
  agrees: boolean,
  format: 'text' | 'json',
): string {
  if (format === 'json') return JSON.stringify({ ...report, expect: one.expect, agrees });
  const [first] = report.verdict === 'passed' ? [] : report.findings;
  const reason = first === undefined ? '' : ` ${first.stage}/${first.code}: ${first.message}`;
  const root = report.testRoot === true ? ' [test root]' : '';
  const mark = agrees ? 'agrees   ' : 'DISAGREES';
  return `${mark} ${excerpt(one.id)}: ${report.verdict}, expected ${one.expect}${root}${reason}`;
}

/** The manifest's root only where the case says so; a key only for kinds whose signers nobody can pin beforehand. */
function caseAnchors(
  one: EvidenceCase,
  scheme: RunnableScheme,
  files: ReadonlyMap<string, Uint8Array>,
): readonly TrustAnchor[] {
  const pinned = scheme.pinnedAnchors();
  if (one.trustRootOverride) return [anchorOf(one, files, 'root')];
  return pinned.length === 0 && files.has('key') ? [anchorOf(one, files, 'key')] : pinned;
}

function anchorOf(
  one: EvidenceCase,
  files: ReadonlyMap<string, Uint8Array>,
  role: string,
): TrustAnchor {
  const bytes = files.get(role);
  if (bytes === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `case ${one.id} names no file of role ${role}`);
  }
  return { name: `${one.id} ${role}`, bytes };
}

function endorsementsOf(
  scheme: RunnableScheme,
  files: ReadonlyMap<string, Uint8Array>,
): Endorsements {
  const known = [...files].filter(([role]) => scheme.roles.has(role));
  return new Map(known.map(([role, bytes]) => [role, [bytes]]));
}

async function readCaseFiles(
  one: EvidenceCase,
  folder: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [role, path] of one.files) files.set(role, await readInside(folder, path));
  return files;
}

/** Reads a file of the manifest's folder; symbolic links count as where they lead. */
async function readInside(folder: string, path: string): Promise<Uint8Array> {
  const outside = new PedigreeError('ERR_PATH_OUTSIDE', `"${excerpt(path)}" leaves the folder`);
  if (isAbsolute(path) || !isBelow(folder, resolve(folder, path))) throw outside;
  const real = await realpath(join(folder, path)).catch((cause: unknown) => {
    throw new PedigreeError('ERR_NOT_FOUND', `cannot read "${excerpt(path)}"`, { cause });
  });
  if (!isBelow(folder, real)) throw outside;
  return readBounded(real);
}

function isBelow(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== '' && inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/**
 * A file of the command line, at most 4 MiB.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_LIMIT_SIZE
 */
export async function readBounded(path: string): Promise<Uint8Array> {
  try {
    // before it is opened: opening a pipe would wait for a writer
    const { size, isFile } = await statFile(path);
    if (!isFile) throw new PedigreeError('ERR_NOT_FOUND', 'not a file', { file: path });
    if (size > MAX_FILE_BYTES) {
      const message = `the file has ${size} bytes, the limit is ${MAX_FILE_BYTES}`;
      throw new PedigreeError('ERR_LIMIT_SIZE', message, { file: path });
    }
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    if (isPedigreeError(cause)) throw cause;
    throw new PedigreeError('ERR_NOT_FOUND', `cannot read ${basename(path)}`, {
      cause,
      file: path,
    });
  }
}

async function statFile(path: string): Promise<{ size: number; isFile: boolean }> {
  const found = await stat(path);
  return { size: found.size, isFile: found.isFile() };
}

/**
 * The files of a folder by name, without those below it.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_LIMIT_ITEMS, ERR_LIMIT_SIZE
 */
export async function readFolder(folder: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new PedigreeError('ERR_NOT_FOUND', 'cannot read the folder', { cause, file: folder });
  });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  if (names.length > MAX_FOLDER_FILES) {
    const message = `more than ${MAX_FOLDER_FILES} files in the folder`;
    throw new PedigreeError('ERR_LIMIT_ITEMS', message, { file: folder });
  }
  const files: { name: string; bytes: Uint8Array }[] = [];
  let total = 0;
  for (const name of names.toSorted()) {
    const bytes = await readBounded(join(folder, name));
    total += bytes.length;
    if (total > MAX_FOLDER_BYTES) {
      const message = `the folder holds more than ${MAX_FOLDER_BYTES} bytes`;
      throw new PedigreeError('ERR_LIMIT_SIZE', message, { file: folder });
    }
    files.push({ name, bytes });
  }
  return files;
}

async function readEndorsements(
  scheme: RunnableScheme,
  folder: string | undefined,
): Promise<Endorsements> {
  const endorsements = new Map<string, Uint8Array[]>();
  if (folder === undefined) return endorsements;
  for (const { name, bytes } of await readFolder(folder)) {
    const role = scheme.findRole(name, bytes);
    if (role === undefined) continue;
    endorsements.set(role, [...(endorsements.get(role) ?? []), bytes]);
  }
  return endorsements;
}

async function readAnchors(
  scheme: RunnableScheme,
  folder: string | undefined,
): Promise<readonly TrustAnchor[]> {
  return folder === undefined ? scheme.pinnedAnchors() : readFolder(folder);
}

async function readPolicy(path: string): Promise<JsonObject> {
  try {
    const bytes = await readBounded(path);
    const isYaml = /\.ya?ml$/i.test(path);
    const { value } = isYaml ? parseYaml(decodeText(bytes)) : parseJson(bytes);
    if (isJsonObject(value)) return value;
  } catch (cause) {
    if (!isPedigreeError(cause) || !cause.code.startsWith('ERR_PARSE_')) throw cause;
    const message = `the policy is not readable: ${cause.message}`;
    throw new PedigreeError('ERR_POLICY_INVALID', message, { cause, file: path });
  }
  throw new PedigreeError('ERR_POLICY_INVALID', 'the policy is not an object', { file: path });
}

function unwrap(bytes: Uint8Array, label: string | true | undefined): Uint8Array {
  if (label === undefined) return bytes;
  return pickMessage(parseCmw(bytes), label === true ? undefined : label).value;
}

/** The policy that also asks for the nonce. The policy alone decides how long one is: a shorter one is never filled up. */
function withNonce(field: ChosenField, policy: JsonObject, nonce: string): JsonObject {
  const isHex = /^(?:[0-9a-fA-F]{2})+$/.test(nonce) && nonce.length <= 2 * MAX_NONCE_BYTES;
  if (!isHex) {
    throw new PedigreeError('ERR_USAGE', `--nonce is not hex of 1 to ${MAX_NONCE_BYTES} bytes`);
  }
  const wanted = field.form === 'hex' ? nonce.toLowerCase() : nonceText(nonce);
  const stated = member(policy, field.policyKey);
  if (stated !== undefined && (typeof stated !== 'string' || !isSameNonce(field, stated, wanted))) {
    const message = `--nonce and the policy key ${field.policyKey} ask for different values`;
    throw new PedigreeError('ERR_USAGE', message, { hint: 'give one of them' });
  }
  return { ...policy, [field.policyKey]: wanted };
}

function isSameNonce(field: ChosenField, stated: string, wanted: string): boolean {
  return (field.form === 'hex' ? stated.toLowerCase() : stated) === wanted;
}

/** Tokens carry text; what no token can carry is not asked of one. */
function nonceText(nonce: string): string {
  const bytes = Buffer.from(nonce, 'hex');
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
    const hint = 'write the hex of the characters that the token carries';
    throw new PedigreeError('ERR_USAGE', '--nonce is not the hex of plain text', { hint });
  }
  return bytes.toString('latin1');
}

function unsupported(kind: string): EvidenceReport {
  const hint = `supported: ${supportedKinds().join(', ')}`;
  const message = `kind not supported: "${excerpt(kind)}"`;
  return { kind, ...cannotSay(teeFinding('parse', 'kind-not-supported', message, { hint })) };
}

function cannotSay(finding: TeeFinding): TeeOutcome {
  return { verdict: 'undetermined', stage: finding.stage, findings: [finding], claims: null };
}

function parseManifest(bytes: Uint8Array): EvidenceCase[] {
  const { value } = parseJson(bytes);
  if (!Array.isArray(value)) throw manifestError('the manifest is not an array', '');
  const entries = value as readonly JsonValue[];
  if (entries.length > MAX_CASES) throw manifestError('the manifest has too many cases', '');
  const ids = new Set<string>();
  return entries.map((entry, index) => {
    const one = parseCase(entry, `/${index}`);
    if (ids.has(one.id))
      throw manifestError(`case "${excerpt(one.id)}" is there twice`, `/${index}/id`);
    ids.add(one.id);
    return one;
  });
}

function parseCase(entry: JsonValue, at: string): EvidenceCase {
  const verifyAt = findInstant(requireText(entry, 'verifyAt', at));
  if (verifyAt === undefined)
    throw manifestError('verifyAt is not a time', pointerJoin(at, 'verifyAt'));
  const given = member(entry, 'policy') ?? {};
  if (!isJsonObject(given))
    throw manifestError('policy is not an object', pointerJoin(at, 'policy'));
  const { trustRootOverride = false, ...policy } = given;
  if (typeof trustRootOverride !== 'boolean') {
    const pointer = pointerJoin(at, 'policy', 'trustRootOverride');
    throw manifestError('trustRootOverride is not true or false', pointer);
  }
  const expect = parseExpectation(requireText(entry, 'expect', at), pointerJoin(at, 'expect'));
  const other = stringMember(entry, 'alsoAllowed');
  return {
    id: requireText(entry, 'id', at),
    kind: requireText(entry, 'kind', at),
    evidence: requireText(entry, 'evidence', at),
    files: parseFiles(member(entry, 'files') ?? {}, pointerJoin(at, 'files')),
    verifyAt,
    policy,
    trustRootOverride,
    expect,
    alsoAllowed:
      other === undefined ? undefined : parseExpectation(other, pointerJoin(at, 'alsoAllowed')),
  };
}

function parseFiles(value: JsonValue, at: string): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw manifestError('files is not an object', at);
  const roles = Object.keys(value);
  return new Map(roles.map((role) => [role, requireText(value, role, at)]));
}

function parseExpectation(text: string, at: string): 'accept' | 'reject' {
  if (text === 'accept' || text === 'reject') return text;
  throw manifestError('is neither accept nor reject', at);
}

function requireText(value: JsonValue, key: string, at: string): string {
  const text = stringMember(value, key);
  if (text === undefined || text === '')
    throw manifestError(`${key} is not text`, pointerJoin(at, key));
  return text;
}

function manifestError(problem: string, at: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', `manifest ${excerpt(at)}: ${problem}`, { at });
}
