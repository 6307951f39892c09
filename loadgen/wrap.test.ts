import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrap } from './wrap.ts'

test('lines break between words, and those after the first are indented', () => {
  assert.deepEqual(wrap('one two three four', 9, '  '), ['one two', '  three', '  four'])
  assert.deepEqual(wrap('one two three four', 100), ['one two three four'])
})

test('a word that is too long has a line of its own', () => {
  assert.deepEqual(wrap('a abcdefghij b', 5), ['a', 'abcdefghij', 'b'])
})

test('a number stays with its unit, and a value with its name', () => {
  assert.deepEqual(wrap('it took 100 ms; 5 % of 2.1 s', 11), ['it took', '100 ms; 5 %', 'of 2.1 s'])
  assert.deepEqual(wrap('200: 12, 404: 3', 9), ['200: 12,', '404: 3'])
})

test('nothing is one empty line', () => {
  assert.deepEqual(wrap('', 10), [''])
})

test('leading spaces stay', () => {
  assert.deepEqual(wrap('  - one two', 9, '    '), ['  - one', '    two'])
})
