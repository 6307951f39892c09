import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { projectWith as copyWith, examine, hopOf, lineOf } from './doctor-report.ts'
import { nativeLab } from './native-lab.ts'
import { dashboardDirectory } from './panels.ts'
import { prometheusBinaries } from './processes.ts'

// What can be wrong before anything runs: each fault is made for real, and the doctor has to name it, what is to be seen of
// it, and what to do.
const scratch = mkdtempSync(join(tmpdir(), 'lab-doctor-'))
const projects: string[] = []
after(() => {
  for (const folder of [scratch, ...projects]) rmSync(folder, { recursive: true })
})
await prometheusBinaries()

const newLab = (env: NodeJS.ProcessEnv = {}) => nativeLab(mkdtempSync(join(scratch, 'lab-')), env)

function projectWith(file: string, from: string, to: string): string {
  const project = copyWith(file, from, to)
  projects.push(project)
  return project
}

describe('before up', { concurrency: 2 }, () => {
  test('what can be looked at is well, what is missing is the lab, and nothing is complained of twice', async () => {
    const lab = await newLab()
    const { exitCode, report, headline } = await examine(lab)
    assert.equal(exitCode, 1)
    assert.equal(headline?.what, 'the lab is not running')
    assert.equal(headline?.advice, 'make up')
    const byStatus = (wanted: string) =>
      report.hops.filter(({ status }) => status === wanted).map(({ hop }) => hop)
    assert.deepEqual(byStatus('broken'), ['processes'])
    assert.deepEqual(byStatus('ok'), [
      ...['machine', 'config', 'dashboards', 'ports', 'disk', 'grafana'],
    ])
    const { what } = hopOf(report, 'config') ?? {}
    assert.match(`${what}`, /^prometheus\.yml and \d+ rules are as Prometheus wants them$/)
  })

  test('a port in use is named with the process that has it, and the variable that moves it', async () => {
    const lab = await newLab()
    const port = lab.ports.prometheus
    const script = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('there'))`
    const squatter = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(squatter.stdout, 'data')
      const { exitCode, report, headline } = await examine(lab)
      assert.deepEqual([exitCode, report.firstBroken], [1, 'ports'])
      const who = `${process.execPath} -e (process ${squatter.pid})`.slice(0, 200)
      assert.equal(headline?.what, `port ${port} (Prometheus) is taken by ${who}`)
      assert.deepEqual(headline?.evidence, [`${port} (Prometheus): ${who}`])
      assert.equal(
        headline?.advice,
        `stop what listens there, or take another port: LAB_PROMETHEUS_PORT=${port + 1} as a line of the file .env`,
      )
      const beside = await examine(lab, '--without', 'prometheus')
      assert.equal(hopOf(beside.report, 'ports')?.status, 'ok')
    } finally {
      squatter.kill()
    }
  })

  test('prometheus.yml that can’t be parsed: its line and the reason', async () => {
    const lab = await newLab()
    const from = 'scrape_interval: 5s'
    const project = projectWith('prometheus/prometheus.yml', from, 'scrape_interval: 5 s')
    const line = lineOf('prometheus/prometheus.yml', from)
    const { exitCode, report, headline } = await examine(lab, '--project', project)
    assert.deepEqual([exitCode, report.firstBroken], [1, 'config'])
    const why = 'not a valid duration string: "5 s"'
    assert.equal(headline?.what, `prometheus/prometheus.yml, line ${line}: ${why}`)
    assert.deepEqual(headline?.evidence, [`prometheus/prometheus.yml:${line}: ${why}`])
    assert.equal(headline?.advice, 'mend that line of prometheus/prometheus.yml, then make up')
  })

  test('a rule that is not PromQL: its file, its line and the reason', async () => {
    const lab = await newLab()
    const file = 'prometheus/rules/alerts.yaml'
    const from = 'scrape_duration_seconds > 2'
    const project = projectWith(file, from, 'scrape_duration_seconds >= = 2')
    const { exitCode, report, headline } = await examine(lab, '--project', project)
    assert.deepEqual([exitCode, report.firstBroken], [1, 'config'])
    const where = `prometheus/rules/alerts.yaml, line ${lineOf(file, from)}: `
    assert.ok(headline?.what.startsWith(where), headline?.what)
    assert.match(
      `${headline?.what}`,
      /could not parse expression: 1:28: parse error: unexpected "="/,
    )
  })

  test('a rule file that is not YAML: its line and the reason', async () => {
    const lab = await newLab()
    const file = 'prometheus/rules/alerts.yaml'
    const project = projectWith(file, 'groups:', 'groups')
    const { report, headline } = await examine(lab, '--project', project)
    assert.equal(report.firstBroken, 'config')
    assert.match(
      `${headline?.what}`,
      /^prometheus\/rules\/alerts\.yaml, line \d+: mapping values are not allowed/,
    )
  })

  test('dashboards that ask a datasource which is not there', async () => {
    const lab = await newLab()
    const file = 'grafana/provisioning/datasources/prometheus.yaml'
    const project = projectWith(file, 'uid: prometheus', 'uid: prometheus-2')
    const { exitCode, report, headline } = await examine(lab, '--project', project)
    assert.deepEqual([exitCode, report.firstBroken], [1, 'dashboards'])
    assert.equal(headline?.what, 'dashboards ask a datasource that is not there: prometheus')
    const asking = readdirSync(dashboardDirectory)
      .filter((name) => name.endsWith('.json'))
      .filter((name) =>
        readFileSync(join(dashboardDirectory, name), 'utf8').includes('"uid": "prometheus"'),
      )
    assert.ok(asking.length >= 6)
    assert.equal(headline?.evidence[0], `datasource uid prometheus: ${asking.join(', ')}`)
    assert.match(
      `${headline?.evidence[1]}`,
      /^grafana\/provisioning\/datasources has: .*\bprometheus-2\b/,
    )
    assert.match(
      `${headline?.advice}`,
      /^let both have the same uid again: prometheus for prometheus-2 in grafana\/provisioning\/datasources/,
    )
  })

  test('a datasource that no dashboard asks', async () => {
    const lab = await newLab()
    const file = 'grafana/provisioning/datasources/prometheus.yaml'
    const more = 'datasources:\n  - name: Other\n    uid: other\n    type: prometheus'
    const project = projectWith(file, 'datasources:', more)
    const { exitCode, report, headline } = await examine(lab, '--project', project)
    assert.deepEqual([exitCode, report.firstBroken], [1, 'dashboards'])
    assert.equal(headline?.what, 'no dashboard asks the datasource other')
    assert.equal(headline?.evidence[0], 'datasource uid other: prometheus.yaml, line 5')
    assert.match(`${headline?.evidence[1]}`, /^dashboards ask: .*\bprometheus\b/)
    assert.equal(headline?.advice, 'give it the uid that the dashboards ask, or leave it out')
  })

  test('a dashboard that is not JSON', async () => {
    const lab = await newLab()
    const file = 'grafana/provisioning/dashboards/slo.json'
    const project = projectWith(file, '"uid": "slo"', '"uid": slo')
    const { report, headline } = await examine(lab, '--project', project)
    assert.equal(report.firstBroken, 'dashboards')
    assert.equal(headline?.what, 'the dashboard slo.json is not JSON')
    assert.match(
      `${headline?.evidence}`,
      /slo\.json: Unexpected token 's', \.\.\." "uid": slo, "de"\.\.\. is not valid JSON$/,
    )
    assert.equal(
      headline?.advice,
      'mend it there, or take it away; if it is one of the lab’s own, make generate writes it anew',
    )
  })

  test('a target file that is not YAML', async () => {
    const lab = await newLab()
    const project = projectWith('prometheus/prometheus.yml', 'scrape_interval', 'scrape_interval')
    writeFileSync(join(project, 'prometheus/targets/mine.yaml'), '- targets: [localhost:3001\n')
    const { report, headline } = await examine(lab, '--project', project)
    assert.equal(report.firstBroken, 'config')
    const why = "yaml: line 1: did not find expected ',' or ']'"
    assert.equal(headline?.what, `a target file can't be read: ${why}`)
    assert.deepEqual(headline?.evidence, [
      `prometheus/targets/*.yaml: ${why}; there is: prometheus/targets/mine.yaml`,
    ])
    assert.equal(headline?.advice, 'mend that file or take it away, then make up')
  })

  test('files of Grafana’s that are not there', async () => {
    const lab = await newLab()
    const project = projectWith('grafana/provisioning/dashboards/slo.json', '{', '{')
    rmSync(join(project, 'grafana'), { recursive: true })
    const { report, headline } = await examine(lab, '--project', project)
    assert.equal(report.firstBroken, 'dashboards')
    assert.equal(headline?.what, 'Grafana’s files are not there')
    assert.match(`${headline?.evidence}`, /ENOENT.*grafana\/provisioning\/datasources/)
  })

  test('--before-up is silent where nothing is in the way, and else says only what is', async () => {
    const lab = await newLab()
    const well = await lab.run(['doctor', '--before-up'])
    assert.deepEqual([well.exitCode, well.stdout, well.stderr], [0, '', ''])
    const file = 'grafana/provisioning/dashboards/slo.json'
    const project = projectWith(file, '"uid": "slo"', '"uid": slo')
    const { exitCode, stdout } = await lab.run(['doctor', '--before-up', '--project', project])
    assert.equal(exitCode, 1)
    assert.match(stdout, /^✗ dashboards: the dashboard slo\.json is not JSON\n {4}\S.*\n/)
    assert.match(
      stdout,
      /\n {2}→ mend it there, or take it away; .*make generate writes it anew\n$/,
    )
    assert.doesNotMatch(stdout, /✓|\?/)
  })

  test('every mistake in what it is told is named at once, with exit code 2', async () => {
    const lab = await newLab({ LAB_PROMETHEUS_PORT: 'no', LAB_GRAFANA: 'perhaps' })
    const { exitCode, stdout, stderr } = await lab.run([
      'doctor',
      '--jsn',
      '--without',
      'serve',
      '--record',
    ])
    assert.deepEqual([exitCode, stdout], [2, ''])
    assert.deepEqual(stderr.split('\n'), [
      'lab: --jsn: is no option',
      'lab: --record: needs a value, a folder that lab/doctor/record.sh has written',
      'lab: --without serve: must be some of server,prometheus,grafana,alertmanager,receiver,influxdb',
      'lab: LAB_PROMETHEUS_PORT="no": must be a port, 1 to 65535',
      'lab: LAB_GRAFANA="perhaps": must be auto or none',
      'lab: nothing was looked at; doctor --help says what there is',
      '',
    ])
  })
})
