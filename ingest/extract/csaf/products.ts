// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../../core/limits.ts';
import { thingNodes } from '../tool-report/things.ts';
import type { CsafHash, CsafNote, CsafProduct } from '../../../schemas/csaf/model.ts';
import type { ReportThing } from '../../../schemas/tool-report/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** A product of the tree. */
export class Product {
  readonly id: string;
  readonly pointer: string;
  /** Its place in the order of the tree. */
  readonly at: number;
  readonly #builder: FactsBuilder;
  readonly #product: CsafProduct;
  #nodes: readonly number[] | undefined;

  constructor(builder: FactsBuilder, product: CsafProduct, at: number) {
    this.id = product.id;
    this.pointer = product.pointer;
    this.at = at;
    this.#builder = builder;
    this.#product = product;
  }

  /**
   * thingNodes that remembers. Asking again adds nothing to a document's facts, unless there is something to complain of: that
   * is listed each time.
   */
  nodes(): readonly number[] {
    if (this.#nodes !== undefined) return this.#nodes;
    const problems = this.#builder.problemCount;
    const found = thingNodes(this.#builder, thingOf(this.#product));
    if (this.#builder.problemCount === problems && problems < LIMITS.problems) this.#nodes = found;
    return found;
  }
}

/** What is said of products beside their status: one label each, nearly always, or several. */
export type Labels = ReadonlyMap<Product, string>;

/** The products of a tree. */
export class Products {
  /** In the order of the tree. */
  readonly all: readonly Product[];
  readonly #byId = new Map<string, Product>();
  /** Where the product stands that comes after the last one found. */
  #next = 0;

  /** Of two products of one id the last one counts, in the place of the first. */
  constructor(builder: FactsBuilder, products: readonly CsafProduct[]) {
    for (const product of products) {
      const at = this.#byId.get(product.id)?.at ?? this.#byId.size;
      this.#byId.set(product.id, new Product(builder, product, at));
    }
    this.all = [...this.#byId.values()];
  }

  /**
   * The product of an id. Lists mostly name products in the order of the tree, and ids are long: comparing one with the next in
   * turn takes a twentieth of looking it up.
   */
  find(id: string): Product | undefined {
    const next = this.all[this.#next];
    const found = next?.id === id ? next : this.#byId.get(id);
    if (found !== undefined) this.#next = found.at + 1;
    return found;
  }

  /** Products that the tree does not have are left out. */
  labelsOf(notes: readonly CsafNote[]): Labels {
    const labels = new Map<Product, string>();
    const several = new Map<Product, Set<string>>();
    for (const { label, products } of notes) {
      for (const id of products) {
        const product = this.find(id);
        if (product === undefined) continue;
        const known = labels.get(product);
        if (known === undefined) labels.set(product, label);
        else if (known !== label) {
          several.set(product, (several.get(product) ?? new Set([known])).add(label));
        }
      }
    }
    for (const [product, all] of several) labels.set(product, [...all].join(', '));
    return labels;
  }
}

/** A CPE is a shared name; a product that has only a name of its publisher stays in the document. */
function thingOf(product: CsafProduct): ReportThing {
  const { id, name, purls, cpe, hashes, pointer } = product;
  return {
    kind: 'Package',
    pointer,
    local: `product/${id}`,
    names: [name, id],
    purls,
    digests: hashes.length === 0 ? NOTHING : hashes.map(digestOf),
    sharedNames: cpe === undefined ? NOTHING : [['cpe', cpe]],
  };
}

function digestOf({ algorithm, value }: CsafHash): { algorithm: string; hex: string } {
  return { algorithm, hex: value };
}

const NOTHING: readonly never[] = [];
