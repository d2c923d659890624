import type { Issue } from '#core/issue.ts'

/** Codes with which a message as a whole is refused. */
export type RefusalCode = 'E_SCHEMA' | 'E_ENCODING' | 'E_SIGN'

/**
 * A message as a whole cannot be read: no record comes of it.
 * `at` is the place in the message (`line 3, column 5`, `byte 120`, `end of text`, `<!DOCTYPE`), `fix` what its sender can do.
 */
export class DecodeRefusal extends Error {
  override readonly name = 'DecodeRefusal'
  readonly code: RefusalCode
  readonly at: string
  readonly reason: string
  readonly fix: string

  constructor(code: RefusalCode, at: string, reason: string, fix: string) {
    super(`${reason} (at ${at})`)
    this.code = code
    this.at = at
    this.reason = reason
    this.fix = fix
  }
}

/** A refusal as the one issue of its message. */
export const issueOf = ({ code, at, reason, fix }: DecodeRefusal): Issue => ({ path: at, code, reason, fix })
