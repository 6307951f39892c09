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
