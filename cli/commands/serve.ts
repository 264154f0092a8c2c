// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { isLoopbackHost, loopbackAuthorities } from '../../api/http/loopback.ts';
import { PublishedLog } from '../../api/service/published-log.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, printableLines, type Terminal } from '../output/terminal.ts';
import { DEFAULT_PROJECT, type Opened } from '../wire.ts';

interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
  readonly dev?: boolean;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = '7465';
const MAX_PORT = 65_535;
const TOKEN_FILE = 'serve-token';
const TOKEN_BYTES = 32;
/** Requests end by themselves before that. */
const CLOSE_GRACE_MS = LIMITS.requestMs + 5000;

/** `pedigree serve` */
export function addServe(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('serve')
      .description('REST and GraphQL for this machine, until SIGTERM or ^C')
      .option('--port <number>', 'port; 0: any that is free', DEFAULT_PORT)
      .option('--host <address>', 'loopback address to listen on', DEFAULT_HOST)
      .option('--dev', 'GraphQL introspection and GraphiQL'),
  ).action((options: ServeOptions) => run(context, options, () => serve(context, options)));
}

async function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  const address = parseAddress(options);
  // closing the home publishes tiles, then closes the store
  return onHome(options, 'write', async (opened) => {
    await serveUntilStopped(context, opened, address, options);
    return EXIT.yes;
  });
}

/** @throws {PedigreeError} ERR_USAGE: without authentication nobody but this machine may come in */
function parseAddress({ host, port }: ServeOptions): Address {
  if (!isLoopbackHost(host)) {
    throw new PedigreeError('ERR_USAGE', `${host} is not a loopback address`, {
      hint: 'serve has no authentication yet, so it answers this machine alone: leave out --host',
    });
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT) {
    throw new PedigreeError('ERR_USAGE', `--port takes a number up to ${MAX_PORT}`);
  }
  return { host, port: Number(port) };
}

async function serveUntilStopped(
  { terminal, ...context }: CommandContext,
  { pedigree, home, log }: Opened,
  address: Address,
  options: ServeOptions,
): Promise<void> {
  // loaded here, so that no other command waits for them
  const { createApp } = await import('../../api/app.ts');
  const { listen } = await import('../../api/server.ts');
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const signer = { origin: log.origin, privateKey: home.logKey.privateKey };
  const { store } = pedigree.ledger;
  let authorities: readonly string[] = [];
  const app = createApp({
    pedigree,
    log: new PublishedLog(log.folder, store, signer),
    project: DEFAULT_PROJECT,
    authorities: () => authorities,
    token,
    isDevelopment: options.dev === true,
    requestMs: LIMITS.requestMs,
    onFault: (error) => reportFault(terminal, error),
  });
  const stopped = stopSignal();
  const fetch = (request: Request): Response | Promise<Response> => app.fetch(request);
  const server = await listen({ ...address, fetch, requestMs: LIMITS.requestMs });
  authorities = loopbackAuthorities(address.host, server.port);
  const file = join(home.folder, TOKEN_FILE);
  try {
    await writeToken(file, token);
    const url = `http://${hostPart(address.host)}:${server.port}`;
    if (options.json === true) writeJson({ terminal, ...context }, { url, tokenFile: file });
    else terminal.out(`${url}  (token for what changes state: ${printable(file)})\n`);
    await stopped;
  } finally {
    await server.close(CLOSE_GRACE_MS);
    await removeToken(file, token);
  }
}

function hostPart(host: string): string {
  return host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/** Written aside and renamed, so that the file is never there with another mode or half of its content. */
async function writeToken(file: string, token: string): Promise<void> {
  const aside = `${file}.${process.pid}.part`;
  await rm(aside, { force: true });
  await writeFile(aside, `${token}\n`, { mode: 0o600, flag: 'wx' });
  await rename(aside, file);
}

/** The token of a server that was started later on the same home stays. */
async function removeToken(file: string, token: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() === token) await rm(file, { force: true });
}

/** What callers are not told. */
function reportFault(terminal: Terminal, error: unknown): void {
  const code = isPedigreeError(error) ? error.code : 'ERR_INTERNAL';
  const text =
    error instanceof Error
      ? isPedigreeError(error)
        ? error.message
        : (error.stack ?? error.message)
      : String(error);
  terminal.err(`pedigree serve: ${printableLines(text)} [${code}]\n`);
}
