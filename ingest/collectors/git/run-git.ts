// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { excerpt, PedigreeError } from '../../../core/errors.ts';

/** How the system's git is run for one repository. */
export interface GitSetting {
  /** The bare repository that git works in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How messages call the repository. */
  readonly label: string;
  /** Texts that no message may hold. */
  readonly secrets: readonly string[];
}

export interface GitRun {
  readonly timeoutMs: number;
  /** Most bytes of standard output. */
  readonly maxBytes: number;
  /** Asked now and then while it runs; true ends it. */
  readonly isTooMuch?: () => Promise<boolean>;
}

/**
 * Nothing that a repository, its owner or this machine's settings say may run a program: no hooks, no file system monitor,
 * no helpers, no submodules, no transport but the one that was asked for (GIT_ALLOW_PROTOCOL says which).
 */
const HARDENED = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.sshCommand=', 'core.askPass='],
  ...['credential.helper=', 'protocol.ext.allow=never', 'submodule.recurse=false'],
  ...['fetch.recurseSubmodules=false', 'fetch.fsckObjects=false', 'gc.auto=0'],
  ...[
    'maintenance.auto=false',
    'http.followRedirects=false',
    'http.proxy=',
    'advice.detachedHead=false',
  ],
  ...[
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=30',
    'core.pager=cat',
    'log.showSignature=false',
  ],
];

const POLL_MS = 500;
const STDERR_BYTES = 64 * 1024;

/**
 * Runs git to its end.
 * @returns its standard output
 * @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE with git's last word; ERR_LIMIT_TIME, ERR_LIMIT_SIZE; ERR_NOT_FOUND,
 *   ERR_NOT_AUTHORISED where git says so
 */
export async function runGit(
  args: readonly string[],
  setting: GitSetting,
  run: GitRun,
): Promise<Buffer> {
  const child = startGit(args, setting);
  child.stdin.end();
  const guard = new Guard(child, setting, run);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > run.maxBytes) guard.stop(tooMuch(setting));
    else chunks.push(chunk);
  });
  const errors = lastWords(child);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (guard.fault !== undefined) throw guard.fault;
    if (code !== 0) throw gitFault(errors(), setting);
    return Buffer.concat(chunks);
  } catch (error) {
    throw error instanceof PedigreeError ? error : notStarted(error, setting);
  } finally {
    guard.end();
  }
}

/** Starts git for a talk over its pipes. The caller ends it with stopGit. */
export function startGit(
  args: readonly string[],
  { folder, environment }: GitSetting,
): ChildProcessWithoutNullStreams {
  const options = HARDENED.flatMap((one) => ['-c', one]);
  return spawn('git', [...options, '--git-dir', folder, ...args], {
    cwd: folder,
    env: environment,
    // a group of its own, so that its helpers end with it
    detached: true,
  });
}

/** Ends a git and everything that it started. */
export function stopGit({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** Ends a run that takes too long or too much, or that nobody waits for any more. */
class Guard {
  fault: PedigreeError | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #poll: NodeJS.Timeout | undefined;
  readonly #onAbort: () => void;

  constructor(child: ChildProcessWithoutNullStreams, setting: GitSetting, run: GitRun) {
    this.#child = child;
    this.#signal = setting.signal;
    this.#onAbort = () => this.stop(stopped(setting));
    if (setting.signal.aborted) this.#onAbort();
    else setting.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => this.stop(tooSlow(setting, run.timeoutMs)), run.timeoutMs);
    const { isTooMuch } = run;
    if (isTooMuch !== undefined) {
      this.#poll = setInterval(() => {
        void isTooMuch().then((is) => {
          if (is) this.stop(tooMuch(setting));
        });
      }, POLL_MS);
    }
  }

  stop(fault: PedigreeError): void {
    this.fault ??= fault;
    stopGit(this.#child);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** What git says on standard error; the end of it where it says much. */
export function lastWords(child: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString('utf8')}`.slice(-STDERR_BYTES);
  });
  return () => text;
}

/** A fault in git's own words, without anything secret in them. */
export function gitFault(words: string, { label, secrets }: GitSetting): PedigreeError {
  const lines = words.split('\n').filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ?? '';
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), said);
  const message = `git: ${excerpt(clean.replace(/^(?:fatal|error):\s{0,4}/, ''), 160)}`;
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|error: 40[13]/.test(
      words,
    )
  )
    return new PedigreeError('ERR_NOT_AUTHORISED', message, { file: label });
  if (
    /find remote ref|not found|does not exist|not a git repository|does not appear to be a git/.test(
      words,
    )
  )
    return new PedigreeError('ERR_NOT_FOUND', message, { file: label });
  return new PedigreeError('ERR_SOURCE_UNAVAILABLE', message, { file: label, retryable: true });
}

export function stopped({ label }: GitSetting): PedigreeError {
  return new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'stopped before it was read', {
    file: label,
    retryable: true,
  });
}

function notStarted(cause: unknown, { label }: GitSetting): PedigreeError {
  return new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'git cannot be run', {
    cause,
    file: label,
    hint: 'install git 2.36 or newer and see that it is in PATH',
  });
}

function tooSlow({ label }: GitSetting, limitMs: number): PedigreeError {
  const seconds = limitMs / 1000;
  return new PedigreeError('ERR_LIMIT_TIME', `git was not done after ${seconds} seconds`, {
    file: label,
    retryable: true,
  });
}

function tooMuch({ label }: GitSetting): PedigreeError {
  return new PedigreeError('ERR_LIMIT_SIZE', 'a repository larger than allowed', { file: label });
}
