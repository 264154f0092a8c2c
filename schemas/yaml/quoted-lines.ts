// SPDX-License-Identifier: Apache-2.0

/** A line that opens a quoted text: what stands before the member's name, and the quote. */
const OPENING =
  /^([ \t]{0,256}(?:-[ \t]{1,16}){0,16})(?:[\w.-]{1,80}[ \t]{0,16}:[ \t]{1,16})?(["'])/;

/** Where a document of a stream begins or ends: never a line of a quoted text (YAML 1.2.2, 6.8 and 9.1.4). */
const MARKER = /^(?:---|\.\.\.)(?:[ \t\r]|$)/;

interface OpenText {
  readonly quote: '"' | "'";
  /** What a line of the text must begin with at least, by YAML 1.2.2, 7.3. */
  readonly indent: string;
}

/**
 * Indents the lines of quoted texts that stand further left than YAML allows. Spaces before a line of a quoted text are no
 * part of the text, so nothing else changes.
 * @returns undefined where no line was indented, or a quoted text is never closed in its document
 */
export function indentQuotedLines(text: string): string | undefined {
  const lines = text.split('\n');
  let open: OpenText | undefined;
  let isChanged = false;
  for (const [at, line] of lines.entries()) {
    if (open === undefined) {
      open = openedBy(line);
      continue;
    }
    if (MARKER.test(line)) return undefined;
    if (line.trim() !== '' && !line.startsWith(open.indent)) {
      lines[at] = `${open.indent}${line.trimStart()}`;
      isChanged = true;
    }
    if (isClosedIn(line, open.quote)) open = undefined;
  }
  return isChanged && open === undefined ? lines.join('\n') : undefined;
}

function openedBy(line: string): OpenText | undefined {
  const opening = OPENING.exec(line);
  const [whole = '', before = '', mark] = opening ?? [];
  if (mark === undefined) return undefined;
  const quote = mark === '"' ? '"' : "'";
  if (isClosedIn(line.slice(whole.length), quote)) return undefined;
  return { quote, indent: ' '.repeat(before.length + 1) };
}

/** Whether a quote ends in a part of a line: `\"` does not end a double one, nor `''` a single one. */
function isClosedIn(part: string, quote: '"' | "'"): boolean {
  for (let at = 0; at < part.length; at++) {
    if (quote === '"' && part[at] === '\\') at++;
    else if (part[at] === quote) {
      if (quote === '"' || part[at + 1] !== quote) return true;
      at++;
    }
  }
  return false;
}
