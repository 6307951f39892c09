import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { lineOf } from '../server/influx/line-protocol.ts'
import { createWriter } from '../server/influx/writer.ts'
import { type Influxd, makeInfluxd } from './influxd.ts'
import { freePort, type RunningServer, runLoad, startServer } from './processes.ts'

// What the server pushes, in a real InfluxDB 1.x that is killed, hangs and comes back.
const started: { stop: () => Promise<void> }[] = []
after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

async function newInfluxd(): Promise<Influxd> {
  const influxd = await makeInfluxd()
  started.push(influxd)
  return influxd
}

async function newServer({ url }: Influxd, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const server = await startServer({ SEED: '1', INFLUX_URL: url, INFLUX_INTERVAL: '200ms', ...env })
  started.push(server)
  return server
}

/** Requests take up to so many seconds. */
async function delaysUpTo({ controlUrl }: RunningServer, max: number) {
  const body = JSON.stringify({ name: 'uniform', parameters: { min: 0, max } })
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${controlUrl}/api/behaviour`, { method: 'PUT', headers, body })
  assert.equal(answer.status, 200)
}

/** The one number that a query is about; 0 where there is nothing. */
async function numberOf(influxd: Influxd, influxql: string): Promise<number> {
  const [series] = await influxd.query(influxql)
  return Number(series?.values[0]?.[1] ?? 0)
}

const arrived = (influxd: Influxd, where = '') =>
  numberOf(influxd, `SELECT sum("value") FROM "count_request" ${where}`)

/** What the server says about its pushes. */
async function metric({ url }: RunningServer, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  assert.ok(line, `${series} is not exposed`)
  return Number(line.split(' ')[1])
}

/** Waits until the server has got rid of all but what it was just asked. */
async function pushed(server: RunningServer) {
  const giveUpAt = Date.now() + 30_000
  while ((await metric(server, 'influx_buffer_points')) > 0) {
    assert.ok(Date.now() < giveUpAt, 'points still wait after 30 s')
    await sleep(100)
  }
}

const load = (url: string, seconds: number, ...options: string[]) =>
  runLoad(['--rate', '50', '--duration', `${seconds}s`, '--metrics-port', '0', ...options, url])

/** Every request has its answer. */
function allOk({ planned, ok, ...rest }: Awaited<ReturnType<typeof load>>['result']) {
  const { httpErrors, networkErrors, timeouts, errorCodes } = rest
  assert.deepEqual(
    { ok, httpErrors, networkErrors, timeouts, errorCodes },
    { ok: planned, httpErrors: 0, networkErrors: 0, timeouts: 0, errorCodes: {} },
  )
}

test('as many requests arrive as were sent, through a kill of the database and its restart', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const server = await newServer(influxd)
  await delaysUpTo(server, 0.2)
  const loading = load(server.url, 7)
  await sleep(1500)
  await influxd.signal('SIGKILL')
  await sleep(2000)
  await influxd.start()
  const { result } = await loading
  await pushed(server)
  // What ended since the last cut is not in the buffer yet; the end of the server pushes it.
  await server.stop()
  allOk(result)
  assert.equal(await arrived(influxd, `WHERE "route" = '/'`), result.planned)
  const ok = `WHERE "route" = '/' AND "status" = '200'`
  assert.equal(
    await numberOf(influxd, `SELECT sum("count") FROM "response_time" ${ok}`),
    result.planned,
  )
  const said = server.log.flatMap((line) => {
    const { msg, why, dropped } = JSON.parse(line)
    return msg.startsWith('influx') ? [{ msg, why, dropped }] : []
  })
  assert.match(said[0]?.msg ?? '', /takes no points; they wait/)
  assert.match(said[0]?.why ?? '', /ECONNREFUSED|other side closed|ECONNRESET/)
  assert.deepEqual(said.at(-1), {
    msg: 'influx: the database takes points again',
    why: undefined,
    dropped: 0,
  })
})

test('what finds no room while the database is away is counted: arrived and dropped are all', async () => {
  const influxd = await newInfluxd()
  const server = await newServer(influxd, { INFLUX_BUFFER_POINTS: '10', LOG_LEVEL: 'debug' })
  await delaysUpTo(server, 0.2)
  const { result } = await load(server.url, 4)
  allOk(result)
  await influxd.start()
  await pushed(server)
  const dropped = await metric(server, 'influx_requests_total{outcome="dropped"}')
  assert.ok(dropped > 0, `${dropped} dropped`)
  assert.equal(await metric(server, 'influx_requests_total{outcome="refused"}'), 0)
  await server.stop()
  // All routes: what asked for the metrics was pushed, too.
  const ended = server.log.filter((line) => JSON.parse(line).msg === 'request').length
  const all = await arrived(influxd)
  assert.ok(all > 0, `${all} arrived`)
  assert.equal(all + dropped, ended)
})

test('the last interval is pushed before the server ends', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const server = await newServer(influxd, { INFLUX_INTERVAL: '10s' })
  for (let i = 0; i < 5; i++) assert.equal((await fetch(`${server.url}/ping`)).status, 200)
  await server.stop()
  assert.equal(await arrived(influxd, `WHERE "route" = '/ping'`), 5)
})

test('a database that hangs holds the server’s end up for the time of the drain, and no longer', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const server = await newServer(influxd, { DRAIN_SECONDS: '2' })
  await fetch(`${server.url}/ping`)
  await influxd.signal('SIGSTOP')
  await fetch(`${server.url}/ping`)
  const startedAt = performance.now()
  await server.stop()
  const seconds = (performance.now() - startedAt) / 1000
  assert.ok(seconds > 1.5 && seconds < 10, `it took ${seconds} s`)
  assert.match(server.log.at(-1) ?? '', /points were left behind/)
})

test('two servers are two series: neither replaces what the other has pushed', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  for (const requests of [2, 3]) {
    const server = await newServer(influxd, { INFLUX_INTERVAL: '10s' })
    for (let i = 0; i < requests; i++) await fetch(`${server.url}/ping`)
    await server.stop()
  }
  const each = await influxd.query(`SELECT sum("value") FROM "count_request" GROUP BY "instance"`)
  assert.deepEqual(each.map(({ values }) => values[0]?.[1]).sort(), [2, 3])
})

test('a batch that is written twice counts once', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const write = createWriter({ url: influxd.url, database: 'lab' })
  const points = [1, 2].map((at) => `count_request,route=/ value=${at}i ${at}`).join('\n')
  for (let i = 0; i < 2; i++) assert.deepEqual(await write(points, 5000), { outcome: 'written' })
  assert.equal(await arrived(influxd), 3)
})

test('a database that asks for a password gets it, and without it the points wait', async () => {
  const influxd = await makeInfluxd({ INFLUXDB_HTTP_AUTH_ENABLED: 'true' })
  started.push(influxd)
  await influxd.start()
  const [INFLUX_USER, INFLUX_PASSWORD] = ['läb', 'p w:1']
  await influxd.query(
    `CREATE USER "${INFLUX_USER}" WITH PASSWORD '${INFLUX_PASSWORD}' WITH ALL PRIVILEGES`,
  )
  const write = createWriter({ url: influxd.url, database: 'lab' })
  assert.deepEqual(await write('a b=1i 1', 5000), {
    outcome: 'failed',
    why: 'it answers 401 unable to parse authentication credentials: see INFLUX_USER and INFLUX_PASSWORD',
  })
  const server = await newServer(influxd, { INFLUX_USER, INFLUX_PASSWORD, INFLUX_INTERVAL: '10s' })
  await fetch(`${server.url}/ping`)
  await server.stop()
  assert.deepEqual(
    server.log.filter((line) => line.includes('influx')),
    [],
  )
})

test('whatever is written comes back as it was', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const write = createWriter({ url: influxd.url, database: 'lab' })
  const odd = ['a b', 'a,b', 'a=b', 'a"b', "a'b", 'a\\b', 'a\\\\b', '\\a', '#a', 'ä→😀', ',= ']
  for (const [at, text] of odd.entries()) {
    const line = lineOf({
      measurement: `m${text}`,
      tags: { [`k${text}`]: text },
      fields: { [`f${text}`]: `${text}\\`, i: 9007199254740993n, x: 1e-7, yes: true },
      timestampMs: at,
    })
    assert.deepEqual(await write(line, 5000), { outcome: 'written' }, line)
  }
  const all = await influxd.query('SELECT * FROM /.*/')
  const back = all.map(({ name, columns, values }) => [
    name,
    // All measurements share their columns: those of others are null.
    Object.fromEntries(
      columns.flatMap((column, i) => (values[0]?.[i] === null ? [] : [[column, values[0]?.[i]]])),
    ),
  ])
  const expected = odd.map((text, time) => [
    `m${text}`,
    {
      time,
      [`k${text}`]: text,
      [`f${text}`]: `${text}\\`,
      // As JSON in JavaScript has it.
      i: Number(9007199254740993n),
      x: 1e-7,
      yes: true,
    },
  ])
  assert.deepEqual(new Map(back as [string, object][]), new Map(expected as [string, object][]))
})

test('a field of another type is refused, named and not sent again, and the rest arrives', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const write = createWriter({ url: influxd.url, database: 'lab' })
  await write(`count_request,route=/ping value="text" ${Date.now()}`, 5000)
  const server = await newServer(influxd)
  await fetch(`${server.url}/ping`)
  while ((await metric(server, 'influx_points_total{outcome="refused"}')) === 0) await sleep(50)
  await server.stop()
  assert.match(server.log.join('\n'), /refused points; they are lost/)
  assert.match(server.log.join('\n'), /it answers 400 .*field type conflict/)
})

test('while the database hangs, no request is lost, and none is slower by 5 % than without it', async () => {
  const influxd = await newInfluxd()
  await influxd.start()
  const pushing = await newServer(influxd)
  const plain = await startServer({ SEED: '1' })
  started.push(plain)
  // Side by side, with the same delays, so that whatever else this machine does is the same to both.
  const both = Promise.all([
    load(pushing.url, 12, '--expect', 'errors<=0', '--expect', 'p99<2.5s'),
    load(plain.url, 12),
  ])
  await sleep(3000)
  await influxd.signal('SIGSTOP')
  await sleep(5000)
  await influxd.signal('SIGKILL')
  const [{ exitCode, result }, { result: without }] = await both
  allOk(result)
  assert.equal(exitCode, 0)
  assert.equal(result.planned, without.planned)
  for (const name of ['mean', 'p50', 'p95', 'p99']) {
    const [slow, fast] = [result.responseTime[name], without.responseTime[name]]
    assert.ok(
      slow <= fast * 1.05,
      `${name}: ${slow} s with a database that hangs, ${fast} s without`,
    )
  }
})

test('without INFLUX_URL nothing of it is loaded, and no metric of it exposed', async () => {
  const server = await startServer({ INFLUX_DATABASE: 'lab', PORT: String(await freePort()) })
  started.push(server)
  assert.doesNotMatch(await (await fetch(`${server.url}/metrics`)).text(), /influx/)
})
