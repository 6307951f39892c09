/**
 * Who listens on which port, as `ss -ltnpH` or `lsof -nP -iTCP -sTCP:LISTEN` write it. Who it is, is missing for
 * processes of other users.
 */
export function readSockets(text: string): Map<number, string | null> {
  const sockets = new Map<number, string | null>()
  for (const line of text.split('\n')) {
    const [, port, name, pid] =
      /^LISTEN\s+\d+\s+\d+\s+\S*:(\d+)\s+\S+\s*(?:users:\(\("([^"]+)",pid=(\d+))?/.exec(line) ?? []
    const [, lsofName, lsofPid, lsofPort] =
      /^(\S+)\s+(\d+)\s.*TCP \S*:(\d+) \(LISTEN\)/.exec(line) ?? []
    const found = port ?? lsofPort
    const who = name ?? lsofName
    if (found) sockets.set(Number(found), who ? `${who} (process ${pid ?? lsofPid})` : null)
  }
  return sockets
}
