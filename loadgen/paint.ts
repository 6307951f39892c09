import { styleText } from 'node:util'

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'bgYellow'

/** Gives a text a look, or leaves it as it is. */
export type Paint = (format: Format | Format[], text: string) => string

/** A paint with escape sequences, or one that does nothing. */
export function paintWith(colour: boolean): Paint {
  return (format, text) =>
    colour && text !== '' ? styleText(format, text, { validateStream: false }) : text
}
