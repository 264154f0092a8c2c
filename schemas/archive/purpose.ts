// SPDX-License-Identifier: Apache-2.0

/** Extensions of files that some reader here may take as a document, or that may hold such files. */
const DOCUMENT_EXTENSIONS = new Set([
  ...[
    'json',
    'jsonl',
    'ndjson',
    'jsonld',
    'xml',
    'rdf',
    'yaml',
    'yml',
    'md',
    'spdx',
    'cdx',
    'sarif',
  ],
  ...['link', 'layout', 'intoto', 'att', 'dsse', 'bundle', 'sigstore', 'sig', 'dvc', 'lock', 'vex'],
  ...['zip', 'tar', 'gz', 'tgz', 'zst'],
]);
const DOCUMENT_NAMES = new Set(['mlmodel']);

/**
 * What kind of artefact a container is, told by the members that its format prescribes; undefined where it is a plain
 * archive. Such a container is one thing with a digest of its own (a model, a package, an office file): its members are its
 * parts, not evidence that somebody handed in, and taking each of a wheel's files as a document would drown the evidence.
 */
export function findArtefactKind(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const all = new Set(names);
  const some = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (isTorchFile(all, names)) return 'PyTorch file';
  if (names.every((name) => name.endsWith('.npy'))) return 'NumPy file';
  if (all.has('model.weights.h5')) return 'Keras file';
  if (all.has('[Content_Types].xml')) return 'Office file or NuGet package';
  if (names[0] === 'mimetype') return 'OpenDocument or EPUB file';
  if (some(/^[^/]{1,200}\.dist-info\/WHEEL$/)) return 'Python wheel';
  if (all.has('META-INF/MANIFEST.MF') || all.has('AndroidManifest.xml'))
    return 'Java or Android package';
  if (all.has('package/package.json')) return 'npm package';
  if (some(/^[^/]{1,200}\/PKG-INFO$/)) return 'Python source package';
  if (some(/^[^/]{1,200}\/\.cargo_vcs_info\.json$/)) return 'Rust package';
  return undefined;
}

/** True where at least one member may be a document. */
export function mayHoldDocuments(names: readonly string[]): boolean {
  return names.some((name) => {
    const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
    const dot = base.lastIndexOf('.');
    return DOCUMENT_NAMES.has(base) || (dot >= 0 && DOCUMENT_EXTENSIONS.has(base.slice(dot + 1)));
  });
}

/** torch.save: one folder with `data.pkl` and `version` in it. */
function isTorchFile(all: ReadonlySet<string>, names: readonly string[]): boolean {
  return names.some(
    (name) =>
      (name === 'data.pkl' || name.endsWith('/data.pkl')) &&
      all.has(`${name.slice(0, -'data.pkl'.length)}version`),
  );
}
