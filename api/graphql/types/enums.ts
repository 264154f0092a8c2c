// SPDX-License-Identifier: Apache-2.0
import { KINDS } from '../../../graph/domain/kinds.ts';
import { RELATION_NAMES, STRENGTHS } from '../../../graph/domain/relations.ts';
import { TRUST_CLASSES } from '../../../graph/domain/trust-class.ts';
import { DOCUMENT_STANDINGS } from '../../service/documents.ts';
import { builder } from '../builder.ts';

export const EntityKind = builder.enumType('EntityKind', { values: KINDS });

export const TrustClass = builder.enumType('TrustClass', {
  description: 'What evidence is worth under the signer policy in force, weakest first.',
  values: TRUST_CLASSES,
});

export const IdentityLevel = builder.enumType('IdentityLevel', {
  description: 'How sure the identity of a thing is.',
  values: ['digest', 'coordinate', 'name', 'local'] as const,
});

export const Relation = builder.enumType('Relation', {
  description: 'From effect to cause, from whole to part, from claim to thing.',
  values: RELATION_NAMES,
});

export const Strength = builder.enumType('Strength', { values: STRENGTHS });

export const Direction = builder.enumType('Direction', {
  description: 'up: causes. down: effects.',
  values: ['up', 'down'] as const,
});

export const Influence = builder.enumType('Influence', {
  values: ['content', 'score', 'placement'] as const,
});

export const Reach = builder.enumType('Reach', {
  values: {
    certain: { value: 'certain' },
    possible: { value: 'possible' },
    namesOnly: { value: 'names-only' },
  } as const,
});

export const Standing = builder.enumType('Standing', { values: DOCUMENT_STANDINGS });

export const GateOutcome = builder.enumType('GateOutcome', {
  values: ['allow', 'deny', 'undetermined'] as const,
});

export const RuleOutcomeKind = builder.enumType('RuleOutcomeKind', {
  values: ['passed', 'failed', 'undetermined'] as const,
});

export const PathOutcome = builder.enumType('PathOutcome', {
  values: ['affected', 'possible', 'none'] as const,
});

export const RevocationState = builder.enumType('RevocationState', {
  description:
    'claimed: the signer may not revoke that. lifted: taken back, or the statement no longer stands. withdrawal: it takes another one back.',
  values: {
    inForce: { value: 'in-force' },
    claimed: { value: 'claimed' },
    lifted: { value: 'lifted' },
    withdrawal: { value: 'withdrawal' },
  } as const,
});

export const ItemOutcome = builder.enumType('ItemOutcome', {
  values: ['affected', 'possible', 'open', 'clear'] as const,
});
