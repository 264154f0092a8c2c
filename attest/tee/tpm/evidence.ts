// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { isJsonObject, member, parseJson, stringMember } from '../../../core/json.ts';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { tpmError } from './big-endian.ts';
import { parseEventLog } from './event-log.ts';
import type { EventLog } from './event-log.ts';
import { HASH_BYTES, TPM_HASHES } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';
import { parseTpmQuote } from './quote.ts';
import type { TpmQuote } from './quote.ts';
import { REGISTER_COUNT } from './registers.ts';
import type { Registers } from './registers.ts';
import { parseTpmSignature } from './signature.ts';
import type { TpmSignature } from './signature.ts';

/** A quote with what is needed to check it, whatever vouches for its key. */
export interface QuoteEvidence {
  readonly quote: TpmQuote;
  readonly signature: TpmSignature;
  /** As the sender gives them; the quote decides whether they are so. */
  readonly registers: Registers;
  readonly eventLog: EventLog | undefined;
}

const MAX_EVIDENCE_BYTES = 2 * 1024 * 1024;
const MAX_JSON_DEPTH = 4;
const QUOTE_MEMBERS = ['quote', 'signature', 'pcrs', 'eventLog'];

/**
 * Reads an evidence container: one JSON object with the members of a quote and some more, and with no others.
 * @param more names of the other members, all required
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson
 */
export function parseContainer(bytes: Uint8Array, more: readonly string[]): JsonObject {
  if (bytes.length > MAX_EVIDENCE_BYTES) throw tpmError('the evidence is too large');
  const { value } = parseJson(bytes, MAX_JSON_DEPTH);
  if (!isJsonObject(value)) throw tpmError('the evidence is not a JSON object');
  const known = [...QUOTE_MEMBERS, ...more];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw tpmError(`unknown member "${excerpt(unknown)}"`);
  return value;
}

/**
 * The quote of a container.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readQuoteEvidence(container: JsonObject): QuoteEvidence {
  const hasLog = member(container, 'eventLog') !== undefined;
  return {
    quote: parseTpmQuote(readBase64(container, 'quote')),
    signature: parseTpmSignature(readBase64(container, 'signature')),
    registers: readRegisters(member(container, 'pcrs')),
    eventLog: hasLog ? parseEventLog(readBase64(container, 'eventLog')) : undefined,
  };
}

/**
 * A member that is base64 (RFC 4648 section 4, with padding) in its one writing.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readBase64(container: JsonObject, key: string): Uint8Array {
  const text = stringMember(container, key);
  if (text === undefined || text === '') throw tpmError(`${key} is missing or not text`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw tpmError(`${key} is not base64`);
  return new Uint8Array(bytes);
}

function readRegisters(value: JsonValue | undefined): Registers {
  if (!isJsonObject(value)) throw tpmError('pcrs is missing or not an object');
  const banks = Object.entries(value).map(([name, values]) => {
    const bank = TPM_HASHES.find((one) => one === name);
    if (bank === undefined) throw tpmError(`the bank "${excerpt(name)}" is not accepted`);
    return [bank, readBank(bank, values)] as const;
  });
  return new Map(banks);
}

function readBank(bank: TpmHash, values: JsonValue): ReadonlyMap<number, Uint8Array> {
  if (!isJsonObject(values)) throw tpmError(`the bank ${bank} is not an object`);
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const index = findRegisterIndex(name);
      if (index === undefined) throw tpmError(`"${excerpt(name)}" is not a register from 0 to 23`);
      const isHex = typeof value === 'string' && /^[0-9a-f]*$/.test(value);
      if (!isHex || value.length !== 2 * HASH_BYTES[bank]) {
        throw tpmError(`${bank}:${index} is not lower-case hex of ${HASH_BYTES[bank]} bytes`);
      }
      return [index, new Uint8Array(Buffer.from(value, 'hex'))];
    }),
  );
}

/** The register that a text names, in its one writing; undefined where it names none. */
export function findRegisterIndex(text: string): number | undefined {
  const index = /^[0-9]{1,2}$/.test(text) ? Number(text) : REGISTER_COUNT;
  return index < REGISTER_COUNT && String(index) === text ? index : undefined;
}
