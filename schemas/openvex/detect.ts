// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../core/json.ts';
import { jsonObject } from '../tool-report/adapter.ts';
import type { Decoded, Detected } from '../decoded.ts';

const CONTEXT = /^https:\/\/openvex\.dev\/ns(?:\/v([0-9.]+))?\/?$/;

/** Recognises OpenVEX by its context; without one by statements that give a vulnerability a VEX status. */
export function detectOpenVex(decoded: Decoded): Detected | undefined {
  const document = jsonObject(decoded);
  const context = stringMember(document, '@context');
  const statements = arrayMember(document, 'statements');
  if (context === undefined || statements === undefined) return undefined;
  const match = CONTEXT.exec(context);
  if (match !== null) return { format: 'openvex', version: match[1] ?? '0.0.x' };
  const isVex = context === '' && statements.length > 0 && statements.every(isStatement);
  return isVex ? { format: 'openvex', version: null } : undefined;
}

function isStatement(statement: unknown): boolean {
  return (
    member(statement, 'vulnerability') !== undefined &&
    stringMember(statement, 'status') !== undefined &&
    arrayMember(statement, 'products') !== undefined
  );
}
