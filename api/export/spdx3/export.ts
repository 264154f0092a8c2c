// SPDX-License-Identifier: Apache-2.0
import { TRUST_CLASSES, trustRank } from '../../../graph/domain/trust-class.ts';
import {
  Account,
  edgeFact,
  qualifierFacts,
  scoreDataFact,
  scoreFact,
  type Exported,
} from '../account.ts';
import { jsonBytes } from '../json-bytes.ts';
import type { ProjectedEdge, ProjectedEvidence, Projection } from '../projection.ts';
import { thingsOf, type Thing, type Things } from '../things.ts';
import { uuidOf } from '../uuid.ts';
import { agentOf, artifactOf, buildOf, extensionOf, spdxTime } from './element.ts';
import { isAgentField, isScoreOf, planSpdx3, type Plan } from './plan.ts';

type Mutable = Record<string, unknown>;

const NO_FIELD = 'SPDX 3.0.1 has no property or relationship for it';
const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
const CREATION = '_:creation';

/**
 * A lineage as an SPDX 3.0.1 document (software, AI, dataset and build profiles). Every relationship names the documents
 * that state it, and what their word is worth. The same projection gives the same bytes.
 * @param engine name and version of this program, as `pedigree/0.1.0`
 * @see https://spdx.github.io/spdx-spec/v3.0.1/
 */
export function exportSpdx3(projection: Projection, engine: string): Exported {
  return new Spdx3Writer(projection, engine).write();
}

/** What one relationship element says, of several edges. */
interface Bundle {
  readonly type: string;
  readonly from: Thing;
  readonly to: Map<Thing, ProjectedEvidence[]>;
  /** How things were used, with the thing. */
  readonly qualifiers: (readonly [text: string, thing: Thing])[];
  readonly isComplete: boolean;
}

class Spdx3Writer {
  readonly #projection: Projection;
  readonly #engine: string;
  readonly #things: Things;
  readonly #plan: Plan;
  readonly #account: Account;
  readonly #namespace: string;
  readonly #ids = new Map<Thing, string>();
  readonly #elements = new Map<
    Thing,
    { readonly element: Mutable; readonly pairs: [string, string][] }
  >();
  readonly #more: Mutable[] = [];

  constructor(projection: Projection, engine: string) {
    this.#projection = projection;
    this.#engine = engine;
    this.#things = thingsOf(projection);
    this.#plan = planSpdx3(projection, this.#things);
    this.#account = new Account(projection, NO_FIELD);
    this.#namespace = `urn:uuid:${uuidOf(`spdx3 ${engine} ${JSON.stringify(projection)}`)}`;
  }

