// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const HERE = import.meta.dirname;

/** The folder of the other verifiers: PEDIGREE_PEERS, or a cache below node_modules. */
export function peersFolder(): string {
  const named = process.env['PEDIGREE_PEERS'];
  return resolve(named ?? join(HERE, '../../node_modules/.cache/pedigree-peers'));
}

export interface PeerPrograms {
  readonly goSevGuest: string;
  readonly dcapQvl: string;
  /** Folder whose node_modules holds the npm packages. */
  readonly npm: string;
}

export function peerPrograms(folder = peersFolder()): PeerPrograms {
  return {
    goSevGuest: join(folder, 'go-sev-guest'),
    dcapQvl: join(folder, 'cargo', 'release', 'pedigree-differential-dcap-qvl'),
    npm: join(folder, 'npm'),
  };
}

/** True where every one of them is built. */
export function arePeersBuilt(folder = peersFolder()): boolean {
  const { goSevGuest, dcapQvl, npm } = peerPrograms(folder);
  return [goSevGuest, dcapQvl, join(npm, 'node_modules')].every((path) => existsSync(path));
}

/**
 * Builds all of them from their registries, in the versions of the lock files beside this file. What is there already is
 * built again only as far as the compilers see a change.
 */
export function buildPeers(folder = peersFolder()): void {
  mkdirSync(folder, { recursive: true });
  const programs = peerPrograms(folder);
  run('go', ['build', '-mod=readonly', '-trimpath', '-o', programs.goSevGuest, '.'], {
    cwd: join(HERE, 'go-sev-guest'),
  });
  run('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(HERE, 'dcap-qvl'),
    env: { CARGO_TARGET_DIR: join(folder, 'cargo') },
  });
  mkdirSync(programs.npm, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(join(HERE, 'npm', file), join(programs.npm, file));
  }
  // none of these packages needs a script of its own to be installed
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: programs.npm,
  });
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): void {
  const env = { ...process.env, ...options.env };
  const { status, error } = spawnSync(command, args, { cwd: options.cwd, env, stdio: 'inherit' });
  if (error !== undefined) throw new Error(`cannot run ${command}`, { cause: error });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status})`);
}
