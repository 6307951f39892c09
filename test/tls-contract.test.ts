import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { caInContainers, withTls } from '../lab/certificate/prometheus-config.ts'
import { tlsFiles } from '../lab/certificate/renew.ts'
import { root } from './processes.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Each way not to verify a certificate. */
const skips: Record<string, RegExp> = {
  Prometheus: /insecure_skip_verify/,
  'Node.js, for one connection': /rejectUnauthorized/,
  'Node.js, for all': /NODE_TLS_REJECT_UNAUTHORIZED/,
  'Node.js, of names': /checkServerIdentity/,
  curl: /\bcurl\b[^\n]*(?: -\w*k\w*\b| --insecure\b)/,
  wget: /--no-check-certificate\b/,
  Grafana: /tlsSkipVerify/i,
}

const skipsIn = (text: string) => Object.keys(skips).filter((name) => skips[name]?.test(text))

test('nothing in the project skips the verification of a certificate', () => {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  // This file names what it looks for.
  const files = listed.split('\0').filter((file) => file && !/\.png$|tls-contract/.test(file))
  assert.ok(files.length > 300, `${files.length}`)
  const found = files.flatMap((file) => skipsIn(read(file)).map((name) => `${file}: ${name}`))
  assert.deepEqual(found, [])
})

test('each way to skip it is found out', () => {
  const wrong = [
    'tls_config: { insecure_skip_verify: true }',
    'get(url, { rejectUnauthorized: false })',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 npm start',
    'connect({ checkServerIdentity: () => undefined })',
    'curl -sk https://localhost:8080',
    'wget --no-check-certificate https://localhost:8080',
    'jsonData: { tlsSkipVerify: true }',
  ]
  assert.deepEqual(
    wrong.map(skipsIn),
    Object.keys(skips).map((name) => [name]),
  )
  assert.deepEqual(skipsIn('curl -s --cacert ca.crt https://localhost:8080/a-k'), [])
})

test('prometheus.tls.yml is prometheus.yml, but that one job asks for https (make generate)', () => {
  const [plain, secure] = [read('prometheus/prometheus.yml'), read('prometheus/prometheus.tls.yml')]
  assert.ok(secure === withTls(plain), 'prometheus/prometheus.tls.yml is stale: make generate')
  const config = parse(plain)
  const job = config.scrape_configs.find(
    ({ job_name }: { job_name: string }) => job_name === 'httpserver',
  )
  Object.assign(job, { scheme: 'https', tls_config: { ca_file: caInContainers } })
  assert.deepEqual(parse(secure), config)
  assert.throws(() => withTls('scrape_configs: []\n'), /no job httpserver/)
})

type Mount = { source: string; target: string; read_only: boolean; bind: Record<string, unknown> }
type Service = {
  command?: string[]
  volumes: Mount[]
  environment: Record<string, string>
  healthcheck?: { test: string[] }
}

const services = (path: string) =>
  parse(read(path), { merge: true }).services as Record<string, Service>

test('with TLS, containers see the certificates that the lab makes, read-only, and never the authority’s key', () => {
  const secure = services('compose.tls.yaml')
  const mounts = Object.values(secure).flatMap(({ volumes }) => volumes)
  const folder = '$' + '{LAB_DIR:-./.lab}/tls/'
  const parts = mounts.map(({ source, target, read_only, bind }) => {
    assert.ok(source.startsWith(folder), source)
    // A folder that is not there is an error that names it, and not an empty one that belongs to root.
    assert.deepEqual([read_only, bind.create_host_path], [true, false])
    assert.equal(target, `/tls/${source.slice(folder.length)}`)
    return source.slice(folder.length)
  })
  assert.deepEqual(new Set(parts), new Set(['server', 'trust']))
  assert.ok(!parts.some((part) => tlsFiles.authorityKey.startsWith(part)))
  const mountsKey = ([, { volumes }]: [string, Service]) =>
    volumes.some(({ target }) => target === '/tls/server')
  assert.deepEqual(
    Object.entries(secure)
      .filter(mountsKey)
      .map(([name]) => name),
    ['server'],
  )
  const { TLS_CERT, TLS_KEY, LOADGEN_CA } = secure.server?.environment ?? {}
  assert.deepEqual(
    [TLS_CERT, TLS_KEY, LOADGEN_CA, secure.loadgen?.environment.LOADGEN_CA],
    [`/tls/${tlsFiles.certificate}`, `/tls/${tlsFiles.key}`, caInContainers, caInContainers],
  )
})

test('with TLS, Prometheus differs in its file alone, and the load generator in its URL’s scheme', () => {
  const [plain, secure] = [services('compose.yaml'), services('compose.tls.yaml')]
  const inPlace = (option: string) => option.replace('prometheus.tls.yml', 'prometheus.yml')
  assert.deepEqual(secure.prometheus?.command?.map(inPlace), plain.prometheus?.command)
  assert.ok(secure.prometheus?.command?.some((option) => option.endsWith('prometheus.tls.yml')))
  const urlOf = (all: Record<string, Service>) => all.loadgen?.environment.LOADGEN_URL
  assert.equal(urlOf(secure), urlOf(plain)?.replace('http:', 'https:'))
  const check = secure.server?.healthcheck?.test.at(-1) ?? ''
  assert.match(check, /https:\/\/127\.0\.0\.1:8080\/readyz/)
})

const scratch = mkdtempSync(join(tmpdir(), 'lab-tls-contract-'))
after(() => rmSync(scratch, { recursive: true }))

/** What the Makefile hands on to its commands. */
function makeSays(settings: string[], env: NodeJS.ProcessEnv = {}) {
  const more = join(scratch, 'more.mk')
  const names = ['COMPOSE_FILE', 'LOADGEN_URL', 'LOADGEN_CA']
  writeFileSync(more, `show: ; @echo ${names.map((name) => `$$${name},`).join('')}\n`)
  const args = ['-s', '-f', 'Makefile', '-f', more, 'show', ...settings]
  const options = { cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH, ...env } } as const
  const { status, stdout, stderr } = spawnSync('make', args, options)
  return status === 0 ? stdout.trim().split(',').slice(0, 3) : stderr
}

test('make hands on what LAB_TLS=on means, and nothing without it', () => {
  const ca = '/elsewhere/tls/trust/ca.crt'
  const on = ['LAB_TLS=on', 'LAB_DIR=/elsewhere']
  assert.deepEqual(makeSays(['LAB_MODE=docker', 'LAB_TLS=off']), ['', '', ''])
  assert.deepEqual(makeSays(['LAB_MODE=native', 'LAB_TLS=off']), ['', '', ''])
  assert.deepEqual(makeSays(['LAB_MODE=docker', ...on]), [
    ...['compose.yaml:compose.tls.yaml', '', ''],
  ])
  const files = makeSays(['LAB_MODE=docker', ...on], { COMPOSE_FILE: 'compose.yaml:own.yaml' })
  assert.equal(files[0], 'compose.yaml:own.yaml:compose.tls.yaml')
  assert.deepEqual(makeSays(['LAB_MODE=native', ...on]).slice(1), ['https://127.0.0.1:8080/', ca])
  assert.match(String(makeSays(['LAB_TLS=1'])), /LAB_TLS=1: must be on or off/)
})
