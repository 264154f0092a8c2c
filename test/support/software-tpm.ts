// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';

const TOOLS = ['swtpm', 'swtpm_setup', 'tpm2_quote'];
const START_ATTEMPTS = 5;
const READY_ATTEMPTS = 60;
const READY_PAUSE_MS = 50;
const COMMAND_TIMEOUT_MS = 20_000;

/** How an attestation key signs, as tpm2_createak names it. */
export interface KeyOptions {
  readonly algorithm: 'rsa' | 'ecc256' | 'ecc384';
  readonly scheme: 'rsassa' | 'rsapss' | 'ecdsa';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
}

/** An attestation key that lives in the software TPM. */
export interface SoftwareKey {
  /** Path of its saved context. */
  readonly context: string;
  /** TPM2B_PUBLIC. */
  readonly area: Uint8Array;
  /** SubjectPublicKeyInfo as tpm2-tools write it. */
  readonly pem: string;
  /** Lower-case hex, as the TPM gave it. */
  readonly name: string;
  readonly hash: string;
  readonly scheme: string;
}

export interface SoftwareQuote {
  /** TPMS_ATTEST. */
  readonly quote: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
}

export function hasSoftwareTpm(): boolean {
  return TOOLS.every((tool) => spawnSync(tool, ['--version']).error === undefined);
}

/**
 * A suite over a real software TPM. With CI=true its programs must be installed; elsewhere the suite says by name that it did
 * not run.
 */
export function describeSoftwareTpm(name: string, define: () => void): void {
  if (hasSoftwareTpm()) {
    describe(name, define);
    return;
  }
  const missing = `needs ${TOOLS.join(', ')} (packages swtpm, swtpm-tools, tpm2-tools)`;
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      test('needs a software TPM', () => {
        throw new Error(missing);
      });
    });
    return;
  }
  process.stderr.write(`did not run (${missing}): ${name}\n`);
  describe(name, () => {
    test('did not run: there is no software TPM', ({ skip }) => skip());
  });
}

/** A software TPM of one test file, on loopback, with a state of its own. */
export class SoftwareTpm {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #port: number;
  #files = 0;

  private constructor(folder: string, process: ChildProcess, port: number) {
    this.#folder = folder;
    this.#process = process;
    this.#port = port;
  }

