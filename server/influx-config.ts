import { z } from 'zod'
import { whole } from './variables.ts'

/** Where requests are pushed to, and how. */
export type InfluxConfig = {
  url: string
  database: string
  user: string | undefined
  password: string | undefined
  intervalMs: number
  /** How many points may wait while the database is away. */
  bufferPoints: number
}

const duration = 'a duration from 100ms to 10s, as in 1s or 500ms'

/**
 * The environment's part. An interval is 10 s at most, because its times are kept one by one until it ends: sorting those
 * of 10 s at 10,000 requests a second takes 10 ms.
 */
export const influxVariables = {
  INFLUX_URL: z
    .url({ protocol: /^https?$/, error: 'the http:// or https:// URL of an InfluxDB' })
    .optional(),
  INFLUX_DATABASE: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, '1 to 64 letters, digits or _ . : -')
    .default('lab'),
  INFLUX_USER: z
    .string()
    .regex(/^[^:\p{Cc}]{1,100}$/u, '1 to 100 characters without a colon')
    .optional(),
  INFLUX_PASSWORD: z.string().optional(),
  INFLUX_INTERVAL: z
    .string()
    .regex(/^\d{1,5}(ms|s)$/, duration)
    .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1000))
    .pipe(z.number().min(100, duration).max(10_000, duration))
    .default(1000),
  INFLUX_BUFFER_POINTS: z
    .string()
    .regex(/^\d{1,7}$/, 'a whole number from 1 to 1000000')
    .pipe(whole(1, 1_000_000))
    .default(10_000),
}

type Parsed = z.infer<z.ZodObject<typeof influxVariables>>

/** The configuration of the pushes; undefined where there is no InfluxDB to push to. */
export function influxConfig(data: Parsed): InfluxConfig | undefined {
  return data.INFLUX_URL === undefined
    ? undefined
    : {
        url: data.INFLUX_URL,
        database: data.INFLUX_DATABASE,
        user: data.INFLUX_USER,
        password: data.INFLUX_PASSWORD,
        intervalMs: data.INFLUX_INTERVAL,
        bufferPoints: data.INFLUX_BUFFER_POINTS,
      }
}

/** Mistakes in how the variables go together, without a word of what is secret. */
export function influxMistakes({
  INFLUX_URL = '',
  INFLUX_USER,
  INFLUX_PASSWORD,
}: NodeJS.ProcessEnv): string[] {
  const mistakes = []
  if (URL.canParse(INFLUX_URL)) {
    const { username, password, search, hash } = new URL(INFLUX_URL)
    if (username || password) {
      mistakes.push(
        'INFLUX_URL has a user or a password in it: must have none, INFLUX_USER and INFLUX_PASSWORD are for them',
      )
    } else if (search || hash) {
      mistakes.push(`INFLUX_URL=${JSON.stringify(INFLUX_URL)}: must have no ? and no # in it`)
    }
  }
  if (INFLUX_USER && !INFLUX_PASSWORD) {
    mistakes.push('INFLUX_PASSWORD is not set: must be, because INFLUX_USER is')
  }
  if (INFLUX_PASSWORD && !INFLUX_USER) {
    mistakes.push('INFLUX_USER is not set: must be, because INFLUX_PASSWORD is')
  }
  return mistakes
}
