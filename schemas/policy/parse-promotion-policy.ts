// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import { isDigest } from '../../core/digest.ts';
import type { Digest } from '../../core/digest.ts';
import { assertNever, excerpt } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import type { YamlDocument } from '../yaml/parse.ts';
import { compareDecimal, findDecimal } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { findDurationMs } from './duration.ts';
import { compilePolicySchema, readPolicyText } from './policy-text.ts';
import type { PolicyFault } from './policy-text.ts';
import type {
  EvaluationRule,
  EvidenceKindRule,
  PolicyMeasurement,
  PromotionPolicy,
  PromotionRule,
  ScoreRule,
  TeeEvidenceRule,
} from './promotion-policy.ts';
import schema from './promotion-policy.schema.json' with { type: 'json' };

const check = compilePolicySchema(schema);

/** What the gate fixes itself: a policy that fixed them too could only contradict it. */
const GATE_KEYS: ReadonlySet<string> = new Set(['measurement', 'reportData', 'nonce', 'eatNonce']);
/** Evidence that says nothing without other evidence that binds the same statement (DESIGN.md 6). */
const DEPENDENT_KINDS: ReadonlySet<string> = new Set(['nvidia-gpu']);

/**
 * Parses a PromotionPolicy in YAML or JSON. Unknown keys are refused: a rule that is silently ignored would allow.
 * Numbers keep the text they are written in.
 * @param file its name, for messages
 * @throws {PedigreeError} ERR_POLICY_INVALID with pointer and line; ERR_LIMIT_SIZE and the codes of parseYaml
 */
export function parsePromotionPolicy(text: string, file?: string): PromotionPolicy {
  const read = readPolicyText(text, check, file);
  const { document } = read;
  const reader = new PromotionPolicyReader(document);
  const policy = reader.read();
  const [first, ...rest] = reader.faults;
  if (first !== undefined) throw read.error([first, ...rest]);
  return policy;
}

/** RFC 8785 text of the policy with every default written out; parsePromotionPolicy reads the same policy from it. */
export function formatPromotionPolicy(policy: PromotionPolicy): string {
  const rules = policy.rules.map((rule) => ({ [rule.rule]: formatRule(rule) }));
  return canonicalizeJcs({ ...policy, rules });
}

function formatRule(rule: PromotionRule): object {
  switch (rule.rule) {
    case 'score':
      return withoutNull({
        metric: rule.metric,
        min: rule.min,
        max: rule.max,
        minSampleSize: rule.minSampleSize,
      });
    case 'evaluation':
      return { class: rule.class, boundTo: rule.boundTo };
    case 'signature':
      return { statement: rule.statement, of: rule.of, class: rule.class };
    case 'not-revoked':
      return { of: rule.of };
    case 'closed':
      return { of: rule.of, class: rule.class };
    case 'tee-evidence':
      return withoutNull({ kinds: formatKinds(rule), maxAge: rule.maxAge, nonce: rule.nonce });
    default:
      return assertNever(rule);
  }
}

function formatKinds(rule: TeeEvidenceRule): object {
  return Object.fromEntries(
    rule.kinds.map(({ kind, measurements, appraisal }) => {
      const pairs = measurements?.map(withoutNull) ?? null;
      return [kind, withoutNull({ ...appraisal, measurements: pairs })];
    }),
  );
}

