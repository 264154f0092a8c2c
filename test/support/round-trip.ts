// SPDX-License-Identifier: Apache-2.0
import { edgeFact, factsOf, type Exported, type Fact } from '../../api/export/account.ts';
import type { Projection } from '../../api/export/projection.ts';
import { thingsOf, type Things } from '../../api/export/things.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { isDigest, sha256 } from '../../core/digest.ts';
import {
  arrayMember,
  isJsonObject,
  member,
  parseJson,
  stringMember,
  valueAt,
} from '../../core/json.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import { inWorld, PROJECT } from './world.ts';

/** How what is read back differs from what was exported. All empty: the export keeps its word. */
export interface Difference {
  /** Facts that are neither in the document, as read back, nor listed as not carried. */
  readonly missing: readonly string[];
  /** Facts that are read back and that nobody stated. */
  readonly invented: readonly string[];
  /** Facts listed as not carried that are read back all the same. */
  readonly wronglyListed: readonly string[];
}

/** The facts of a document in a world that knows nothing else. */
export async function readInEmptyWorld(bytes: Uint8Array): Promise<Facts> {
  return inWorld({}, async (world) => {
    const [outcome] = await world.ingest([bytes]);
    if (outcome?.standing !== 'accepted')
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    const document = world.ledger.knowledge.findDocument(PROJECT, sha256(bytes));
    const facts = document === undefined ? undefined : await world.ledger.factsOf(document);
    if (facts === undefined) throw new Error('no facts');
    return facts;
  });
}

/** Compares what was to be exported with what a reader of the document finds. */
export async function compareRoundTrip(
  projection: Projection,
  exported: Pick<Exported, 'notCarried'>,
  bytes: Uint8Array,
): Promise<Difference> {
  const facts = await readInEmptyWorld(bytes);
  const readBack = new ReadBack(projection, facts, bytes);
  const listed = new Set(exported.notCarried.map(keyOf));
  const all = factsOf(projection);
  return {
    missing: all.filter((fact) => !listed.has(keyOf(fact)) && !readBack.has(fact)).map(keyOf),
    invented: readBack.invented(),
    wronglyListed: all
      .filter((fact) => listed.has(keyOf(fact)) && STRICT.test(fact.what) && readBack.has(fact))
      .map(keyOf),
  };
}

/** What must not be both: names and attributes may stand in a property, which is text of the document. */
const STRICT = /^(?:edge|identity|complete|activity)/;

function keyOf({ what, ref }: Fact): string {
  return `${what} | ${ref}`;
}

/** The projection's things as a reader finds them. */
class ReadBack {
  readonly #projection: Projection;
  readonly #things: Things;
  readonly #facts: Facts;
  readonly #text: string;
  /** Refs of projected things by node of the document. */
  readonly #names: readonly (string | undefined)[];
  readonly #refs: ReadonlySet<string>;
  readonly #edges = new Set<string>();
  readonly #kinds = new Set<string>();
  readonly #labels = new Set<string>();
  readonly #scores = new Set<string>();
  readonly #claims = new Set<string>();

  constructor(projection: Projection, facts: Facts, bytes: Uint8Array) {
    this.#projection = projection;
    this.#things = thingsOf(projection);
    this.#facts = facts;
    this.#text = JSON.stringify(parseJson(bytes).value);
    this.#refs = new Set(facts.nodes.map(({ ref }) => ref));
    this.#names = this.#mapNodes(parseJson(bytes).value);
    this.#collect();
  }

