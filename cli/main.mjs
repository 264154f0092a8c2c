#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The way in. Plain JavaScript that old versions of Node can read, so that they get a sentence instead of a syntax error.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MINIMUM_MAJOR = 24;
/**
 * What Node is told. node:sqlite and type stripping announce themselves on stderr in some versions of Node 24. Half the
 * default for what is young (megabytes, twice taken) costs no time, and takes 33 MB less.
 */
const FLAGS = JSON.parse(readFileSync(new URL('node-flags.json', import.meta.url), 'utf8'));
const EXIT_UNAVAILABLE = 69;
const EXIT_INTERNAL = 70;

const script = fileURLToPath(import.meta.url);
const args = process.argv.slice(2);
/** True in the process that this script started: it starts no other. */
const isRestarted = process.execArgv.includes(FLAGS[0]);

if (isRecent(process.versions.node)) {
  if (isRestarted || !replaceProcess()) await start();
} else {
  const node = isRestarted ? undefined : findBundledNode();
  if (node === undefined) refuse();
  else runWith(node);
}

function isRecent(version) {
  return Number(version.split('.')[0]) >= MINIMUM_MAJOR;
}

function refuse() {
  process.stderr.write(
    `pedigree needs Node ${MINIMUM_MAJOR} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer Node, or run `npm ci` in the checkout: it brings one along.\n',
  );
  process.exitCode = EXIT_UNAVAILABLE;
}

/** The Node that the npm package `node` brought along, where it is recent enough. */
function findBundledNode() {
  const modules = resolve(dirname(script), '../node_modules');
  const file = join(modules, 'node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  try {
    const { version } = JSON.parse(readFileSync(join(modules, 'node/package.json'), 'utf8'));
    return isRecent(version) && existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Starts over with the flags in the same process. False where the platform cannot. */
function replaceProcess() {
  if (process.platform === 'win32' || typeof process.execve !== 'function') return false;
  // what somebody asked Node for comes later, and counts
  const nodeArgs = [...FLAGS, ...process.execArgv];
  process.execve(process.execPath, [process.execPath, ...nodeArgs, script, ...args]);
  return true;
}

/** Runs the command with another Node, and ends as that does. */
function runWith(node) {
  const child = spawn(node, [...FLAGS, script, ...args], { stdio: 'inherit' });
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => pass(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${node}: ${error.message}\n`);
    process.exitCode = EXIT_UNAVAILABLE;
  });
  child.on('exit', (code, signal) => {
    for (const [name, handler] of handlers) process.off(name, handler);
    if (signal === null) process.exitCode = code ?? EXIT_INTERNAL;
    else endBy(signal);
  });

  function pass(signal) {
    // a terminal sends ^C to both processes: passing it on would make it two
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  }
}

/** Ends as a process that a signal ended; 128 + number where the signal does not end this one. */
function endBy(signal) {
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
}

async function start() {
  // beside the code, so that only who may change the code may change what was compiled of it
  module.enableCompileCache(join(dirname(script), '../node_modules/.cache/compiled'));
  const { main } = await import('./main.ts');
  process.exitCode = await main(args);
}
