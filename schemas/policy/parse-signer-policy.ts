// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { isDigest } from '../../core/digest.ts';
import type { Digest } from '../../core/digest.ts';
import { excerpt, isPedigreeError } from '../../core/errors.ts';
import { identityOfKey, isIdentity } from '../../core/identity.ts';
import type { Identity } from '../../core/identity.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { compilePolicySchema, readPolicyText } from './policy-text.ts';
import type { PolicyFault } from './policy-text.ts';
import { parsePublicKeyPem } from './public-key.ts';
import schema from './signer-policy.schema.json' with { type: 'json' };
import type {
  AuthorisedMeasurement,
  GrantedCompleteness,
  Mandate,
  RunCondition,
  RunRole,
  SignerPolicy,
  TrustedSigners,
} from './signer-policy.ts';

const check = compilePolicySchema(schema);
/** No colon and no slash: a name is never taken for an identity. */
const ALIAS = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;

/**
 * Parses a SignerPolicy in YAML or JSON. Unknown keys are refused: a rule that is silently ignored would trust, or forget to
 * trust, somebody. Names under `identities` are written out.
 * @param file its name, for messages
 * @throws {PedigreeError} ERR_POLICY_INVALID with pointer and line; ERR_LIMIT_SIZE and the codes of parseYaml
 */
export function parseSignerPolicy(text: string, file?: string): SignerPolicy {
  const read = readPolicyText(text, check, file);
  const { document } = read;
  const reader = new SignerPolicyReader(document.value);
  const policy = reader.read();
  const [first, ...rest] = reader.faults;
  if (first !== undefined) throw read.error([first, ...rest]);
  return policy;
}

/** RFC 8785 text of the policy, identities written out; parseSignerPolicy reads the same policy from it. */
export function formatSignerPolicy(policy: SignerPolicy): string {
  return canonicalizeJcs(policy);
}

class SignerPolicyReader {
  readonly faults: PolicyFault[] = [];
  readonly #root: JsonValue;
  readonly #aliases: ReadonlyMap<string, Identity>;

  constructor(root: JsonValue) {
    this.#root = root;
    this.#aliases = this.#readAliases();
  }

  read(): SignerPolicy {
    return {
      name: stringMember(this.#root, 'name') ?? '',
      trusted: this.#each('trusted', (entry, at): TrustedSigners => {
        return {
          signers: this.#signers(entry, at),
          statements: texts(entry, 'statements'),
          subjects: texts(entry, 'subjects'),
        };
      }),
      measurements: this.#each('measurements', (entry, at) => this.#measurement(entry, at)),
      runs: this.#each('runs', (entry): RunRole => {
        const activity = stringMember(entry, 'activity') === 'scan' ? 'scan' : 'evaluate';
        return { ...condition(entry), activity };
      }),
      complete: this.#each('complete', (entry): GrantedCompleteness => {
        return { ...condition(entry), covers: 'inputs' };
      }),
      primarySources: texts(this.#root, 'primarySources'),
      boilerplate: this.#each('boilerplate', (entry, at) => this.#digest(entry, at)),
      mayRevoke: this.#each('mayRevoke', (entry, at) => this.#mandate(entry, at)),
      mayRetract: this.#each('mayRetract', (entry, at) => this.#mandate(entry, at)),
    };
  }

  #each<T>(key: string, read: (entry: JsonValue, at: string) => T): T[] {
    const entries = arrayMember(this.#root, key) ?? [];
    return entries.map((entry, index) => read(entry, pointerJoin('', key, index)));
  }

  #readAliases(): ReadonlyMap<string, Identity> {
    const named = member(this.#root, 'identities');
    const aliases = new Map<string, Identity>();
    for (const [name, value] of Object.entries(isJsonObject(named) ? named : {})) {
      const at = pointerJoin('', 'identities', name);
      if (!ALIAS.test(name)) {
        this.faults.push({ at, message: 'a name is letters, digits and . _ @ -, at most 100' });
      }
      const identity = typeof value === 'string' ? this.#identity(value, at) : undefined;
      if (identity !== undefined) aliases.set(name, identity);
    }
    return aliases;
  }

  #identity(text: string, at: string): Identity | undefined {
    if (isIdentity(text)) return text;
    const hint = 'write key:sha256:<hex>, cert:<SAN>|<issuer>, or one public key in PEM';
    if (!text.includes('-----BEGIN ')) {
      this.faults.push({ at, message: 'not an identity', hint });
      return undefined;
    }
    try {
      const [key, ...more] = parsePublicKeyPem(text);
      if (key !== undefined && more.length === 0) return identityOfKey(key.key);
      this.faults.push({ at, message: 'a name stands for one key, here are several', hint });
    } catch (error) {
      if (!isPedigreeError(error)) throw error;
      this.faults.push({ at, message: error.message, hint: error.hint ?? hint });
    }
    return undefined;
  }

  #signers(entry: JsonValue, at: string): Identity[] {
    const signers = new Set<Identity>();
    for (const [index, text] of texts(entry, 'signers').entries()) {
      const identity = this.#aliases.get(text) ?? (isIdentity(text) ? text : undefined);
      if (identity !== undefined) signers.add(identity);
      else {
        const hint = 'name it under identities, or write the identity itself';
        const message = `"${excerpt(text, 60)}" names nobody`;
        this.faults.push({ at: pointerJoin(at, 'signers', index), message, hint });
      }
    }
    return [...signers];
  }

  #measurement(entry: JsonValue, at: string): AuthorisedMeasurement {
    const harness = member(entry, 'harness');
    return {
      kind: stringMember(entry, 'kind') ?? '',
      measurement: (stringMember(entry, 'measurement') ?? '').toLowerCase(),
      statements: texts(entry, 'statements'),
      ...(harness !== undefined && { harness: this.#digest(harness, pointerJoin(at, 'harness')) }),
    };
  }

  #digest(value: JsonValue, at: string): Digest {
    const text = typeof value === 'string' ? value : '';
    if (!isDigest(text)) this.faults.push({ at, message: 'not a digest at its full length' });
    return text as Digest;
  }

  #mandate(entry: JsonValue, at: string): Mandate {
    return { signers: this.#signers(entry, at), targets: texts(entry, 'targets') };
  }
}

function condition(entry: JsonValue): RunCondition {
  const step = stringMember(entry, 'step');
  const buildType = stringMember(entry, 'buildType');
  const builder = stringMember(entry, 'builder');
  return {
    statements: texts(entry, 'statements'),
    ...(step !== undefined && { step }),
    ...(buildType !== undefined && { buildType }),
    ...(builder !== undefined && { builder }),
  };
}

function texts(entry: JsonValue, key: string): string[] {
  return (arrayMember(entry, key) ?? []).filter((item) => typeof item === 'string');
}
