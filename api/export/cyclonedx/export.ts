// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { trustRank } from '../../../graph/domain/trust-class.ts';
import {
  Account,
  edgeFact,
  qualifierFacts,
  scoreDataFact,
  scoreFact,
  type Exported,
} from '../account.ts';
import { Citations } from '../citations.ts';
import type { ProjectedEdge, ProjectedScore, Projection } from '../projection.ts';
import { jsonBytes } from '../json-bytes.ts';
import { thingsOf, type Thing, type Things } from '../things.ts';
import { uuidOf } from '../uuid.ts';
import { bomRefOf, componentOf, copyOf, property } from './component.ts';
import { formulationOf, qualifierProperties } from './formulation.ts';
import { identifiersOf, isLocal } from './identity.ts';
import { isData, isScored, planBom, urlOf, type Plan, type PlannedEdge } from './plan.ts';

type Mutable = Record<string, unknown>;

const NO_FIELD = 'CycloneDX 1.7 has no field for it';
const SCHEMA = 'http://cyclonedx.org/schema/bom-1.7.schema.json';

/**
 * A lineage as a CycloneDX 1.7 ML-BOM. Every statement is cited: the documents that make it, and what their word is worth.
 * The same projection gives the same bytes.
 * @param engine name and version of this program, as `pedigree/0.1.0`
 * @see https://cyclonedx.org/docs/1.7/json/
 */
export function exportCyclonedx(projection: Projection, engine: string): Exported {
  return new BomWriter(projection, engine).write();
}

class BomWriter {
  readonly #projection: Projection;
  readonly #engine: string;
  readonly #things: Things;
  readonly #plan: Plan;
  readonly #account: Account;
  readonly #citations = new Citations();
  readonly #components = new Map<Thing, Mutable>();
  #dataNames: ReadonlyMap<string, number> | undefined;

  constructor(projection: Projection, engine: string) {
    this.#projection = projection;
    this.#engine = engine;
    this.#things = thingsOf(projection);
    this.#plan = planBom(projection, this.#things);
    this.#account = new Account(projection, NO_FIELD);
  }

