import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Finding, Status } from './finding.ts'
import { render } from './words.ts'

const finding = (title: string, status: Status, more: Partial<Finding> = {}): Finding => ({
  ...{ hop: title, title, status, what: `${title} is ${status}`, evidence: [], advice: null },
  ...{ seconds: null, ...more },
})

const broken = finding('ports', 'broken', {
  what: 'port 9090 is taken',
  evidence: ['9090: nginx'],
  advice: 'stop it',
})
const behind = (title: string) =>
  finding(title, 'unknown', { what: 'not judged while this is not well: ports' })

test('the headline with its evidence and what to do comes first, and the hops behind it are one line', () => {
  const all = [finding('machine', 'ok'), broken, behind('server'), behind('scrape')]
  assert.equal(
    render(all, broken, { colored: false }),
    `✗ ports: port 9090 is taken
    9090: nginx
  → stop it

  ✓ machine        machine is ok
  ✗ ports          port 9090 is taken
  ? not judged while this is not well: ports – server, scrape`,
  )
})

test('what is broken by itself beside the headline is told in full, too', () => {
  const other = finding('dashboards', 'broken', { advice: 'make generate' })
  const text = render([broken, other], broken, { colored: false })
  assert.match(text, /^✗ ports: .*\n.*\n {2}→ stop it\n\n✗ dashboards: .*\n {2}→ make generate\n\n/)
})

test('where all is well there is a line for each hop and nothing else', () => {
  const all = [finding('machine', 'ok'), finding('ports', 'ok')]
  assert.equal(
    render(all, null, { colored: false }),
    '  ✓ machine        machine is ok\n  ✓ ports          ports is ok',
  )
})

test('no line is longer than 96 columns, unless it is one word', () => {
  const long = finding('panel', 'broken', {
    what: 'word '.repeat(60).trim(),
    evidence: ['more '.repeat(60).trim()],
    advice: 'less '.repeat(60).trim(),
  })
  const lengths = render([long], long, { colored: false })
    .split('\n')
    .map((line) => line.length)
  assert.ok(Math.max(...lengths) <= 96, `${lengths}`)
})

test('a narrow terminal gets narrow lines, and its words are the same', () => {
  const long = finding('panel', 'broken', { advice: 'less '.repeat(60).trim() })
  const text = render([long, behind('rules')], long, { colored: false, columns: 60 })
  const rows = text.split('\n')
  assert.ok(Math.max(...rows.map((row) => row.length)) <= 60, text)
  assert.equal(
    text.replace(/\s+/g, ' '),
    render([long, behind('rules')], long, { colored: false }).replace(/\s+/g, ' '),
  )
})

test('colour adds escape sequences and changes no word', () => {
  const all = [broken, finding('machine', 'ok'), finding('samples', 'waiting')]
  const colored = render(all, broken, { colored: true })
  assert.ok(colored.startsWith('\u001b[31m✗ ports:\u001b[0m port'), colored)
  assert.equal(stripVTControlCharacters(colored), render(all, broken, { colored: false }))
})
