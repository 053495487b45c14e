/** A paragraph of the archive's index: field to value, lower-case names; continued lines are joined by newlines, without their indent. */
export type Paragraph = ReadonlyMap<string, string>;

/** Reads what `apt-cache show` and `showsrc` print: paragraphs divided by blank lines (deb822). */
export function parseDeb822(text: string): Paragraph[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map(parseParagraph)
    .filter((paragraph) => paragraph.size > 0);
}

function parseParagraph(text: string): Paragraph {
  const fields = new Map<string, string>();
  let current: string | null = null;
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      current = name.toLowerCase();
      fields.set(current, value.trim());
    } else if (current !== null && /^[ \t]/.test(line)) {
      const before = fields.get(current) ?? '';
      fields.set(current, before === '' ? line.trim() : `${before}\n${line.trim()}`);
    }
  }
  return fields;
}

/** The files of a source package: `<sha256> <size> <name>` lines. */
export function sourceFiles(paragraph: Paragraph): { name: string; sha256: string; size: number }[] {
  const listed = paragraph.get('checksums-sha256') ?? '';
  return listed
    .split('\n')
    .flatMap((line) => {
      const [sha256, size, name] = line.trim().split(/\s+/);
      return sha256 === undefined || size === undefined || name === undefined
        ? []
        : [{ name, sha256, size: Number(size) }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