  write(): Exported {
    const { main, listed, left, outside } = this.#plan;
    for (const { thing, why } of outside) this.#leaveThing(thing, why);
    for (const { edge, why } of left) this.#leaveEdge(edge, why);
    for (const thing of this.#plan.referable) {
      if (thing.kind !== 'Run') this.#components.set(thing, componentOf(thing, this.#account));
    }
    this.#nest();
    for (const planned of this.#plan.edges) this.#state(planned);
    this.#stateNaming();
    for (const score of this.#projection.scores) this.#stateScore(score);
    const { formulas, tasks } = formulationOf(
      this.#projection,
      this.#things,
      this.#plan,
      this.#account,
      this.#citations,
    );
    this.#stateUntold(left, tasks);
    const dependencies = this.#dependencies();
    const compositions = this.#compositions();
    const bom: Mutable = {
      $schema: SCHEMA,
      bomFormat: 'CycloneDX',
      specVersion: '1.7',
      version: 1,
      metadata: this.#metadata(main),
      components: listed.map((thing) => this.#components.get(thing)),
      ...(dependencies.length > 0 && { dependencies }),
      ...(compositions.length > 0 && { compositions }),
      ...(formulas.length > 0 && { formulation: formulas }),
    };
    for (const component of allComponents(bom)) dropEmpty(component);
    const cited = this.#cite(bom);
    const text = JSON.stringify(cited);
    const { $schema, bomFormat, specVersion, ...rest } = cited;
    const finished = {
      $schema,
      bomFormat,
      specVersion,
      serialNumber: `urn:uuid:${uuidOf(text)}`,
      ...rest,
    };
    return {
      mediaType: 'application/vnd.cyclonedx+json; version=1.7',
      bytes: jsonBytes(finished),
      notCarried: this.#account.notCarried(),
    };
  }

  #metadata(main: Thing | undefined): Mutable {
    const { at, scope, head, roots, direction } = this.#projection;
    const [name = '', version] = this.#engine.split('/');
    return {
      timestamp: at,
      tools: {
        components: [{ type: 'application', name, ...(version !== undefined && { version }) }],
      },
      ...(main !== undefined && { component: this.#components.get(main) }),
      properties: [
        ...roots.map((ref) => property('root', ref)),
        property('direction', direction),
        property('policy', scope.policy),
        property('log-size', String(scope.asOf)),
        ...(head.size === scope.asOf ? [property('log-root', head.root)] : []),
      ],
    };
  }

  /** Components inside of others; what has a home elsewhere is a copy. */
  #nest(): void {
    for (const [whole, parts] of this.#plan.nested) {
      for (const part of parts) this.#push(whole, 'components', this.#components.get(part) ?? {});
    }
  }

  #state(planned: PlannedEdge): void {
    const { slot, to, toName, edges } = planned;
    for (const edge of edges) {
      const { what, ref } = edgeFact(edge);
      this.#account.carry(what, ref);
    }
    if (QUALIFIED.has(slot)) {
      for (const { what, ref } of edges.flatMap(qualifierFacts)) this.#account.carry(what, ref);
    }
    const where = this.#statement(planned);
    if (where !== undefined)
      for (const { evidence } of edges) this.#citations.cite(where, evidence);
    // what is told in place is in the document too
    if (to !== undefined && !this.#plan.referable.has(to)) this.#accountInPlace(slot, to);
    if (slot === 'license' || slot === 'supplier' || slot === 'manufacturer') {
      for (const edge of edges) this.#accountName(edge.to, toName, slot === 'license');
    }
  }

  /** Writes one edge; undefined where another part of the document does. */
  #statement({ slot, from, to, toName, edges }: PlannedEdge): object | undefined {
    switch (slot) {
      case 'dataset':
        return to === undefined ? undefined : this.#pushDataset(from, to);
      case 'ancestor':
        return to === undefined ? undefined : this.#pushAncestor(from, to, edges);
      case 'part':
        return to === undefined ? undefined : this.#part(from, to);
      case 'distribution':
        return to === undefined ? undefined : this.#pushDistribution(from, to);
      case 'license': {
        const acknowledgement = edges
          .flatMap(({ evidence }) =>
            evidence.map(({ qualifiers }) => qualifiers['acknowledgement']),
          )
          .find((text) => text === 'declared' || text === 'concluded');
        this.#carryQualifier(edges, 'acknowledgement', acknowledgement);
        const license = { name: toName, ...(acknowledgement !== undefined && { acknowledgement }) };
        return this.#push(from, 'licenses', { license });
      }
      case 'supplier':
      case 'manufacturer': {
        const organization = { name: toName };
        this.#carryQualifier(edges, 'role', slot);
        const component = this.#components.get(from);
        if (component !== undefined) component[slot] = organization;
        return organization;
      }
      case 'input':
      case 'output':
      case 'task-order':
      case 'dependency':
        return undefined;
    }
  }

  /** A qualifier that a field of its own tells. */
  #carryQualifier(edges: readonly ProjectedEdge[], key: string, value: string | undefined): void {
    for (const fact of edges.flatMap(qualifierFacts)) {
      if (fact.key === key && fact.value === value) this.#account.carry(fact.what, fact.ref);
    }
  }

  #push(thing: Thing, key: string, item: object): object {
    const component = this.#components.get(thing);
    if (component === undefined) return item;
    const items = (component[key] ?? []) as object[];
    items.push(item);
    component[key] = items;
    return item;
  }

