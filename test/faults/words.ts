interface Named {
  readonly role?: string
  readonly name?: string
}

/** As much of a canonical record as the proof looks at. */
interface Marked {
  readonly amount?: { readonly value?: string }
  readonly test?: { readonly raw?: string }
  /** Of a hold, which has no amount. */
  readonly cause?: string
  readonly sites?: readonly Named[]
  readonly parties?: readonly Named[]
}

/** The number in a record that no other state has, however it was written down: `12.30` and `12.3` are the same. */
export const markOf = (record: unknown): string => {
  const { amount, test, cause } = record as Marked
  return String(Number.parseFloat(amount?.value ?? test?.raw ?? cause ?? 'NaN'))
}

/** The text beside the mark: the name of a stall, else of the first party that sells, is paid or owns. */
export const wordsOf = (record: unknown): string => {
  const { sites = [], parties = [] } = record as Marked
  const stall = sites.find(({ role }) => role === 'stall')?.name
  const party = parties.find(({ role }) => role === 'seller' || role === 'payee' || role === 'owner')?.name
  return stall ?? party ?? ''
}
