import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningEtcd, startEtcd, until } from '../etcd.ts'
import {
  freePort,
  type RunningServer,
  startDiscovery,
  startPrometheus,
  startServer,
} from '../processes.ts'
import { createAsked } from './asked.ts'
import { readExposition } from './exposition.ts'
import type { Shown } from './prove.ts'
import { type Recorder, startRecorder } from './recorder.ts'

/** What happened to servers, etcd and discovery, with what was scraped of them as it passed by. */
export type DiscoveryRun = Shown & { recorded: Record<'etcd' | 'discovery', Recorder> }

/** How long the leases are, by server, in seconds: the second outlives the run. */
const leases = { a: 10, b: 60, c: 10 }

/**
 * Three servers register, and two values in etcd are no registration. One server withdraws; another is killed, and so
 * is etcd, which comes back empty: the one that lives registers again, and the dead one is still kept at the end.
 *
 * @param started is given what has to be stopped in the end
 */
export async function makeDiscoveryRun(
  started: { stop: () => Promise<void> }[],
): Promise<DiscoveryRun> {
  const add = async <T extends { stop: () => Promise<void> }>(starting: Promise<T>) => {
    const one = await starting
    started.push(one)
    return one
  }
  const etcd = await add(startEtcd())
  const recorded = { etcd: await add(startRecorder()), discovery: await add(startRecorder()) }
  const tsdb = await add(
    startPrometheus({
      server: await freePort(),
      loadgen: await freePort(),
      etcd: recorded.etcd.port,
      discovery: recorded.discovery.port,
    }),
  )
  const file = join(tsdb.folder, 'discovered', 'targets.json')
  const discovery = await add(startDiscovery(etcd.url, file))
  const servers: Record<string, RunningServer> = {}
  for (const [id, seconds] of Object.entries(leases)) {
    const env = { ETCD_URL: etcd.url, SERVICE_ID: id, LEASE_SECONDS: String(seconds) }
    servers[id] = await add(startServer(env))
  }
  const says = async (name: string) =>
    readExposition(await (await fetch(`${discovery.url}/metrics`)).text()).find(
      (series) => series.name === name,
    )?.value
  await until('three are listed', async () => (await says('discovery_targets')) === 3)

  recorded.etcd.point(etcd.url)
  recorded.discovery.point(discovery.url)
  const { first: since } = await nextScrapes(recorded)
  await corrupt(etcd)
  await servers.c?.stop()
  let middle = since
  while (middle < since + 22) middle = (await nextScrapes(recorded)).last

  process.kill(servers.b?.pid ?? 0, 'SIGKILL')
  await etcd.kill()
  await etcd.start({ empty: true })
  await until('one is kept', async () => (await says('discovery_kept_targets')) === 1)
  // Prometheus finds the dead one down in the first, and all is as it is in the second.
  await nextScrapes(recorded)
  await nextScrapes(recorded)
  const { last } = await nextScrapes(recorded)
  const shownSeconds = Math.round(last - since) + 1
  const end = since - 0.05 + shownSeconds
  await sleep(Math.max(0, end * 1000 - Date.now()))
  return {
    prometheus: createAsked(tsdb.url),
    recorded,
    end,
    shownSeconds,
    middle: end - Math.round((last - middle) / 5) * 5,
  }
}

async function corrupt(etcd: RunningEtcd) {
  await etcd.put('/service/httpserver/corrupt', '{')
  await etcd.put('/service/httpserver/nothing', '{}')
}

/** Waits until both have been scraped anew, and answers with when that was, in Unix seconds. */
async function nextScrapes(recorded: DiscoveryRun['recorded']) {
  const all = Object.values(recorded)
  const before = all.map(({ scrapes }) => scrapes.length)
  return until('both are scraped', () => {
    const next = all.map(({ scrapes }, index) => scrapes[before[index] ?? 0]?.at)
    if (!next.every((at) => at !== undefined)) return undefined
    return { first: Math.min(...next), last: Math.max(...next) }
  })
}
