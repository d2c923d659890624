/** What the embedded database says of itself; a pino logger is one. */
export interface EmbeddedLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
