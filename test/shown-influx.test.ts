import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InfluxSeries } from './influxd.ts'
import { type InfluxPanelQuery, influxPanelQueries } from './panels.ts'
import { GROUP_MS, type InfluxRun, influxTable, makeInfluxRun } from './shown/influx.ts'
import { influxMutantsOf } from './shown/influx-mutants.ts'

// Every query of the dashboard InfluxDB, asked of a real InfluxDB as Grafana would after one run, and held against the
// server's access log. Then each query with a mistake in it, which must be noticed.

const started: { stop: () => Promise<void> }[] = []
let run: InfluxRun

before(async () => {
  run = await makeInfluxRun(started)
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

/**
 * Puts the time shown in, as Grafana does: https://github.com/grafana/grafana/blob/main/pkg/tsdb/influxdb/models/query.go
 */
const filled = (query: string) =>
  query.replaceAll(
    '$timeFilter',
    `time >= ${run.groupMs - GROUP_MS}ms and time <= ${run.groupMs + 2 * GROUP_MS}ms`,
  )

const nameOf = (alias: string, { tags = {} }: InfluxSeries) =>
  alias.replace(/\$tag_(\w+)/g, (_, tag) => tags[tag] ?? '')

/** What is wrong with an answer: one sentence for each series, none if all is as it must be. */
async function mistakesOf(panel: InfluxPanelQuery, query: string): Promise<string[]> {
  const entry = influxTable[panel.panel]?.[panel.refId]
  assert.ok(
    entry,
    `test/shown/influx.ts does not say what ${panel.panel}, ${panel.refId} must show`,
  )
  const expected = entry.series(run)
  const overTime = /group by time/i.test(panel.query)
  const shown = (await run.influxd.query(filled(query))).map((series) => ({
    name: nameOf(panel.alias, series),
    points: series.values,
  }))
  return [
    ...shown
      .filter(({ name }) => expected[name] === undefined)
      .map(({ name }) => `${name}: too much`),
    ...Object.entries(expected).flatMap(([name, value]) => {
      const [one, ...more] = shown.filter((each) => each.name === name)
      if (!one || more.length > 0) return `${name}: is shown ${more.length + (one ? 1 : 0)} times`
      const [point, ...others] = one.points
      // One number has the time of its point, or that of the beginning: nobody looks at it.
      const isThere = !overTime || point?.[0] === run.groupMs
      if (!point || !isThere || others.length > 0) return `${name}: has other points than one`
      const found = Number(point[1])
      const near = Math.abs(found - value) <= entry.within * value
      return near ? [] : `${name}: shows ${found}, and must show ${value} (${entry.because})`
    }),
  ]
}

for (const panel of influxPanelQueries()) {
  test(`${panel.panel}, ${panel.refId} shows what happened`, async () => {
    assert.deepEqual(await mistakesOf(panel, panel.query), [], panel.query)
  })

  test(`${panel.panel}, ${panel.refId} does not show it when the query has a mistake`, async () => {
    const mutants = influxMutantsOf(panel.query)
    assert.ok(mutants.length > 0)
    const { survivors = {} } = influxTable[panel.panel]?.[panel.refId] ?? {}
    const unnoticed: string[] = []
    for (const { name, expr } of mutants) {
      const mistakes = await mistakesOf(panel, expr).catch(({ message }) => [message])
      if (mistakes.length === 0) unnoticed.push(name)
    }
    const expected = Object.keys(survivors)
    const isExpected = (name: string) => expected.some((part) => name.startsWith(part))
    assert.deepEqual(
      unnoticed.filter((name) => !isExpected(name)),
      [],
      panel.query,
    )
    // A reason that is about nothing any more would hide the next mistake of its name.
    const stale = expected.filter((part) => !unnoticed.some((name) => name.startsWith(part)))
    assert.deepEqual(stale, [])
  })
}

test('every entry is about a query that there is', () => {
  const known = influxPanelQueries().map(({ panel, refId }) => `${panel}, ${refId}`)
  const said = Object.entries(influxTable).flatMap(([panel, entries]) =>
    Object.keys(entries).map((refId) => `${panel}, ${refId}`),
  )
  assert.deepEqual(said.sort(), known.sort())
})
