import type { ClientBase, Pool } from 'pg'
import type { Alias } from '#core/model/values.ts'
import { codeParts, codeText, type Subject } from '#core/reference/describe.ts'

type Code = Pick<Alias, 'scheme' | 'value'>

/**
 * Every code known for the same party or site, for each of the given ones, by `<scheme>:<value>`: the oldest first, the given one among
 * them. A code that no record names is left out. One query for all of them.
 */
export async function aliasesOf(
  client: ClientBase | Pool,
  codes: readonly Code[],
  subject: Subject = 'party',
): Promise<Map<string, Code[]>> {
  const found = new Map<string, Code[]>()
  if (codes.length === 0) return found
  const { rows } = await client.query<{ asked: string; code: string }>(
    `select a.code as asked, c.code from card_codes a join card_codes c on c.subject = a.subject and c.card = a.card
      where a.subject = $1 and a.code = any($2::text[]) and (c.records > 0 or c.code = a.code)
      order by a.code, c.first_position, c.code`,
    [subject, [...new Set(codes.map(codeText))]],
  )
  for (const { asked, code } of rows) {
    const list = found.get(asked)
    if (list) list.push(codeParts(code))
    else found.set(asked, [codeParts(code)])
  }
  return found
}
