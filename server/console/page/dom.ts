/** The element with an id, of a kind; throws where the page has no such one. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (!element) throw new Error(`no element #${id}`)
  return element as unknown as T
}

/** Makes an element with attributes and children. */
export function html<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

/** Makes an element of a drawing. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number> = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  set(element, attributes)
  element.append(...children)
  return element
}

/** Sets attributes, but for those that are as they are to be. */
export function set(element: Element, attributes: Record<string, string | number>): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (element.getAttribute(key) !== String(value)) element.setAttribute(key, String(value))
  }
}

/** Sets the text of an element, unless it has that: what does not change is not painted, nor read out. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Shows lines of mistakes, or hides their place where there are none. */
export function showMistakes(element: HTMLElement, mistakes: readonly string[]): void {
  say(element, mistakes.join('\n'))
  element.hidden = mistakes.length === 0
}

/** Is it a few seconds since? So long does anybody need to read why something could not be done. */
export function afterAWhile(): () => boolean {
  const since = performance.now()
  return () => performance.now() - since > 3000
}

/** Calls with the width of an element, now and whenever it changes. */
export function onWidth(element: Element, draw: (width: number) => void): void {
  let width = 0
  new ResizeObserver(() => {
    const now = Math.floor(element.getBoundingClientRect().width)
    if (now === width || now === 0) return
    width = now
    draw(width)
  }).observe(element)
}

/** Copies a text, and says so on the button for a moment. */
export async function copy(button: HTMLElement, text: string): Promise<void> {
  const before = button.dataset.words ?? button.textContent ?? ''
  button.dataset.words = before
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  button.textContent = done ? 'Copied' : 'Not allowed'
  setTimeout(() => {
    button.textContent = before
  }, 1500)
}