  #card(model: Thing): { modelParameters: Mutable; quantitativeAnalysis: Mutable } {
    const component = this.#components.get(model) ?? {};
    const card = (component['modelCard'] ?? {}) as Mutable;
    component['modelCard'] = card;
    const modelParameters = (card['modelParameters'] ?? {}) as Mutable;
    const quantitativeAnalysis = (card['quantitativeAnalysis'] ?? {}) as Mutable;
    card['modelParameters'] = modelParameters;
    card['quantitativeAnalysis'] = quantitativeAnalysis;
    return { modelParameters, quantitativeAnalysis };
  }

  #pushDataset(model: Thing, data: Thing): object {
    const { modelParameters } = this.#card(model);
    const datasets = (modelParameters['datasets'] ?? []) as object[];
    const use = { ref: bomRefOf(data) };
    datasets.push(use);
    modelParameters['datasets'] = datasets;
    return use;
  }

  #pushAncestor(from: Thing, to: Thing, edges: readonly ProjectedEdge[]): object {
    const component = this.#components.get(from) ?? {};
    const cdxPedigree = (component['pedigree'] ?? { ancestors: [] }) as { ancestors: object[] };
    component['pedigree'] = cdxPedigree;
    const ancestor = copyOf(to);
    (ancestor['properties'] as JsonObject[]).push(...qualifierProperties(edges));
    cdxPedigree.ancestors.push(ancestor);
    return ancestor;
  }

  /** A part of the root is listed; another is nested, in a copy where its home is elsewhere. */
  #part(from: Thing, to: Thing): object | undefined {
    const own = this.#components.get(to);
    if (this.#plan.nested.get(from)?.includes(to) === true) return own;
    if (from === this.#plan.main && this.#plan.listed.includes(to)) return own;
    if (from === this.#plan.main && !isLocal(to)) return own;
    return this.#push(from, 'components', copyOf(to));
  }

  #pushDistribution(from: Thing, to: Thing): object {
    const { hashes } = componentOf(to);
    return this.#push(from, 'externalReferences', { type: 'distribution', url: urlOf(to), hashes });
  }

  /** One metric for each score: the same score of several documents is told once. */
  #stateScore(score: ProjectedScore): void {
    const model = this.#things.thingOf(score.model);
    if (model === undefined || !this.#components.has(model) || !isScored(model)) return;
    const data = score.dataset === undefined ? undefined : this.#things.thingOf(score.dataset);
    const isTold = data !== undefined && isData(data) && this.#components.has(data);
    const { quantitativeAnalysis } = this.#card(model);
    const metrics = (quantitativeAnalysis['performanceMetrics'] ?? []) as Mutable[];
    const metric = {
      type: score.metric,
      value: score.value,
      ...(isTold && { slice: this.#sliceOf(data) }),
    };
    const text = JSON.stringify(metric);
    const known = metrics.find((one) => JSON.stringify(one) === text);
    if (known === undefined) metrics.push(metric);
    quantitativeAnalysis['performanceMetrics'] = metrics;
    this.#citations.cite(known ?? metric, score.evidence);
    this.#carry(scoreFact(score));
    if (isTold) this.#carry(scoreDataFact(score));
    this.#account.leave(
      'evaluation',
      score.evaluation,
      'a metric of a model card has no identity of its own',
    );
  }

  /** What a metric was measured on, by name where no other data has it. */
  #sliceOf(data: Thing): string {
    this.#dataNames ??= countNames([...this.#components.keys()].filter(isData));
    return this.#dataNames.get(data.name) === 1 ? data.name : bomRefOf(data);
  }

  #stateNaming(): void {
    for (const { edge, things, isTold } of this.#things.naming) {
      const { what, ref } = edgeFact(edge);
      const ends = edge.relation === 'alternateOf' ? [edge.from, edge.to] : [edge.to];
      const isInOne = things.some(
        (thing) => this.#components.has(thing) && ends.every((end) => tells(thing, end)),
      );
      if (!isTold) this.#account.leave(what, ref, 'only possible, or two contents under one name');
      else if (isInOne) this.#account.carry(what, ref);
      else this.#account.leave(what, ref, NO_FIELD);
      for (const thing of things) {
        const component = this.#components.get(thing);
        if (component !== undefined) this.#citations.cite(component, edge.evidence);
      }
    }
  }

  /** What no field takes is kept for people, in properties of its source. */
  #stateUntold(left: Plan['left'], tasks: ReadonlyMap<Thing, Mutable>): void {
    for (const { edge, why } of left) {
      const from = this.#things.thingOf(edge.from);
      const holder =
        from === undefined ? undefined : (this.#components.get(from) ?? tasks.get(from));
      if (holder === undefined) continue;
      const { relation, to, certain } = edge;
      const told = property('edge', JSON.stringify({ relation, to, certain, why }));
      (holder['properties'] as JsonObject[]).push(told);
      this.#citations.cite(told, edge.evidence);
    }
  }

  #dependencies(): object[] {
    const found = new Map<Thing, { ref: string; dependsOn: string[] }>();
    for (const { slot, from, to, edges } of this.#plan.edges) {
      if (slot !== 'dependency' || to === undefined) continue;
      const entry = found.get(from) ?? { ref: bomRefOf(from), dependsOn: [] };
      found.set(from, entry);
      entry.dependsOn.push(bomRefOf(to));
      for (const { evidence } of edges) this.#citations.cite(entry, evidence);
    }
    return [...found.values()];
  }

  /**
   * `complete` only where a trusted document claims it and everything it is claimed of is told. A weaker claim is left out: a
   * composition cannot say how little it is worth to whoever reads nothing else.
   */
  #compositions(): object[] {
    const found: object[] = [];
    for (const { about, covers, evidence } of this.#projection.completeness) {
      const what = `complete ${covers}`;
      const thing = this.#things.thingOf(about);
      const trusted = evidence.filter((one) => trustRank(one.class) >= trustRank('trusted'));
      if (covers === 'primary-source' || thing === undefined || !this.#plan.referable.has(thing)) {
        this.#account.leave(what, about, NO_FIELD);
      } else if (covers === 'inputs' && !SOFTWARE.has(thing.kind)) {
        this.#account.leave(
          what,
          about,
          'a composition says it of software, not of what was learned or made from',
        );
      } else if (trusted.length === 0) {
        this.#account.leave(
          what,
          about,
          'claimed by no trusted document; a composition would assert it',
        );
      } else if (!this.#isToldWhole(thing, covers)) {
        this.#account.leave(what, about, 'not all of it is in the document');
      } else {
        const refs = [bomRefOf(thing)];
        const composition = {
          aggregate: 'complete',
          ...(covers === 'parts' ? { assemblies: refs } : { dependencies: refs }),
        };
        found.push(composition);
        this.#citations.cite(composition, trusted);
        this.#account.carry(what, about);
      }
    }
    return found;
  }

  /** Whether every edge from the thing that the claim is about is in a field. */
  #isToldWhole(thing: Thing, covers: string): boolean {
    const isCovered = (relation: string): boolean =>
      covers === 'parts' ? relation === 'contains' : relation !== 'contains';
    return !this.#plan.left.some(
      ({ edge }) =>
        this.#things.thingOf(edge.from) === thing &&
        isCovered(edge.relation) &&
        INPUTS.has(edge.relation),
    );
  }

  /** Who says what: the documents as evidence, and the places in the BOM that each of them states. */
  #cite(bom: Mutable): Mutable {
    const { at, documents } = this.#projection;
    const pointers = this.#citations.pointersIn(bom);
    const cited = documents.filter(({ digest }) => pointers.has(digest));
    if (cited.length === 0) return bom;
    const evidence = cited.map(({ digest, source, format, signers, ...document }) => ({
      'bom-ref': `document:${digest}`,
      propertyName: 'pedigree:document',
      description: `${document.class} ${document.statementKind} (${format})${signers.length > 0 ? `, signed by ${signers.join(', ')}` : ''}`,
      data: [{ name: source, contents: { url: digest } }],
    }));
    const citations = cited.map(({ digest, class: trust, source }) => ({
      pointers: pointers.get(digest),
      timestamp: at,
      attributedTo: `document:${digest}`,
      note: `${trust}: ${source}`,
    }));
    return { ...bom, declarations: { evidence }, citations };
  }

  #carry({ what, ref }: { readonly what: string; readonly ref: string }): void {
    this.#account.carry(what, ref);
  }

  #leaveEdge(edge: ProjectedEdge, why: string): void {
    const { what, ref } = edgeFact(edge);
    this.#account.leave(what, ref, why);
  }

  #leaveThing(thing: Thing, why: string): void {
    this.#account.leaveNodes(thing.nodes, why);
  }

  #accountInPlace(slot: string, thing: Thing): void {
    if (slot === 'ancestor') componentOf(thing, this.#account);
    if (slot !== 'distribution') return;
    for (const { ref, names, level } of thing.nodes) {
      this.#account.carry('thing', ref);
      if (level === 'digest' && thing.digests.some(({ hex }) => ref.endsWith(hex)))
        this.#account.carry('identity', ref);
      this.#account.carry('kind File', ref);
      const url = urlOf(thing);
      for (const name of names) if (name === url) this.#account.carry(`name ${name}`, ref);
    }
  }

  #accountName(ref: string, name: string, isLicense: boolean): void {
    this.#account.carry('thing', ref);
    if (isLicense) this.#account.carry('identity', ref);
    else this.#account.carry('kind Supplier', ref);
    this.#account.carry(`name ${name}`, ref);
  }
}

