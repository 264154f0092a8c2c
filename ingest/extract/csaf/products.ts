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
  /** What the vulnerability that is being read says of it beside its status; undefined where it says nothing. */
  justification: string | undefined;
  remediation: string | undefined;
  readonly #builder: FactsBuilder;
  readonly #product: CsafProduct;
  readonly #local: string;
  #nodes: readonly number[] | undefined;

  /** @param local its id inside the document */
  constructor(builder: FactsBuilder, product: CsafProduct, local: string, at: number) {
    this.id = product.id;
    this.pointer = product.pointer;
    this.at = at;
    this.#builder = builder;
    this.#product = product;
    this.#local = local;
  }

  /**
   * thingNodes that remembers. Asking again adds nothing to a document's facts, unless there is something to complain of: that
   * is listed each time.
   */
  nodes(): readonly number[] {
    if (this.#nodes !== undefined) return this.#nodes;
    const problems = this.#builder.problemCount;
    const found = thingNodes(this.#builder, thingOf(this.#product, this.#local));
    if (this.#builder.problemCount === problems && problems < LIMITS.problems) this.#nodes = found;
    return found;
  }
}

/** The products of a tree. */
export class Products {
  /** In the order of the tree. */
  readonly all: readonly Product[];
  /** By the ids that their nodes have too: a text is hashed once, and these are long. */
  readonly #byLocal = new Map<string, Product>();

  /** Of two products of one id the last one counts, in the place of the first. */
  constructor(builder: FactsBuilder, products: readonly CsafProduct[]) {
    for (const product of products) {
      const local = localOf(product.id);
      const at = this.#byLocal.get(local)?.at ?? this.#byLocal.size;
      this.#byLocal.set(local, new Product(builder, product, local, at));
    }
    this.all = [...this.#byLocal.values()];
  }

  find(id: string): Product | undefined {
    return this.#byLocal.get(localOf(id));
  }

  /**
   * Writes on products what is noted of them: one label each, nearly always, or several. Products that the tree does not have
   * are left out.
   * @returns those that were written on
   */
  label(notes: readonly CsafNote[], key: 'justification' | 'remediation'): readonly Product[] {
    if (notes.length === 0) return NOTHING;
    const labelled: Product[] = [];
    const several = new Map<Product, Set<string>>();
    const finder = new ProductFinder(this);
    for (const { label, products } of notes) {
      for (const id of products) {
        const product = finder.find(id);
        if (product === undefined) continue;
        const known = product[key];
        if (known === undefined) {
          product[key] = label;
          labelled.push(product);
        } else if (known !== label) {
          several.set(product, (several.get(product) ?? new Set([known])).add(label));
        }
      }
    }
    for (const [product, labels] of several) product[key] = [...labels].join(', ');
    return labelled;
  }
}

/**
 * Finds the products of one list. Lists mostly name products in the order of the tree, or one again and again, and ids are
 * long: comparing one with the last one found and the next takes a tenth of looking it up.
 */
export class ProductFinder {
  readonly #products: Products;
  /** Where the last one found stands. */
  #at = 0;

  constructor(products: Products) {
    this.#products = products;
  }

  find(id: string): Product | undefined {
    const { all } = this.#products;
    const last = all[this.#at];
    if (last?.id === id) return last;
    const next = all[this.#at + 1];
    const found = next?.id === id ? next : this.#products.find(id);
    if (found !== undefined) this.#at = found.at;
    return found;
  }
}

function localOf(id: string): string {
  return `product/${id}`;
}

/** A CPE is a shared name; a product that has only a name of its publisher stays in the document. */
function thingOf(product: CsafProduct, local: string): ReportThing {
  const { id, name, purls, cpe, hashes, pointer } = product;
  return {
    kind: 'Package',
    pointer,
    local,
    names: name === id ? [id] : [name, id],
    purls,
    digests: hashes.length === 0 ? NOTHING : hashes.map(digestOf),
    sharedNames: cpe === undefined ? NOTHING : [['cpe', cpe]],
  };
}

function digestOf({ algorithm, value }: CsafHash): { algorithm: string; hex: string } {
  return { algorithm, hex: value };
}

const NOTHING: readonly never[] = [];
