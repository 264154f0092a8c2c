// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../../cli/main.mjs');

/** `pedigree serve` in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** What it printed, all of it. */
  readonly out: () => string;
  readonly err: () => string;
  readonly pid: number;
  /** Sends a signal and waits for the end. @returns exit code, or the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<number | string>;
}

/** Starts it on a port that the system chooses, and waits until it says where it is. */
export async function startServer(
  home: string,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--home', home, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const texts = collect(child);
  const url = await Promise.race([firstUrl(child, texts.out), ended.then(() => undefined)]);
  if (url === undefined || child.pid === undefined)
    throw new Error(`it did not start: ${texts.err()}`);
  return {
    url,
    port: Number(new URL(url).port),
    token: readFileSync(join(home, 'serve-token'), 'utf8').trim(),
    ...texts,
    pid: child.pid,
    stop: async (signal) => {
      child.kill(signal);
      const [code, by] = await ended;
      return code ?? by ?? 'unknown';
    },
  };
}

async function firstUrl(child: ChildProcess, out: () => string): Promise<string | undefined> {
  for (;;) {
    const line = /^(http:\/\/\S+) .*\n/.exec(out());
    if (line !== null) return line[1];
    if (child.stdout === null) return undefined;
    await once(child.stdout, 'data');
  }
}

function collect(child: ChildProcess): { out: () => string; err: () => string } {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { out: () => out, err: () => err };
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request with headers of one's own, Host included, and a body that is made while it is sent. */
export function rawRequest(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string> },
  body?: Iterable<Uint8Array>,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {} } = options;
    const sending = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    });
    let answered = false;
    sending.on('response', () => (answered = true));
    // the server hangs up on a body that is too large; what counts is what it said before
    sending.on('error', (error) => {
      if (!answered) reject(error);
    });
    void send(sending, body ?? []);
  });
}

async function send(to: ClientRequest, body: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of body) {
    if (to.destroyed) return;
    await new Promise<void>((resolve) => to.write(chunk, () => resolve()));
  }
  to.end();
}
