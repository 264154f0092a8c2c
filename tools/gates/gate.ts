// SPDX-License-Identifier: Apache-2.0

/** What one gate saw. A gate that looked at nothing has not passed. */
export interface GateResult {
  /** How many things it looked at. */
  readonly looked: number;
  /** What they are, plural. */
  readonly unit: string;
  /** One line each, empty where all is well. */
  readonly problems: readonly string[];
}

/** One check of the repository at a folder. */
export interface Gate {
  readonly name: string;
  run(root: string): GateResult | Promise<GateResult>;
}

/** True only where the gate saw something and found no fault. */
export function isPass(result: GateResult): boolean {
  return result.looked > 0 && result.problems.length === 0;
}
