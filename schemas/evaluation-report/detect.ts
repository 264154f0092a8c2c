// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../core/json.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Recognises a report that names model and dataset by digest. */
export function detectEvaluationReport(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || !isJsonObject(decoded.json.value)) return undefined;
  const { value } = decoded.json;
  const names = ['model_sha256', 'dataset_sha256'];
  const isReport = names.every((name) => stringMember(value, name) !== undefined);
  return isReport ? { format: 'evaluation-report', version: null } : undefined;
}
