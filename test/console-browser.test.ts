import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { exponentialBuckets } from 'prom-client'
import { skip, startChromium, visit } from './chromium.ts'
import {
  freePort,
  type RunningServer,
  root,
  runLoad,
  startPrometheus,
  startServer,
} from './processes.ts'

let browser: Browser
let server: RunningServer
let url: string

const calm = {
  LOADGEN_METRICS_PORT: '0',
  LAB_PROMETHEUS_PORT: '1',
  LAB_GRAFANA_PORT: '1',
  SEED: '1',
  DRAIN_SECONDS: '0',
}

before(async () => {
  if (skip) return
  ;[browser, server] = await Promise.all([startChromium(), startServer(calm)])
  url = `${server.controlUrl}/`
  // A run that is over, so that what it found is on the page.
  await fetch(`${url}api/run`, { method: 'POST', body: '{"durationSeconds": 1}' })
  const state = async () =>
    ((await (await fetch(`${url}api/live`)).json()) as { run: { state: string } }).run.state
  while ((await state()) !== 'ended') await sleep(50)
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

/** As it is laid out, with what separates cells and lines; a space is a space, whether a line may end there or not. */
const textOf = async (page: Page, selector: string) =>
  (await page.evaluate<string>(`document.querySelector('${selector}').innerText`)).replaceAll(
    '\u00a0',
    ' ',
  )

const behaviourNow = async () => (await fetch(`${server.controlUrl}/api/behaviour`)).json()

const put = (body: unknown) =>
  fetch(`${server.controlUrl}/api/behaviour`, { method: 'PUT', body: JSON.stringify(body) })

/** Sends requests, and waits for their answers. */
const send = (count: number) =>
  Promise.all(Array.from({ length: count }, () => fetch(server.url).then((r) => r.text())))

/** Waits until the page has counted so many requests. */
const untilCounted = async (page: Page, count: number) => {
  const counted = async () =>
    Number((await textOf(page, '#picture-of')).split(' ')[0]?.replaceAll(',', ''))
  while (!((await counted()) >= count)) await sleep(20)
}

const choose = (page: Page, layout: string) => page.check(`input[name=layout][value=${layout}]`)

const tile = async (page: Page, q: number) => {
  const place = page.locator(`.tile[data-q="${q}"]`)
  return {
    true: Number(await place.getAttribute('data-true')),
    estimated: Number(await place.getAttribute('data-estimated')),
    text: (await place.textContent()) ?? '',
  }
}

test('at the first visit one button does something visible within three seconds', {
  skip,
}, async (t) => {
  const own = await startServer(calm)
  t.after(() => own.stop())
  const { page, wrong } = await visit(t, browser, own.controlUrl)
  assert.match(await textOf(page, '.lead'), /^This server knows .* Here are both\.$/s)
  // Before anything was sent there is what the formula expects.
  assert.match(await textOf(page, '#picture-of'), /^Nothing was sent yet\. Expected of uniform/)
  assert.match(
    await textOf(page, '#verdict'),
    /^The p99 is 1\.98 s\. These buckets say 2\.47 s \(\+24\.7 %\)/,
  )
  await page.click('text="Send 50 requests a second"')
  await untilCounted(page, 1)
  const clicked = await page.evaluate<number>(
    `performance.now() - performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/api/run')).startTime`,
  )
  assert.ok(clicked < 3000, `${clicked} ms`)
  assert.equal(await textOf(page, '#first'), 'Sending…')
  assert.deepEqual(wrong, [])
})

test('what the page says of each layout is what histogram_quantile says of the server’s own series', {
  skip,
}, async (t) => {
  const own = await startServer({ ...calm, BEHAVIOUR: 'lognormal' })
  t.after(() => own.stop())
  // No generator is scraped: the same server twice would be counted twice.
  const prometheus = await startPrometheus({ server: own.port, loadgen: 1 }, { scrapeSeconds: 1 })
  t.after(() => prometheus.stop())
  await runLoad(['--rate', '100', '--duration', '4s', '--metrics-port', '0', own.url])
  const { page } = await visit(t, browser, own.controlUrl)
  const counted = Number((await textOf(page, '#picture-of')).split(' ')[0])
  assert.ok(counted > 250)
  const ask = async (query: string) => {
    const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`)
    const { data } = (await response.json()) as {
      data: { result: { value: [number, string] }[] }
    }
    return Number(data.result[0]?.value[1])
  }
  while ((await ask('sum(lab_request_duration_seconds_count)')) !== counted) await sleep(100)
  const series = {
    linear: 'lab_request_duration_seconds_bucket',
    openTelemetry: 'http_server_request_duration_seconds_bucket{http_route="/"}',
  }
  for (const [layout, selector] of Object.entries(series)) {
    await choose(page, layout)
    for (const q of [0.5, 0.9, 0.95, 0.99]) {
      const answer = await ask(`histogram_quantile(${q}, sum by (le) (${selector}))`)
      const { estimated } = await tile(page, q)
      assert.ok(Math.abs(estimated / answer - 1) < 1e-3, `${layout} ${q}: ${estimated}, ${answer}`)
    }
  }
  type Quantiles = { quantileSeconds: Record<string, number> }
  const truth = (await (await fetch(`${own.controlUrl}/api/truth`)).json()) as Quantiles & {
    handler: Quantiles
  }
  // On a machine that is busy enough requests wait, and then it is the durations that are shown, in whole milliseconds.
  const waited = (await textOf(page, '#caution')).startsWith('Requests waited')
  const seconds = (waited ? truth.handler : truth).quantileSeconds['0.99'] ?? 0
  assert.equal((await tile(page, 0.99)).true, Math.ceil(seconds * 1000 - 1e-6) / 1000)
})

test('bounds of one’s own change bars, error, cost and the line at once', { skip }, async (t) => {
  // So long that a busy machine adds nothing to speak of.
  await put({ name: 'constant', parameters: { delay: 0.5 } })
  await send(20)
  const { page, wrong } = await visit(t, browser, url)
  await untilCounted(page, 20)
  const bars = () => page.locator('.seen-bars').getAttribute('d')
  const before = await bars()
  await choose(page, 'bounds')
  await page.fill('#bounds', '0.1, 10')
  assert.notEqual(await bars(), before)
  // All are in the bucket 0.1 to 10.
  const wide = await tile(page, 0.5)
  assert.ok(Math.abs(wide.estimated - 5.05) < 1e-9, `${wide.estimated}`)
  assert.match(wide.text, /✗ \+[5-9]\d\d %/)
  assert.match(await textOf(page, '#cost'), /^2 bounds cost 5 series/)
  assert.match(await textOf(page, '#snippet'), /buckets: \[0\.1, 10\] \}\)$/)
  await page.fill('#bounds', '0.01, 0.01')
  assert.equal(
    await textOf(page, '#own-mistakes'),
    '0.01: must be above 0.01, the bound before it\nBelow is still the layout from before.',
  )
  assert.equal(await page.getAttribute('#bounds', 'aria-invalid'), 'true')
  assert.equal((await tile(page, 0.5)).estimated, wide.estimated)
  await choose(page, 'factor')
  await page.fill('#start', '0.15')
  await page.fill('#factor', '2')
  await page.fill('#count', '4')
  assert.equal(await page.isHidden('#own-mistakes'), true)
  assert.match(await textOf(page, '#snippet'), /buckets: exponentialBuckets\(0\.15, 2, 4\) \}\)$/)
  const { estimated } = await tile(page, 0.99)
  const [, lower = 0, upper = 0] = exponentialBuckets(0.15, 2, 4)
  assert.ok(estimated > lower && estimated <= upper, `${estimated}`)
  assert.deepEqual(wrong, [])
})

test('a behaviour is drawn while its sliders move, and in force only when it is applied', {
  skip,
}, async (t) => {
  await put({ name: 'uniform' })
  const { page, wrong } = await visit(t, browser, url)
  await page.selectOption('#behaviour-name', 'bimodal')
  const density = () => page.locator('#preview .truth-line').getAttribute('d')
  const first = await density()
  const slider = page.locator('#behaviour-parameters-miss')
  await slider.focus()
  await page.keyboard.press('End')
  assert.equal(await slider.getAttribute('aria-valuetext'), '40 s')
  assert.notEqual(await density(), first)
  assert.match(
    await textOf(page, '#preview-words'),
    /^p99 will be 4\d\.\d s; the chosen buckets will say 10\.0 s/,
  )
  const box = page.getByLabel('what a miss takes, on average, in seconds')
  await box.fill('0.1')
  assert.equal(await slider.getAttribute('aria-valuetext'), '100 ms')
  await box.fill('41')
  assert.match(
    await textOf(page, '#behaviour-mistakes'),
    /^what a miss takes, on average, 41: must be a number from 0 to 40 \(seconds\)$/,
  )
  assert.equal(await page.isDisabled('text=Apply'), true)
  assert.equal(await page.isHidden('#preview'), true)
  assert.equal(await textOf(page, '#preview-words'), '')
  await box.fill('0.2')
  assert.deepEqual(await behaviourNow(), { name: 'uniform', parameters: { min: 0, max: 2 } })
  await page.click('text=Apply')
  await page.waitForSelector('#in-force:has-text("miss 200 ms")')
  assert.deepEqual(await behaviourNow(), {
    name: 'bimodal',
    parameters: { hitRatio: 0.9, hit: 0.02, miss: 0.2, spread: 0.5 },
  })
  await page.selectOption('#behaviour-name', 'incident')
  assert.equal(await page.isHidden('#preview'), true)
  assert.match(await textOf(page, '#preview-words'), /^It changes with time/)
  await page.click('text=Reset')
  await page.waitForSelector('#in-force:has-text("uniform")')
  assert.deepEqual(await behaviourNow(), { name: 'uniform', parameters: { min: 0, max: 2 } })
  assert.deepEqual(wrong, [])
})

test('the link shows another visitor the same, and changes nothing by itself', {
  skip,
}, async (t) => {
  const permissions = ['clipboard-read', 'clipboard-write']
  const { page } = await visit(t, browser, url, { permissions })
  await choose(page, 'bounds')
  await page.fill('#bounds', '0.3 0.6 1.2')
  await page.check('input[name=axis][value=log]')
  await page.selectOption('#behaviour-name', 'pareto')
  await page.getByLabel('how light the tail is', { exact: true }).last().fill('1.7')
  await page.selectOption('#profile', 'burst')
  await page.click('text="Copy link"')
  const link = await page.evaluate<string>('navigator.clipboard.readText()')
  const other = await visit(t, browser, link)
  assert.equal(await other.page.inputValue('#bounds'), '0.3 0.6 1.2')
  assert.equal(await other.page.isChecked('input[name=axis][value=log]'), true)
  assert.equal(await other.page.inputValue('#behaviour-name'), 'pareto')
  assert.equal(
    await other.page.locator('#behaviour-parameters input[type=number]').first().inputValue(),
    '1.7',
  )
  assert.equal(await other.page.inputValue('#profile'), 'burst')
  assert.deepEqual(await behaviourNow(), { name: 'uniform', parameters: { min: 0, max: 2 } })
  assert.deepEqual(other.wrong, [])
})

test('a run goes on when the page is closed, and another page shows it, stops it and has its account', {
  skip,
}, async (t) => {
  await put({ name: 'constant', parameters: { delay: 0.05 } })
  const first = await visit(t, browser, url)
  await first.page.selectOption('#arrivals', 'even')
  await first.page.getByLabel('the rate, in requests a second').fill('20')
  await first.page.getByLabel('how long the run lasts, in seconds').fill('500')
  await first.page.click('text="Start"')
  await first.page.waitForSelector('#run-progress:visible')
  assert.equal(await first.page.isDisabled('#start-run'), true)
  await first.page.close()
  const { page, wrong } = await visit(t, browser, url)
  await page.waitForSelector('#run-state:has-text("of 500 s")')
  await page.waitForSelector('#run-line:has-text("requests/s")')
  await page.click('#stop-run')
  await page.waitForSelector('#run-state:has-text("Stopped after")')
  const [, planned, ok] = /^(\d+) planned: (\d+) ok/.exec(await textOf(page, '#run-account')) ?? []
  assert.ok(Number(ok) > 0 && Number(planned) >= Number(ok), `${ok} of ${planned}`)
  const [, response, service] =
    /^p50\s+([\d.]+) ms\s+([\d.]+) ms\n/.exec(await textOf(page, '#run-times')) ?? []
  assert.ok(Number(service) >= 50 && Number(response) >= Number(service), `${response}, ${service}`)
  // The lines and the heatmap have it, too.
  assert.match((await page.locator('#chart-rate .truth-line').getAttribute('d')) ?? '', /L/)
  const colours = await page.locator('#heatmap canvas').evaluate((canvas) => {
    // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of Node
    const { width, height } = canvas as any
    // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of Node
    const { data } = (canvas as any).getContext('2d').getImageData(0, 0, width, height)
    return new Set(new Uint32Array(data.buffer)).size
  })
  assert.ok(colours > 1)
  assert.deepEqual(wrong, [])
})

test('a queue is shown as what happened, and not as an error of the buckets', {
  skip,
}, async (t) => {
  const own = await startServer({ ...calm, BEHAVIOUR: 'constant', CONCURRENCY: '1' })
  t.after(() => own.stop())
  // One place, and 250 ms each: the eighth waits for seven others.
  await Promise.all(Array.from({ length: 8 }, () => fetch(own.url).then((r) => r.text())))
  const { page } = await visit(t, browser, `${own.controlUrl}/#layout=linear`)
  await untilCounted(page, 8)
  const { true: happened, estimated } = await tile(page, 0.99)
  assert.ok(happened >= 2 && happened < 2.5, `${happened} s`)
  assert.ok(Math.abs(estimated / happened - 1) < 0.1, `${estimated} s`)
  assert.match(
    await textOf(page, '#caution'),
    /^Requests waited in the server: the p99 of their delays is 250 ms, of all that they took 2\.\d\d s\..* So far the p99 is the slowest of 8: /,
  )
})

test('one request is one request, also where it took no time', { skip }, async (t) => {
  await put({ name: 'constant', parameters: { delay: 0 } })
  await send(1)
  const { page } = await visit(t, browser, url)
  await untilCounted(page, 1)
  assert.equal(await textOf(page, '#picture-of'), '1 request of constant, delay 0 s')
  assert.match(await textOf(page, '#verdict'), /^The p99 is 0 s\. These buckets say 4\.95 ms: /)
  await choose(page, 'bounds')
  await page.fill('#bounds', '[0.5]')
  assert.match(await textOf(page, '#cost'), /^1 bound costs 4 series/)
})

test('the rows below are never beneath the picture, however far the page is scrolled', {
  skip,
}, async (t) => {
  const { page } = await visit(t, browser, `${url}#behaviour=incident`, {
    viewport: { width: 1440, height: 900 },
  })
  for (const top of [0, 200, 400, 10_000]) {
    await page.evaluate(`scrollTo(0, ${top})`)
    const [bottom = 0, below = 0] = await page.evaluate<number[]>(
      `[document.querySelector('#picture').getBoundingClientRect().bottom, document.querySelector('#live').getBoundingClientRect().top]`,
    )
    assert.ok(bottom <= below, `${bottom} and ${below} at ${top}`)
  }
})

test('where the system decides on colours, what is chosen and what is true can still be told', {
  skip,
}, async (t) => {
  const { page } = await visit(t, browser, url, { forcedColors: 'active' })
  const colourOf = (selector: string, name: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`)
  assert.notEqual(
    await colourOf('input[value=openTelemetry] + span', 'backgroundColor'),
    await colourOf('.card', 'backgroundColor'),
  )
  const [truth, errors, dot] = [
    await colourOf('#live .truth-text', 'color'),
    await colourOf('#live .errors-text', 'color'),
    await colourOf('.swatch.dot', 'backgroundColor'),
  ]
  assert.notEqual(truth, errors)
  assert.equal(dot, await colourOf('.truth-dot', 'fill'))
})

test('a link that is put into the address of an open page is followed, and what it can’t have is told', {
  skip,
}, async (t) => {
  const { page, wrong } = await visit(t, browser, url)
  await page.evaluate(`location.hash = '#layout=bounds&bounds=0.3+0.6&behaviour=nope'`)
  await page.waitForSelector('#bounds:visible')
  assert.equal(await page.inputValue('#bounds'), '0.3 0.6')
  assert.equal(
    await textOf(page, '#address-mistakes'),
    'The address asks for behaviour=nope, which is not known here: uniform is shown.',
  )
  assert.deepEqual(wrong, [])
})

test('during a run its times are there each second, and a screen reader hears of its start and end alone', {
  skip,
}, async (t) => {
  const own = await startServer({ ...calm, BEHAVIOUR: 'constant' })
  t.after(() => own.stop())
  const { page } = await visit(t, browser, own.controlUrl)
  await page.evaluate(`
    window.heard = []
    new MutationObserver(() => window.heard.push(document.querySelector('#run-said').textContent))
      .observe(document.querySelector('#run-said'), { childList: true, characterData: true, subtree: true })`)
  assert.equal(await page.locator('#run-state').getAttribute('role'), null)
  await page.getByLabel('how long the run lasts, in seconds').fill('4')
  await page.click('#start-run')
  await page.waitForSelector('#run-caption:has-text("so far")')
  assert.match(await textOf(page, '#run-times'), /^p50\s+2[5-9]\d ms\s+2[5-9]\d ms\n/)
  assert.match(await textOf(page, '#run-line'), /^[\d.]+ of 50 requests\/s · \d+ in flight$/)
  assert.equal(await page.isVisible('#run-unscraped'), true)
  await page.waitForSelector('#run-state:has-text("Done after")')
  assert.match(await textOf(page, '#run-caption'), /^How long it took, as/)
  const heard = await page.evaluate<string[]>('window.heard')
  assert.equal(heard.length, 2, heard.join())
  assert.match(heard.join(), /^A run is under way\.,Done after \d+ s\.$/)
})

test('who is refused because of another’s run is told until that is over', { skip }, async (t) => {
  const own = await startServer(calm)
  t.after(() => own.stop())
  const { page } = await visit(t, browser, own.controlUrl)
  // The other one was first, and this page does not know it yet.
  await page.route('**/api/run', async (route) => {
    await fetch(`${own.controlUrl}/api/run`, { method: 'POST', body: '{}' })
    await route.continue()
  })
  await page.click('#start-run')
  await page.waitForSelector('#load-mistakes:has-text("a run is under way")')
  await page.unroute('**/api/run')
  await page.click('#stop-run')
  await page.waitForSelector('#run-state:has-text("Stopped")')
  assert.equal(await page.isHidden('#load-mistakes'), true)
})

test('a page that lacks a module is told of and loaded again, and one lost answer is not spoken of', {
  skip,
}, async (t) => {
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  await page.route('**/console/scale.ts', (route) => route.abort('connectionreset'))
  await page.goto(url)
  await page.waitForSelector('#connection:has-text("could not be loaded; trying again")')
  await page.unroute('**/console/scale.ts')
  await page.waitForSelector('body[data-connected=true]')
  assert.equal(await page.isHidden('#connection'), true)
  await page.evaluate(`
    window.shown = 0
    new MutationObserver(() => window.shown++)
      .observe(document.querySelector('#connection'), { attributeFilter: ['hidden'] })`)
  let asked = 0
  await page.route('**/api/live*', (route) =>
    asked++ === 0 ? route.abort('connectionreset') : route.continue(),
  )
  await page.waitForResponse('**/api/live*')
  assert.equal(asked, 2)
  assert.equal(await page.evaluate('window.shown'), 0)
})

test('what could not be done is told for a while, and then forgotten', { skip }, async (t) => {
  const own = await startServer(calm)
  t.after(() => own.stop())
  const { page } = await visit(t, browser, own.controlUrl)
  await page.click('#start-run')
  await page.waitForSelector('#stop-run:enabled')
  await page.route(/api\/(run|behaviour)$/, (route) => route.abort())
  await page.click('#stop-run')
  await page.click('text=Apply')
  for (const id of ['load-mistakes', 'behaviour-mistakes']) {
    await page.waitForSelector(`#${id}:has-text("does not answer: nothing was changed")`)
  }
  for (const id of ['load-mistakes', 'behaviour-mistakes']) {
    await page.waitForSelector(`#${id}`, { state: 'hidden' })
  }
  assert.equal(await page.isEnabled('#stop-run'), true)
})

test('a connection that breaks is shown, and mends itself, with nothing left of what is no more', {
  skip,
}, async (t) => {
  const ports = { PORT: `${await freePort()}`, CONTROL_PORT: `${await freePort()}` }
  const first = await startServer({ ...calm, ...ports })
  t.after(() => first.stop())
  const { page } = await visit(t, browser, first.controlUrl, {
    viewport: { width: 1440, height: 900 },
  })
  assert.equal(await page.isHidden('#connection'), true)
  await page.click('#start-run')
  await page.waitForSelector('#run-result:visible')
  process.kill(first.pid, 'SIGKILL')
  await page.waitForSelector('#connection:visible')
  assert.match(await textOf(page, '#connection'), /^The server does not answer\./)
  // In sight, wherever the page is scrolled to.
  await page.evaluate('scrollTo(0, 10000)')
  assert.equal(
    await page.evaluate(`document.querySelector('#connection').getBoundingClientRect().top >= 0`),
    true,
  )
  await page.click('text=Apply')
  await page.waitForSelector('#behaviour-mistakes:has-text("nothing was changed")')
  await page.click('#stop-run')
  await page.waitForSelector('#load-mistakes:has-text("nothing was changed")')
  const second = await startServer({ ...calm, ...ports })
  t.after(() => second.stop())
  await page.waitForSelector('#connection', { state: 'hidden' })
  for (const id of ['behaviour-mistakes', 'load-mistakes', 'run-result', 'run-progress']) {
    await page.waitForSelector(`#${id}`, { state: 'hidden' })
  }
  assert.equal(await textOf(page, '#run-state'), '')
  assert.equal(await textOf(page, '#run-line'), '')
})

test('where no generator can be started the page says the command', { skip }, async (t) => {
  const { page } = await visit(t, browser, url)
  await page.route('**/api/live*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      json: { ...(await response.json()), refusal: 'the load generator is not beside this server' },
    })
  })
  await page.waitForSelector('#no-load:visible')
  assert.equal(await page.isHidden('#load-form'), true)
  assert.equal(
    await textOf(page, '#command'),
    "make load RATE=50 DURATION=60s ARGS='--arrivals poisson'",
  )
})

