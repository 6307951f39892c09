import assert from 'node:assert/strict'
import { test } from 'node:test'
import { links, renderLinks } from './links.ts'

test('who ends a demo is led to the console first, at the port that it has', () => {
  const { console, grafana } = links({ control: 18081, prometheus: 9090, grafana: 3000 })
  assert.equal(
    renderLinks([
      { ...console, running: true },
      { ...grafana, running: false },
    ]),
    [
      '  console     http://localhost:18081',
      '              what happened, and what your buckets make of it; behaviours and load at a click',
      '  Grafana     not running (make up says why)',
    ].join('\n'),
  )
})
