import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { readTargets, scrapeUrl } from './target.ts'
import {
  namedIn,
  readTargetFile,
  renderTargetFile,
  replacementsIn,
  replacesServer,
  writeTargetFile,
} from './target-file.ts'

const project = mkdtempSync(join(tmpdir(), 'lab-targets-'))
mkdirSync(join(project, 'prometheus/targets'), { recursive: true })
after(() => rmSync(project, { recursive: true }))

const targets = (text: string) => {
  const read = readTargets(text)
  if ('mistakes' in read) assert.fail(read.mistakes.join('\n'))
  return read.targets
}

test('a target file has a group for each target, with what is not usual', () => {
  const content = renderTargetFile(targets('localhost:3001 shop=https://localhost:8443/stats'))
  assert.deepEqual(parse(content), [
    { targets: ['host.docker.internal:3001'], labels: { job: 'your-service' } },
    {
      targets: ['host.docker.internal:8443'],
      labels: { job: 'shop', __metrics_path__: '/stats', __scheme__: 'https' },
    },
  ])
  assert.equal(replacesServer(content), false)
})

test('what Prometheus asks for in any case is in no group, and the lab’s server is left out', () => {
  const content = renderTargetFile(targets('localhost:8080'))
  assert.deepEqual(parse(content), [])
  assert.equal(replacesServer(content), true)
  const elsewhere = renderTargetFile(targets('localhost:8080/stats'))
  assert.equal(parse(elsewhere)[0].labels.__metrics_path__, '/stats')
  assert.equal(replacesServer(elsewhere), true)
})

test('what a target file names is read again, and what takes the place of the lab’s server', () => {
  const asked =
    'localhost:3001 shop=https://localhost:8443/stats localhost:8080/stats localhost:8080'
  const content = renderTargetFile(targets(asked))
  assert.deepEqual(namedIn(content), targets(asked).slice(0, 3).map(scrapeUrl))
  assert.deepEqual(replacementsIn(content), ['localhost:8080/stats', 'localhost:8080'])
  assert.deepEqual(replacementsIn(renderTargetFile(targets('localhost:3001'))), [])
})

test('a target file that somebody has edited is read, too', () => {
  const content = `- targets: [host.docker.internal:3001, 'a:1']
  labels: { job: shop, __metrics_path__: /stats }
# - targets: [b:2]
- targets: [c:3]
`
  assert.deepEqual(namedIn(content), [
    'http://host.docker.internal:3001/stats',
    'http://a:1/stats',
    'http://c:3/metrics',
  ])
})

test('the file is there whole, alone, and gone where there are no targets', () => {
  writeTargetFile(project, targets('localhost:3001'))
  assert.equal(readTargetFile(project), renderTargetFile(targets('localhost:3001')))
  assert.deepEqual(readdirSync(join(project, 'prometheus/targets')), ['your-service.yaml'])
  writeTargetFile(project, [])
  assert.equal(readTargetFile(project), undefined)
  writeTargetFile(project, [])
})
