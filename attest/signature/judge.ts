// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import type { Identity } from '../../core/identity.ts';
import { failed, undetermined } from '../../core/verdict.ts';
import type { Finding, NonEmpty, Verdict } from '../../core/verdict.ts';
import type { EnvelopeSignature, SignedEnvelope } from '../../schemas/envelope.ts';
import { keyHints } from '../trust/key-hints.ts';
import type { TrustedKey } from '../trust/keys.ts';
import type { TrustRoots } from '../trust/roots.ts';
import { canHoldSignature, isSignedBy } from './check.ts';

/** Bytes, the signatures over them, and what claims to say whose they are. */
export type SignedContent = Pick<SignedEnvelope, 'signedBytes' | 'signatures' | 'material'>;

/** Who signed, and what is wrong with the signatures that do not count. */
export interface Signers {
  readonly signers: NonEmpty<Identity>;
  readonly warnings: readonly Finding[];
}

/** What one envelope may cost: every attempt hashes the signed bytes again and does one public-key operation. */
const BUDGET_BYTES = 4 * 1024 * 1024 * 1024;
const OPERATION_BYTES = 64 * 1024;

/**
 * Says which trusted keys signed the content.
 *
 * Signers: at least one did; signatures that no trusted key made are warnings, since anybody can add one.
 * Failed: no signature is readable, or one claims a trusted key (by key id or hint) that did not make it.
 * Undetermined: the signers are not among the trusted keys, or only a certificate names them; nobody can say they are false.
 * @param content owned by the caller of this function: nobody else may change the bytes
 */
export function judgeContent(content: SignedContent, roots: TrustRoots): Signers | Verdict<never> {
  const judged = judgeSignatures(content, roots);
  const all = judged.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  // the same signature written again has the same finding
  const problems = [...new Set(all)];
  const [first, ...others] = distinctSigners(judged);
  if (first === undefined) return refuse(judged, problems);
  return { signers: [first, ...others], warnings: problems };
}

/** `malformed` and `broken` prove a fault; `unknown` and `unasked` prove nothing. */
type Standing = 'holds' | 'malformed' | 'broken' | 'unknown' | 'unasked';

interface Judgement {
  readonly standing: Standing;
  readonly signer: Identity | null;
  readonly problem: Finding | null;
}

function judgeSignatures(content: SignedContent, roots: TrustRoots): Judgement[] {
  const hinted = keysByHint(roots);
  const budget = { bytes: BUDGET_BYTES };
  const seen = new Map<string, Judgement>();
  return content.signatures.map((signature, index) => {
    const same = `${signature.keyId ?? ''} ${Buffer.from(signature.signature).toString('base64')}`;
    const judgement = seen.get(same) ?? judge(content, index, { roots, hinted, budget });
    seen.set(same, judgement);
    return judgement;
  });
}

interface JudgeContext {
  readonly roots: TrustRoots;
  readonly hinted: ReadonlyMap<string, readonly TrustedKey[]>;
  readonly budget: { bytes: number };
}

function judge(content: SignedContent, index: number, context: JudgeContext): Judgement {
  const entry = content.signatures[index] ?? { keyId: null, signature: new Uint8Array() };
  const named = namedKeys(content, entry, context.hinted);
  if (entry.signature.length === 0 && named.length === 0) {
    return finding('malformed', 'signature-malformed', 'the signature cannot be read', index);
  }
  // keys that the signature names come first: they are the likely ones
  const keys = new Set([...named, ...context.roots.keys]);
  for (const key of keys) {
    if (!canHoldSignature(key, entry.signature)) continue;
    context.budget.bytes -= content.signedBytes.length + OPERATION_BYTES;
    if (context.budget.bytes < 0) {
      return finding(
        'unasked',
        'too-many-signatures',
        'checking all signatures costs too much',
        index,
      );
    }
    if (isSignedBy(key, content.signedBytes, entry.signature)) {
      return { standing: 'holds', signer: key.identity, problem: null };
    }
  }
  return named.length > 0 ? broken(entry, index) : unknown(content, entry, index);
}

const hintsOfRoots = new WeakMap<TrustRoots, ReadonlyMap<string, readonly TrustedKey[]>>();

/** Computed once for each roots object: a dozen digests a key. */
function keysByHint(roots: TrustRoots): ReadonlyMap<string, readonly TrustedKey[]> {
  const known = hintsOfRoots.get(roots);
  if (known !== undefined) return known;
  const byHint = new Map<string, TrustedKey[]>();
  for (const key of roots.keys) {
    for (const hint of keyHints(key)) byHint.set(hint, [...(byHint.get(hint) ?? []), key]);
  }
  hintsOfRoots.set(roots, byHint);
  return byHint;
}

/** The trusted keys that a signature claims to come from. */
function namedKeys(
  content: SignedContent,
  { keyId }: EnvelopeSignature,
  hinted: ReadonlyMap<string, readonly TrustedKey[]>,
): readonly TrustedKey[] {
  return [keyId ?? '', content.material?.publicKeyHint ?? ''].flatMap((name) => {
    return hinted.get(name) ?? hinted.get(name.toLowerCase()) ?? [];
  });
}

function broken({ keyId }: EnvelopeSignature, index: number): Judgement {
  const name =
    keyId === null || keyId === '' ? 'a trusted key' : `the trusted key ${excerpt(keyId)}`;
  return finding(
    'broken',
    'signature-invalid',
    `the signature names ${name}, which did not make it`,
    index,
  );
}

function unknown(content: SignedContent, { keyId }: EnvelopeSignature, index: number): Judgement {
  if ((content.material?.certificates ?? []).length > 0) {
    const message = 'the signer is named by a certificate, and certificates are not judged';
    const hint = 'add the public key of the signer to the trusted keys';
    return finding('unknown', 'certificate-not-judged', message, index, hint);
  }
  const name =
    keyId === null || keyId === '' ? 'without a key id' : `with key id ${excerpt(keyId)}`;
  const message = `no trusted key made the signature ${name}`;
  return finding(
    'unknown',
    'signer-unknown',
    message,
    index,
    'add the public key of the signer to the trusted keys',
  );
}

function finding(
  standing: Standing,
  code: string,
  message: string,
  index: number,
  hint?: string,
): Judgement {
  const problem = {
    code,
    message,
    at: `/signatures/${index}`,
    ...(hint !== undefined && { hint }),
  };
  return { standing, signer: null, problem };
}

function distinctSigners(judged: readonly Judgement[]): Identity[] {
  const signers = judged.flatMap(({ signer }) => (signer === null ? [] : [signer]));
  return [...new Set(signers)].toSorted();
}

/** Nobody's signature holds: a proven fault, or nobody could be asked. */
function refuse(judged: readonly Judgement[], problems: readonly Finding[]): Verdict<never> {
  const isBroken = judged.some(({ standing }) => standing === 'broken');
  const isMalformed = judged.every(({ standing }) => standing === 'malformed');
  const decisive = problems.find(({ code }) => code === 'signature-invalid') ?? problems[0];
  const fallback = { code: 'signature-unjudged', message: 'no signature could be judged' };
  const first = decisive ?? fallback;
  const rest = problems.filter((problem) => problem !== first);
  return isBroken || isMalformed ? failed(first, ...rest) : undetermined(first, ...rest);
}
