// SPDX-License-Identifier: Apache-2.0
// node --expose-gc bench/support/read-document.ts FILE parser|reader    one document in a process of its own, as JSON
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { packFacts } from '../../graph/domain/facts-codec.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { bareParserOf } from './bare-parsers.ts';
import { spend } from './measure.ts';

/** What reading one document took a process that does nothing else. */
export interface ReadingCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Resident memory before and at its highest, in bytes; the document's bytes count in both. */
  readonly startBytes: number;
  readonly peakBytes: number;
  /** Why it was refused. */
  readonly refused?: string;
}

const BLOCK_BYTES = 1 << 24;

const [file = '', format = '', what = ''] = process.argv.slice(2);
const bytes = readWhole(file);
const digest = sha256(bytes);
const startBytes = peak();
const cost =
  what === 'parser' ? await spend(() => bareParserOf(format)(bytes)) : await measureReader();
const { wallMs, cpuMs } = cost;
const refused = typeof cost.result === 'string' ? { refused: cost.result } : {};
const result: ReadingCost = { wallMs, cpuMs, startBytes, peakBytes: peak(), ...refused };
process.stdout.write(JSON.stringify(result));

/** Document to facts, packed as they are kept. */
async function measureReader(): Promise<Awaited<ReturnType<typeof spend<unknown>>>> {
  return spend(async () => {
    try {
      const { reading } = await readDocument(bytes, { digest });
      return packFacts(reading.facts).bytes.length;
    } catch (error) {
      if (isPedigreeError(error)) return error.code;
      throw error;
    }
  });
}

/** Read in blocks: readFileSync holds some files twice. */
function readWhole(path: string): Uint8Array {
  const source = openSync(path, 'r');
  const whole = new Uint8Array(fstatSync(source).size);
  for (let at = 0; at < whole.length;) {
    at += readSync(source, whole, at, Math.min(BLOCK_BYTES, whole.length - at), null);
  }
  closeSync(source);
  return whole;
}

function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}
