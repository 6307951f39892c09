import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PanelQuery, substitute } from '../panels.ts'
import type { Asked } from './asked.ts'
import { mistakes, type Selected, type Shows, type Table } from './expectation.ts'
import { mutantsOf } from './mutants.ts'
import { selectionsOf } from './tables.ts'

/** What a run must have to be asked about, as Grafana would ask. */
export type Shown = {
  prometheus: Asked
  /** The end of the time shown, in Unix seconds. */
  end: number
  /** A moment in the middle of what happened. */
  middle: number
  shownSeconds: number
}

export type Proof<R extends Shown> = {
  queries: PanelQuery[]
  /** What each dashboard must show, by its uid. */
  tables: Record<string, Table<R>>
  /** The run; asked for when the tests run. */
  made: () => R
  /** So many mistakes must be tried at least. */
  leastTried: number
}

/**
 * Declares the tests that hold every query against what other witnesses say of a run, and then each query with a
 * mistake in it, which must be noticed.
 */
export function prove<R extends Shown>({ queries, tables, made, leastTried }: Proof<R>): void {
  const scrapeSeconds = 5

  /** What Grafana would ask; the time shown begins right before the first scrape. */
  function ask(
    { instant }: PanelQuery,
    { at }: Pick<Shows, 'at'>,
    { variables }: Selected,
    expr: string,
  ) {
    const run = made()
    const { shownSeconds, end } = run
    // The shortest one that Grafana gives, so that it is about the load and nothing else; or all of the run.
    const rateSeconds = at === 'middle' ? 4 * scrapeSeconds : shownSeconds
    const promql = substitute(expr, {
      rateInterval: `${rateSeconds}s`,
      rangeSeconds: shownSeconds,
      variables: {
        ...variables,
        __tenth_rate_interval: `${rateSeconds * 100}ms`,
        __tenth_range: `${shownSeconds * 100}ms`,
      },
    })
    return instant
      ? run.prometheus.at(promql, end)
      : run.prometheus.over(promql, end - shownSeconds, end, scrapeSeconds)
  }

  async function mistakesOf(query: PanelQuery, entry: Shows<R>): Promise<string[]> {
    const run = made()
    const all = selectionsOf(query).map(async (selected) =>
      mistakes(await ask(query, entry, selected, query.expr), query, entry, run, selected),
    )
    return (await Promise.all(all)).flat()
  }

  /** Is a mutant noticed? If not: does it have the very same answers, or does the tolerance let it pass? */
  async function fateOf(query: PanelQuery, entry: Shows<R>, expr: string) {
    const run = made()
    let same = true
    for (const selected of selectionsOf(query)) {
      const right = await ask(query, entry, selected, query.expr)
      const answers = await ask(query, entry, selected, expr).catch(() => [])
      if (mistakes(answers, query, entry, run, selected).length > 0) return 'noticed'
      same &&= JSON.stringify(answers) === JSON.stringify(right)
    }
    return same ? 'the same' : 'tolerated'
  }

  /** Mistakes that make no difference at all where there is but one series, and nothing else to be told from. */
  const withoutDifference = /^sum → max( \(again\))?$| dropped( \(again\))?$/

  const entryOf = ({ dashboard, panel, refId }: PanelQuery): Shows<R> | undefined =>
    tables[dashboard]?.[panel]?.[refId]

  const nameOf = ({ dashboard, panel, refId }: PanelQuery) => `${dashboard}, ${panel}, ${refId}`

  /** How many mistakes were tried, and which of them nothing noticed, without a reason being stated. */
  let tried = 0
  const unnoticed: string[] = []

  for (const query of queries) {
    test(`${nameOf(query)} shows what happened`, async () => {
      const entry = entryOf(query)
      assert.ok(entry, `test/shown does not say what ${nameOf(query)} must show`)
      assert.deepEqual(await mistakesOf(query, entry), [], query.expr)
    })

    test(`${nameOf(query)} does not show it when the query has a mistake`, async (t) => {
      const entry = entryOf(query)
      assert.ok(entry)
      const mutants = mutantsOf(query.expr)
      const fates = []
      for (const { name, expr } of mutants) {
        const fate = await fateOf(query, entry, expr)
        const equal = fate === 'the same' && withoutDifference.test(name)
        if (equal) t.diagnostic(`${name}: the very same answer, there is nothing else`)
        fates.push({ name, fate: equal ? 'equal' : fate })
      }
      assert.ok(
        fates.some(({ fate }) => fate === 'noticed'),
        'no mistake is noticed',
      )
      const survivors = fates.filter(({ fate }) => !['noticed', 'equal'].includes(fate))
      for (const { name, fate } of survivors)
        t.diagnostic(`${fate}: ${name}: ${entry.survivors[name]}`)
      tried += mutants.length
      for (const { name } of survivors) {
        if (!entry.survivors[name]) unnoticed.push(`${nameOf(query)}: ${name}\n${query.expr}`)
      }
      // A reason that is about no mutant any more would hide the next one of its name.
      const names = new Set(mutants.map(({ name }) => name))
      assert.deepEqual(
        Object.keys(entry.survivors).filter((name) => !names.has(name)),
        [],
      )
    })
  }

  test('a mistake that nothing notices has a stated reason, but for a few that chance hides', (t) => {
    // Two figures of a live run may be alike: as many processes as open files. It is another few each time.
    for (const one of unnoticed) t.diagnostic(one)
    assert.ok(tried >= leastTried, `${tried} mistakes tried`)
    assert.ok(unnoticed.length <= tried / 200, unnoticed.join('\n'))
  })

  test('every entry is about a query that there is', () => {
    const known = new Set(queries.map(nameOf))
    const said = Object.entries(tables).flatMap(([dashboard, table]) =>
      Object.entries(table).flatMap(([panel, entries]) =>
        Object.keys(entries).map((refId) => `${dashboard}, ${panel}, ${refId}`),
      ),
    )
    assert.deepEqual(
      said.filter((name) => !known.has(name)),
      [],
    )
  })
}
