/** The page's own elements stand in index.html: one that is missing is a mistake of ours. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

interface Made {
  readonly className?: string;
  readonly text?: string;
  /** What stays as it is in every language: names, numbers. */
  readonly asItIs?: boolean;
  readonly children?: readonly (Node | string)[];
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { className, text, asItIs, children }: Made = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  if (asItIs === true) made.translate = false;
  if (children !== undefined) made.append(...children);
  return made;
}

export function button(text: string, className: string, onClick: () => void): HTMLButtonElement {
  const made = make('button', { className, text });
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** One of the shapes in index.html. */
export function shape(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'use'));
  showShape(svg, name);
  return svg;
}

export function showShape(svg: SVGSVGElement, name: string): void {
  const use = svg.firstElementChild;
  if (use?.getAttribute('href') !== `#${name}`) use?.setAttribute('href', `#${name}`);
}

export function showText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
