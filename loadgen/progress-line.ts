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
 * Shows a line of progress until the returned function is called: on a terminal one line, rewritten in
 * place and cleared at the end; elsewhere a line now and then. `render` is given the columns there are.
 */
export function showProgress(
  terminal: Terminal,
  after: After,
  render: (columns: number) => string,
): () => void {
  let cancel = () => {}
  const show = () => {
    if (terminal.isTTY) terminal.write(`\r\x1b[K${render((terminal.columns || usualColumns) - 1)}`)
    else terminal.write(`${render(logColumns)}\n`)
    cancel = after(terminal.isTTY ? rewriteEveryMs : lineEveryMs, show)
  }
  if (terminal.isTTY) show()
  else cancel = after(firstLineMs, show)
  return () => {
    cancel()
    if (terminal.isTTY) terminal.write('\r\x1b[K')
  }
}