/** Slots that say how something was used. */
const QUALIFIED: ReadonlySet<string> = new Set(['input', 'output', 'ancestor']);

/** Kinds whose dependencies are their inputs. */
const SOFTWARE: ReadonlySet<string> = new Set([
  'Image',
  'Package',
  'Code',
  'Config',
  'File',
  'Prompt',
]);

/** Relations that a claim of complete inputs is about. */
const INPUTS: ReadonlySet<string> = new Set([
  'used',
  'trainedOn',
  'wasDerivedFrom',
  'wasGeneratedBy',
  'contains',
]);

/** Whether a component tells that its thing is, or is called, a ref. */
function tells(thing: Thing, ref: string): boolean {
  const { untold, untoldNames } = identifiersOf(thing);
  const isKnown = [...thing.nodes, ...thing.borne].some((node) => node.ref === ref);
  return isKnown && !untold.includes(ref) && !untoldNames.includes(ref);
}

/** How many things have a name or a bom-ref. */
function countNames(things: readonly Thing[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) {
    for (const name of new Set([thing.name, bomRefOf(thing)])) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

function* allComponents(bom: Mutable): Generator<Mutable> {
  const stack: unknown[] = [
    bom['components'],
    (bom['metadata'] as Mutable)['component'],
    bom['formulation'],
  ];
  while (stack.length > 0) {
    const at = stack.pop();
    if (Array.isArray(at)) stack.push(...(at as unknown[]));
    else if (typeof at === 'object' && at !== null) {
      const item = at as Mutable;
      yield item;
      stack.push(item['components'], item['workflows'], item['tasks']);
      stack.push((item['pedigree'] as Mutable | undefined)?.['ancestors']);
    }
  }
}

/** Leaves out what was prepared and not needed. */
function dropEmpty(component: Mutable): void {
  const properties = component['properties'];
  if (Array.isArray(properties) && properties.length === 0) delete component['properties'];
  const card = component['modelCard'] as Mutable | undefined;
  if (card === undefined) return;
  for (const key of ['modelParameters', 'quantitativeAnalysis']) {
    const inner = card[key] as object | undefined;
    if (inner === undefined || Object.keys(inner).length === 0) delete card[key];
  }
}
