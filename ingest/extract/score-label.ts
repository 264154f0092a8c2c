// SPDX-License-Identifier: Apache-2.0

const LONG_FRACTION = /^(-?\d{1,20}\.\d{4})\d{1,40}$/;

/** What people call a score: `accuracy 0.9907 of models/triage-v1/model.pkl`. A label; the exact value stays in the facts. */
export function scoreLabel(metric: string, value: string | undefined, model?: string): string {
  const shown = value === undefined ? '' : ` ${LONG_FRACTION.exec(value)?.[1] ?? value}`;
  const about = model === undefined ? '' : ` of ${model}`;
  return `${metric}${shown}${about}`.slice(0, 256);
}
