// SPDX-License-Identifier: Apache-2.0
import { ByteReader } from '../dcap/byte-reader.ts';
import { takeSized, takeUint16, takeUint32, takeUint64, tpmError } from './big-endian.ts';
import { algorithmName, findHash } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';

/** What a TPM makes itself begins with these bytes; a restricted key signs nothing else that does (Part 2, 6.2). */
const TPM_GENERATED = 0xff54_4347;
const ATTEST_QUOTE = 0x8018;
/** A name is an algorithm and a digest of at most 64 bytes, and so is the bound of extraData. */
const MAX_NAME_BYTES = 66;
const MAX_DIGEST_BYTES = 64;
const MAX_QUOTE_BYTES = 1024;
const MAX_BANKS = 4;
/** PC Client platforms have 24 registers: 3 bytes of bits. */
const MAX_SELECT_BYTES = 3;

/** Registers of one bank, in ascending order. */
export interface RegisterSelection {
  readonly bank: TpmHash;
  readonly indices: readonly number[];
}

/** A parsed TPMS_ATTEST of the type quote: nothing about it is verified yet. */
export interface TpmQuote {
  /** Qualified name of the signing key. */
  readonly qualifiedSigner: Uint8Array;
  /** What the caller gave; empty where it gave nothing. */
  readonly extraData: Uint8Array;
  readonly clock: {
    /** Milliseconds that the TPM has been running, over its whole life. */
    readonly milliseconds: bigint;
    readonly resetCount: number;
    readonly restartCount: number;
    /** False where the clock may have gone back after a loss of power. */
    readonly safe: boolean;
  };
  readonly firmwareVersion: bigint;
  /** In the order of the quote, which is the order of the digest. */
  readonly selections: readonly RegisterSelection[];
  readonly pcrDigest: Uint8Array;
  /** The bytes that the signature covers. */
  readonly signed: Uint8Array;
}

/**
 * Parses a TPMS_ATTEST structure that is a quote and fills the bytes exactly.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see TPM 2.0 Library, Part 2, clauses 10.12.8 (TPMS_ATTEST) and 10.12.1 (TPMS_QUOTE_INFO)
 */
export function parseTpmQuote(bytes: Uint8Array): TpmQuote {
  if (bytes.length > MAX_QUOTE_BYTES) throw tpmError('the quote is too large');
  const reader = new ByteReader(bytes);
  if (takeUint32(reader, 'magic') !== TPM_GENERATED) {
    throw tpmError('the quote does not begin with TPM_GENERATED_VALUE: no TPM made it');
  }
  const type = takeUint16(reader, 'attestation type');
  if (type !== ATTEST_QUOTE) {
    throw tpmError(`the attestation is of type ${algorithmName(type)}, not a quote`);
  }
  const quote = {
    qualifiedSigner: takeSized(reader, MAX_NAME_BYTES, 'qualifiedSigner'),
    extraData: takeSized(reader, MAX_NAME_BYTES, 'extraData'),
    clock: {
      milliseconds: takeUint64(reader, 'clock'),
      resetCount: takeUint32(reader, 'resetCount'),
      restartCount: takeUint32(reader, 'restartCount'),
      safe: takeYesNo(reader),
    },
    firmwareVersion: takeUint64(reader, 'firmwareVersion'),
    selections: takeSelections(reader),
    pcrDigest: takeSized(reader, MAX_DIGEST_BYTES, 'pcrDigest'),
    signed: bytes,
  };
  reader.assertEnd('the quote');
  return quote;
}

function takeYesNo(reader: ByteReader): boolean {
  const [value] = reader.take(1, 'safe');
  if (value !== 0 && value !== 1) throw tpmError('safe is neither yes nor no');
  return value === 1;
}

function takeSelections(reader: ByteReader): RegisterSelection[] {
  const count = takeUint32(reader, 'number of banks');
  if (count === 0 || count > MAX_BANKS) {
    throw tpmError(`the quote selects ${count} banks, not 1 to ${MAX_BANKS}`);
  }
  const selections: RegisterSelection[] = [];
  for (let index = 0; index < count; index++) {
    const selection = takeSelection(reader);
    // two selections of one bank would let a register stand for another
    if (selections.some(({ bank }) => bank === selection.bank)) {
      throw tpmError(`the quote selects the bank ${selection.bank} twice`);
    }
    selections.push(selection);
  }
  return selections;
}

function takeSelection(reader: ByteReader): RegisterSelection {
  const id = takeUint16(reader, 'bank');
  const bank = findHash(id);
  if (bank === undefined) throw tpmError(`the bank ${algorithmName(id)} is not accepted`);
  const [sizeBytes = 0] = reader.take(1, 'size of the selection');
  if (sizeBytes === 0 || sizeBytes > MAX_SELECT_BYTES) {
    throw tpmError(`a selection has ${sizeBytes} bytes, not 1 to ${MAX_SELECT_BYTES}`);
  }
  const bits = reader.take(sizeBytes, 'selection');
  const indices = Array.from({ length: 8 * sizeBytes }, (_, at) => at).filter(
    (at) => (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1,
  );
  if (indices.length === 0) throw tpmError(`the quote selects no register of ${bank}`);
  return { bank, indices };
}
