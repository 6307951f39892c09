import type { Container } from './container.ts'
import type { Engine } from './engine.ts'

/** The last lines that a container of this project wrote; empty where there are none. */
export function logOf(engine: Engine, { id }: Pick<Container, 'id'>): string[] {
  const lines = (engine.logs?.out ?? '').split('\n')
  const start = lines.findIndex((line) => /^=== \w+$/.test(line) && id.startsWith(line.slice(4)))
  if (start < 0) return []
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => /^=== [0-9a-f]{12}$/.test(line))
  return end < 0 ? rest : rest.slice(0, end)
}

/**
 * The line that says why a program ended: the last that is an error, else the last. Of Prometheus' lines (logfmt) and of
 * those of the lab's server (JSON) only message and error are kept; paths are those of this project.
 */
export function reasonIn(lines: readonly string[]): string {
  const telling = lines.filter((line) => line.trim() !== '')
  const line = telling.findLast((each) => isError.test(each)) ?? telling.at(-1) ?? ''
  const field = (name: string) =>
    new RegExp(`\\b${name}=("(?:[^"\\\\]|\\\\.)*"|\\S+)`).exec(line)?.[1]
  const words = [field('msg'), field('err')].flatMap((text) => (text ? [unquoted(text)] : []))
  return inProject(words.length > 0 ? words.join(': ') : line)
}

const isError = /level=(error|ERROR)|"level":(50|60|"error"|"fatal")|^lab: |\bError: /

/** A container's path of the configuration is a file here. */
function inProject(text: string): string {
  return text
    .replaceAll('/etc/prometheus/', 'prometheus/')
    .replaceAll('/etc/grafana/provisioning/', 'grafana/provisioning/')
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  try {
    return JSON.parse(text) as string
  } catch {
    return text.slice(1, -1)
  }
}
