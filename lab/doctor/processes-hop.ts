import type { Verdict } from './finding.ts'
import type { NativeLab } from './native-lab.ts'

/** Do the processes of a lab without Docker run, all that were started? */
export function judgeProcesses(lab: NativeLab | null): Verdict {
  if (!lab) {
    return {
      status: 'broken',
      what: 'the lab is not running',
      evidence: ['there is no record of a lab of plain processes that was started'],
      advice: 'make up',
    }
  }
  const ended = lab.processes.filter(({ alive }) => !alive)
  const [first] = ended
  if (first) {
    return {
      status: 'broken',
      what: `${first.title} does not run${first.lastExit ? `: it ended with ${first.lastExit}` : ''}`,
      evidence: ended.flatMap(({ title, exits, lastExit, lines, log }) => [
        `${title}: ended ${times(exits)}${lastExit ? `, the last time with ${lastExit}` : ''}; the end of ${log}:`,
        ...lines.map((line) => `  ${line.slice(0, 200)}`),
      ]),
      advice: lab.supervised
        ? 'make up starts it again, once what its log says is mended'
        : 'make up',
    }
  }
  if (!lab.supervised) {
    return {
      status: 'broken',
      what: 'the supervisor has died: nobody would start again what ends',
      evidence: ['its process is not there any more; the others run'],
      advice: 'make up',
    }
  }
  const restarted = lab.processes.filter(({ exits }) => exits > 0)
  return {
    status: 'ok',
    what: [
      `${lab.processes.map(({ title }) => title).join(', ')} run`,
      ...restarted.map(
        ({ title, exits, lastExit }) => `${title} had ended ${times(exits)} (${lastExit})`,
      ),
    ].join('; '),
  }
}

const times = (n: number) => (n === 1 ? 'once' : `${n} times`)
