import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'

export type Machine = {
  /** The version of the Node.js that runs this. */
  node: string
  /** Are the packages of package-lock.json there? Null where they are of no matter. */
  packages: boolean | null
  /** What programs could still have. */
  freeMemoryBytes: number
}

/** Server, Prometheus and Grafana take some 350 MB together. */
const leastFreeBytes = 250e6

/** Node.js, packages and memory. In containers it is the image that has the first two. */
export function judgeMachine({ node, packages, freeMemoryBytes }: Machine, mode: Mode): Verdict {
  const free = `${Math.floor(freeMemoryBytes / 1e6)} MB`
  if (mode === 'native' && Number(node.split('.')[0]) < 24) {
    return {
      status: 'broken',
      what: `Node.js ${node} is too old: the lab needs 24`,
      evidence: [`process.versions.node: ${node}`],
      advice: 'npm ci brings the right one; then make up',
    }
  }
  if (mode === 'native' && packages === false) {
    return {
      status: 'broken',
      what: 'the packages are not those of package-lock.json',
      evidence: ['node_modules/.package-lock.json is missing or older than package-lock.json'],
      advice: 'npm ci',
    }
  }
  if (freeMemoryBytes < leastFreeBytes) {
    return {
      status: 'broken',
      what: `the memory is used up: ${free} are free`,
      evidence: [`${free} free, the lab needs ${leastFreeBytes / 1e6} MB`],
      advice: 'end what needs much memory, or give Docker’s machine more',
    }
  }
  const parts = mode === 'native' ? [`Node.js ${node}`] : []
  return { status: 'ok', what: [...parts, `${free} of memory free`].join(', ') }
}
