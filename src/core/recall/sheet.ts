import { chinaClock } from '#core/dates/china-day.ts'
import { inLanguage, type WordLanguage } from '#core/lineage/words.ts'
import type { Table } from '#core/mapping/backward/workbook.ts'
import type { Measure } from './goods-fact.ts'
import type { Rehearsed } from './rehearse.ts'
import type { Find, FindAway } from './settled.ts'
import type { PlaceLeft, RecallSite } from './sites.ts'
import { awayWords, FIND_WORDS, LEFT_LEAST, LEFT_MOST, MAYBE_SOLD, PLACE_WORDS, UNIT_WORDS } from './words.ts'

/** As much of a rehearsal as an inspector's sheet shows. */
export interface SheetOfRecall extends Pick<Rehearsed, 'mass' | 'lots' | 'regions' | 'parties' | 'systems'> {
  readonly asked: string
  readonly part: boolean
  readonly confidence: number
  readonly rehearsedAt: string
  readonly truncated: boolean
  readonly links: readonly { readonly id: string; readonly name: string }[]
}

const COLUMNS = [
  ['Part', '部分'],
  ['Name or code', '名称或编码'],
  ['Kind', '类型'],
  ['Region', '区划'],
  ['Market', '市场'],
  ['Quantity', '数量'],
  ['Unit', '单位'],
  ['Where', '去向'],
  ['Told by', '来源系统'],
] as const
const QUANTITY = 5
const PARTS = {
  rehearsal: ['rehearsal', '演练'],
  mass: ['what became of it', '去向汇总'],
  lot: ['lot', '批次'],
  place: ['place', '场所'],
  party: ['party', '主体'],
  system: ['system', '系统'],
  link: ['link', '链路'],
} as const
const STATED = ['stated at the source', '源头数量'] as const
const FOUND = ['found', '已查明'] as const
const NOT_FOUND = ['not found', '未查明'] as const
const AT_LEAST = ['should still be there, at least', '应仍在场（下限）'] as const
const CAME = ['came', '进入'] as const
const PART = [
  'only what you may see of it: others may hold more',
  '仅为可见部分：其他主体可能另有该货物',
] as const
const CUT = ['cut: numbers are at least so much', '已截断：数字为下限'] as const

/** A cell takes no more; the answer as JSON has all of it. */
const CELL_MAX = 32_000

/** A rehearsal as a table for an inspector: what became of the goods, then lots, places, parties, and who would be told. */
export function recallSheet(found: SheetOfRecall, language: WordLanguage): Table {
  const say = (words: readonly [string, string]): string => inLanguage(words, language)
  const unit = (code: string): string => say(UNIT_WORDS[code] ?? [code, code])
  const row = (
    part: keyof typeof PARTS,
    cells: Partial<Record<'name' | 'kind' | 'region' | 'market' | 'value' | 'unit' | 'where' | 'by', string>>,
  ): string[] =>
    [
      say(PARTS[part]),
      ...(['name', 'kind', 'region', 'market', 'value', 'unit', 'where', 'by'] as const).map(
        (name) => cells[name] ?? '',
      ),
    ].map((text) => (text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text))
  const left = (cells: Parameters<typeof row>[1], there: readonly PlaceLeft[]): string[][] =>
    there.length === 0
      ? [row('place', cells)]
      : there.flatMap(({ value, unit: of, atLeast, maybeSold }) =>
          [
            [atLeast ? AT_LEAST : FIND_WORDS.atSites, value] as const,
            ...(maybeSold === '0' ? [] : [[MAYBE_SOLD, maybeSold] as const]),
          ].map(([words, value]) => row('place', { ...cells, value, unit: unit(of), where: say(words) })),
        )
  const place = (site: RecallSite, region: string): string[][] =>
    left(
      {
        name: site.name ?? site.booth ?? site.code ?? '',
        kind: say(PLACE_WORDS[site.kind]),
        region,
        market: [site.market, site.booth].filter(Boolean).join(' '),
      },
      site.left,
    )
  const measured = (
    part: 'lot',
    cells: { readonly name: string; readonly by: string; readonly kind: string; readonly region: string },
    list: readonly Measure[],
    where: string,
  ): string[][] => list.map((one) => row(part, { ...cells, value: one.value, unit: unit(one.unit), where }))
  return {
    columns: COLUMNS.map(say),
    figures: [QUANTITY],
    rows: [
      row('rehearsal', {
        name: found.asked,
        kind: `≥ ${found.confidence}`,
        where: [...(found.part ? [say(PART)] : []), ...(found.truncated ? [say(CUT)] : [])].join('; '),
        by: chinaClock(found.rehearsedAt),
      }),
      ...found.mass.flatMap((one) =>
        [
          [STATED, one.stated] as const,
          [FOUND, one.found] as const,
          ...Object.entries(one.where)
            .filter(([, value]) => value !== '0')
            .map(([find, value]) => [FIND_WORDS[find as Find], value] as const),
          ...Object.entries(one.away)
            .filter(([, value]) => value !== '0')
            .map(([find, value]) => [awayWords(find as FindAway), value] as const),
          ...(one.maybeSold === '0' ? [] : [[MAYBE_SOLD, one.maybeSold] as const]),
          [NOT_FOUND, one.notFound] as const,
        ].map(([words, value]) =>
          row('mass', {
            kind: String(one.stage),
            value: value ?? '',
            unit: unit(one.unit),
            where: say(words),
          }),
        ),
      ),
      ...found.lots.flatMap((lot) => {
        const cells = {
          name: lot.codes.join('\n'),
          kind: lot.product ?? '',
          region: lot.region ?? '',
          by: lot.systems.join('; '),
        }
        const rows = [
          ...measured('lot', cells, lot.came, say(CAME)),
          ...lot.found.map((one) =>
            row('lot', {
              ...cells,
              value: one.value,
              unit: unit(one.unit),
              where: say(FIND_WORDS[one.where as Find]),
            }),
          ),
          ...measured('lot', cells, lot.notFound, say(NOT_FOUND)),
          ...lot.leftBetween.flatMap(({ unit, least, most }) => [
            ...measured('lot', cells, [{ unit, value: least }], say(LEFT_LEAST)),
            ...measured('lot', cells, [{ unit, value: most }], say(LEFT_MOST)),
          ]),
        ]
        return rows.length > 0 ? rows : [row('lot', cells)]
      }),
      ...found.regions.flatMap(({ region, name, markets, others }) => {
        const where = [region, name].filter(Boolean).join(' ')
        return [
          ...markets.flatMap((market) => [
            ...left(
              { name: market.name ?? market.code ?? '', kind: say(PLACE_WORDS.market), region: where },
              market.left,
            ),
            ...market.stalls.flatMap((stall) => place(stall, where)),
          ]),
          ...others.flatMap((site) => place(site, where)),
        ]
      }),
      ...found.parties.map(({ name, roles }) => row('party', { name, kind: roles.join('; ') })),
      ...found.systems.map(({ system, records }) => row('system', { name: system, value: String(records) })),
      ...found.links.map(({ id, name }) => row('link', { name, by: id })),
    ],
  }
}
