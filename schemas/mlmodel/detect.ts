// SPDX-License-Identifier: Apache-2.0
import type { Decoded, Detected } from '../decoded.ts';

/** Detection reads this much. */
const HEAD = 64 * 1024;

/** Recognises MLflow's MLmodel by its `flavors` and one more member of its own. */
export function detectMlmodel(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'text') return undefined;
  const head = decoded.text.slice(0, HEAD);
  if (!/^flavors:[ \t]*(?:\{\}[ \t]*)?$/m.test(head)) return undefined;
  const isMlmodel =
    /^(?:artifact_path|run_id|utc_time_created|model_uuid|model_id|mlflow_version|signature):/m.test(
      head,
    );
  if (!isMlmodel) return undefined;
  const version = /^mlflow_version:[ \t]*['"]?([\w.+-]{1,40})['"]?[ \t]*$/m.exec(head)?.[1];
  return { format: 'mlmodel', version: version ?? null };
}
