import { readFile } from 'node:fs/promises'
import jsonata from 'jsonata'
import { decode } from '#adapters/push/decode.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { SourceRecord } from '#core/source.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { type Figure, median } from './figures.ts'
import { handWritten } from './hand-written.ts'
import { batchBody, type Trade, tradeMaker } from './trades.ts'

/** The same twelve fields in JSONata, without checks, memo or flags: what a general expression language costs. */
const EXPRESSION = `{
  "key": [billNo], "occurredAt": $replace($replace(tradeTime, "/", "-"), " ", "T") & "+08:00",
  "sites": [{"role": "market", "ids": [{"scheme": "cn.mofcom.node9", "value": marketCode}]}],
  "parties": [{"role": "seller", "name": sellerName, "ids": [{"scheme": "cn.mofcom.operator13", "value": sellerCode}]},
              {"role": "buyer", "name": buyerName, "ids": [{"scheme": "cn.mofcom.operator13", "value": buyerCode}]}],
  "documents": [{"role": "upstream", "number": certNo, "type": $substring(certNo, 0, 3) = "HGZ" ? "promise_cert" : "unknown"}],
  "product": {"code": goodsCode, "name": goodsName},
  "quantity": {"value": $string(unit = "斤" ? $number(netWeight) / 2 : $number(netWeight)), "unit": "KGM"},
  "price": {"value": $string(unit = "斤" ? $number(price) * 2 : $number(price)), "per": "KGM"},
  "amount": {"value": amount, "currency": "CNY"}, "vehicle": plateNo
}`

const ROWS = 5000

/** Records a second on one core: the compiled mapping on prepared rows, against JSONata, hand-written code and decoding the bytes. */
export async function benchMapping(mappings: string, quick: boolean): Promise<Figure[]> {
  const bytes = batchBody(tradeMaker('M'), ROWS)
  const sources = decode(bytes, { format: 'json' }, {}).records
  const twelve = await twelveFields()
  const trade = (await loadRegistry(mappings)).system('jiaxing-wholesale')?.records.get('trade')?.mapping
  const expression = jsonata(EXPRESSION)
  const rounds = quick ? 5 : 15
  const rates = {
    closures: [] as number[],
    both: [] as number[],
    hand: [] as number[],
    decode: [] as number[],
    jsonata: [] as number[],
  }
  for (let round = 0; round < rounds + 3; round++) {
    const closures = rate(sources, (source) => twelve.map(source, CONTEXT))
    const both = trade ? rate(sources, (source) => trade.map(source, CONTEXT)) : 0
    const hand = rate(sources, (source) => handWritten(source.value as Trade))
    const decoding = rateOf(ROWS, () => decode(bytes, { format: 'json' }, {}))
    const general = await jsonataRate(expression, sources.slice(0, quick ? 200 : 1000))
    if (round < 3) continue // the compiler of the engine settles
    rates.closures.push(closures)
    rates.both.push(both)
    rates.hand.push(hand)
    rates.decode.push(decoding)
    rates.jsonata.push(general)
  }
  const value = median(rates.closures)
  const figure = (name: string, of: readonly number[], baseline: string, to: number | null): Figure => ({
    name,
    value: median(of),
    unit: 'records/s and core',
    baseline,
    ratio: to === null ? null : median(of) / to,
  })
  return [
    figure('mapping, 12 fields', rates.closures, 'goal of 300,000', 300_000),
    {
      ...figure('mapping, 12 fields', rates.closures, 'hand-written code', null),
      ratio: value / median(rates.hand),
    },
    {
      ...figure('mapping, 12 fields', rates.closures, 'JSONata', null),
      ratio: value / median(rates.jsonata),
    },
    {
      ...figure('mapping, 12 fields', rates.closures, 'decoding the same bytes', null),
      ratio: value / median(rates.decode),
    },
    figure('mapping jiaxing-wholesale/trade, 25 fields in two records', rates.both, '', null),
    figure('decoding the same bytes, strictly', rates.decode, '', null),
  ]
}

const CONTEXT = { receivedAtMs: Date.UTC(2024, 3, 15) }

async function twelveFields(): Promise<CompiledMapping> {
  const text = await readFile(new URL('./twelve-fields.yaml', import.meta.url), 'utf8')
  const { mapping, mistakes } = compileMapping({ path: 'bench/twelve-fields.yaml', text })
  if (!mapping) throw new Error(JSON.stringify(mistakes))
  return mapping
}

/** Several passes in one measurement, so that it pays for its own garbage and not for what the others left. */
const PASSES = 8

function rate(sources: readonly SourceRecord[], work: (source: SourceRecord) => unknown): number {
  return rateOf(sources.length * PASSES, () => {
    for (let pass = 0; pass < PASSES; pass++) for (const source of sources) work(source)
  })
}

function rateOf(records: number, work: () => unknown): number {
  const started = performance.now()
  work()
  return records / ((performance.now() - started) / 1000)
}

async function jsonataRate(
  expression: ReturnType<typeof jsonata>,
  sources: readonly SourceRecord[],
): Promise<number> {
  const started = performance.now()
  for (const source of sources) await expression.evaluate(source.value)
  return sources.length / ((performance.now() - started) / 1000)
}
