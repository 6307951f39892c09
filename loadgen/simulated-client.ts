import type { Client, Outcome } from './client.ts'
import type { VirtualTime } from './virtual-time.ts'

export type Answer = { afterMs: number; kind: 'ok' | '500' | 'error' | 'never' }

/**
 * For tests: a server in virtual time, seen from the client. Each request, by its number, has its answer
 * after some time; the instants at which they were sent are kept, and where to.
 */
export function simulatedClient(
  time: VirtualTime,
  answerTo: (n: number) => Answer,
  timeoutMs = 1000,
) {
  const pending = new Set<{ onDone: (outcome: Outcome) => void; cancel: () => void }>()
  const sentAt: number[] = []
  const targets: number[] = []
  const client: Client = {
    staleRetries: 0,
    longestOpeningMs: 0,
    send(target, onDone) {
      const writtenAt = time.now()
      const { afterMs, kind } = answerTo(sentAt.length)
      sentAt.push(writtenAt)
      targets.push(target)
      const inTime = kind !== 'never' && afterMs < timeoutMs
      const request = { onDone, cancel: () => {} }
      pending.add(request)
      request.cancel = time.after(inTime ? afterMs : timeoutMs, () => {
        pending.delete(request)
        if (!inTime) onDone({ kind: 'timeout' })
        else if (kind === 'error')
          onDone({ kind: 'network error', code: 'ECONNRESET', connected: true })
        else {
          const status = kind === 'ok' ? 200 : 500
          onDone({ kind: 'answer', status, connectMs: 0, writtenAt, endedAt: time.now() })
        }
      })
    },
    cancel() {
      for (const { onDone, cancel } of pending) {
        cancel()
        onDone({ kind: 'cancelled' })
      }
      pending.clear()
    },
  }
  return { client, sentAt, targets }
}