  static async start(): Promise<SoftwareTpm> {
    // another process may take a port between its choice and its use
    for (let attempt = 1; ; attempt++) {
      try {
        return await SoftwareTpm.#startOnce();
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  static async #startOnce(): Promise<SoftwareTpm> {
    const folder = mkdtempSync(join(tmpdir(), 'swtpm-'));
    const setup = ['--tpm2', '--tpmstate', folder, '--pcr-banks', 'sha256,sha384', '--overwrite'];
    execFileSync('swtpm_setup', setup, { stdio: 'pipe', timeout: COMMAND_TIMEOUT_MS });
    const port = await findPortPair();
    const address = (at: number): string => `type=tcp,port=${at},bindaddr=127.0.0.1`;
    const socket = ['socket', '--tpm2', '--tpmstate', `dir=${folder}`];
    const server = ['--server', address(port), '--ctrl', address(port + 1)];
    const child = spawn('swtpm', [...socket, ...server, '--flags', 'not-need-init,startup-clear'], {
      stdio: 'ignore',
    });
    const tpm = new SoftwareTpm(folder, child, port);
    try {
      await tpm.#waitUntilReady();
    } catch (error) {
      await tpm.stop();
      throw error;
    }
    return tpm;
  }

  /** Ends the process that start began, by its id. */
  async stop(): Promise<void> {
    const isRunning = this.#process.exitCode === null && this.#process.signalCode === null;
    if (isRunning) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs one of the tpm2-tools. @returns its standard output */
  run(tool: string, ...args: readonly string[]): string {
    const output = execFileSync(tool, args, {
      stdio: 'pipe',
      timeout: COMMAND_TIMEOUT_MS,
      env: { ...process.env, TPM2TOOLS_TCTI: `swtpm:host=127.0.0.1,port=${this.#port}` },
    });
    // there is no resource manager: after two or three transient objects the next one would fail
    if (tool !== 'tpm2_flushcontext') this.run('tpm2_flushcontext', '-t');
    return output.toString();
  }

  /** A path for a file of the test's own. */
  path(name: string): string {
    return join(this.#folder, `${this.#files++}-${name}`);
  }

  /** A file that one of the tools wrote. */
  read(path: string): Uint8Array {
    return bytesOf(path);
  }

  /** A new attestation key under a new endorsement key. */
  createKey(options: KeyOptions): SoftwareKey {
    const [ek, context, area, name] = ['ek', 'ak.ctx', 'ak.pub', 'ak.name'].map((one) =>
      this.path(one),
    );
    if (ek === undefined || context === undefined || area === undefined || name === undefined) {
      throw new Error('paths');
    }
    const { algorithm, scheme, hash } = options;
    const ekAlgorithm = algorithm === 'rsa' ? 'rsa' : 'ecc';
    this.run('tpm2_createek', '-c', ek, '-G', ekAlgorithm, '-u', this.path('ek.pub'));
    const form = ['-G', algorithm === 'rsa' ? 'rsa' : algorithm, '-g', hash, '-s', scheme];
    this.run('tpm2_createak', '-C', ek, '-c', context, ...form, '-u', area, '-n', name);
    return this.#describeKey(context, area, readFileSync(name), { hash, scheme });
  }

  /** A signing key with attributes of the test's choice, under a new primary key of the owner. */
  createPlainKey(attributes: string): SoftwareKey {
    const [primary, context, area, name] = [
      this.path('primary'),
      this.path('key.ctx'),
      this.path('key.pub'),
      this.path('key.name'),
    ];
    const secret = this.path('key.priv');
    this.run('tpm2_createprimary', '-C', 'o', '-G', 'rsa2048', '-c', primary);
    const form = ['-G', 'rsa2048:rsassa-sha256:null', '-a', attributes];
    this.run('tpm2_create', '-C', primary, ...form, '-u', area, '-r', secret);
    this.run('tpm2_load', '-C', primary, '-u', area, '-r', secret, '-n', name, '-c', context);
    const form256 = { hash: 'sha256', scheme: 'rsassa' };
    return this.#describeKey(context, area, readFileSync(name), form256);
  }

  /** @param selection as tpm2_quote takes it, e.g. `sha256:0,7+sha384:8` */
  quote(key: SoftwareKey, selection: string, nonce: Uint8Array = new Uint8Array()): SoftwareQuote {
    const [message, signature] = [this.path('q.msg'), this.path('q.sig')];
    const extra = nonce.length === 0 ? [] : ['-q', Buffer.from(nonce).toString('hex')];
    const files = ['-m', message, '-s', signature];
    const form = ['-g', key.hash, '--scheme', key.scheme];
    this.run('tpm2_quote', '-c', key.context, '-l', selection, ...form, ...files, ...extra);
    return { quote: bytesOf(message), signature: bytesOf(signature) };
  }

  /** Signs any bytes with a key that is not restricted. @returns TPMT_SIGNATURE */
  sign(key: SoftwareKey, message: Uint8Array): Uint8Array {
    const [input, signature] = [this.path('message'), this.path('message.sig')];
    writeFileSync(input, message);
    this.run('tpm2_sign', '-c', key.context, '-g', 'sha256', '-o', signature, input);
    return bytesOf(signature);
  }

  extend(index: number, bank: string, digest: Uint8Array): void {
    this.run('tpm2_pcrextend', `${index}:${bank}=${Buffer.from(digest).toString('hex')}`);
  }

  /** What the TPM itself says that registers hold, in the form of the evidence. */
  registers(selection: string): Record<string, Record<string, string>> {
    const banks: Record<string, Record<string, string>> = {};
    let bank: Record<string, string> = {};
    for (const line of this.run('tpm2_pcrread', selection).split('\n')) {
      const name = /^ {2}(sha\d+):/.exec(line)?.[1];
      if (name !== undefined) bank = banks[name] = {};
      const [, index, value] = /^ {4}(\d+) *: 0x([0-9A-F]+)$/.exec(line) ?? [];
      if (index !== undefined && value !== undefined) bank[index] = value.toLowerCase();
    }
    return banks;
  }

  #describeKey(
    context: string,
    area: string,
    name: Uint8Array,
    form: Pick<SoftwareKey, 'hash' | 'scheme'>,
  ): SoftwareKey {
    const pem = this.path('key.pem');
    this.run('tpm2_readpublic', '-c', context, '-f', 'pem', '-o', pem);
    return {
      context,
      area: bytesOf(area),
      pem: readFileSync(pem, 'latin1'),
      name: Buffer.from(name).toString('hex'),
      ...form,
    };
  }

  async #waitUntilReady(): Promise<void> {
    for (let attempt = 0; attempt < READY_ATTEMPTS; attempt++) {
      if (this.#process.exitCode !== null) break;
      try {
        this.run('tpm2_getrandom', '--hex', '1');
        return;
      } catch {
        await sleep(READY_PAUSE_MS);
      }
    }
    throw new Error('the software TPM did not start');
  }
}

function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Two free ports next to each other: the clients expect the control channel behind the other one. */
async function findPortPair(): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const { port } = first.address() as AddressInfo;
    const second = await listen(port + 1).catch(() => undefined);
    first.close();
    second?.close();
    if (second !== undefined) return port;
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
