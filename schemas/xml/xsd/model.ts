// SPDX-License-Identifier: Apache-2.0

/** A schema compiled from XSD 1.0 documents: its global elements, by local name. */
export interface XsdSchema {
  readonly targetNamespace: string;
  readonly elements: ReadonlyMap<string, ElementDeclaration>;
}

export interface ElementDeclaration {
  readonly name: string;
  readonly namespace: string;
  /** Late, because types name each other. undefined: anything goes (xs:anyType). */
  readonly type: () => XsdType | undefined;
  /** Names of attributes whose values are unique among all elements below this one (xs:unique, `.//*`). */
  readonly unique: readonly string[];
}

export type XsdType = ComplexType | SimpleType;

export interface ComplexType {
  readonly form: 'complex';
  /** Without namespace, by name. */
  readonly attributes: ReadonlyMap<string, AttributeUse>;
  /** Namespaces of attributes beyond those. */
  readonly anyAttribute: Wildcard | undefined;
  /** Text may stand between the children. */
  readonly mixed: boolean;
  /** What children there are, or of what type the text is. */
  readonly content: Particle | SimpleType | undefined;
}

export interface AttributeUse {
  readonly type: () => SimpleType;
  readonly required: boolean;
}

/** `other`: every namespace but the schema's own and none. */
export type Wildcard = 'any' | 'other';

export interface SimpleType {
  readonly form: 'simple';
  readonly whiteSpace: WhiteSpace;
  /** The rule that a text (normalised by `whiteSpace`) breaks, or undefined. */
  readonly broken: (text: string) => BrokenRule | undefined;
}

export type WhiteSpace = 'preserve' | 'replace' | 'collapse';

export interface BrokenRule {
  /** Name of the validation rule in XML Schema Part 1 or 2. */
  readonly rule: string;
  readonly message: string;
}

interface Occurs {
  readonly min: number;
  /** Infinity for `unbounded`. */
  readonly max: number;
  /** True where no child at all satisfies it. */
  readonly emptiable: boolean;
  /** Local names of the schema's own elements that it can begin with. */
  readonly first: ReadonlySet<string>;
  /** Elements of other namespaces that it can begin with. */
  readonly firstAny: Wildcard | undefined;
}

export type Particle =
  | (Occurs & { readonly form: 'element'; readonly declaration: ElementDeclaration })
  | (Occurs & { readonly form: 'any' })
  | (Occurs & { readonly form: 'sequence' | 'choice'; readonly items: readonly Particle[] });
