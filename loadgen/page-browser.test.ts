import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { Ledger } from './ledger.ts'
import { parseOptions } from './options.ts'
import { renderPage } from './page.ts'
import { readPageAssets } from './page-assets.ts'
import { TimeSeries } from './time-series.ts'

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
const skip =
  executablePath || process.env.CI ? false : 'needs a Chromium: apt-get install -y chromium'

let browser: Browser
const folder = mkdtempSync(join(tmpdir(), 'loadgen-page-'))
const file = join(folder, 'run.html')

before(async () => {
  writeFileSync(file, examplePage())
  if (skip) return
  browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox'],
  })
})

after(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

/** Twelve seconds, of which the third has no answer, at an address that tries to leave its place. */
function examplePage() {
  const parsed = parseOptions([
    '--expect',
    'p99<1ms',
    `http://127.0.0.1/?</script><script>alert(1)`,
  ])
  assert.ok('options' in parsed)
  const [ledger, series] = [new Ledger(), new TimeSeries()]
  for (let second = 1; second <= 12; second++) {
    const tally = new Ledger()
    for (const observer of [tally, ledger]) {
      for (let n = 1; n <= 100; n++) {
        observer.due()
        observer.sent(0)
        const [outcome, status] =
          n === 100 ? (['httpErrors', 503] as const) : (['ok', 200] as const)
        const settled = {
          outcome,
          status,
          responseTimeMs: n * second,
          serviceTimeMs: n,
          connectTimeMs: 0,
        }
        if (second !== 3) observer.settled(settled)
        else observer.settled({ outcome: 'networkErrors', code: '<b>EVIL', connected: true })
      }
    }
    series.add(tally, second * 1000)
  }
  const end = { reason: 'completed', durationSeconds: 12, scheduledSeconds: 12, maxWaiting: 0 }
  const run = {
    options: parsed.options,
    ledger,
    end,
    verdict: { verdict: 'valid' as const, reasons: [] },
    staleRetries: 0,
    startedAt: new Date(),
    series,
    fault: null,
  }
  return renderPage(run, series, readPageAssets())
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`at ${width} pixels, ${colorScheme}, all is drawn and fits, and nothing is asked for`, {
      skip,
    }, async () => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } })
      const wrong: string[] = []
      page.on('pageerror', (error) => wrong.push(error.message))
      page.on('console', (message) => wrong.push(message.text()))
      page.on('dialog', (dialog) => dialog.dismiss().then(() => wrong.push('a dialog')))
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) wrong.push(request.url())
      })
      await page.goto(pathToFileURL(file).href)
      await page.waitForSelector('#percentiles canvas')
      assert.equal(await page.locator('.chart canvas').count(), 4)
      // A canvas on which something is drawn has more than one colour.
      const drawn = await page.locator('.chart canvas').evaluateAll((canvases) =>
        // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of Node
        canvases.map((canvas: any) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
          return new Set(new Uint32Array(data.buffer)).size > 10
        }),
      )
      assert.deepEqual(drawn, [true, true, true, true])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
      assert.equal(await page.locator('b').count(), 0)
      assert.deepEqual(wrong, [])
      await page.close()
    })
  }
}

test('a chart says under the pointer what the figures are', { skip }, async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 2000 } })
  await page.goto(pathToFileURL(file).href)
  const plot = page.locator('#rate .u-over')
  await plot.hover({ position: { x: 2, y: 100 } })
  assert.equal(await textOf(page, '#rate .u-legend'), 'time0:00asked100/ssent100/serrors1/s')
  await page.close()
})

test('without scripts the tables are there', { skip }, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(pathToFileURL(file).href)
  const text = await textOf(page, 'main')
  assert.match(text, /planned\s+1,200/)
  assert.match(text, /network errors\s+100\s+8\.33 %\s+<b>EVIL: 100/)
  await context.close()
})

/** As it is laid out, with what separates cells and lines. */
const textOf = (page: Page, selector: string) =>
  page.evaluate<string>(`document.querySelector('${selector}').innerText`)
