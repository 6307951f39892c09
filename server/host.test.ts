import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { cpuUtilization, readCpuTimes, registerHostMetrics } from './host.ts'

test('utilization is the busy share of the time between two looks', () => {
  const before = { busyMs: 100, totalMs: 1000 }
  assert.equal(cpuUtilization(before, { busyMs: 350, totalMs: 2000 }), 0.25)
  assert.equal(cpuUtilization(before, before), 0)
})

test('utilization stays within 0 and 1 where the kernel takes waiting time back', () => {
  const before = { busyMs: 100, totalMs: 1000 }
  assert.equal(cpuUtilization(before, { busyMs: 350, totalMs: 1200 }), 1)
  assert.equal(cpuUtilization(before, { busyMs: 90, totalMs: 1200 }), 0)
})

test('waiting for a disk is not busy, interrupts and what a hypervisor took are, guests count once', () => {
  const fields = { user: 10, nice: 20, system: 30, idle: 100, iowait: 400, irq: 40, softirq: 50 }
  const [steal, guest, guestNice] = [60, 5, 6]
  const ticks = [...Object.values(fields), steal, guest, guestNice].join(' ')
  // Two processors: of one of them, on average, half of the ticks, each of 10 ms.
  const stat = `cpu  ${ticks}\ncpu0 ${ticks}\ncpu1 0 0\nintr 1 2 3\n`
  const busy = 10 + 20 + 30 + 40 + 50 + 60
  assert.deepEqual(readCpuTimes(stat), { busyMs: busy * 5, totalMs: (busy + 500) * 5 })
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
