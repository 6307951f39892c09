import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readThrottling, throttlingSince } from './throttling.ts'

const machine = (files: Record<string, string>) => (path: string) => {
  const text = files[path]
  if (text === undefined) throw new Error(`ENOENT: ${path}`)
  return text
}

const stat = 'usage_usec 5\nnr_periods 20\nnr_throttled 7\nthrottled_usec 1500000\n'

test('in a container, the group is the root of what it sees', () => {
  const read = machine({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.stat': stat })
  assert.deepEqual(readThrottling(read), { periods: 7, seconds: 1.5 })
})

test('on a host, the group is where the kernel says', () => {
  const read = machine({
    '/proc/self/cgroup': '1:name=systemd:/x\n0::/user.slice/a\n',
    '/sys/fs/cgroup/user.slice/a/cpu.stat': stat,
  })
  assert.deepEqual(readThrottling(read), { periods: 7, seconds: 1.5 })
})

test('in a container with version 1, the group is the root of what it sees, whatever its name outside', () => {
  const read = machine({
    '/proc/self/cgroup': '2:cpu,cpuacct:/docker/4f\n1:cpuset:/docker/4f\n0::/\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.stat':
      'nr_periods 20\nnr_throttled 19\nthrottled_time 1447562720\n',
  })
  assert.deepEqual(readThrottling(read), { periods: 19, seconds: 1.44756272 })
})

test('where both versions are, the one that has the limit is read', () => {
  const read = machine({
    '/proc/self/cgroup': '3:cpuset:/\n1:cpu:/a\n0::/\n',
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 5\n',
    '/sys/fs/cgroup/cpu/a/cpu.stat': 'nr_periods 2\nnr_throttled 1\nthrottled_time 20000000\n',
    '/sys/fs/cgroup/cpu/cpu.stat': 'nr_periods 9\nnr_throttled 9\nthrottled_time 0\n',
  })
  assert.deepEqual(readThrottling(read), { periods: 1, seconds: 0.02 })
})

test('without a group, or without a limit, nothing is known', () => {
  assert.equal(readThrottling(machine({})), null)
  const unlimited = machine({
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 5\n',
  })
  assert.equal(readThrottling(unlimited), null)
})

test('what counts is what was added', () => {
  const [before, after] = [
    { periods: 7, seconds: 1.5 },
    { periods: 9, seconds: 1.75 },
  ]
  assert.deepEqual(throttlingSince(before, after), { periods: 2, seconds: 0.25 })
  assert.deepEqual(throttlingSince(null, after), { periods: 0, seconds: 0 })
  assert.deepEqual(throttlingSince(before, null), { periods: 0, seconds: 0 })
})
