import type { After } from './clock.ts'

export type Terminal = {
  write(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
}

/** On a terminal; four times a second looks alive and costs nothing. */
const rewriteEveryMs = 250
/** In a log: soon once, to show that it runs, and then seldom enough to stay readable. */
const firstLineMs = 1000
const lineEveryMs = 5000
/** Some terminals don't know their width, or say that it is 0. */
const usualColumns = 80
/** A log has no width; this is none that a line of ours reaches. */
const logColumns = 200

/**
 * Shows lines of progress until the returned function is called: on a terminal rewritten in place, and
 * cleared at the end; elsewhere one line for all, now and then. `render` is given the columns there are.
 */
export function showProgress(
  terminal: Terminal,
  after: After,
  render: (columns: number) => string[],
): () => void {
  let cancel = () => {}
  const show = () => {
    if (terminal.isTTY) terminal.write(inPlace(render((terminal.columns || usualColumns) - 1)))
    else terminal.write(`${render(logColumns).join('  ')}\n`)
    cancel = after(terminal.isTTY ? rewriteEveryMs : lineEveryMs, show)
  }
  if (terminal.isTTY) show()
  else cancel = after(firstLineMs, show)
  return () => {
    cancel()
    if (terminal.isTTY) terminal.write(`\r${clearBelow}`)
  }
}

const clearRight = '\x1b[K'
const clearBelow = '\x1b[J'

/**
 * Leaves the cursor where the first line begins. A terminal that wraps old lines anew when it is made
 * narrower keeps the cursor at its character, so that all of what was drawn is then still below it: the
 * next time clears it, in whatever number of rows it now stands.
 */
const inPlace = (lines: string[]): string => {
  const up = lines.length > 1 ? `\x1b[${lines.length - 1}A` : ''
  return `\r${lines.join(`${clearRight}\n`)}${clearBelow}\r${up}`
}
