/** How a line begins that is about a socket that listens, by who writes it: what is found in it, by name. */
const lines = [
  // ss -ltnpH
  /^LISTEN\s+\d+\s+\d+\s+\S*:(?<port>\d+)\s+\S+\s*(?:users:\(\("(?<name>[^"]+)",pid=(?<pid>\d+))?/,
  // lsof -nP -iTCP -sTCP:LISTEN
  /^(?<name>\S+)\s+(?<pid>\d+)\s.*TCP \S*:(?<port>\d+) \(LISTEN\)/,
  // /proc/net/tcp, where 0A is the state of a socket that listens: proc_pid_net(5)
  /^\s*\d+: [0-9A-F]+:(?<hex>[0-9A-F]{4}) \S+ 0A /,
]

/** Who listens on which port, as record.sh has it from one of three. Who it is, is null where that is not told. */
export function readSockets(text: string): Map<number, string | null> {
  const sockets = new Map<number, string | null>()
  for (const line of text.split('\n')) {
    const found = lines.map((pattern) => pattern.exec(line)?.groups).find(Boolean)
    if (!found) continue
    const { port, hex, name, pid } = found
    sockets.set(
      hex ? Number.parseInt(hex, 16) : Number(port),
      name ? `${name} (process ${pid})` : null,
    )
  }
  return sockets
}
