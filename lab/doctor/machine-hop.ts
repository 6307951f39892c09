import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'

export type Machine = {
  /** The version of the Node.js that runs this. */
  node: string
  /** The packages that are not as package-lock.json has them, in words. */
  wrongPackages: string[]
  /** What programs could still have. */
  freeMemoryBytes: number
}

/** Server, Prometheus and Grafana take some 350 MB together. */
const leastFreeBytes = 250e6

/** Node.js, packages and memory. In containers it is the image that has the first two. */
export function judgeMachine(
  { node, wrongPackages, freeMemoryBytes }: Machine,
  mode: Mode,
): Verdict {
  const free = `${Math.floor(freeMemoryBytes / 1e6)} MB`
  if (mode === 'native' && Number(node.split('.')[0]) < 24) {
    return {
      status: 'broken',
      what: `Node.js ${node} is too old: the lab needs 24`,
      evidence: [`process.versions.node: ${node}`],
      advice: 'npm ci brings the right one; then make up',
    }
  }
  if (mode === 'native' && wrongPackages.length > 0) {
    return {
      status: 'broken',
      what: 'the packages are not those of package-lock.json',
      evidence: wrongPackages,
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