test('links lead to the very query and panel, and are there only when those answer', {
  skip,
}, async (t) => {
  // There is no Grafana on every machine: this is what answers for one.
  const grafana = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(grafana, 'listening')
  t.after(() => grafana.close().closeAllConnections())
  const { port } = grafana.address() as AddressInfo
  const prometheus = await startPrometheus({ server: server.port, loadgen: server.port })
  t.after(() => prometheus.stop())
  const own = await startServer({
    ...calm,
    LAB_GRAFANA_PORT: `${port}`,
    LAB_PROMETHEUS_PORT: `${prometheus.port}`,
  })
  t.after(() => own.stop())
  const { page } = await visit(t, browser, own.controlUrl)
  await choose(page, 'exponential')
  await page.waitForSelector('#links a:has-text("Grafana")')
  const hrefs = await page
    .locator('#links a')
    .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href))
  const [query, panel] = hrefs.map((href) => new URL(href))
  assert.equal(query?.port, `${prometheus.port}`)
  assert.equal(
    query?.searchParams.get('g0.expr'),
    'histogram_quantile(0.99, sum by (le) (rate(httpserver_execution_latency_seconds_bucket{step="total"}[1m])))',
  )
  assert.equal(query?.searchParams.get('g0.range_input'), '5m')
  const asked = await fetch(
    `${prometheus.url}/api/v1/query?${new URLSearchParams({ query: query?.searchParams.get('g0.expr') ?? '' })}`,
  )
  assert.equal(asked.status, 200)
  assert.equal(panel?.port, `${port}`)
  assert.deepEqual(
    [panel?.pathname, panel?.searchParams.get('from'), panel?.searchParams.get('to')],
    ['/d/truth', 'now-5m', 'now'],
  )
  const dashboard = JSON.parse(
    readFileSync(join(root, 'grafana/provisioning/dashboards/truth.json'), 'utf8'),
  )
  const id = Number(panel?.searchParams.get('viewPanel')?.replace('panel-', ''))
  assert.equal(
    dashboard.panels.find((each: { id: number }) => each.id === id).title,
    'p99 of the last minute',
  )
  const alone = await visit(t, browser, url)
  await alone.page.waitForSelector('#links:has-text("do not answer")')
  assert.deepEqual(await alone.page.locator('#links a').allInnerTexts(), ['The truth as JSON'])
})

