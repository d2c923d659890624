import { hash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { MatchType } from '#core/quality/score.ts'

/** A number that a source record names for the first time. */
export interface NamedNumber {
  readonly system: string
  /** `YYYY-MM-DD` in Beijing. */
  readonly day: string
  readonly type: MatchType
  readonly code: string
  readonly source: string
  readonly message: string
  readonly index: number
}

interface Digested extends NamedNumber {
  readonly digest: Buffer
}

/** The numbers of one type that a system named on one day. */
type Group = Pick<NamedNumber, 'system' | 'day' | 'type'>
const groupKey = ({ system, day, type }: Group): string => `${system} ${day} ${type}`

/**
 * Looks whether numbers are known to other source records: those that came before in the log (the new ones are matched), and those that
 * were waiting for a match (they are matched now). Of each type and day of a system the ones with the smallest digests are kept, up to
 * `most`: a sample that nobody chooses, and all of them where they are few. Most numbers of a page are beyond the sample or in it, so what
 * the log is searched for is little.
 */
export async function matchNumbers(
  client: ClientBase,
  numbers: readonly NamedNumber[],
  most: number,
): Promise<void> {
  if (numbers.length === 0) return
  // While the log is still small, reading all of it for each number looks cheap to a plan that outlives that moment.
  await client.query('set local enable_seqscan = off')
  const named = eachOnce(numbers, ({ source, message, index }) => `${source} ${message} ${index}`)
  const groups = [...new Map(named.map((number) => [groupKey(number), number])).values()]
  const full = await readFull(client, groups, most)
  const candidates = eachOnce(named, () => '')
    .map((number): Digested => ({ ...number, digest: hash('sha256', number.code, 'buffer') }))
    .filter((number) => {
      const largest = full.get(groupKey(number))
      return largest === undefined || Buffer.compare(number.digest, largest) < 0
    })
  const added = await addFresh(client, candidates)
  await matchWaiting(client, named)
  if (added > 0) await dropBeyond(client, groups, most)
}

/** The numbers without repetitions; two are the same where group, code and `more` are. */
function eachOnce(numbers: readonly NamedNumber[], more: (number: NamedNumber) => string): NamedNumber[] {
  const found = new Map<string, NamedNumber>()
  for (const number of numbers) {
    const key = `${groupKey(number)} ${number.code} ${more(number)}`
    if (!found.has(key)) found.set(key, number)
  }
  return [...found.values()]
}

const columns = (groups: readonly Group[]) => [
  groups.map(({ system }) => system),
  groups.map(({ day }) => day),
  groups.map(({ type }) => type),
]

/** The largest digest of each group whose sample is full: only what has a smaller one comes in. */
async function readFull(
  client: ClientBase,
  groups: readonly Group[],
  most: number,
): Promise<Map<string, Buffer>> {
  const { rows } = await client.query<Group & { largest: Buffer | null }>(
    `select g.system, g.day::text, g.type,
            (select q.digest from quality_codes q where (q.system, q.day, q.type) = (g.system, g.day, g.type)
              order by q.system, q.day, q.type, q.digest offset $4 - 1 limit 1) as largest
       from unnest($1::text[], $2::date[], $3::text[]) g (system, day, type)`,
    [...columns(groups), most],
  )
  return new Map(rows.flatMap((row) => (row.largest ? [[groupKey(row), row.largest]] : [])))
}

/** Puts what is not in the samples into them, and gives how many there were. */
async function addFresh(client: ClientBase, numbers: readonly Digested[]): Promise<number> {
  if (numbers.length === 0) return 0
  const { rowCount } = await client.query(
    `insert into quality_codes (system, day, type, digest, code, source, message, index, matched)
     select n.*, exists (select from record_versions v
                          where v.codes @> array[n.code] and v.status = 'active'
                            and substr(v.record_id, strpos(substr(v.record_id, 10), ':') + 10) <> n.source
                            and (v.message_id, v.message_index) <> (n.message, n.index))
       from unnest($1::text[], $2::date[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::uuid[], $8::integer[])
            n (system, day, type, digest, code, source, message, index)
      where not exists (select from quality_codes k
                         where (k.system, k.day, k.type, k.digest) = (n.system, n.day, n.type, n.digest))
     on conflict (system, day, type, digest) do nothing`,
    [
      ...columns(numbers),
      numbers.map(({ digest }) => digest),
      numbers.map(({ code }) => code),
      numbers.map(({ source }) => source),
      numbers.map(({ message }) => message),
      numbers.map(({ index }) => index),
    ],
  )
  return rowCount ?? 0
}

async function matchWaiting(client: ClientBase, numbers: readonly NamedNumber[]): Promise<void> {
  await client.query(
    `update quality_codes q set matched = true
       from unnest($1::text[], $2::text[], $3::uuid[], $4::integer[]) r (code, source, message, index)
      where not q.matched and q.code = r.code and q.source <> r.source and (q.message, q.index) <> (r.message, r.index)`,
    [
      numbers.map(({ code }) => code),
      numbers.map(({ source }) => source),
      numbers.map(({ message }) => message),
      numbers.map(({ index }) => index),
    ],
  )
}

/** Takes out of the samples what newer numbers pushed out. */
async function dropBeyond(client: ClientBase, groups: readonly Group[], most: number): Promise<void> {
  await client.query(
    `delete from quality_codes q using (
       select k.system, k.day, k.type, k.digest,
              row_number() over (partition by k.system, k.day, k.type order by k.digest) as place
         from quality_codes k join unnest($1::text[], $2::date[], $3::text[]) g (system, day, type) using (system, day, type)) p
      where p.place > $4 and (q.system, q.day, q.type, q.digest) = (p.system, p.day, p.type, p.digest)`,
    [...columns(groups), most],
  )
}
