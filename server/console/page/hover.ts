import { byId, say } from './dom.ts'

/** Shows what `words` says of the place under the pointer, beside it; hides it where it says nothing. */
export function hoverable(
  element: Element,
  words: (x: number, y: number) => string | undefined,
  left: () => void = () => {},
): void {
  const box = byId('hover')
  element.addEventListener('pointermove', (event) => {
    const { clientX, clientY } = event as PointerEvent
    const { left: fromLeft, top } = element.getBoundingClientRect()
    const text = words(clientX - fromLeft, clientY - top)
    box.hidden = text === undefined
    if (text === undefined) return
    say(box, text)
    const { width, height } = box.getBoundingClientRect()
    box.style.left = `${Math.max(4, Math.min(clientX + 14, innerWidth - width - 8))}px`
    box.style.top = `${Math.max(4, Math.min(clientY + 14, innerHeight - height - 8))}px`
  })
  element.addEventListener('pointerleave', () => {
    box.hidden = true
    left()
  })
}
