import { join } from 'node:path'

/** A load generator, by how it is called and what it answers. */
export type Tool = {
  name: string
  /** The program that must be on PATH; null for what the lab brings along. */
  program: string | null
  /** 50 connections, each with its next request when the answer has come. */
  closed: (url: string, seconds: number) => Call
  /** As many requests a second as asked; null for a tool that can't. */
  paced: ((url: string, rate: number, seconds: number) => Call) | null
}

export type Call = {
  command: string[]
  stdin?: string
  /** From what it wrote: how many requests were answered, and their 99th percentile in seconds. */
  read: (stdout: string) => { answered: number; p99: number }
}

const root = join(import.meta.dirname, '..')

export const connections = 50

/** Ours first, and then those that it is to be compared with. */
export const tools: Tool[] = [
  {
    name: 'latency lab',
    program: null,
    closed: (url, seconds) => ours(url, seconds, '--closed', '--connections', `${connections}`),
    paced: (url, rate, seconds) => ours(url, seconds, '--rate', `${rate}`, '--arrivals', 'even'),
  },
  {
    name: 'autocannon',
    program: null,
    closed: (url, seconds) => autocannon(url, seconds),
    paced: (url, rate, seconds) => autocannon(url, seconds, '-R', `${rate}`),
  },
  {
    name: 'wrk',
    program: 'wrk',
    closed: (url, seconds) => ({
      command: ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url],
      read: (stdout) => ({
        answered: Number(/(\d+) requests in/.exec(stdout)?.[1]),
        p99: wrkSeconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
      }),
    }),
    paced: null,
  },
  {
    name: 'oha',
    program: 'oha',
    closed: (url, seconds) => oha(url, seconds),
    paced: (url, rate, seconds) => oha(url, seconds, '-q', `${rate}`, '--latency-correction'),
  },
  {
    name: 'vegeta',
    program: 'vegeta',
    closed: (url, seconds) => vegeta(url, seconds, `-rate=0 -max-workers=${connections}`),
    paced: (url, rate, seconds) => vegeta(url, seconds, `-rate=${rate}`),
  },
  {
    name: 'k6',
    program: 'k6',
    closed: (url, seconds) =>
      k6(url, { executor: 'constant-vus', vus: connections, duration: `${seconds}s` }),
    paced: (url, rate, seconds) =>
      k6(url, {
        executor: 'constant-arrival-rate',
        rate,
        timeUnit: '1s',
        duration: `${seconds}s`,
        preAllocatedVUs: connections,
        maxVUs: 2 * rate,
      }),
  },
]

const ours = (url: string, seconds: number, ...options: string[]): Call => {
  const always = [
    '--duration',
    `${seconds}s`,
    '--json',
    '-',
    '--metrics-port',
    '0',
    '--no-progress',
  ]
  return {
    command: [process.execPath, join(root, 'loadgen/main.ts'), ...options, ...always, url],
    read: (stdout) => {
      const { ok, responseTime } = JSON.parse(stdout)
      return { answered: ok, p99: responseTime.p99 }
    },
  }
}

const autocannon = (url: string, seconds: number, ...options: string[]): Call => {
  const program = join(root, 'node_modules/autocannon/autocannon.js')
  const always = ['--json', '--no-progress', '-c', `${connections}`, '-d', `${seconds}`]
  return {
    command: [process.execPath, program, ...options, ...always, url],
    read: (stdout) => {
      const { requests, latency } = JSON.parse(stdout)
      return { answered: requests.total, p99: latency.p99 / 1000 }
    },
  }
}

const wrkSeconds = (match: RegExpExecArray | null): number => {
  const unit = { us: 1e-6, ms: 1e-3, s: 1 }[match?.[2] ?? ''] ?? Number.NaN
  return Number(match?.[1]) * unit
}

const oha = (url: string, seconds: number, ...options: string[]): Call => {
  const always = [
    '--no-tui',
    '--output-format',
    'json',
    '-c',
    `${connections}`,
    '-z',
    `${seconds}s`,
  ]
  return {
    command: ['oha', ...options, ...always, url],
    read: (stdout) => {
      const { statusCodeDistribution, latencyPercentiles } = JSON.parse(stdout)
      return { answered: statusCodeDistribution['200'], p99: latencyPercentiles.p99 }
    },
  }
}

const vegeta = (url: string, seconds: number, options: string): Call => ({
  command: [
    'sh',
    '-c',
    `vegeta attack ${options} -duration=${seconds}s | vegeta report -type=json`,
  ],
  stdin: `GET ${url}\n`,
  read: (stdout) => {
    const { requests, latencies } = JSON.parse(stdout)
    return { answered: requests, p99: latencies['99th'] / 1e9 }
  },
})

const k6 = (url: string, scenario: Record<string, unknown>): Call => ({
  command: ['k6', 'run', '--quiet', '-'],
  stdin: `import http from 'k6/http'
    export const options = ${JSON.stringify({ scenarios: { all: scenario }, summaryTrendStats: ['p(99)'] })}
    export default () => { http.get(${JSON.stringify(url)}) }
    export const handleSummary = (data) => ({ stdout: JSON.stringify(data.metrics) })`,
  read: (stdout) => {
    const metrics = JSON.parse(stdout)
    return {
      answered: metrics.http_reqs.values.count,
      p99: metrics.http_req_duration.values['p(99)'] / 1000,
    }
  },
})
