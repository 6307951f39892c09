import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badLineOf } from './exposition.ts'

// Each was scraped by a Prometheus 3.5 and a 2.42, which took these …
const taken = [
  'a_total 1',
  'a_total 1 1700000000000',
  'a_total{} 1',
  'a{x="1",y="2",} 3.5e-7',
  'a{x="1" , y = "2"} 1',
  'a{path="C:\\\\DIR\\n\\"q\\"",brace="}"} +Inf',
  'a NaN',
  'go:recorded:rate1m -0.5',
  '# HELP a what it is, in {words} "as" they come',
  '# TYPE a histogram',
  '# a comment',
  '',
]

// … and dropped the whole scrape for these.
const dropped: [line: string, why: string][] = [
  ['<html>', 'it is not a name with labels in {name="value",…}'],
  ['b{x="y} 2', 'it is not a name with labels in {name="value",…}'],
  ['a_total one', '“one” is not a number'],
  ['a b c', '“b” is not a number'],
  ['a_total 1 2 3', 'it goes on after value and time'],
  ['a_total 1 now', '“now” is not a time in milliseconds'],
  ['a{x="1"}', 'it has no value'],
  ['# TYPE a nonsense', 'there is no type “nonsense”'],
]

for (const line of taken) {
  test(`${JSON.stringify(line)} is taken`, () => {
    assert.equal(badLineOf(`first 1\n${line}\n`), undefined)
  })
}

for (const [text, why] of dropped) {
  test(`${JSON.stringify(text)} is found out: ${why}`, () => {
    assert.deepEqual(badLineOf(`first 1\n${text}\nlast 1\n`), { line: 2, text, why })
  })
}
