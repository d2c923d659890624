import { DAY_MS } from '#core/calendar.ts'
import { timeDoubts } from '#core/dates/time-doubts.ts'
import { doubtedPapers } from '#core/documents/doubted-papers.ts'
import type { Flag } from '#core/flags.ts'
import type { Issue } from '#core/issue.ts'
import { REASONS, type ReasonCode } from '#core/mapping/reasons.ts'
import { clockText } from '#core/mapping/run/clock.ts'
import type { Body } from '#core/model/body.ts'
import { doubtfulCodes } from '#core/model/doubtful-codes.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { UnknownGoods } from '#core/model/known-goods.ts'
import type { UnknownScheme } from '#core/model/own-codes.ts'
import type { Status } from '#core/model/record.ts'
import { settledRegions } from '#core/model/settled-regions.ts'
import { tellsFrom } from '#core/model/where-from.ts'
import { type Doubted, doubted } from './doubted.ts'

/** What a record is told by, beside its body. */
interface Told {
  readonly kind: Kind
  readonly status: Status
  /** Place of the record in its message. */
  readonly at: string
  readonly receivedAtMs: number
  /** Lots of schemes that nobody knows. */
  readonly unknown: readonly UnknownScheme[]
  readonly unknownGoods: readonly UnknownGoods[]
}

interface Doubt {
  readonly path: string
  readonly flag: Flag
  readonly doubt: ReasonCode
  readonly value?: string
}

/**
 * A canonical record by the checks that mappings make: regions that are none in their year, a time that cannot be, papers used out of their days or province,
 * codes of no scheme or with a wrong check digit, names of trials, amounts, a dispatch from nowhere. It is taken and marked; what its sender marked stays marked. Records of peers have
 * the marks of their owner, who knows when he got them and by which list of regions he reads.
 */
export function checked(
  given: Body,
  { kind, status, at, receivedAtMs, unknown, unknownGoods }: Told,
): Doubted {
  const { body, doubts: regions } = settledRegions(given)
  const { occurredAt, documents = [] } = body
  const [now, tomorrow] = [clockText(receivedAtMs), clockText(receivedAtMs + DAY_MS)]
  const day = (occurredAt?.at ?? now).slice(0, 10)
  const found: readonly Doubt[] = [
    ...regions,
    ...(occurredAt === undefined ? [] : timeDoubts(occurredAt.at, now, tomorrow)).map((one) => ({
      ...one,
      path: '/occurredAt/at',
      value: occurredAt?.raw ?? occurredAt?.at ?? '',
    })),
    ...doubtedPapers(documents, body, day).map(({ at: n, paper, flag, doubt }) => ({
      ...{ path: `/documents/${n}/number`, flag, doubt },
      value: paper.number,
    })),
    ...doubtfulCodes(body),
    ...(status === 'void' || tellsFrom(kind, body)
      ? []
      : [{ path: '/sites', flag: 'E_SCHEMA', doubt: 'no_from' } as const]),
    ...unknown.map(({ path, scheme: value }) => ({
      ...({ path, value, flag: 'W_ID_UNKNOWN', doubt: 'scheme_unknown' } as const),
    })),
    ...unknownGoods.map((one) => ({ ...one, flag: 'W_PRODUCT_UNKNOWN', doubt: 'product_unknown' }) as const),
  ]
  const issues = found.map(({ path, flag, doubt, value }): Issue => {
    const { reason, fix } = REASONS[doubt]
    return {
      ...{ path: `${at}${path}`, code: flag, reason: reason.en, fix: fix.en },
      ...(value === undefined ? {} : { value }),
    }
  })
  const flags = new Set([...body.flags, ...found.map(({ flag }) => flag)])
  const marked = doubted(
    kind,
    flags.size === body.flags.length ? body : { ...body, flags: [...flags] },
    status,
    at,
  )
  return { body: marked.body, issues: [...issues, ...marked.issues] }
}
