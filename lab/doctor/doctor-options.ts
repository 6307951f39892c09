import { splitArguments } from '../arguments.ts'

export type DoctorOptions = {
  json: boolean
  /** Only what matters before anything is started, and nothing is printed where that is well. */
  beforeUp: boolean
  /** Services that are not to be started: their ports may be anybody's. */
  without: string[]
  /** A folder that record.sh has written. */
  record: string | null
  /** The project's folder, where it is not the one that this program is in. */
  project: string | null
  help: boolean
}

const services = ['server', 'prometheus', 'grafana', 'alertmanager', 'receiver', 'influxdb']

/** What `lab doctor --help` prints. */
export const doctorHelp = `Usage: node lab/main.ts doctor [options]

Walks from this machine by the server's /metrics to the panel, and names the first hop that is not well, what was
seen there, and one thing to do. Takes five seconds at most, before the lab is up and after.

  --json          all of it as JSON: {"ok", "mode", "firstBroken", "hops"}
  --before-up     only what matters before anything is started; silent where that is well
  --without LIST  services that are not to be started, as in server,grafana: their ports are not looked at
  --record DIR    what lab/doctor/record.sh has written there, instead of asking Docker
  --project DIR   the project's folder
  -h, --help      this text

Exit codes: 0 all is well; 1 something is not: broken, not yet there, or could not be judged; 2 wrong usage.
`

/** Reads the arguments: the options, or every mistake in them by name, value and what is allowed. */
export function parseDoctorOptions(
  args: readonly string[],
): DoctorOptions | { mistakes: string[] } {
  const { values, mistakes } = splitArguments(args, {
    allowed: {
      without: `some of ${services.join(',')}`,
      record: 'a folder that lab/doctor/record.sh has written',
      project: 'a folder',
    },
    flags: ['json', 'before-up', 'help'],
  })
  const without = values.get('without')?.split(',') ?? []
  if (without.some((name) => !services.includes(name)))
    mistakes.push(`--without ${values.get('without')}: must be some of ${services.join(',')}`)
  if (mistakes.length > 0) return { mistakes }
  return {
    json: values.has('json'),
    beforeUp: values.has('before-up'),
    without,
    record: values.get('record') ?? null,
    project: values.get('project') ?? null,
    help: values.has('help'),
  }
}
