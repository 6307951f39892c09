import { after, before } from 'node:test'
import { panelQueries } from './panels.ts'
import { discovery } from './shown/discovery.ts'
import { type DiscoveryRun, makeDiscoveryRun } from './shown/discovery-run.ts'
import { prove } from './shown/prove.ts'

// What shown.test.ts is for the other dashboards, for *Discovery*: its run has an etcd, and servers that come and go.

const started: { stop: () => Promise<void> }[] = []
let run: DiscoveryRun

before(async () => {
  run = await makeDiscoveryRun(started)
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

prove({
  queries: panelQueries().filter(({ dashboard }) => dashboard === 'discovery'),
  tables: { discovery },
  made: () => run,
  leastTried: 40,
})
