// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../../../graph/domain/kinds.ts';
import { levelOf } from '../../../graph/domain/node-ref.ts';
import { REVOCATION_PREDICATE } from '../../../schemas/statements/predicate-types.ts';
import { parseRevocation } from '../../../schemas/statements/revocation.ts';
import type { FormatReader } from '../extractor.ts';
import { FactsBuilder, type EntityInput } from '../facts-builder.ts';
import { finishReading, jsonOf } from '../reading.ts';
import { addAttests } from '../statement-facts.ts';

const POINTER = '/predicate/target';
const KIND_OF_PREFIX: ReadonlyMap<string, Kind> = new Map([
  ['identity', 'Identity'],
  ['builder', 'Builder'],
  ['platform', 'Platform'],
  ['deployment', 'Deployment'],
  ['evaluation', 'Evaluation'],
  ['run', 'Run'],
  ['bom', 'Bom'],
  ['git', 'Code'],
  ['oci', 'Image'],
  ['pkg', 'Package'],
]);
const NAME_PREFIXES = ['name:', 'md5:', 'sha1:'];

/** Somebody withdraws trust from a thing. Whether it takes effect is decided by policy, in log order, elsewhere. */
export const revocationReader: FormatReader = {
  formats: ['pedigree-revocation'],
  extractor: 'pedigree-revocation/1',
  read(decoded, detected, context) {
    const revocation = parseRevocation(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const entity = findTarget(revocation.target);
    if (entity !== undefined) {
      const target = builder.entity(entity);
      builder.subject(target);
      const pointer = '/subject/0';
      addAttests(builder, context, target, { predicateType: REVOCATION_PREDICATE, pointer });
    }
    builder.claim({ type: 'revocation', ...revocation, pointer: '/predicate' });
    return finishReading(builder, { detected, statementKind: 'revocation' }, context, []);
  },
};

/** The target as a thing; undefined for free text (a version range, an issuer), which only the claim carries. */
function findTarget(target: string): EntityInput | undefined {
  const prefix = target.slice(0, Math.max(target.indexOf(':'), 0));
  const base = {
    kinds: [KIND_OF_PREFIX.get(prefix) ?? 'File'],
    pointer: POINTER,
    local: 'target',
  } as const;
  if (prefix === 'pkg') return { ...base, names: [target], purls: [target] };
  switch (levelOf(target)) {
    case 'digest':
      return { ...base, contentRefs: [target] };
    case 'coordinate':
      return { ...base, names: [target], coordinates: [target] };
    default:
      return NAME_PREFIXES.some((name) => target.startsWith(name))
        ? { ...base, names: [target], nameRefs: [target] }
        : undefined;
  }
}
