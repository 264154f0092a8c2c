// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Finding, Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { failure, teeFinding } from '../finding.ts';
import type { TrustedAttestationKey } from './attestation-key.ts';
import { isResetValue, replayEvents } from './event-log.ts';
import type { EventLog } from './event-log.ts';
import type { QuoteEvidence } from './evidence.ts';
import { digestRegisters, findResettable, isSelection } from './registers.ts';
import type { Registers } from './registers.ts';
import { isSignedWith } from './signature.ts';

/** What a genuine quote says. Byte fields are lower-case hex. */
export interface QuoteClaims {
  /** By bank, then by index; exactly the registers that the quote covers. */
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The digest inside the quote, `<algorithm>:<hex>`. */
  readonly pcrDigest: string;
  readonly signatureScheme: 'rsassa' | 'rsapss' | 'ecdsa';
  /** Qualified name of the signing key: it holds the way from the hierarchy's root to the key. */
  readonly qualifiedSigner: string;
  readonly clock: {
    /** Decimal: milliseconds that the TPM has been running, over its whole life. Not the time of day. */
    readonly milliseconds: string;
    /** How often the TPM was reset, and how often resumed since. A change says that the machine was started anew. */
    readonly resetCount: number;
    readonly restartCount: number;
    /** False where the clock may have gone back after a loss of power. */
    readonly safe: boolean;
  };
  /** As the vendor counts, with 0x. */
  readonly firmwareVersion: string;
  /** Null where no event log came along. */
  readonly eventLog: EventLogClaims | null;
}

/** What the event log explains. */
export interface EventLogClaims {
  readonly events: number;
  /** Quoted registers whose value is that of the replay, or of a reset where the log has no event for them: `<bank>:<index>`. */
  readonly explained: readonly string[];
  /** Quoted registers that somebody else extended: the log has no event for them. */
  readonly unexplained: readonly string[];
}

/**
 * Verifies that the trusted key signed the quote, that the registers are those of the quote, and that the event log, where
 * there is one, leads to them. Stops at the first fault.
 * @see TPM 2.0 Library, Part 3, clause 18.4 (TPM2_Quote)
 */
export function verifyQuote(
  evidence: QuoteEvidence,
  key: Pick<TrustedAttestationKey, 'key' | 'area'>,
): Verdict<QuoteClaims> {
  const { quote, signature, registers, eventLog } = evidence;
  // a restricted key signs with its own scheme only (Part 1, clause 25.1.5)
  const { area } = key;
  const isScheme =
    area === undefined || (area.scheme === signature.scheme && area.hash === signature.hash);
  if (!isScheme || !isSignedWith(key.key, quote.signed, signature)) {
    const message = 'the quote is not signed by the attestation key';
    return failure('signature', 'quote-signature', message, { at: '/signature' });
  }
  if (!isSelection(registers, quote.selections)) {
    const message = 'the registers given are not exactly those that the quote covers';
    return failure('signature', 'pcr-selection', message, { at: '/pcrs' });
  }
  if (!isSameBytes(digestRegisters(signature.hash, registers, quote.selections), quote.pcrDigest)) {
    const message = 'the registers given do not have the digest of the quote';
    return failure('signature', 'pcr-digest', message, { at: '/pcrs' });
  }
  const explained = eventLog === undefined ? passed(null) : verifyEventLog(eventLog, registers);
  if (explained.status !== 'passed') return explained;
  return passed(claimsOfQuote(evidence, explained.value), warningsOf(evidence));
}

function verifyEventLog(log: EventLog, registers: Registers): Verdict<EventLogClaims> {
  const explained: string[] = [];
  const unexplained: string[] = [];
  for (const [bank, values] of registers) {
    if (!log.banks.has(bank)) {
      const message = `the event log has no digests for the bank ${bank}`;
      return failure('collateral', 'event-log', message, { at: '/eventLog' });
    }
    const replayed = replayEvents(log, bank);
    for (const [index, value] of values) {
      const expected = replayed.get(index);
      if (expected !== undefined && !isSameBytes(expected, value)) {
        const message = `the events of the log do not lead to the value of ${bank}:${index}`;
        return failure('collateral', 'event-log', message, { at: '/eventLog' });
      }
      const isExplained = expected !== undefined || isResetValue(index, value);
      (isExplained ? explained : unexplained).push(`${bank}:${index}`);
    }
  }
  return passed({ events: log.events.length, explained, unexplained });
}

function claimsOfQuote(evidence: QuoteEvidence, eventLog: EventLogClaims | null): QuoteClaims {
  const { quote, signature, registers } = evidence;
  const { milliseconds, ...counters } = quote.clock;
  const banks = [...registers].map(([bank, values]) => {
    const entries = [...values].map(([index, value]) => [String(index), hex(value)] as const);
    return [bank, Object.fromEntries(entries)] as const;
  });
  return {
    pcrs: Object.fromEntries(banks),
    pcrDigest: `${signature.hash}:${hex(quote.pcrDigest)}`,
    signatureScheme: signature.scheme,
    qualifiedSigner: hex(quote.qualifiedSigner),
    clock: { milliseconds: String(milliseconds), ...counters },
    firmwareVersion: `0x${quote.firmwareVersion.toString(16)}`,
    eventLog,
  };
}

function warningsOf({ quote }: QuoteEvidence): Finding[] {
  const warnings: Finding[] = [];
  const resettable = findResettable(quote.selections);
  if (resettable.length > 0) {
    const message = `${resettable.join(' and ')} can be set back and extended by any software`;
    warnings.push(teeFinding('policy', 'resettable-register', message, { at: '/pcrs' }));
  }
  if (!quote.clock.safe) {
    const message = 'the clock of the TPM may have gone back after a loss of power';
    warnings.push(teeFinding('freshness', 'clock-not-safe', message, { at: '/quote' }));
  }
  return warnings;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
