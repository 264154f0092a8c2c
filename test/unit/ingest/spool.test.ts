// SPDX-License-Identifier: Apache-2.0
import { readSync } from 'node:fs';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { loadAll, type StoredBytes } from '../../../core/stored-bytes.ts';
import { Spool, type SpoolFiles } from '../../../ingest/receive/spool.ts';

const PIECES = ['one ', 'two ', '', 'three'].map((text) => new TextEncoder().encode(text));
const BYTES = new TextEncoder().encode('one two three');
const UNAVAILABLE = { code: 'ERR_STORE_UNAVAILABLE', retryable: true };

let folder: string;
/** Those that were opened, last one last. */
let handles: FileHandle[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-spool-'));
  handles = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** A spool whose file system does some things in its own way. */
function spoolWith(ways: Partial<SpoolFiles> & { write?: FileHandle['write'] } = {}): Spool {
  const { write, ...files } = ways;
  return new Spool(folder, {
    open: async (path) => {
      const handle = await open(path, 'wx+', 0o600);
      handles.push(handle);
      if (write !== undefined) handle.write = write;
      return handle;
    },
    read: readSync,
    ...files,
  });
}

function textOf(bytes: StoredBytes): string {
  return Buffer.from(loadAll(bytes)).toString();
}

/** A closed handle has no descriptor. */
async function expectClosed(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  expect(handles.map(({ fd }) => fd)).toEqual(handles.map(() => -1));
}

describe('a spool', () => {
  test('copies pieces into a file that nobody else can open', async () => {
    const bytes = await spoolWith().copy(each(PIECES));
    expect(bytes.length).toBe(BYTES.length);
    expect(sha256(bytes)).toBe(sha256(BYTES));
    expect(readdirSync(folder)).toEqual([]);
    expect(((await handles[0]?.stat())?.mode ?? 0) & 0o777).toBe(0o600);
    bytes.close();
    bytes.close();
    await expectClosed();
  });

  test('makes its folder, for nobody else', async () => {
    const inner = join(folder, 'a', 'b');
    const bytes = await new Spool(inner).copy(each(PIECES));
    expect(textOf(bytes)).toBe('one two three');
    expect(readdirSync(inner)).toEqual([]);
    bytes.close();
  });

  test('of nothing is nothing', async () => {
    const bytes = await spoolWith().copy(each([]));
    expect(bytes.length).toBe(0);
    expect(textOf(bytes)).toBe('');
    bytes.close();
  });

  test('keeps several apart, read in turn and from anywhere', async () => {
    const spool = spoolWith();
    const all = await Promise.all(['aaaa', 'bbbb'].map((text) => spool.copy(each([encode(text)]))));
    const found = [3, 0, 2].map((from) =>
      all.map((bytes) => {
        const one = new Uint8Array(1);
        bytes.readInto(one, from);
        return String.fromCharCode(one[0] ?? 0);
      }),
    );
    expect(found).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    all.forEach((bytes) => bytes.close());
  });

  test('what is closed cannot be read', async () => {
    const bytes = await spoolWith().copy(each(PIECES));
    bytes.close();
    expect(() => textOf(bytes)).toThrow(expect.objectContaining(UNAVAILABLE));
  });
});

describe('a file system that', () => {
  test('writes less than it is given loses nothing', async () => {
    const write = writing((buffer, at, length) => [buffer, at, Math.min(length, 2)]);
    const bytes = await spoolWith({ write }).copy(each(PIECES));
    expect(textOf(bytes)).toBe('one two three');
    bytes.close();
  });

  test('reads less than it is asked for loses nothing', async () => {
    const read = ((fd: number, buffer: Uint8Array, at: number, length: number, from: number) =>
      readSync(fd, buffer, at, Math.min(length, 3), from)) as typeof readSync;
    const bytes = await spoolWith({ read }).copy(each(PIECES));
    expect(textOf(bytes)).toBe('one two three');
    bytes.close();
  });

  test.each(['ENOSPC', 'EDQUOT', 'EIO'])(
    'has no room (%s) is told of, and nothing stays',
    async (code) => {
      const write = writing(() => {
        throw Object.assign(new Error(code), { code });
      });
      await expect(spoolWith({ write }).copy(each(PIECES))).rejects.toMatchObject({
        ...UNAVAILABLE,
        file: folder,
        cause: { code },
      });
      expect(readdirSync(folder)).toEqual([]);
      await expectClosed();
    },
  );

  test('takes nothing is told of', async () => {
    const write = writing((buffer, at) => [buffer, at, 0]);
    await expect(spoolWith({ write }).copy(each(PIECES))).rejects.toMatchObject(UNAVAILABLE);
    await expectClosed();
  });

  test('refuses the file is told of', async () => {
    const refused = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const spool = spoolWith({ open: () => Promise.reject(refused) });
    await expect(spool.copy(each(PIECES))).rejects.toMatchObject(UNAVAILABLE);
  });

  test('has a file where the folder should be is told of', async () => {
    const file = await open(join(folder, 'file'), 'w');
    await file.close();
    const spool = new Spool(join(folder, 'file'));
    await expect(spool.copy(each(PIECES))).rejects.toMatchObject(UNAVAILABLE);
  });

  test('cannot read back is told of', async () => {
    const read = (() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    }) as typeof readSync;
    const bytes = await spoolWith({ read }).copy(each(PIECES));
    expect(() => textOf(bytes)).toThrow(expect.objectContaining(UNAVAILABLE));
    bytes.close();
  });

  test('has lost the end is told of', async () => {
    const bytes = await spoolWith().copy(each(PIECES));
    await handles[0]?.truncate(5);
    expect(() => textOf(bytes)).toThrow(expect.objectContaining(UNAVAILABLE));
    bytes.close();
  });
});

test('pieces that break off take the copy with them', async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield BYTES;
    throw new Error('broken off');
  };
  await expect(spoolWith().copy(broken())).rejects.toThrow('broken off');
  expect(readdirSync(folder)).toEqual([]);
  await expectClosed();
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `write` of a handle, with other arguments. */
function writing(
  change: (buffer: Uint8Array, at: number, length: number) => [Uint8Array, number, number],
): FileHandle['write'] {
  const write = function (
    this: FileHandle,
    buffer: Uint8Array,
    at: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number; buffer: Uint8Array }> {
    const [changed, from, count] = change(buffer, at, length);
    const { write: original } = Object.getPrototypeOf(this) as { write: typeof write };
    return original.call(this, changed, from, count, position);
  };
  return write as FileHandle['write'];
}
