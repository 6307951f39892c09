// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables look like that
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readQuery } from './promql.ts'

test('a query says which metrics, windows and bounds it has', () => {
  assert.deepEqual(
    readQuery(
      'sum(rate(a_bucket{http_route=~"$route", le=~"1([.]0)?|2"}[$__rate_interval])) / sum(rate(a_count[5m]))',
    ),
    {
      metrics: ['a_bucket', 'a_count'],
      windows: ['$__rate_interval', '5m'],
      bounds: ['1([.]0)?', '2'],
    },
  )
})

test('a variable in braces, with a format, is a variable too', () => {
  const { syntaxError, windows } = readQuery(
    'rate(a{r=~"${route:regex}"}[${__range}]) + b{r="$route"}',
  )
  assert.equal(syntaxError, undefined)
  assert.deepEqual(windows, ['${__range}'])
})

test('a variable that is a number is no metric', () => {
  const { syntaxError, metrics } = readQuery('a / $per_second')
  assert.equal(syntaxError, undefined)
  assert.deepEqual(metrics, ['a'])
})

test('a subquery has two windows', () => {
  assert.deepEqual(readQuery('max_over_time(a[$__range:10s])').windows, ['$__range', '10s'])
})

test('what is no PromQL is quoted where it goes wrong', () => {
  assert.equal(readQuery('sum(rate(a[$__range])) / / b').syntaxError, '/ b')
  assert.notEqual(readQuery('sum by (le (a)').syntaxError, undefined)
  assert.notEqual(readQuery('').syntaxError, undefined)
})

test('another label that begins with le is not le', () => {
  assert.deepEqual(readQuery('a{level="1", le_x="1", le!="3"}').bounds, ['3'])
})
