// SPDX-License-Identifier: Apache-2.0

/** What a file name says about a file. A subset of the graph's kinds, named here because schemas know no graph. */
export type FileKind = 'Model' | 'Dataset' | 'Code' | 'Config' | 'Prompt' | 'File';

/** Lists that are never changed: one is given out for each file there is. */
const listOf = (kind: FileKind): readonly FileKind[] => Object.freeze([kind]);
const PROMPT = listOf('Prompt');
const CONFIG = listOf('Config');
const FILE = listOf('File');

const EXTENSIONS: readonly (readonly [kind: FileKind, extensions: readonly string[]])[] = [
  ['Model', ['onnx', 'safetensors', 'gguf', 'ggml', 'pt', 'pth', 'ckpt', 'h5', 'keras', 'tflite']],
  ['Model', ['joblib', 'pkl', 'pickle', 'pb', 'mlmodel']],
  ['Dataset', ['csv', 'tsv', 'parquet', 'arrow', 'feather', 'tfrecord', 'jsonl', 'ndjson', 'npz']],
  ['Dataset', ['npy']],
  ['Code', ['py', 'ipynb', 'r', 'sql', 'sh', 'js', 'ts', 'go', 'rs', 'java', 'scala', 'jl', 'c']],
  ['Code', ['cpp']],
  ['Config', ['yaml', 'yml', 'toml', 'ini', 'cfg']],
];

const KINDS_OF_EXTENSION: ReadonlyMap<string, readonly FileKind[]> = new Map(
  EXTENSIONS.flatMap(([kind, extensions]) => {
    const kinds = listOf(kind);
    return extensions.map((extension) => [extension, kinds] as const);
  }),
);

/**
 * Kinds that a file's path suggests, by extension and folder. For display and grouping only: a name never makes an
 * identity and nothing is decided by it. A path that says nothing is a File.
 */
export function kindsOfFileName(path: string): readonly FileKind[] {
  const extension = extensionOf(path);
  if (extension === 'prompt') return PROMPT;
  // nothing else is told by more than the extension
  if (TEXTUAL.has(extension)) {
    const folders = path.toLowerCase().split(/[\\/]/);
    const name = folders.pop() ?? '';
    if (name.endsWith('.prompt.md')) return PROMPT;
    // prompt collections are data files in a folder that says so: `prompts/triage_prompts.jsonl`
    if (folders.includes('prompt') || folders.includes('prompts')) return PROMPT;
    const isConfig = folders.includes('config') || folders.includes('configs');
    if (extension === 'json' && isConfig) return CONFIG;
  }
  return KINDS_OF_EXTENSION.get(extension) ?? FILE;
}

const DOT = 0x2e;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** In lower case; empty for a name without one, and for one that begins with its only dot. Mostly told by a few characters. */
function extensionOf(path: string): string {
  for (let at = path.length - 1; at > 0; at--) {
    const code = path.charCodeAt(at);
    if (isSeparator(code)) return '';
    if (code !== DOT) continue;
    return isSeparator(path.charCodeAt(at - 1)) ? '' : path.slice(at + 1).toLowerCase();
  }
  return '';
}

function isSeparator(code: number): boolean {
  return code === SLASH || code === BACKSLASH;
}

const TEXTUAL = new Set(['jsonl', 'json', 'txt', 'md', 'yaml', 'yml', 'csv']);
