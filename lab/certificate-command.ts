import { splitArguments } from './arguments.ts'
import { goodUntil, renewCertificate, serverNames, tlsFiles } from './certificate/renew.ts'

const usage = `node lab/main.ts certificate [options]

Makes a certificate for the lab's server, and a local authority that vouches for it, in .lab/tls. Again, it renews
the certificate and keeps the authority.

  --folder DIR      where they are kept, in place of .lab/tls
  --readable-key    the server's key may be read by other users, as the server in its container is one
  --if-needed       only where there is none that will do for another month
  -h, --help        this text
`

export type CertificateLab = {
  folder: string
  /** The folder as a person knows it. */
  shown: string
  out: (text: string) => void
  err: (text: string) => void
  /** Milliseconds since the epoch. */
  now: () => number
}

/** Runs `lab certificate`. Resolves to the exit code: 1 when a file can't be written, 2 for bad usage. */
export async function certificateCommand(
  args: readonly string[],
  { folder: usualFolder, shown, out, err, now }: CertificateLab,
): Promise<number> {
  const { values, mistakes } = splitArguments(args, {
    allowed: { folder: 'a folder' },
    flags: ['readable-key', 'if-needed', 'help'],
  })
  if (mistakes.length > 0) {
    for (const mistake of mistakes) err(`lab: ${mistake}\n`)
    return 2
  }
  if (values.has('help')) {
    out(usage)
    return 0
  }
  const folder = values.get('folder') || usualFolder
  try {
    const options = { folder, readableKey: values.has('readable-key'), now: now() }
    const until = values.has('if-needed') ? goodUntil(options) : undefined
    if (until) {
      out(`The certificate is good until ${day(until)}: ${shown}/${tlsFiles.certificate}\n`)
      return 0
    }
    const { newAuthority, authorityNotAfter, notAfter } = renewCertificate(options)
    const authority = `${shown}/${tlsFiles.authority}, until ${day(authorityNotAfter)}`
    out(
      newAuthority
        ? `A new authority, because ${newAuthority}: ${authority}\n`
        : `The authority is kept: ${authority}\n`,
    )
    out(
      `A new certificate for ${serverNames.join(', ')}: ${shown}/${tlsFiles.certificate}, until ${day(notAfter)}\n` +
        'make up LAB_TLS=on starts the lab with it; a server that runs with TLS takes it with make reload\n',
    )
    return 0
  } catch (error) {
    err(`lab: no certificate was made: ${(error as Error).message}\n`)
    return 1
  }
}

const day = (date: Date) => date.toISOString().slice(0, 10)
