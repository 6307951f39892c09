import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { readQuery } from '../grafana/dashboards/promql.ts'
import { fileOf, lessons } from '../lab/lessons/table.ts'
import { lessonTexts } from './lesson-texts.ts'
import { committedDashboards } from './panels.ts'
import { root } from './processes.ts'

// The texts in docs/lessons and the table in lab/lessons say the same.

const texts = lessonTexts()
const uids = Object.values(committedDashboards()).map(({ uid }) => uid)

test('there is a file for each lesson, a list of them, and nothing else', () => {
  const files = [...lessons.map(fileOf), 'docs/lessons/README.md']
  const found = readdirSync(join(root, 'docs/lessons')).map((name) => `docs/lessons/${name}`)
  assert.deepEqual(found.sort(), files.sort())
  assert.deepEqual(
    lessons.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
})

for (const [index, lesson] of lessons.entries()) {
  const text = texts[index]
  assert.ok(text)
  const { number, title, question, commands } = lesson

  test(`lesson ${number} has the title and the question of the table`, () => {
    assert.equal(text.heading, `# ${number}. ${title}`)
    assert.equal(text.question, question)
  })

  test(`lesson ${number} has the commands of the table, and checks the answer after them`, () => {
    const last = `make lesson N=${number} ANSWER=...`
    assert.deepEqual(text.commands.slice(0, commands.length + 1), [...commands, last])
  })

  test(`lesson ${number} links each query to Prometheus as it stands there`, () => {
    assert.ok(text.queries.length > 0)
    for (const { expr, link } of text.queries) {
      const url = URL.parse(link ?? '')
      assert.equal(url?.origin, 'http://localhost:9090', expr)
      assert.equal(url?.searchParams.get('g0.expr'), expr)
      assert.equal(readQuery(expr).syntaxError, undefined, expr)
    }
  })

  test(`lesson ${number} links dashboards that are provisioned, and files that are there`, () => {
    for (const link of text.links) {
      const dashboard = /^http:\/\/localhost:3000\/d\/(.*)$/.exec(link)
      if (dashboard) assert.ok(uids.includes(dashboard[1]), link)
      else if (!/^https?:/.test(link)) {
        assert.ok(existsSync(join(root, dirname(text.file), link)), link)
      }
    }
  })
}

test('the list has each lesson in a line, and the main README leads there', () => {
  const list = readFileSync(join(root, 'docs/lessons/README.md'), 'utf8')
  for (const { number, slug, title, summary } of lessons) {
    assert.ok(list.includes(`| ${number} | [${title}](${number}-${slug}.md) | `), title)
    assert.ok(list.replaceAll('`', '').includes(`| ${summary} |`), summary)
  }
  assert.match(readFileSync(join(root, 'README.md'), 'utf8'), /\(docs\/lessons\/README[.]md\)/)
})
