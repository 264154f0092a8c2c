// SPDX-License-Identifier: Apache-2.0
// Ends with 0 once an authenticated query is answered at PEDIGREE_TEST_NEO4J, with 1 when the server process
// (first argument, optional) is gone, the password is refused, or the time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import neo4j from 'neo4j-driver';

const ATTEMPTS = 600;
const PAUSE_MS = 500;

const url = process.env['PEDIGREE_TEST_NEO4J'] ?? 'neo4j://127.0.0.1:7687';
const password = process.env['PEDIGREE_TEST_NEO4J_PASSWORD'] ?? 'pedigree-test';
const serverPid = process.argv[2] === undefined ? undefined : Number(process.argv[2]);

process.exitCode = (await becomesReady()) ? 0 : 1;

async function becomesReady(): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await ask();
    if (answer === 'ready') return true;
    if (answer === 'refused') {
      process.stderr.write(`the server at ${url} refuses the password of user neo4j\n`);
      return false;
    }
    if (serverPid !== undefined && !isRunning(serverPid)) {
      process.stderr.write(`the server process ended before it answered\n`);
      return false;
    }
    await sleep(PAUSE_MS);
  }
  process.stderr.write(`no answer from ${url}\n`);
  return false;
}

/** `refused`: the server is there and does not take the password. */
async function ask(): Promise<'ready' | 'refused' | 'absent'> {
  const driver = neo4j.driver(url, neo4j.auth.basic('neo4j', password), {
    connectionTimeout: 2000,
    maxTransactionRetryTime: 0,
  });
  try {
    await driver.executeQuery('RETURN 1');
    return 'ready';
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'Neo.ClientError.Security.Unauthorized' ? 'refused' : 'absent';
  } finally {
    await driver.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
