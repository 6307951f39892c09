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
/** A browser gives up what is under way when a network comes or goes: once is nothing to speak of. */
const AGAIN_MS = 200

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
  let failures = 0
  const ask = async () => {
    if (asking) {
      again = true
      return
    }
    asking = true
    clearTimeout(timer)
    const live = await liveSince(after()).catch(() => undefined)
    failures = live ? 0 : failures + 1
    if (failures > 1) {
      say(
        connection,
        'The server does not answer. What you see is from before; trying again each second.',
      )
    }
    if (connection.hidden === failures > 1) connection.hidden = failures < 2
    if (failures !== 1) document.body.dataset.connected = `${failures === 0}`
    asking = false
    timer = setTimeout(ask, again ? 0 : failures === 1 ? AGAIN_MS : EVERY_MS)
    again = false
    if (live) show(live)
  }
  ask()
  return ask
}

async function liveSince(second: number): Promise<Live> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch(`/api/live?after=${second}`, { signal })
  if (!response.ok) throw new Error(`${response.status}`)
  return response.json()
}
