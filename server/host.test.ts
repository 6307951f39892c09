import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { cpuUtilization, registerHostMetrics } from './host.ts'

test('utilization is the busy share of the time between two looks', () => {
  const before = { busyMs: 100, totalMs: 1000 }
  assert.equal(cpuUtilization(before, { busyMs: 350, totalMs: 2000 }), 0.25)
  assert.equal(cpuUtilization(before, before), 0)
})

test('the host’s gauges are ratios, and there is a process at least', async () => {
  const registry = new Registry()
  registerHostMetrics(registry)
  const value = async (name: string) =>
    (await registry.getSingleMetric(name)?.get())?.values[0]?.value ?? Number.NaN
  for (const name of ['system_cpu_utilization_ratio', 'system_memory_utilization_ratio']) {
    const ratio = await value(name)
    assert.ok(ratio >= 0 && ratio <= 1, `${name} ${ratio}`)
  }
  assert.ok((await value('system_processes')) >= 1)
})
