import { getHeapStatistics } from 'node:v8'
import { Gauge, type Registry } from 'prom-client'

/** Registers what the client library's defaults leave out about Node.js: how large the heap may grow. */
export function registerHeapLimit(registry: Registry): void {
  new Gauge({
    name: 'lab_heap_limit_bytes',
    help: 'The heap that the server may have; it ends when it needs more.',
    registers: [registry],
    collect() {
      this.set(getHeapStatistics().heap_size_limit)
    },
  })
}
