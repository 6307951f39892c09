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

/**
 * Shows a line of progress until the returned function is called: on a terminal one line, rewritten in
 * place and cleared at the end; elsewhere a line now and then. `render` is given the columns there are.
 */
export function showProgress(terminal: Terminal, render: (columns: number) => string): () => void {
  if (!terminal.isTTY) {
    const line = () => terminal.write(`${render(200)}\n`)
    const first = setTimeout(line, firstLineMs)
    const more = setInterval(line, lineEveryMs)
    return () => {
      clearTimeout(first)
      clearInterval(more)
    }
  }
  const rewrite = () => terminal.write(`\r\x1b[K${render((terminal.columns ?? 80) - 1)}`)
  rewrite()
  const timer = setInterval(rewrite, rewriteEveryMs)
  return () => {
    clearInterval(timer)
    terminal.write('\r\x1b[K')
  }
}
