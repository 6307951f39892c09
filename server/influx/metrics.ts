import { Counter, Gauge, type Registry } from 'prom-client'
import type { Told } from './pusher.ts'

/**
 * Registers what the server says about its pushes to InfluxDB.
 *
 * @param waiting how many points wait
 * @returns counts lines by how they ended
 */
export function registerInfluxMetrics(registry: Registry, waiting: () => number): Told['ended'] {
  const registers = [registry]
  const points = new Counter({
    name: 'influx_points_total',
    help: 'Points for InfluxDB by how they ended: written, dropped for want of room, or refused by it.',
    labelNames: ['outcome'],
    registers,
  })
  const requests = new Counter({
    name: 'influx_requests_total',
    help: 'The requests that are counted in these points.',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of ['written', 'dropped', 'refused']) {
    points.inc({ outcome }, 0)
    requests.inc({ outcome }, 0)
  }
  new Gauge({
    name: 'influx_buffer_points',
    help: 'Points that wait for InfluxDB, those that are being sent included.',
    registers,
    collect() {
      this.set(waiting())
    },
  })
  return function count(outcome, lines) {
    points.inc({ outcome }, lines.length)
    requests.inc(
      { outcome },
      lines.reduce((sum, line) => sum + line.requests, 0),
    )
  }
}
