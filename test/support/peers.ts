// SPDX-License-Identifier: Apache-2.0
// Other people's servers that the collectors are tested against; tools/peers installs them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';

const ROOT = resolve(
  process.env['PEDIGREE_PEERS'] ??
    join(import.meta.dirname, '../../node_modules/.cache/pedigree-peers'),
);

/** Absolute path of a program or folder that tools/peers installs. */
export function peerPath(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/**
 * A suite that needs an installed server. With CI=true it must be there; elsewhere the suite says by name that it did not
 * run.
 * @param path below the folder of peers
 */
export function describePeer(name: string, path: string, define: () => void): void {
  if (existsSync(peerPath(path))) {
    describe(name, define);
    return;
  }
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      test(`needs ${path}`, () => {
        throw new Error(`no ${path} in ${ROOT}: run tools/peers/install.sh`);
      });
    });
    return;
  }
  process.stderr.write(`did not run (no ${path} in ${ROOT}; tools/peers/install.sh): ${name}\n`);
  describe(name, () => {
    test(`did not run: ${path} is not here`, ({ skip }) => skip());
  });
}

/** A server in a process of its own. */
export interface PeerServer {
  readonly host: string;
  readonly url: (path?: string) => URL;
  /** Ends it; more than once does nothing. */
  readonly close: () => Promise<void>;
}

export interface PeerCommand {
  readonly command: string;
  /** @param port a free one, on loopback */
  readonly args: (port: number) => readonly string[];
  readonly envOf?: (port: number) => Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Asked until it answers with anything at all. */
  readonly ready: string;
}

const ATTEMPTS = 600;

/** Starts a server and waits until it answers. */
export async function startPeer(peer: PeerCommand): Promise<PeerServer> {
  const port = await freePort();
  const child = spawn(peer.command, [...peer.args(port)], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      ...peer.envOf?.(port),
    },
    ...(peer.cwd === undefined ? {} : { cwd: peer.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (text: Buffer): void => {
    output = `${output}${text.toString()}`.slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const host = `127.0.0.1:${port}`;
  const url = (path = '/'): URL => new URL(path, `http://${host}`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (child.exitCode !== null) break;
    if (await answers(url(peer.ready))) return { host, url, close: () => stop(child) };
    await sleep(50);
  }
  await stop(child);
  throw new Error(`${peer.command} did not come up: ${output}`);
}

async function answers(url: URL): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
