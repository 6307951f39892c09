import { z } from 'zod'

/** What the lab keeps of one alert that Alertmanager sent. */
export type Notice = {
  /** When it arrived here, as ISO 8601. */
  arrivedAt: string
  status: 'firing' | 'resolved'
  /** Since when the alert fires, and, once it is resolved, until when, as ISO 8601. */
  since: string
  until: string | null
  labels: Record<string, string>
  annotations: Record<string, string>
}

const labels = z.record(z.string(), z.string('must be text'), 'must be an object')

const instant = z.iso.datetime({ offset: true, error: 'must be a time as in 2026-01-02T03:04:05Z' })

/** The parts of a notification that are read here; Alertmanager may send more. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const notification = z.object(
  {
    alerts: z.array(
      z.object(
        {
          status: z.enum(['firing', 'resolved'], 'must be firing or resolved'),
          labels,
          annotations: labels,
          startsAt: instant,
          endsAt: instant,
        },
        'must be an object',
      ),
      'must be a list of alerts',
    ),
  },
  'must be an object with alerts',
)

/**
 * Reads the body of one notification: a notice for each alert in it, or every mistake by field and what is allowed.
 *
 * @param body anything that JSON can say
 * @param arrivedAt ISO 8601
 */
export function readNotification(
  body: unknown,
  arrivedAt: string,
): { notices: Notice[] } | { mistakes: string[] } {
  const { data, error } = notification.safeParse(body)
  if (error) {
    return {
      mistakes: error.issues.map(
        ({ path, message }) => `${path.join('.') || 'the body'}: ${message}`,
      ),
    }
  }
  return {
    notices: data.alerts.map(({ status, labels, annotations, startsAt, endsAt }) => ({
      arrivedAt,
      status,
      since: startsAt,
      until: status === 'resolved' ? endsAt : null,
      labels,
      annotations,
    })),
  }
}

/** A notice as one line for a terminal: what, about what, how bad, since when, and what it means. */
export function renderNotice({
  arrivedAt,
  status,
  since,
  until,
  labels,
  annotations,
}: Notice): string {
  const {
    alertname = 'an alert without a name',
    severity = 'no severity',
    slo,
    job,
    instance,
  } = labels
  const about = [slo ?? instance, job].filter(Boolean).join(' of ')
  const when = until ? `(from ${clock(since)} to ${clock(until)})` : `(since ${clock(since)})`
  const words = [annotations.summary, annotations.description].filter(Boolean).join(': ')
  const state = status.toUpperCase().padEnd(8)
  const line = [clock(arrivedAt), state, severity.padEnd(6), alertname, about, when, words]
  // One alert, one line, and nothing in it that a terminal would obey.
  return line
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ')
}

/** 2026-01-02T03:04:05.678Z as 03:04:05, in UTC. */
const clock = (iso: string) => new Date(iso).toISOString().slice(11, 19)
