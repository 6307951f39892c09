import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { query } from '../influxd.ts'
import { root } from '../processes.ts'
import { compose, isTaken, leftovers, project, run } from './compose.ts'

// Compose' profile influx: started beside an ordinary lab as a person does, killed under load, and taken away again. The
// tests build on one another.
const profiles = ['--profile', 'load', '--profile', 'influx']
const influxUrl = 'http://127.0.0.1:8086'

before(async () => {
  for (const port of [8080, 8081, 8086, 9090, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
})

after(() => compose(...profiles, 'down', '--volumes'))

const metrics = async () => (await fetch('http://127.0.0.1:8080/metrics')).text()

test('an ordinary lab has no InfluxDB, and its server nothing to do with one', async () => {
  assert.doesNotMatch(await metrics(), /influx/)
  const { stdout } = await compose('ps', '--services', '--status', 'running')
  assert.deepEqual(stdout.trim().split('\n').sort(), ['prometheus', 'server'])
})

test('the profile alone makes the server push: make up starts the database and tells the server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-smoke-'))
  const override = join(folder, 'override.yaml')
  // Another part of the lab that this is not about, and that may be had or not.
  writeFileSync(override, 'services: { grafana: { image: "localhost:1/no/grafana:0.0.0" } }\n')
  try {
    const files = `COMPOSE_FILE=${join(root, 'compose.yaml')}:${override}`
    const { stdout } = await run('env', files, 'COMPOSE_PROFILES=influx', './lab/up.sh')
    assert.match(stdout, /\n {2}InfluxDB {4}http:\/\/localhost:8086\n/)
  } finally {
    rmSync(folder, { recursive: true })
  }
  assert.match(await metrics(), /influx_points_total\{outcome="written"\}/)
})

test('every request arrives, through a kill of the database under load, and none is lost', async () => {
  const options = ['--rate', '50', '--duration', '20s', '--json', '-', '--no-progress']
  const expected = ['--expect', 'errors<=0', '--expect', 'p99<2.5s']
  const loading = compose(
    'run',
    '--rm',
    '-T',
    '--service-ports',
    'loadgen',
    ...options,
    ...expected,
  )
  await sleep(8000)
  await compose(...profiles, 'kill', 'influxdb')
  await sleep(4000)
  await compose(...profiles, 'start', 'influxdb')
  const { planned, ok } = JSON.parse((await loading).stdout)
  assert.equal(ok, planned)
  // Its last interval is pushed as it ends.
  await compose('stop', 'server')
  const requests = `SELECT sum("value") FROM "count_request" WHERE "route" = '/'`
  const [series] = await query(influxUrl, requests)
  assert.equal(series?.values[0]?.[1], planned)
})

test('down takes the profile’s containers, network and volume with it', async () => {
  await compose(...profiles, 'down', '--volumes')
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
