import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHtml, escapeJson } from './escape.ts'

test('no character that means something to HTML is left', () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&</a>`),
    '&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;&#60;/a&#62;',
  )
})

test('JSON within a script can neither end it nor begin a comment, and is the same data', () => {
  const data = { url: 'http://x/</script><!--<script>', n: 1 }
  const json = escapeJson(data)
  assert.equal(json.includes('<'), false)
  assert.deepEqual(JSON.parse(json), data)
})
