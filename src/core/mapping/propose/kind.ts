import type { Kind } from '#core/model/kinds.ts'
import { lastName } from './meaning.ts'
import type { Recognised } from './recognise.ts'
import type { Slaughter } from './slaughter.ts'

/** The kind of record that the fields speak of, with the reason as a comment of the file. */
export interface ProposedKind {
  readonly kind: Kind
  readonly because: string
}

/** What a source record is: told from the fields that only one kind has, the clearest first. */
export function proposeKind(fields: readonly Recognised[], slaughter: Slaughter): ProposedKind {
  const has = (meaning: string): boolean => fields.some((field) => field.meaning === meaning)
  const time = fields.find((field) => field.meaning === 'time')
  const timeName = time === undefined ? '' : lastName(time.profile.name)
  if (has('test.verdict') && (has('test.item') || has('test.value') || has('test.sample')))
    return { kind: 'test', because: 'a verdict and what was tested' }
  if (has('test.positive') && (has('test.sampled') || has('test.sample')))
    return { kind: 'test', because: 'how many were tested, and how many were positive' }
  if (slaughter === 'certain') {
    if (has('buyer.name') || has('buyer.code')) return { kind: 'sale', because: 'goods, parties and a time' }
    return has('arrived.heads') || ARRIVES.test(timeName)
      ? { kind: 'entry', because: 'animals arrive' }
      : { kind: 'transformation', because: 'live animals go in, meat comes out' }
  }
  if (has('issuer.name') && (has('document.promise_cert') || has('document.by-number')))
    return { kind: 'document', because: 'a number and who issued it' }
  if (
    /issue|签发|开具|开证|出证|发证|^qf|^kj/u.test(timeName) &&
    fields.some(({ meaning }) => meaning?.startsWith('document.'))
  )
    return { kind: 'document', because: 'a number and a day of issue' }
  if (/harvest|采收|收获|捕捞/u.test(timeName)) return { kind: 'production', because: 'a time of harvest' }
  if (/prodstart|plant|sow|种植|播种|投苗/u.test(timeName))
    return { kind: 'production', because: 'a time at which growing begins' }
  if (
    /^out|出场|出库|发货|cc|^ck/u.test(timeName) ||
    (has('destination.name') && !has('seller.name') && !has('price'))
  )
    return { kind: 'dispatch', because: 'goods leave: a destination or a time of leaving' }
  if (ARRIVES.test(timeName) || (has('supplier.name') && !has('buyer.name')))
    return { kind: 'entry', because: 'goods arrive: a supplier or a time of entry' }
  return { kind: 'sale', because: 'goods, parties and a time' }
}

const ARRIVES = /^in|进|入|收货|jh|^rk|arrive/u
