/** The page's own elements stand in index.html: one that is missing is a mistake of ours. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

export function showSwitch(button: HTMLButtonElement, on: boolean): void {
  button.setAttribute('aria-checked', String(on));
}

export function isOn(button: HTMLButtonElement): boolean {
  return button.getAttribute('aria-checked') === 'true';
}

/** List items of plain text. What is there already is left alone, so that a reader is not told it again. */
export function showList(list: HTMLElement, texts: readonly string[]): void {
  const shown = [...list.children].map((child) => child.textContent);
  if (shown.length === texts.length && shown.every((text, index) => text === texts[index])) return;
  list.replaceChildren(
    ...texts.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  );
}

export function showText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
