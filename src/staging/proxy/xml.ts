/** Is an element: its children in order; text only where it has none. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface OpenElement {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<![^>]*>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)/g;

/**
 * Reads the XML that AWS services and their clients write: elements, attributes, text, CDATA, the five entities and
 * character references. Answers undefined for what is no XML document; prefixes of names are cut off.
 */
export function parseXml(text: string): Element | undefined {
  const root: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  for (const [, cdata, closing, name, attributes = '', empty, characters] of text.matchAll(token)) {
    const parent = open.at(-1);
    if (parent === undefined) return undefined;
    if (cdata !== undefined) parent.text += cdata;
    else if (characters !== undefined) parent.text += resolveEntities(characters);
    else if (name === undefined) continue;
    else if (closing === '/') {
      if (open.length === 1 || parent.name !== plain(name)) return undefined;
      open.pop();
    } else {
      const element = { name: plain(name), attributes: attributesIn(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  return open.length === 1 && root.children.length === 1 ? root.children[0] : undefined;
}

/** Finds the first element of that name, at any depth. */
export function findElement(element: Element | undefined, name: string): Element | undefined {
  if (element === undefined || element.name === name) return element;
  for (const child of element.children) {
    const found = findElement(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function attributesIn(text: string): Record<string, string> {
  const pairs = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', double, single]) => [name, resolveEntities(double ?? single ?? '')]),
  );
}

function plain(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function resolveEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    },
  );
}
