const REGIONS: ReadonlySet<string> = new Set(['region', 'origin', 'destination'])

/** A body as it was given, with the year of `occurredAt` for every region that has a code and says no year in which it is read. */
export function withYears<Of extends Readonly<Record<string, unknown>>>(body: Of): Of {
  const { occurredAt } = body
  const at = isMap(occurredAt) ? occurredAt['at'] : undefined
  const year = typeof at === 'string' ? /^\d{4}(?=-)/.exec(at)?.[0] : undefined
  return year === undefined ? body : (withYear(body, Number(year)) as Of)
}

function withYear(value: unknown, year: number): unknown {
  if (Array.isArray(value)) return value.map((one) => withYear(one, year))
  if (!isMap(value)) return value
  const members = Object.entries(value).map(([name, one]) => [
    name,
    REGIONS.has(name) && isMap(one) && 'code' in one && !('year' in one)
      ? { ...one, year }
      : withYear(one, year),
  ])
  return Object.fromEntries(members)
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
