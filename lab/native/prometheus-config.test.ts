import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPrometheus } from '../prometheus.ts'
import { findPrometheus } from '../prometheus-binaries.ts'
import { nativeConfig, writePrometheusConfig } from './prometheus-config.ts'

const project = join(import.meta.dirname, '../..')
const original = readFileSync(join(project, 'prometheus/prometheus.yml'), 'utf8')
const scratch = mkdtempSync(join(tmpdir(), 'lab-config-'))
after(() => rmSync(scratch, { recursive: true }))

const programs = await findPrometheus({
  cache: join(project, '.cache'),
  path: process.env.PATH ?? '',
})

const targetsIn = (config: string) =>
  [...config.matchAll(/- targets: \[(.*)\]/g)].map(([, targets]) => targets)

test('only the addresses change: the host is 127.0.0.1', () => {
  const ports = { server: 8080, loadgen: 9464, prometheus: 9090 }
  const config = nativeConfig(original, ports)
  assert.deepEqual(targetsIn(config), ['127.0.0.1:9090', '127.0.0.1:8080', '127.0.0.1:9464'])
  assert.doesNotMatch(config.replace(/^ *#.*$/gm, ''), /host\.docker\.internal|localhost|dns_sd/)
  assert.equal(
    config,
    original
      .replaceAll('host.docker.internal', '127.0.0.1')
      .replace('localhost', '127.0.0.1')
      .replace(/dns_sd_configs: .*/g, 'static_configs: []')
      .replace(/^alerting:\n(?:(?:[ #].*)?\n)*/m, ''),
  )
})

test('ports that were chosen are in it', () => {
  const config = nativeConfig(original, { server: 1, loadgen: 2, prometheus: 3 })
  assert.deepEqual(targetsIn(config), ['127.0.0.1:3', '127.0.0.1:1', '127.0.0.1:2'])
})

test('nobody is told of alerts, and what comes after stays', () => {
  const alerting = 'alerting:\n  alertmanagers:\n    # a comment\n\n    - static_configs: []\n'
  const ports = { server: 1, loadgen: 2, prometheus: 3 }
  const config = nativeConfig(`a: 1\n${alerting}scrape_configs:\n  - x\n`, ports)
  assert.equal(config, 'a: 1\nscrape_configs:\n  - x\n')
})

test('promtool finds the configuration and every rule sound, in a folder with any name', () => {
  const to = join(scratch, 'a [b] $c *')
  writePrometheusConfig(join(project, 'prometheus'), to, { server: 1, loadgen: 2, prometheus: 3 })
  const said = execFileSync(programs.promtool, ['check', 'config', 'prometheus.yml'], {
    cwd: to,
    encoding: 'utf8',
  })
  assert.match(said, /SUCCESS: \d+ rule files found/)
})

test('a target of the project is scraped as soon as its file is there, by the name that the host has in containers', async (context) => {
  const from = join(scratch, 'project')
  const to = join(scratch, 'lab')
  cpSync(join(project, 'prometheus'), from, { recursive: true })
  // Every second, so that the test needn't wait for five.
  const quick = original
    .replace(/: 5s/g, ': 1s')
    .replace('scrape_timeout: 4s', 'scrape_timeout: 1s')
  writeFileSync(join(from, 'prometheus.yml'), quick)
  const service = createServer((_, response) => {
    // Without a type Prometheus 3 takes no answer.
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end('answer 42\n')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  mkdirSync(to)
  const write = () => writePrometheusConfig(from, to, { server: 1, loadgen: 2, prometheus: port })
  write()
  const child = spawn(
    programs.prometheus,
    [
      '--config.file=prometheus.yml',
      `--storage.tsdb.path=${join(scratch, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: to, stdio: 'ignore' },
  )
  context.after(async () => {
    child.kill()
    service.close()
    await once(child, 'exit')
  })
  const prometheus = createPrometheus(`http://127.0.0.1:${port}`)
  const seen = (promql: string) =>
    prometheus.query(promql).then(
      (samples) => samples,
      () => [],
    )
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  const giveUpAt = Date.now() + 20_000
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) {
      assert.ok(Date.now() < giveUpAt, 'not within 20 s')
      await sleep(50)
    }
  }
  await until(ready)
  // Another up writes it anew beneath the Prometheus that runs there.
  write()
  const own = (service.address() as AddressInfo).port
  const targets = `[{"targets":["host.docker.internal:${own}"],"labels":{"service":"mine"}}]`
  writeFileSync(join(from, 'targets', 'mine.json'), targets)
  const asked = 'answer{job="dynamic",service="mine"}'
  await until(async () => (await seen(asked)).length > 0)
  const [sample] = await prometheus.query(asked)
  assert.deepEqual([sample?.value, sample?.labels.instance], [42, `127.0.0.1:${own}`])
})