test('all can be reached and changed by the keyboard alone', { skip }, async (t) => {
  await put({ name: 'uniform' })
  const { page } = await visit(t, browser, url)
  const focused = () =>
    page.evaluate<string>(
      'document.activeElement.id || document.activeElement.value || document.activeElement.className',
    )
  const reached = new Set<string>()
  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'skip')
  for (let n = 0; n < 40; n++) {
    reached.add(await focused())
    await page.keyboard.press('Tab')
  }
  for (const id of [
    'first',
    'copy-link',
    'openTelemetry',
    'fitting',
    'copy-snippet',
    'behaviour-name',
    'behaviour-parameters-min',
    'reset',
    'profile',
    'arrivals',
    'load-parameters-rate',
    'start-run',
  ]) {
    assert.ok(reached.has(id), `${id} in ${[...reached]}`)
  }
  await page.focus('input[name=layout][value=openTelemetry]')
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.isChecked('input[name=layout][value=exponential]'), true)
  assert.match(await textOf(page, '#snippet'), /exponentialBuckets\(0\.001, 2, 15\)/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`at ${width} pixels, ${colorScheme}, all fits and axe finds nothing`, {
      skip,
    }, async (t) => {
      await put({ name: 'errors', parameters: { errorRatio: 0.2, min: 0.01, max: 0.06 } })
      await send(40)
      // The page's policy would refuse axe, too.
      const options = {
        colorScheme,
        viewport: { width, height: 900 },
        bypassCSP: true,
        reducedMotion: 'reduce' as const,
      }
      const { page, wrong } = await visit(t, browser, `${url}#layout=factor&factor=0`, options)
      await page.waitForSelector('#own-mistakes:visible')
      await page.waitForSelector('#run-result:visible')
      await page.addScriptTag({ path: join(root, 'node_modules/axe-core/axe.min.js') })
      const violations = () =>
        page.evaluate<string[]>(
          `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
        )
      assert.deepEqual(await violations(), [])
      await choose(page, 'linear')
      assert.deepEqual(await violations(), [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
      const beyond = await page.evaluate<string[]>(
        `[...document.querySelectorAll('svg text')].filter((text) => { const { left, right, width } = text.getBoundingClientRect(); return width > 0 && (left < 0 || right > innerWidth) }).map((text) => text.textContent)`,
      )
      assert.deepEqual(beyond, [])
      assert.equal(
        await page.evaluate(
          `getComputedStyle(document.querySelector('button')).transitionDuration`,
        ),
        '0s',
      )
      assert.deepEqual(wrong, [])
    })
  }
}

test('at any width nothing leaves its card, however wrong the buckets are', { skip }, async (t) => {
  await put({ name: 'constant', parameters: { delay: 0.02 } })
  await send(5)
  const { page } = await visit(t, browser, `${url}#layout=bounds&bounds=30`)
  await untilCounted(page, 5)
  const beyond = () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('.card')].flatMap((card) => { const { right } = card.getBoundingClientRect(); return [...card.querySelectorAll('*')].filter((part) => { const box = part.getBoundingClientRect(); return box.width > 1 && box.right > right }).map((part) => part.id || part.textContent) })`,
    )
  for (const width of [360, 641, 768, 1000, 1024, 1160, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 })
    for (const bounds of ['30', '3600']) {
      await page.fill('#bounds', bounds)
      assert.deepEqual(await beyond(), [], `${width} pixels, ${bounds} s`)
    }
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
  }
})

test('it is less than 150 kB over the wire, and painted within a second', { skip }, async (t) => {
  const paints: number[] = []
  for (let n = 0; n < 3; n++) {
    const { page } = await visit(t, browser, url)
    const bytes = await page.evaluate<number>(
      `performance.getEntries().reduce((sum, { transferSize = 0, name }) => sum + (name.includes('/api/') ? 0 : transferSize), 0)`,
    )
    assert.ok(bytes > 20_000 && bytes < 150_000, `${bytes} bytes`)
    paints.push(
      await page.evaluate<number>(
        `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
      ),
    )
  }
  // The machine may be busy with other tests: the best of three is the page's own.
  assert.ok(Math.min(...paints) < 1000, `${paints} ms`)
})
