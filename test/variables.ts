import type { VariableJson } from '../grafana/dashboards/json.ts'
import { substitute } from './panels.ts'

/** What a variable of a dashboard knows of itself, as far as its values matter. */
export type Variable = VariableJson & {
  query: string
  regex?: string
  allValue?: string
  current?: { value?: string | string[] }
}

/**
 * The values that Grafana gives to the variables of a dashboard that was just opened, asked one after the other:
 * the value that is stored, if Prometheus has it, or the first that it has, or nothing.
 *
 * https://github.com/grafana/grafana/blob/main/packages/grafana-prometheus/src/metric_find_query.ts says what it
 * asks, https://github.com/grafana/scenes/blob/main/packages/scenes/src/variables/variants/MultiValueVariable.ts what
 * it takes.
 *
 * @param url the root of a Prometheus
 * @param chosen what somebody has chosen, by the name of the variable
 */
export async function valuesOf(
  variables: Variable[],
  url: string,
  { rangeSeconds, chosen = {} }: { rangeSeconds: number; chosen?: Record<string, string> },
): Promise<Record<string, string | string[]>> {
  const values: Record<string, string | string[]> = {}
  for (const { name, query, regex, allValue, current } of variables) {
    const asked = substitute(query, { rateInterval: '20s', rangeSeconds, variables: values })
    const options = cut(await answersTo(asked, url, rangeSeconds), regex)
    const wanted = chosen[name] ?? current?.value ?? ''
    if (Array.isArray(wanted)) values[name] = wanted[0] === '$__all' ? (allValue ?? '') : wanted
    else values[name] = options.includes(wanted) ? wanted : (options[0] ?? '')
  }
  return values
}

async function answersTo(query: string, url: string, rangeSeconds: number): Promise<string[]> {
  const end = Date.now() / 1000
  const labelValues = /^label_values\((.+),\s*(\w+)\)$/.exec(query)
  if (labelValues) {
    const [, match = '', label] = labelValues
    const asked = new URLSearchParams({
      'match[]': match,
      start: `${end - rangeSeconds}`,
      end: `${end}`,
    })
    return (await json(`${url}/api/v1/label/${label}/values?${asked}`)) as string[]
  }
  const [, expr] = /^query_result\((.+)\)$/.exec(query) ?? []
  if (!expr) throw new Error(`${query}: is neither label_values nor query_result`)
  const asked = new URLSearchParams({ query: expr, time: `${end}` })
  const { result } = (await json(`${url}/api/v1/query?${asked}`)) as { result: Sample[] }
  return result.map(({ metric: { __name__ = '', ...labels }, value: [at, value] }) => {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${text}"`)
    return `${__name__}{${pairs.join(',')}} ${value} ${at * 1000}`
  })
}

type Sample = { metric: Record<string, string>; value: [at: number, value: string] }

async function json(address: string): Promise<unknown> {
  const { status, data, error } = (await (await fetch(address)).json()) as {
    status: string
    data: unknown
    error?: string
  }
  if (status !== 'success') throw new Error(`${address}: ${error}`)
  return data
}

/** What the pattern's group has of each text that it matches, each once. */
function cut(texts: string[], pattern?: string): string[] {
  if (!pattern) return texts
  const regex = new RegExp(pattern.slice(1, -1))
  return [...new Set(texts.flatMap((text) => regex.exec(text)?.[1] ?? []))]
}
