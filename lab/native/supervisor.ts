import { pauseBefore } from './backoff.ts'
import type { Ended } from './end.ts'
import type { Identity } from './identity.ts'
import type { Launched } from './launch.ts'
import type { ProcessState, State } from './state.ts'
import { type Definition, type Table, versionOf } from './table.ts'

export type SupervisorOptions = {
  self: Identity
  launch: (definition: Definition) => Launched
  /** Writes down who runs. What is not written down is not begun. */
  save: (state: State) => void
  /** Ends a process, and kills it when it has not ended in time. */
  end: (identity: Identity, limitMs: number) => Promise<Ended>
  say: (text: string) => void
  /** Marks where the log of a process is, and later gives its last lines since. */
  markLog: (name: string) => () => string[]
  now: () => number
  sleep: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Keeps the processes of a table running. */
export type Supervisor = {
  /** Ends what is not in the table any more or is not the same, and starts what is not there. */
  apply: (table: Table) => Promise<void>
  /** Ends them all, one after the other in the order of the table. */
  stop: () => Promise<void>
}

type Kept = { definition: Definition; state: ProcessState; stop: () => Promise<void> }

/**
 * A process that ends by itself is named, with the end of its log, and started again after a pause that
 * doubles as long as it keeps ending (`backoff.ts`).
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const kept = new Map<string, Kept>()
  let order: string[] = []
  let applied = ''
  const save = () => {
    const processes = order.flatMap((name) => {
      const state = kept.get(name)?.state
      return state ? [[name, state] as const] : []
    })
    options.save({ supervisor: options.self, applied, processes: Object.fromEntries(processes) })
  }
  /** What has happened already can only be noted. */
  const note = () => {
    try {
      save()
    } catch (error) {
      options.say(`who runs could not be written down: ${(error as Error).message}`)
    }
  }
  const end = async (name: string) => {
    await kept.get(name)?.stop()
    kept.delete(name)
    note()
  }
  return {
    async apply(table) {
      const wanted = new Map(table.map((definition) => [definition.name, definition]))
      for (const [name, { definition }] of [...kept]) {
        const now = wanted.get(name)
        if (!now || versionOf(now) !== versionOf(definition)) await end(name)
      }
      order = table.map(({ name }) => name)
      for (const definition of table) {
        if (!kept.has(definition.name)) keep(definition)
      }
      applied = versionOf(table)
      note()
    },
    async stop() {
      for (const name of order) await end(name)
    },
  }

  function keep(definition: Definition) {
    const { name, stopMs } = definition
    const state: ProcessState = { identity: null, exits: 0, lastExit: null, stopMs }
    const cancelled = new AbortController()
    const over = run()
    kept.set(name, { definition, state, stop })

    async function run(): Promise<void> {
      // Not before it is in the table of who runs.
      await null
      let pauseMs = 0
      while (!cancelled.signal.aborted) {
        const begun = options.now()
        const logSince = options.markLog(name)
        const lastExit = await runOnce().catch((error: Error) => error.message)
        if (cancelled.signal.aborted) return
        const ranMs = options.now() - begun
        pauseMs = pauseBefore(pauseMs, ranMs)
        Object.assign(state, { identity: null, exits: state.exits + 1, lastExit })
        note()
        const ran = `${(ranMs / 1000).toFixed(1)} s`
        options.say(
          `${name} ended with ${lastExit} after ${ran}; it starts again in ${pauseMs / 1000} s`,
        )
        for (const line of logSince()) options.say(`  ${name} said: ${line}`)
        await options.sleep(pauseMs, cancelled.signal).catch(() => {})
      }
    }

    /** From its start to its end; resolves to how it ended. */
    async function runOnce(): Promise<string> {
      const { child, identity, begin } = options.launch(definition)
      const ended = new Promise<string>((resolve) => {
        child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
      })
      state.identity = identity
      try {
        save()
      } catch (error) {
        child.kill('SIGKILL')
        throw error
      }
      begin()
      options.say(`${name} started, process ${identity.pid}`)
      const end = async () => {
        if ((await options.end(identity, stopMs)) === 'killed')
          options.say(`${name} had not ended after ${stopMs / 1000} s: it was killed`)
      }
      if (cancelled.signal.aborted) void end()
      else cancelled.signal.addEventListener('abort', end, { once: true })
      return ended
    }

    async function stop() {
      cancelled.abort()
      await over
      options.say(`${name} stopped`)
    }
  }
}
