import { measurements, tags } from './influx-metrics.ts'

/**
 * What is wrong with a query in InfluxQL: one sentence for each mistake. InfluxDB answers a question about a measurement,
 * a field or a tag that there is not with nothing, and Grafana shows that as an empty panel.
 */
export function* lintInfluxQl(what: string, query: string) {
  if (!query.includes('$timeFilter'))
    yield `${what} has no $timeFilter: it is not about the time shown`
  if (/\bgroup by\b.*\btime\b/i.test(query) && !/\bfill\(/i.test(query)) {
    yield `${what} groups by time without fill(…): gaps would be told as null`
  }
  const from = [...query.matchAll(/\bfrom "([^"]+)"/gi)].map(([, name = '']) => name)
  if (from.length === 0) yield `${what} is about no measurement`
  for (const name of from.filter((each) => !measurements[each])) {
    yield `${what} is about the measurement ${name}, which nothing pushes`
  }
  const aliases = [...query.matchAll(/\bas "([^"]+)"/gi)].map(([, name = '']) => name)
  const known = [...from, ...aliases, ...tags, ...from.flatMap((name) => measurements[name] ?? [])]
  const used = [...query.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
  for (const name of new Set(used.filter((each) => !known.includes(each)))) {
    yield `${what} asks for ${name}, which ${from.join(' and ')} does not have`
  }
}
