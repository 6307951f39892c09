import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)

/** Why there is no browser to test with; in CI that is a failure, and no reason to skip. */
export const skip =
  executablePath || process.env.CI ? false : 'needs a Chromium: apt-get install -y chromium'

/** Starts a real Chromium. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] })

/** A page, and what went wrong on it: errors, what it said on its console, requests to other hosts. */
export type Watched = { page: Page; wrong: string[] }

/** Opens the console in a context of its own until the test is over. */
export async function visit(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext(options)
  t.after(() => context.close())
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => {
    // Containers of somebody else that start on this machine are no fault of the page's.
    if (!message.text().includes('ERR_NETWORK_CHANGED')) wrong.push(message.text())
  })
  page.on('request', (request) => {
    const asked = new URL(request.url())
    if (asked.protocol !== 'data:' && asked.host !== new URL(url).host) wrong.push(asked.href)
  })
  await page.goto(url)
  await page.waitForSelector('body[data-connected=true]')
  return { page, wrong }
}
