import { type Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { type Notice, readNotification, renderNotice } from './notification.ts'

export type ReceiverAppOptions = {
  /** Is told of each alert that arrives, in one line. */
  say: (line: string) => void
  now?: () => Date
  /** How many notices to keep, the newest ones. */
  keep?: number
}

const BODY_LIMIT = 1024 * 1024

/**
 * Makes the app that takes Alertmanager's notifications (POST /) and shows what arrived (GET /), the newest first.
 * What arrives must call itself JSON, which no page of another site can do without asking first.
 */
export function createReceiver({
  say,
  now = () => new Date(),
  keep = 1000,
}: ReceiverAppOptions): Hono {
  const app = new Hono()
  let notices: Notice[] = []

  app.post('/', bodyLimit({ maxSize: BODY_LIMIT, onError: tooLarge }), async (c) => {
    const type = c.req.header('content-type')
    if (!/^application\/json\b/i.test(type ?? '')) {
      return c.json({ mistakes: [`Content-Type=${type}: must be application/json`] }, 415)
    }
    const body = await c.req.json().catch(() => undefined)
    if (body === undefined) return c.json({ mistakes: ['the body: must be JSON'] }, 400)
    const read = readNotification(body, now().toISOString())
    if ('mistakes' in read) return c.json(read, 400)
    for (const notice of read.notices) say(renderNotice(notice))
    notices = [...notices, ...read.notices].slice(-keep)
    return c.json({ taken: read.notices.length })
  })

  app.get('/', (c) => {
    const newestFirst = notices.toReversed()
    const wanted = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/html'],
      default: 'application/json',
    })
    c.header('Vary', 'Accept')
    return wanted === 'text/html' ? c.html(page(newestFirst)) : c.json(newestFirst)
  })
  app.get('/healthz', (c) => c.text('ok\n'))
  app.notFound((c) =>
    c.json({ mistakes: [`${c.req.method} ${c.req.path}: is not known here`] }, 404),
  )
  return app
}

const tooLarge = (c: Context) =>
  c.json({ mistakes: [`the body: must be ${BODY_LIMIT} bytes at most`] }, 413)

const page = (notices: Notice[]) => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<meta name="color-scheme" content="light dark">
<title>Alerts that arrived</title>
<h1>Alerts that arrived</h1>
<p>The newest first. What is no browser gets it as JSON.</p>
<pre>${notices.map(renderNotice).join('\n') || 'None yet.'}</pre>
</html>
`
