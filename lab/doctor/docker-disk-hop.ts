import type { Engine } from './engine.ts'
import type { Verdict } from './finding.ts'

/** What the lab's images and a week of Prometheus' data need at least, in bytes. */
const enoughBytes = 2 ** 30

/**
 * Is there room where Docker keeps images and volumes? Null where that can't be seen: without Docker, and where the engine
 * is in a virtual machine.
 */
export function judgeDockerDisk(engine: Engine | null): Verdict | null {
  const answer = engine?.['docker-disk']
  if (answer?.exitCode !== 0) return null
  const [, available, mounted = ''] =
    /\s\d+\s+\d+\s+(\d+)\s+\d+%\s+(\S+)\s*$/.exec(answer.out) ?? []
  if (available === undefined) return null
  const availableBytes = Number(available) * 1024
  if (availableBytes >= enoughBytes) {
    const left = `${(availableBytes / 2 ** 30).toFixed(1)} GiB left`
    return { status: 'ok', what: `${left} where Docker keeps images and volumes` }
  }
  const left = `${Math.floor(availableBytes / 2 ** 20)} MiB left`
  return {
    status: 'broken',
    what: 'the disk is nearly full where Docker keeps images and volumes',
    evidence: [`df: ${left} on ${mounted}; the lab needs 1024 MiB`],
    advice:
      'make room: docker system df shows what takes it, docker builder prune deletes what can be built again',
  }
}