  write(): Exported {
    const { artifacts, builds, agents, left, outside } = this.#plan;
    for (const { thing, why } of outside) this.#leaveThing(thing, why);
    for (const { edge, why } of left) this.#leaveEdge(edge, why);
    for (const thing of artifacts) this.#add(thing, artifactOf(thing, this.#account));
    for (const thing of builds) this.#add(thing, buildOf(thing, this.#account));
    for (const thing of agents) this.#add(thing, agentOf(thing, this.#account));
    this.#stateScores();
    const complete = this.#completeClaims();
    for (const bundle of this.#bundles(complete)) this.#stateBundle(bundle);
    this.#stateNaming();
    this.#stateActivities();
    this.#stateUntold();
    return {
      mediaType: 'application/spdx+json; version=3.0.1',
      bytes: jsonBytes({ '@context': CONTEXT, '@graph': this.#graph() }),
      notCarried: this.#account.notCarried(),
    };
  }

  #graph(): Mutable[] {
    const { at, scope, head, roots, direction } = this.#projection;
    const { main } = this.#plan;
    const agent = this.#id('agent');
    const sbom = this.#id('sbom');
    const elements = [...this.#elements.values()].map(({ element, pairs }) => ({
      ...element,
      ...(pairs.length > 0 && { extension: extensionOf(pairs) }),
    }));
    const listed = [...elements, ...this.#more] as Mutable[];
    const ids = listed.map((element) => element['spdxId']);
    const profiles = ['core', 'software'];
    const about: [string, string][] = [
      ...roots.map((ref): [string, string] => ['root', ref]),
      ['direction', direction],
      ['policy', scope.policy],
      ['log-size', String(scope.asOf)],
      ...(head.size === scope.asOf ? [['log-root', head.root] as [string, string]] : []),
    ];
    return [
      {
        type: 'CreationInfo',
        '@id': CREATION,
        specVersion: '3.0.1',
        created: spdxTime(at),
        createdBy: [agent],
      },
      { type: 'SoftwareAgent', spdxId: agent, creationInfo: CREATION, name: this.#engine },
      {
        type: 'SpdxDocument',
        spdxId: this.#id('document'),
        creationInfo: CREATION,
        name: `lineage of ${roots.join(', ')}`.slice(0, 512),
        comment:
          'Each relationship names the documents that state it in pedigree:stated-by, with the class of their word and, where there are several, what it is about: inferred, unsigned, signed, trusted or attested.',
        extension: extensionOf(about),
        profileConformance: profiles,
        element: [agent, sbom, ...ids],
        rootElement: [sbom],
      },
      {
        type: 'software_Sbom',
        spdxId: sbom,
        creationInfo: CREATION,
        profileConformance: profiles,
        // ElementCollection: one that lists elements has a root; what has none is listed by the document alone
        ...(main !== undefined && { element: ids, rootElement: [this.#ids.get(main)] }),
      },
      ...listed,
    ];
  }

  #id(part: string): string {
    return `${this.#namespace}#${part}`;
  }

  #add(
    thing: Thing,
    drafted: { readonly element: Mutable; readonly pairs: [string, string][] },
  ): void {
    const spdxId = this.#id(`element-${this.#ids.size + 1}`);
    this.#ids.set(thing, spdxId);
    const { type, ...rest } = drafted.element;
    this.#elements.set(thing, {
      element: { type, spdxId, creationInfo: CREATION, ...rest },
      pairs: drafted.pairs,
    });
  }

  /** Claims of a trusted document that everything is there, of which everything is told. */
  #completeClaims(): ReadonlyMap<string, ReadonlySet<Thing>> {
    const found = new Map<string, Set<Thing>>([
      ['contains', new Set()],
      ['hasInput', new Set()],
    ]);
    for (const { about, covers, evidence } of this.#projection.completeness) {
      const what = `complete ${covers}`;
      const thing = this.#things.thingOf(about);
      const isTrusted = evidence.some((one) => trustRank(one.class) >= trustRank('trusted'));
      const relation = covers === 'parts' ? 'contains' : 'used';
      const type = covers === 'parts' ? 'contains' : 'hasInput';
      if (
        covers === 'primary-source' ||
        thing === undefined ||
        (covers === 'inputs' && thing.kind !== 'Run')
      )
        continue;
      const mine = this.#plan.relationships.filter(
        (one) => one.from === thing && one.type === type,
      );
      const isWhole = !this.#plan.left.some(
        ({ edge }) => edge.relation === relation && this.#things.thingOf(edge.from) === thing,
      );
      if (!isTrusted) {
        this.#account.leave(
          what,
          about,
          'claimed by no trusted document; a relationship would assert it',
        );
      } else if (!isWhole || mine.length === 0) {
        this.#account.leave(what, about, 'not all of it is in the document');
      } else {
        found.get(type)?.add(thing);
        this.#account.carry(what, about);
      }
    }
    return found;
  }

  /** Relationships of one source and type in one element: those of one class, or all where they are complete. */
  #bundles(complete: ReadonlyMap<string, ReadonlySet<Thing>>): readonly Bundle[] {
    const bundles = new Map<string, Bundle>();
    for (const { type, from, to, edge } of this.#plan.relationships) {
      this.#carryEdge(edge);
      if (type === 'license') this.#stateLicense(from, to, edge);
      else if (isAgentField(type) && type !== 'invokedBy') this.#stateAgent(type, from, to, edge);
      else {
        const isComplete = complete.get(type)?.has(from) === true;
        const key = JSON.stringify([from.ref, type, isComplete ? '' : bestClass(edge.evidence)]);
        const bundle = bundles.get(key) ?? createBundle(type, from, isComplete);
        bundles.set(key, bundle);
        bundle.to.set(to, [...(bundle.to.get(to) ?? []), ...edge.evidence]);
        for (const fact of qualifierFacts(edge)) {
          this.#account.carry(fact.what, fact.ref);
          bundle.qualifiers.push([`${fact.key}=${fact.value}`, to]);
        }
      }
    }
    for (const [model, tested] of this.#testedByScores()) {
      const key = JSON.stringify([model.ref, 'testedOn', bestClass([...tested.values()].flat())]);
      const bundle = bundles.get(key) ?? createBundle('testedOn', model, false);
      bundles.set(key, bundle);
      for (const [data, evidence] of tested) {
        bundle.to.set(data, [...(bundle.to.get(data) ?? []), ...evidence]);
      }
    }
    return [...bundles.values()];
  }

  #stateBundle({ type, from, to, qualifiers, isComplete }: Bundle): void {
    const told = qualifiers.map(([text, thing]): [string, string] => [
      'qualifier',
      to.size === 1 ? text : `${text} ${this.#ids.get(thing) ?? ''}`,
    ]);
    const stated = [...to].flatMap(([thing, evidence]) =>
      statedBy(evidence).map((text): [string, string] => [
        'stated-by',
        to.size === 1 ? text : `${text} ${this.#ids.get(thing) ?? ''}`,
      ]),
    );
    const classes = new Set([...to.values()].map((evidence) => bestClass(evidence)));
    this.#relationship(
      type,
      from,
      [...to.keys()].map((thing) => this.#ids.get(thing) ?? ''),
      {
        comment: TRUST_CLASSES.filter((name) => classes.has(name)).join(', '),
        ...(isComplete && { completeness: 'complete' }),
        extension: extensionOf([...stated, ...told]),
      },
    );
  }

  #relationship(type: string, from: Thing, to: readonly string[], more: Mutable): void {
    const { comment, ...rest } = more;
    this.#more.push({
      type: 'Relationship',
      spdxId: this.#id(`relationship-${this.#more.length + 1}`),
      creationInfo: CREATION,
      comment,
      relationshipType: type,
      from: this.#ids.get(from),
      to,
      ...rest,
    });
  }

  #stateLicense(from: Thing, license: Thing, edge: ProjectedEdge): void {
    const concluded = edge.evidence.every(
      ({ qualifiers }) => qualifiers['acknowledgement'] === 'concluded',
    );
    const spdxId = this.#id(`license-${this.#more.length + 1}`);
    this.#more.push({
      type: 'simplelicensing_LicenseExpression',
      spdxId,
      creationInfo: CREATION,
      simplelicensing_licenseExpression: license.name,
    });
    this.#relationship(concluded ? 'hasConcludedLicense' : 'hasDeclaredLicense', from, [spdxId], {
      comment: bestClass(edge.evidence),
      extension: extensionOf(statedBy(edge.evidence).map((text) => ['stated-by', text])),
    });
    for (const { what, ref, key, value } of qualifierFacts(edge)) {
      const isTold = key === 'acknowledgement' && value === (concluded ? 'concluded' : 'declared');
      if (isTold) this.#account.carry(what, ref);
    }
    this.#account.carry('thing', edge.to);
    this.#account.carry('identity', edge.to);
    this.#account.carry(`name ${license.name}`, edge.to);
  }

  #stateAgent(type: string, from: Thing, to: Thing, edge: ProjectedEdge): void {
    const drafted = this.#elements.get(from);
    if (drafted === undefined) return;
    const id = this.#ids.get(to);
    if (type === 'suppliedBy') drafted.element[type] = id;
    else drafted.element[type] = [...((drafted.element[type] ?? []) as unknown[]), id];
    for (const text of statedBy(edge.evidence)) drafted.pairs.push([`${type}:stated-by`, text]);
    for (const { what, ref, key, value } of qualifierFacts(edge)) {
      drafted.pairs.push([`${type}:${key}`, value]);
      this.#account.carry(what, ref);
    }
  }

  #stateScores(): void {
    const testSets = this.#testSets();
    for (const score of this.#projection.scores) {
      const model = this.#things.thingOf(score.model);
      const drafted = model === undefined ? undefined : this.#elements.get(model);
      this.#account.leave(
        'evaluation',
        score.evaluation,
        'a metric of an AI package has no identity of its own',
      );
      if (model === undefined || drafted?.element['type'] !== 'ai_AIPackage') continue;
      const metrics = (drafted.element['ai_metric'] ?? []) as Mutable[];
      const isKnown = metrics.some(
        ({ key, value }) => key === score.metric && value === score.value,
      );
      if (!isKnown)
        metrics.push({ type: 'DictionaryEntry', key: score.metric, value: score.value });
      drafted.element['ai_metric'] = metrics;
      for (const text of statedBy(score.evidence)) {
        drafted.pairs.push([`score:${score.metric}:stated-by`, `${score.value} ${text}`]);
      }
      const { what, ref } = scoreFact(score);
      this.#account.carry(what, ref);
      this.#accountForData(model, score, testSets);
    }
  }

  /** Readers know what a metric was measured on where the model was tested on one thing. */
  #accountForData(
    model: Thing,
    score: Projection['scores'][number],
    testSets: ReadonlyMap<Thing, ReadonlySet<Thing>>,
  ): void {
    const data = score.dataset === undefined ? undefined : this.#things.thingOf(score.dataset);
    const { what, ref } = scoreDataFact(score);
    const isOnly = testSets.get(model)?.size === 1;
    const isTold =
      isOnly && data !== undefined && this.#elements.has(data) && isScoreOf(model, data);
    if (isTold) this.#account.carry(what, ref);
    else
      this.#account.leave(
        what,
        ref,
        'SPDX does not say which metric was measured on which of several datasets',
      );
  }

  /** What each model was tested on, by scores and by relationships. */
  #testSets(): ReadonlyMap<Thing, ReadonlySet<Thing>> {
    const found = new Map<Thing, Set<Thing>>();
    const add = (model: Thing, data: Thing): void => {
      found.set(model, (found.get(model) ?? new Set()).add(data));
    };
    for (const [model, tested] of this.#testedByScores())
      for (const data of tested.keys()) add(model, data);
    for (const { type, from, to } of this.#plan.relationships)
      if (type === 'testedOn') add(from, to);
    return found;
  }

  #testedByScores(): ReadonlyMap<Thing, ReadonlyMap<Thing, readonly ProjectedEvidence[]>> {
    const found = new Map<Thing, Map<Thing, ProjectedEvidence[]>>();
    for (const { model, dataset, evidence } of this.#projection.scores) {
      const from = this.#things.thingOf(model);
      const to = dataset === undefined ? undefined : this.#things.thingOf(dataset);
      if (from === undefined || to === undefined || !isScoreOf(from, to)) continue;
      if (!this.#elements.has(from) || !this.#elements.has(to)) continue;
      const tested = found.get(from) ?? new Map<Thing, ProjectedEvidence[]>();
      found.set(from, tested);
      tested.set(to, [...(tested.get(to) ?? []), ...evidence]);
    }
    return found;
  }

  #stateNaming(): void {
    for (const { edge, things, isTold } of this.#things.naming) {
      const { what, ref } = edgeFact(edge);
      const bearers = things.filter((thing) => this.#elements.has(thing));
      const ends = edge.relation === 'alternateOf' ? [edge.from, edge.to] : [edge.to];
      const isCarried = ends.every(
        (end) => end.startsWith('local:') || this.#account.isCarried('identity', end),
      );
      if (!isTold) this.#account.leave(what, ref, 'only possible, or two contents under one name');
      else if (bearers.length > 0 && isCarried) this.#account.carry(what, ref);
      else this.#account.leave(what, ref, NO_FIELD);
      for (const thing of bearers) {
        const pairs = this.#elements.get(thing)?.pairs;
        for (const text of statedBy(edge.evidence))
          pairs?.push(['identity:stated-by', `${edge.to} ${text}`]);
      }
    }
  }

  /** A build of SPDX builds; other activities have no word. */
  #stateActivities(): void {
    for (const { about, activity, evidence } of this.#projection.activities) {
      const run = this.#things.thingOf(about);
      const pairs = run === undefined ? undefined : this.#elements.get(run)?.pairs;
      if (pairs === undefined) continue;
      for (const text of statedBy(evidence)) pairs.push([`activity:${activity}:stated-by`, text]);
      if (activity === 'build') this.#account.carry('activity build', about);
      else this.#account.leave(`activity ${activity}`, about, 'every run is a build in SPDX 3.0.1');
    }
  }

  /** What no relationship takes is kept for people with its source. */
  #stateUntold(): void {
    for (const { edge, why } of this.#plan.left) {
      const from = this.#things.thingOf(edge.from);
      const pairs = from === undefined ? undefined : this.#elements.get(from)?.pairs;
      const { relation, to, certain } = edge;
      pairs?.push([
        'edge',
        JSON.stringify({ relation, to, certain, why, statedBy: statedBy(edge.evidence) }),
      ]);
    }
  }

  #carryEdge(edge: ProjectedEdge): void {
    const { what, ref } = edgeFact(edge);
    this.#account.carry(what, ref);
  }

  #leaveEdge(edge: ProjectedEdge, why: string): void {
    const { what, ref } = edgeFact(edge);
    this.#account.leave(what, ref, why);
  }

  #leaveThing(thing: Thing, why: string): void {
    this.#account.leaveNodes(thing.nodes, why);
  }
}

function createBundle(type: string, from: Thing, isComplete: boolean): Bundle {
  return { type, from, to: new Map(), qualifiers: [], isComplete };
}

function bestClass(evidence: readonly ProjectedEvidence[]): string {
  const best = evidence.reduce((most, one) => Math.max(most, trustRank(one.class)), 0);
  return TRUST_CLASSES[best] ?? 'inferred';
}

function statedBy(evidence: readonly ProjectedEvidence[]): string[] {
  return [...new Set(evidence.map(({ class: trust, document }) => `${trust} ${document}`))].sort();
}
