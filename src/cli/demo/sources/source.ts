/** A system of the demo that does not push: something of its kind runs beside the hub, and a channel reads it. */
export interface DemoSource {
  readonly system: string
  readonly channel: string
  readonly adapter: string
  readonly about: { readonly zh: string; readonly en: string }
  /** What an operator sets of the channel. */
  readonly given: {
    readonly settings: object
    readonly secrets?: object
    readonly allowAddress?: readonly string[]
  }
  /** Source records that it has. */
  readonly rows: number
  /** What it sends once the channel listens. */
  send?(): Promise<void>
  stop(): Promise<void>
}