  has({ what, ref }: Fact): boolean {
    const [first = '', ...rest] = what.split(' ');
    const text = rest.join(' ');
    const [left = '', right = ''] = ref.split(' -> ');
    switch (first) {
      case 'thing':
        return this.#names.includes(this.#thing(ref)) || this.#refs.has(ref);
      case 'identity':
        return this.#refs.has(ref);
      case 'kind':
        return this.#kinds.has(`${this.#thing(ref)} ${text}`);
      case 'name':
        return this.#labels.has(`${this.#thing(ref)} ${text}`) || this.#says(text);
      case 'qualifier':
      case 'attribute':
        return this.#says(text.slice(text.indexOf(' ') + 1));
      case 'edge':
        return this.#hasEdge(left, text, right);
      case 'score':
        return this.#scores.has(`${this.#thing(ref)} ${text}`);
      case 'data':
        return this.#scores.has(
          `${this.#thing(left)} ${text.replace('of score ', '')} ${this.#thing(right)}`,
        );
      case 'complete':
      case 'activity':
        return this.#claims.has(`${what} ${this.#thing(ref)}`);
      default:
        return false;
    }
  }

  /** Edges between things of the projection, kinds and claims of them, and identities, that the projection does not have. */
  invented(): string[] {
    const stated = new Set(
      this.#projection.edges
        .filter(({ certain }) => certain)
        .map(({ from, relation, to }) => `${this.#thing(from)} ${relation} ${this.#thing(to)}`),
    );
    for (const { model, dataset } of this.#projection.scores) {
      // what a model was scored on it was tested on
      if (dataset !== undefined)
        stated.add(`${this.#thing(model)} testedOn ${this.#thing(dataset)}`);
    }
    const own = [...this.#edges].filter((edge) => !stated.has(edge) && !NAMING.test(edge));
    const known = new Set(
      factsOf(this.#projection).map(({ what, ref }) => `${what} ${this.#thing(ref)}`),
    );
    // in SPDX 3 every run is a build
    const isOfClass = (claim: string): boolean =>
      claim.startsWith('activity build ') && this.#facts.format === 'spdx3-jsonld';
    const claims = [...this.#claims].filter((claim) => !known.has(claim) && !isOfClass(claim));
    const kinds = [...this.#kinds].filter((kind) => {
      const [ref, name] = splitLast(kind);
      const thing = this.#things.all.find((one) => one.ref === ref);
      return (
        thing !== undefined && !thing.nodes.some((node) => node.kinds.some((one) => one === name))
      );
    });
    const refs = new Set(this.#projection.nodes.map(({ ref }) => ref));
    const identities = [...this.#refs].filter((ref) => !refs.has(ref) && !OWN_REFS.test(ref));
    return [...own, ...claims, ...kinds, ...identities, ...this.#inventedAliases()];
  }

  /** Two contents that the document makes one thing. */
  #inventedAliases(): string[] {
    const { nodes, edges } = this.#facts;
    return edges.flatMap(({ from, relation, to }) => {
      const left = nodes[from]?.ref ?? '';
      const right = nodes[to]?.ref ?? '';
      const areContents = isDigest(left) && isDigest(right) && relation === 'alternateOf';
      const isStated = this.#things.thingOf(left) === this.#things.thingOf(right);
      return areContents && !isStated ? [`${left} alternateOf ${right}`] : [];
    });
  }

  #says(text: string): boolean {
    return this.#text.includes(JSON.stringify(text.toWellFormed()).slice(1, -1));
  }

  /** Suppliers are told by their names. */
  #thing(ref: string): string {
    const thing = this.#things.thingOf(ref);
    if (thing?.kind === 'Supplier') return `supplier ${thing.name}`;
    return thing?.ref ?? ref;
  }

  #hasEdge(from: string, relation: string, to: string): boolean {
    if (relation === 'alternateOf') {
      const isThere = (ref: string): boolean =>
        ref.startsWith('local:') ? this.#names.includes(this.#thing(ref)) : this.#refs.has(ref);
      return isThere(from) && isThere(to) && this.#thing(from) === this.#thing(to);
    }
    if (relation === 'namedAs' || relation === 'specializationOf') {
      return this.#edges.has(`${this.#thing(from)} ${relation} ${to}`);
    }
    return this.#edges.has(`${this.#thing(from)} ${relation} ${this.#thing(to)}`);
  }

  #collect(): void {
    const { nodes, edges, claims, dependsOn } = this.#facts;
    nodes.forEach(({ kinds, names }, at) => {
      const ref = this.#names[at];
      if (ref === undefined) return;
      for (const kind of kinds) this.#kinds.add(`${ref} ${kind}`);
      for (const name of names) this.#labels.add(`${ref} ${name}`);
    });
    for (const { from, relation, to } of edges) {
      const [left, right] = [this.#names[from], this.#names[to]];
      const target = nodes[to]?.ref ?? '';
      if (left === undefined) continue;
      if (relation === 'namedAs' || relation === 'specializationOf') {
        this.#edges.add(`${left} ${relation} ${target}`);
      } else if (right !== undefined && right !== left)
        this.#edges.add(`${left} ${relation} ${right}`);
    }
    for (const [from, to] of dependsOn) {
      const [left, right] = [this.#names[from], this.#names[to]];
      if (left !== undefined && right !== undefined) this.#edges.add(`${left} dependsOn ${right}`);
    }
    edges.forEach(({ from, relation, to }) => {
      const metric = nodes[from]?.attributes;
      if (relation !== 'evaluates' || metric === undefined) return;
      this.#scores.add(`${this.#names[to]} ${metric['metric']} ${metric['value']}`);
    });
    for (const claim of claims) {
      if (claim.type === 'evaluation') {
        const { model, dataset, metric, value } = claim;
        this.#scores.add(`${this.#names[model]} ${metric} ${value} ${this.#names[dataset]}`);
      } else if (claim.type === 'completeness') {
        const about = this.#names[claim.about];
        if (about !== undefined) this.#claims.add(`complete ${claim.covers} ${about}`);
      } else if (claim.type === 'run-role') {
        const about = this.#names[claim.about];
        if (about !== undefined) this.#claims.add(`activity ${claim.activity} ${about}`);
      }
    }
  }

  /** Which thing of the projection each node of the document is. */
  #mapNodes(document: JsonValue): (string | undefined)[] {
    const { nodes, edges } = this.#facts;
    const known = new Set(this.#projection.nodes.map(({ ref }) => ref));
    const spdxRefs = refsOfSpdxIds(document);
    const suppliers = new Set(
      this.#things.all
        .filter(({ kind }) => kind === 'Supplier')
        .map(({ name }) => `supplier ${name}`),
    );
    const found = nodes.map(({ ref, kinds, names }) => {
      if (kinds.includes('Supplier')) {
        return names.map((name) => `supplier ${name}`).find((name) => suppliers.has(name));
      }
      const projected = known.has(ref) ? ref : projectedRef(document, ref, spdxRefs);
      return projected === undefined || !known.has(projected) ? undefined : this.#thing(projected);
    });
    // other names that the document has for the same node
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const { from, relation, to } of edges) {
        const isOwnName =
          relation === 'specializationOf' && nodes[to]?.ref.startsWith('bom:') === true;
        if (relation !== 'alternateOf' && !isOwnName) continue;
        const name = found[from] ?? found[to];
        if (name === undefined || (found[from] === name && found[to] === name)) continue;
        if (found[from] !== undefined && found[to] !== undefined) continue;
        found[from] = name;
        found[to] = name;
        isChanged = true;
      }
    }
    return found;
  }
}

