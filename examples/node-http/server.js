// A service like many: it answers, and prom-client measures how long that takes. No part of the lab.
import { createServer } from 'node:http'
import { setTimeout as work } from 'node:timers/promises'
import { collectDefaultMetrics, Histogram, register } from 'prom-client'

collectDefaultMetrics()
const duration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'How long requests took, in seconds',
  labelNames: ['method', 'route', 'code'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
})

createServer(async ({ method, url }, response) => {
  if (url === '/metrics')
    return response.setHeader('Content-Type', register.contentType).end(await register.metrics())
  const end = duration.startTimer({ method, route: url === '/' ? '/' : 'other' })
  await work(20 + 80 * Math.random())
  response.statusCode = url === '/' ? 200 : 404
  response.end(`${response.statusCode}\n`, () => end({ code: response.statusCode }))
}).listen(process.env.PORT ?? 3001)
