/** The lab did not come up; each line says why, or what to do. */
export class NotUp extends Error {
  readonly lines: string[]
  constructor(lines: string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}
