/** An element of one of our own pictures, with the text directly in it. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A rectangle in the units of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The elements of a picture in their order. Throws where it is not well-formed XML 1.0 (of the little that we write).
 */
export function elementsOf(svg: string): Element[] {
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(svg);
  if (forbidden !== null) throw new Error(`XML has no character ${JSON.stringify(forbidden[0])}`);
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: (typeof elements)[number][] = [];
  const token = /<!--(?:(?!--).)*-->|<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gsy;
  let end = 0;
  for (const match of svg.matchAll(token)) {
    const [whole, closing, name = '', attributes = '', selfClosing, text] = match;
    end = match.index + whole.length;
    if (whole.startsWith('<!--')) continue;
    const last = open.at(-1);
    if (text !== undefined) {
      if (last !== undefined) last.text += unescaped(text);
      continue;
    }
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      unescaped(value),
    ]);
    const element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' };
    elements.push(element);
    if (selfClosing !== '/') open.push(element);
  }
  if (end !== svg.length || open.length > 0) throw new Error(`not well-formed from character ${end} on`);
  return elements;
}

function unescaped(text: string): string {
  const stray = /&(?!(?:amp|lt|gt|quot);)/.exec(text);
  if (stray !== null) throw new Error(`a stray & in ${JSON.stringify(text)}`);
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

export function rectsOf(svg: string, look: string): Box[] {
  return elementsOf(svg)
    .filter(({ name, attributes }) => name === 'rect' && attributes['class'] === look)
    .map(({ attributes }) => ({
      x: Number(attributes['x']),
      y: Number(attributes['y']),
      width: Number(attributes['width']),
      height: Number(attributes['height']),
    }));
}

/** Every text with the room that it takes in a fixed-width font of 0.61 em; East Asian characters take twice that. */
export function textsOf(svg: string): (Box & { readonly text: string; readonly look: string })[] {
  return elementsOf(svg)
    .filter(({ name }) => name === 'text')
    .map(({ attributes, text }) => {
      const cells = [...text].reduce(
        (sum, character) => sum + (/[\u1100-\u2025\u2027-\uffff]/u.test(character) || character.length > 1 ? 2 : 1),
        0,
      );
      const look = attributes['class'] ?? '';
      return {
        text,
        look,
        x: Number(attributes['x']),
        y: Number(attributes['y']) - 10,
        width: cells * 0.61 * 12,
        height: 13,
      };
    });
}
