import { benchLoadgen } from './loadgen.ts'
import { benchServer } from './server.ts'
import { benchStack } from './stack.ts'

const benches: Record<string, (say: (text: string) => void) => Promise<void>> = {
  loadgen: benchLoadgen,
  server: benchServer,
  stack: benchStack,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !benches[name])
if (unknown.length > 0) {
  process.stderr.write(
    `bench: ${unknown.join(', ')}: must be of ${Object.keys(benches).join(', ')}\n`,
  )
  process.exit(2)
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  process.stdout.write(`\n${name}\n`)
  await benches[name]?.((text) => process.stdout.write(`${text}\n`))
}
