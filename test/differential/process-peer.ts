// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import type { PeerVerdict } from './peer.ts';

const TIMEOUT_MS = 300_000;

/** Writes one JSON line a question to a program and reads one JSON line an answer. Every question has to be answered. */
export async function askProgram(
  command: string,
  args: readonly string[],
  questions: readonly { readonly id: string }[],
): Promise<readonly PeerVerdict[]> {
  const lines = questions.map((one) => `${JSON.stringify(one)}\n`).join('');
  const answers = (await run(command, args, lines)).split('\n').filter((line) => line !== '');
  const verdicts = answers.map((line) => JSON.parse(line) as PeerVerdict);
  const isComplete = verdicts.every((verdict, index) => verdict.id === questions[index]?.id);
  if (!isComplete || verdicts.length !== questions.length) {
    throw new Error(`${command} answered ${verdicts.length} of ${questions.length} questions`);
  }
  return verdicts;
}

async function run(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  // a program that ends early is told by its answers
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const status = await promise;
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return Buffer.concat(chunks).toString('utf8');
}
