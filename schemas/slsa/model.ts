// SPDX-License-Identifier: Apache-2.0
import type { ResourceDescriptor } from '../intoto/resource-descriptor.ts';

/** Why a build read a thing. `config`: the definition of the build itself. */
export type InputRole = 'material' | 'config' | 'tool';

export interface ProvenanceInput {
  readonly resource: ResourceDescriptor;
  readonly role: InputRole;
}

/** SLSA provenance of any version, in one shape: who built, how, from what. */
export interface Provenance {
  /** As written, with the builder's own version (`…@refs/tags/v1`). */
  readonly builderId?: string;
  readonly buildType?: string;
  readonly invocationId?: string;
  /** Where in the source the build definition stands, or what of it was run (v0.1 and v0.2 only). */
  readonly entryPoint?: string;
  readonly startedOn?: string;
  readonly finishedOn?: string;
  /** In the order written; one thing may stand twice with two roles. */
  readonly inputs: readonly ProvenanceInput[];
  /** Things the build made that are not its subjects (v1 only). */
  readonly byproducts: readonly ResourceDescriptor[];
  /** JSON Pointer of the statement that the inputs are all there; absent where it is not made (v1 has no such field). */
  readonly completeInputs?: string;
}
