// SPDX-License-Identifier: Apache-2.0
// node --expose-gc bench/support/read-document.ts FILE parser|reader    one document in a process of its own, as JSON
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import { packFacts } from '../../graph/domain/facts-codec.ts';
import { closeBytes } from '../../core/stored-bytes.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { receivePath } from '../../ingest/receive/files.ts';
import { Spool } from '../../ingest/receive/spool.ts';
import { bareParserOf } from './bare-parsers.ts';
import { spend } from './measure.ts';

/** What reading one document took a process that does nothing else. */
export interface ReadingCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Resident memory before and at its highest, in bytes; the parser's counts the document's bytes in both. */
  readonly startBytes: number;
  readonly peakBytes: number;
  /** Why it was refused. */
  readonly refused?: string;
}

const BLOCK_BYTES = 1 << 24;

const [file = '', format = '', what = ''] = process.argv.slice(2);
const bytes = what === 'parser' ? readWhole(file) : new Uint8Array();
const startBytes = peak();
const cost =
  what === 'parser'
    ? await spend(() => bareParserOf(format)(bytes))
    : await spend(() => readAsReceived(file));
const { wallMs, cpuMs } = cost;
const refused = typeof cost.result === 'string' ? { refused: cost.result } : {};
const result: ReadingCost = { wallMs, cpuMs, startBytes, peakBytes: peak(), ...refused };
process.stdout.write(JSON.stringify(result));

/** From the file to facts, packed as they are kept. */
async function readAsReceived(path: string): Promise<number | string> {
  for await (const one of receivePath(path, { spool: new Spool(tmpdir()) })) {
    if ('refused' in one) return one.refused.code;
    try {
      const { reading } = await readDocument(one.bytes, { digest: sha256(one.bytes) });
      return packFacts(reading.facts).bytes.length;
    } catch (error) {
      if (isPedigreeError(error)) return error.code;
      throw error;
    } finally {
      closeBytes(one.bytes);
    }
  }
  return 'ERR_NOT_FOUND';
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