function withoutNull(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

class PromotionPolicyReader {
  readonly faults: PolicyFault[] = [];
  readonly #document: YamlDocument;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  read(): PromotionPolicy {
    const root = this.#document.value;
    return {
      name: stringMember(root, 'name') ?? '',
      environments: texts(root, 'environments'),
      against: word(
        member(root, 'against'),
        ['unsigned', 'signed', 'trusted', 'attested'],
        'trusted',
      ),
      onPossible: word(
        member(root, 'onPossible'),
        ['ignore', 'warn', 'undetermined'],
        'undetermined',
      ),
      rules: (arrayMember(root, 'rules') ?? []).flatMap((entry, index) => {
        const [name, body] = Object.entries(isJsonObject(entry) ? entry : {})[0] ?? [];
        if (name === undefined || body === undefined) return [];
        return this.#rule(name, body, pointerJoin('/rules', index, name));
      }),
    };
  }

  #rule(name: string, body: JsonValue, at: string): PromotionRule[] {
    switch (name) {
      case 'score':
        return [this.#score(body, at)];
      case 'evaluation':
        return [evaluationRule(body)];
      case 'signature':
        return [
          {
            rule: 'signature',
            statement: stringMember(body, 'statement') ?? '',
            of: word(member(body, 'of'), ['model', 'dataset'], 'model'),
            class: word(member(body, 'class'), ['signed', 'trusted', 'attested'], 'trusted'),
          },
        ];
      case 'not-revoked':
        return [{ rule: 'not-revoked', of: words(body, 'of', ['model', 'dataset', 'evaluation']) }];
      case 'closed':
        return [
          {
            rule: 'closed',
            of: words(body, 'of', ['model', 'dataset']),
            class: word(member(body, 'class'), ['signed', 'trusted', 'attested'], 'trusted'),
          },
        ];
      case 'tee-evidence':
        return [this.#teeEvidence(body, at)];
      default:
        this.faults.push({ at, message: `unknown rule "${excerpt(name, 40)}"` });
        return [];
    }
  }

  #score(body: JsonValue, at: string): ScoreRule {
    const min = this.#decimal(body, 'min', at);
    const max = this.#decimal(body, 'max', at);
    const minSampleSize = this.#decimal(body, 'minSampleSize', at);
    if (member(body, 'min') === undefined && member(body, 'max') === undefined) {
      this.faults.push({ at, message: 'a score rule needs min, max or both' });
    }
    if (min !== null && max !== null && compareDecimal(min, max) > 0) {
      this.faults.push({ at, message: 'min is above max: nothing would pass' });
    }
    return { rule: 'score', metric: stringMember(body, 'metric') ?? '', min, max, minSampleSize };
  }

  #decimal(body: JsonValue, key: string, at: string): Decimal | null {
    if (member(body, key) === undefined) return null;
    const place = pointerJoin(at, key);
    const decimal = findDecimal(this.#document.textAt(place) ?? '');
    if (decimal === undefined) {
      this.faults.push({
        at: place,
        message: 'must be a finite decimal number of at most 64 characters',
      });
    }
    return decimal ?? null;
  }

  #teeEvidence(body: JsonValue, at: string): TeeEvidenceRule {
    const kinds = member(body, 'kinds');
    const maxAge = stringMember(body, 'maxAge') ?? null;
    if (maxAge !== null && findDurationMs(maxAge) === undefined) {
      this.faults.push({ at: pointerJoin(at, 'maxAge'), message: 'must be longer than nothing' });
    }
    return {
      rule: 'tee-evidence',
      kinds: Object.entries(isJsonObject(kinds) ? kinds : {}).map(([kind, entry]) => {
        return this.#kind(kind, entry, pointerJoin(at, 'kinds', kind));
      }),
      maxAge,
      nonce: word(member(body, 'nonce'), ['required', 'optional'], 'required'),
    };
  }

  #kind(kind: string, entry: JsonValue, at: string): EvidenceKindRule {
    if (DEPENDENT_KINDS.has(kind)) {
      const message = `${kind} evidence counts only together with CPU evidence, which this rule cannot ask for yet`;
      this.faults.push({ at, message });
    }
    const members = Object.entries(isJsonObject(entry) ? entry : {});
    const appraisal: JsonObject = Object.fromEntries(
      members.filter(([key]) => key !== 'measurements'),
    );
    for (const key of Object.keys(appraisal).filter((name) => GATE_KEYS.has(name))) {
      const hint =
        'name measurements under measurements; what evidence is bound to is fixed by the statement';
      this.faults.push({
        at: pointerJoin(at, key),
        message: `"${key}" is not for a promotion policy`,
        hint,
      });
    }
    const measurements = arrayMember(entry, 'measurements');
    return {
      kind,
      measurements:
        measurements?.map((pair, index) =>
          this.#pair(pair, pointerJoin(at, 'measurements', index)),
        ) ?? null,
      appraisal,
    };
  }

  #pair(pair: JsonValue, at: string): PolicyMeasurement {
    const harness = stringMember(pair, 'harness') ?? null;
    if (harness !== null && !isDigest(harness)) {
      this.faults.push({
        at: pointerJoin(at, 'harness'),
        message: 'not a digest at its full length',
      });
    }
    const measurement = (stringMember(pair, 'measurement') ?? '').toLowerCase();
    return { measurement, harness: harness as Digest | null };
  }
}

function evaluationRule(body: JsonValue): EvaluationRule {
  const bound = words(body, 'boundTo', ['model', 'dataset']);
  return {
    rule: 'evaluation',
    class: word(member(body, 'class'), ['trusted', 'attested'], 'trusted'),
    boundTo: bound.length === 0 ? ['model', 'dataset'] : bound,
  };
}

/** The schema has checked the words; absent ones take the default. */
function word<W extends string>(value: unknown, known: readonly W[], fallback: W): W {
  return known.find((candidate) => candidate === value) ?? fallback;
}

function words<W extends string>(body: JsonValue, key: string, known: readonly W[]): W[] {
  const written = new Set(texts(body, key));
  return known.filter((candidate) => written.has(candidate));
}

function texts(entry: JsonValue, key: string): string[] {
  return (arrayMember(entry, key) ?? []).filter((item) => typeof item === 'string');
}
