import { after, before } from 'node:test'
import { panelQueries } from './panels.ts'
import { prove } from './shown/prove.ts'
import { makeRun, type Run } from './shown/run.ts'
import { tables } from './shown/tables.ts'

// Every query of every panel of every dashboard, asked as Grafana would after one run, and held against
// what other witnesses say of that run. Then each query with a mistake in it, which must be noticed.
// The dashboard *Discovery* is about another run: shown-discovery.test.ts.

const started: { stop: () => Promise<void> }[] = []
let run: Run

before(async () => {
  run = await makeRun(started)
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

prove({
  queries: panelQueries().filter(({ dashboard }) => dashboard !== 'discovery'),
  tables,
  made: () => run,
  leastTried: 1001,
})
