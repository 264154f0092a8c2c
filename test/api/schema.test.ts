// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { printSdl, schema } from '../../api/graphql/schema.ts';

const FILE = join(import.meta.dirname, '../../api/graphql/schema.graphql');

describe('the GraphQL schema', () => {
  test('is the one in schema.graphql', async () => {
    await expect(printSdl()).toMatchFileSnapshot(FILE);
    expect(readFileSync(FILE, 'utf8')).toBe(printSdl());
  });

  test('has the questions and statements of the interface', () => {
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).sort()).toEqual([
      'blastRadius',
      'decisions',
      'documents',
      'entities',
      'entity',
      'head',
      'lineage',
      'modelsTrainedOn',
      'node',
      'path',
      'revocations',
    ]);
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).sort()).toEqual([
      'reinstate',
      'retract',
      'revoke',
      'uploadEvidence',
      'verify',
    ]);
    expect(schema.getSubscriptionType()).toBeUndefined();
  });

  test('every root list is a connection with a page', () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    expect(fields.length).toBeGreaterThan(0);
    for (const { name, type, args } of fields) {
      expect([name, isList(type)]).toEqual([name, false]);
      const isConnection = getNamedType(type).name.endsWith('Connection');
      expect([name, args.some((arg) => arg.name === 'first')]).toEqual([name, isConnection]);
    }
  });

  test('every connection says how long it is, and every field that gives one takes a page', () => {
    const objects = Object.values(schema.getTypeMap()).filter(isObjectType);
    const connections = objects.filter(({ name }) => name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(8);
    for (const { name, ...type } of connections.map((one) => ({
      name: one.name,
      fields: one.getFields(),
    }))) {
      expect([name, Object.keys(type.fields)]).toEqual([
        name,
        expect.arrayContaining(['edges', 'pageInfo', 'totalCount']),
      ]);
    }
    for (const object of objects) {
      for (const { name, type, args } of Object.values(object.getFields())) {
        if (!getNamedType(type).name.endsWith('Connection')) continue;
        expect([object.name, name, args.map((arg) => arg.name)]).toEqual([
          object.name,
          name,
          expect.arrayContaining(['first', 'after']),
        ]);
      }
    }
  });
});

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
