import type { Second } from '../history.ts'
import type { Asked } from './behaviour.ts'
import { byId, say } from './dom.ts'
import type { Run } from './load.ts'

/** What the control listener says each second. */
export type Live = {
  behaviour: Asked & { changedAtSeconds: number | null }
  /** Since the behaviour is in force: whole milliseconds and how often, in turn. */
  delays: number[]
  durations: number[]
  inFlight: number
  seconds: Second[]
  run: Run | null
  refusal: string | null
}

const EVERY_MS = 1000
const PATIENCE_MS = 4000

/**
 * Asks once a second, and again and again when there is no answer, which it says on the page until there is one.
 *
 * @param after the last second that is known
 * @returns asks at once
 */
export function startPolling(after: () => number, show: (live: Live) => void): () => void {
  const connection = byId('connection')
  let timer = 0
  let asking = false
  let again = false
  const ask = async () => {
    if (asking) {
      again = true
      return
    }
    asking = true
    clearTimeout(timer)
    try {
      const response = await fetch(`/api/live?after=${after()}`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      if (!response.ok) throw new Error(`${response.status}`)
      const live = await response.json()
      connection.hidden = true
      document.body.dataset.connected = 'true'
      show(live)
    } catch {
      say(
        connection,
        'The server does not answer. What you see is from before; trying again each second.',
      )
      connection.hidden = false
      document.body.dataset.connected = 'false'
    }
    asking = false
    timer = setTimeout(ask, again ? 0 : EVERY_MS)
    again = false
  }
  ask()
  return ask
}
