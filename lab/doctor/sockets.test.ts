import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSockets } from './sockets.ts'

test('ss: the port of the local address, and the first process that has it', () => {
  const text = [
    'LISTEN 0      4096   127.0.0.1:9090  0.0.0.0:* users:(("docker-proxy",pid=21587,fd=4))',
    'LISTEN 0      511        [::]:8080      [::]:* users:(("node",pid=7,fd=22),("node",pid=8,fd=22)) ',
    'LISTEN 0      128           *:22           *:*                                            ',
    '',
  ].join('\n')
  assert.deepEqual(
    [...readSockets(text)],
    [
      [9090, 'docker-proxy (process 21587)'],
      [8080, 'node (process 7)'],
      [22, null],
    ],
  )
})

test('lsof: the same', () => {
  const text = `COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
node    4711 anna   18u  IPv4 0x1234      0t0  TCP 127.0.0.1:8080 (LISTEN)
rapportd 600 anna    8u  IPv6 0x1235      0t0  TCP *:49152 (LISTEN)
`
  assert.deepEqual(
    [...readSockets(text)],
    [
      [8080, 'node (process 4711)'],
      [49152, 'rapportd (process 600)'],
    ],
  )
})

test('/proc/net/tcp: ports that are listened on, without names', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0
   1: 0100007F:9C40 0100007F:2382 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0
`
  assert.deepEqual([...readSockets(text)], [[9090, null]])
})
