// SPDX-License-Identifier: Apache-2.0
import type {
  EvidenceRef,
  MaySign,
  Reason,
  Requirement,
  RuleOutcome,
} from '../../../attest/decision/decision.ts';
import { pageRequest } from '../../service/page.ts';
import type { VerifyAnswer } from '../../service/pedigree.ts';
import {
  decisionText,
  describeDecision,
  listDecisions,
  type DecisionRecord,
} from '../../service/records.ts';
import { requestVerification } from '../../service/requests.ts';
import { builder } from '../builder.ts';
import { pageArgs, toConnection } from '../connection.ts';
import { viewOf } from '../context.ts';
import { GateOutcome, RuleOutcomeKind, TrustClass } from './enums.ts';

const NonceType = builder.objectRef<DecisionRecord['nonces'][number]>('NonceUse').implement({
  fields: (t) => ({ nonce: t.exposeString('nonce'), statement: t.exposeString('statement') }),
});

const Decision = builder.node(builder.objectRef<DecisionRecord>('Decision'), {
  description: 'A decision of the gate, as the log has it.',
  id: { resolve: ({ logIndex }) => logIndex },
  loadOne: async (id, context) => {
    const view = await viewOf(context);
    const event = view.knowledge.decisions.find(({ index }) => String(index) === id);
    return event === undefined || event.index >= view.scope.asOf ? null : describeDecision(event);
  },
  fields: (t) => ({
    decision: t.exposeString('decision', { description: 'Digest of the decision document.' }),
    outcome: t.expose('outcome', { type: GateOutcome }),
    advisory: t.exposeBoolean('advisory', {
      description: 'True: under a policy that the policy roots have not logged.',
    }),
    environment: t.exposeString('environment'),
    policy: t.exposeString('policy', { description: 'Digest of the promotion policy.' }),
    nonces: t.expose('nonces', {
      type: [NonceType],
      description: 'Nonces that it bound, each to the evaluation statement it came in.',
    }),
    project: t.exposeString('project'),
    receivedAt: t.exposeString('receivedAt'),
    logIndex: t.exposeInt('logIndex'),
    text: t.string({
      description: 'The decision document: RFC 8785 JSON with the outcome of every rule.',
      resolve: ({ decision }, _args, { pedigree }) => decisionText(pedigree, decision),
    }),
  }),
});

const DecisionConnection = builder.connectionObject(
  { type: Decision, name: 'DecisionConnection' },
  { name: 'DecisionEdge' },
);

builder.queryField('decisions', (t) =>
  t.field({
    type: DecisionConnection,
    description: 'Decisions of the gate, newest first.',
    args: { ...pageArgs, asOf: t.arg.int() },
    resolve: async (_root, args, context) =>
      toConnection(listDecisions(await viewOf(context, args), pageRequest(args.first, args.after))),
  }),
);

const ReasonType = builder.objectRef<Reason>('Reason').implement({
  fields: (t) => ({ code: t.exposeString('code'), message: t.exposeString('message') }),
});

const EvidenceType = builder.objectRef<EvidenceRef>('EvidenceRef').implement({
  fields: (t) => ({ document: t.exposeString('document'), logIndex: t.exposeInt('logIndex') }),
});

const Rule = builder.objectRef<RuleOutcome>('RuleOutcome').implement({
  fields: (t) => ({
    index: t.exposeInt('index', { nullable: true, description: "Position in the policy's rules." }),
    rule: t.exposeString('rule'),
    outcome: t.expose('outcome', { type: RuleOutcomeKind }),
    reasons: t.field({ type: [ReasonType], resolve: ({ reasons }) => [...reasons] }),
    evidence: t.field({ type: [EvidenceType], resolve: ({ evidence }) => [...evidence] }),
  }),
});

const MaySignType = builder.objectRef<MaySign>('MaySign').implement({
  fields: (t) => ({
    identity: t.exposeString('identity'),
    subjects: t.stringList({ resolve: ({ subjects }) => [...subjects] }),
  }),
});

const RequirementType = builder.objectRef<Requirement>('Requirement').implement({
  description: 'One document that is missing for an allow.',
  fields: (t) => ({
    rules: t.intList({ resolve: ({ rules }) => [...rules] }),
    need: t.exposeString('need', { description: 'statement, withdrawal or closure.' }),
    statement: t.exposeString('statement'),
    subjects: t.stringList({ resolve: ({ subjects }) => [...subjects] }),
    class: t.expose('class', { type: TrustClass }),
    conditions: t.stringList({ resolve: ({ conditions }) => [...conditions] }),
    maySign: t.field({ type: [MaySignType], resolve: ({ maySign }) => [...maySign] }),
  }),
});

const VerifyInput = builder.inputType('VerifyInput', {
  fields: (t) => ({
    model: t.string({ required: true }),
    dataset: t.string({ required: true }),
    evaluation: t.string({ description: 'Digest of the evaluation statement to judge by.' }),
    environment: t.string({ required: true }),
    policy: t.string({ required: true, description: 'Promotion policy: its YAML or JSON text.' }),
    project: t.string(),
  }),
});

const VerifyPayload = builder.objectRef<VerifyAnswer>('VerifyPayload').implement({
  description:
    'May this model, with its score on this dataset, go there? Logged whatever the answer.',
  fields: (t) => ({
    outcome: t.field({ type: GateOutcome, resolve: ({ decision }) => decision.outcome }),
    advisory: t.boolean({ resolve: ({ decision }) => decision.advisory }),
    simulated: t.boolean({
      description:
        'True: simulated evidence was counted, so the outcome proves nothing about a machine.',
      resolve: ({ decision }) => decision.simulated,
    }),
    rules: t.field({ type: [Rule], resolve: ({ decision }) => [...decision.rules] }),
    wouldFlip: t.field({
      type: [RequirementType],
      description: 'The smallest evidence that would make it allow.',
      resolve: ({ decision }) => [...decision.wouldFlip],
    }),
    digest: t.exposeString('digest', { description: 'Of the decision document.' }),
    logIndex: t.exposeInt('logIndex'),
    vsa: t.string({
      nullable: true,
      description:
        'Base64 of the signed verification summary (DSSE); null for an advisory decision.',
      resolve: ({ vsa }) => (vsa === null ? null : Buffer.from(vsa).toString('base64')),
    }),
  }),
});

builder.mutationField('verify', (t) =>
  t.field({
    type: VerifyPayload,
    description: 'Asks the gate, and logs its decision.',
    args: { input: t.arg({ type: VerifyInput, required: true }) },
    resolve: (_root, { input }, { pedigree, project }) => {
      const given = Object.entries(input).filter(([, value]) => value !== null);
      return requestVerification(pedigree, Object.fromEntries(given), project);
    },
  }),
);