const NAMING = / (?:namedAs|specializationOf|alternateOf) /;
/** The document itself, its formula, what it measured, and names that readers give to what has nothing else. */
const OWN_REFS =
  /^(?:bom:|local:|name:(?:cdx|spdx|supplier|license|uri|huggingface\/(?:model|dataset))\/|pkg:huggingface\/|hf:)/;

/** The ref that the export noted for a node that means something in its document alone. */
function projectedRef(
  document: JsonValue,
  ref: string,
  spdxRefs: ReadonlyMap<string, string>,
): string | undefined {
  if (ref.startsWith('bom:')) {
    const bomRef = /^bom:[0-9a-f-]{36}\/1#([^]*)$/.exec(ref)?.[1];
    return spdxRefs.get(ref.slice('bom:'.length)) ?? bomRef;
  }
  const local = /^local:sha256:[0-9a-f]{64}#([^]*)$/.exec(ref)?.[1]?.replace(/#names$/, '');
  if (local === undefined) return undefined;
  if (!local.startsWith('/')) return local;
  const item = valueAt(document, local);
  return noteOf(item, 'pedigree:ref') ?? stringMember(item, 'bom-ref');
}

function noteOf(item: JsonValue | undefined, name: string): string | undefined {
  const properties = arrayMember(item, 'properties') ?? [];
  const found = properties.find((one) => stringMember(one, 'name') === name);
  return stringMember(found, 'value');
}

function refsOfSpdxIds(document: JsonValue): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const item of arrayMember(document, '@graph') ?? []) {
    const id = stringMember(item, 'spdxId');
    const extension = (arrayMember(item, 'extension') ?? []).flatMap(
      (one) => arrayMember(one, 'extension_cdxProperty') ?? [],
    );
    const note = extension.find(
      (one) => isJsonObject(one) && member(one, 'extension_cdxPropName') === 'pedigree:ref',
    );
    const identifiers = arrayMember(item, 'externalIdentifier') ?? [];
    const other = identifiers.find((one) => stringMember(one, 'issuingAuthority') === 'pedigree');
    const ref = stringMember(note, 'extension_cdxPropValue') ?? stringMember(other, 'identifier');
    if (id !== undefined && ref !== undefined) found.set(id, ref);
  }
  return found;
}

function splitLast(text: string): [string, string] {
  const at = text.lastIndexOf(' ');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The facts of some edges, for tests that look for one. */
export function keysOfEdges(edges: Projection['edges']): string[] {
  return edges.map((edge) => keyOf(edgeFact(edge)));
}
