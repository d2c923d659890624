import { type Compiling, entryOf, mapOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { memoPair } from '#core/mapping/run/memo.ts'
import { note, type Run } from '#core/mapping/run/run.ts'
import { isDestroyed, isRuined, nameOf } from '#core/mapping/run/words.ts'
import type { ProductPart } from '#core/model/parts.ts'
import type { Alias } from '#core/model/values.ts'
import { NAME_SCHEME, type ProductAlias } from '#core/products/aliases.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import { type PriceBand, priceBand } from '#core/products/price-band.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { looksLikeTestData } from '#core/test-data.ts'
import { isPrecisionLost } from '#core/text.ts'
import { compileCode } from './code.ts'
import { compileWords } from './scalar.ts'
import { compileText, type TextPlan } from './text.ts'

/**
 * Product: `code` (GB/T 7635.1), `name`, or both, and `ids` for other codes (`{ from: gtin, scheme: gs1.gtin }`). The class comes
 * from them; `class` names it where the interface document does. What a person decided of a name (`POST /v1/products/aliases`) comes
 * after the code and before the table of names; what was decided of an own code (a PLU) counts where nothing else tells. An unknown
 * product is kept as written and marked. `specification` (规格) is kept as written: no mass is computed from it.
 */
export const PRODUCT_EXAMPLE = {
  mapping: '{ code: goodsCode, name: goodsName }',
  target: 'product',
  in: { goodsCode: '01233401', goodsName: '番茄' },
  out: { class: 'vegetable', code: '01233401', name: '番茄' },
} as const

interface ProductReading {
  readonly part: ProductPart
  readonly band: PriceBand | undefined
  readonly unknown: boolean
  /** The code lost digits and was left out. */
  readonly lost: boolean
}

const NAMES = ['code', 'name', 'class', 'ids', 'specification'] as const

export function compileProduct(c: Compiling, node: Node, target: string): Plan<ProductPart> | null {
  const map = mapOf(c, node, target, NAMES, 'product: { code: field, name: field }')
  if (map === null) return null
  const part = (name: 'code' | 'name' | 'class'): TextPlan | null | undefined => {
    const found = entryOf(map, name)
    const wish = name === 'class' ? { values: Object.keys(PRODUCT_CLASSES) } : {}
    return found === undefined ? undefined : compileText(c, found, `${target}.${name}`, [], wish)
  }
  const code = part('code')
  const name = part('name')
  const given = part('class')
  const idsNode = entryOf(map, 'ids')
  const ids = idsNode === undefined ? undefined : compileCode(c, idsNode, `${target}.ids`)
  if (code === undefined && name === undefined && ids === undefined)
    c.mistakes.add(node.at, target, 'missing', { wanted: 'code' })
  const specificationNode = entryOf(map, 'specification')
  const specification =
    specificationNode === undefined
      ? undefined
      : compileWords(c, specificationNode, `${target}.specification`)
  if (code === null || name === null || given === null || ids === null || specification === null) return null
  const aliases = c.productAliases
  const decided =
    aliases === undefined ? undefined : (named: string) => aliases.find(c.system, NAME_SCHEME, named)
  const remember = () => ({
    revision: aliases?.revision,
    byCode: memoPair((written, named) => readProduct(written, named, decided)),
    byName: memoPair((named, none) => readProduct(none, named, decided)),
  })
  let known = remember()
  const evaluate = (run: Run): ProductPart | undefined => {
    const codeText = code === undefined ? '' : (code.read(run) ?? '')
    const codeField = run.field
    const written = name === undefined ? undefined : name.read(run)
    const nameField = run.field
    const nameText = written === undefined ? '' : (nameOf(run, written, `${target}.name`) ?? '')
    if (looksLikeTestData(nameText)) note(run, 'W_TEST_DATA', 'test_data', { target, value: nameText })
    const alias = ids?.evaluate(run)?.alias ?? undefined
    if (codeText === '' && nameText === '' && alias === undefined) return undefined
    // What is remembered was read with the aliases of its time.
    if (aliases !== undefined && aliases.revision !== known.revision) known = remember()
    const found = codeText === '' ? known.byName(nameText, '') : known.byCode(codeText, nameText)
    const told = given?.read(run) as ProductClass | undefined
    const own =
      told === undefined && found.part.class === undefined && alias !== undefined
        ? aliases?.find(c.system, alias.scheme, alias.value)
        : undefined
    const productClass = told ?? own?.class
    if (found.lost && !isRuined(run, codeText, target)) {
      note(run, 'E_PRECISION_LOST', 'code_lost', { target, value: codeText, field: codeField })
    }
    run.productClass = productClass ?? (found.part.class as ProductClass | undefined)
    run.band = productClass === undefined ? found.band : priceBand(productClass, found.part.code)
    const isUnknown = found.unknown || (codeText === '' && nameText === '')
    if (isUnknown && productClass === undefined)
      note(run, 'W_PRODUCT_UNKNOWN', 'product_unknown', {
        target,
        value: nameText || codeText || alias?.value,
        field: nameText !== '' ? nameField : codeText !== '' ? codeField : run.field,
      })
    const packed = specification?.evaluate(run)
    const part =
      productClass === undefined && alias === undefined
        ? found.part
        : whole(found.part, productClass, alias, own?.code ?? undefined)
    return packed === undefined ? part : { ...part, specification: packed }
  }
  return { evaluate, verb: 'product' }
}

function readProduct(
  written: string,
  name: string,
  decided: ((name: string) => ProductAlias | undefined) | undefined,
): ProductReading {
  const code = isPrecisionLost(written) || isDestroyed(written) ? '' : written
  const known = lookupProduct({
    ...(code === '' ? {} : { code }),
    ...(name === '' ? {} : { name }),
    ...(decided === undefined ? {} : { decided }),
  })
  const isOther = (name !== '' && known.name !== name) || (code !== '' && known.code !== code)
  const part: ProductPart = {
    ...(known.class === undefined ? {} : { class: known.class }),
    ...(known.code === undefined ? {} : { code: known.code }),
    ...(known.name === undefined ? {} : { name: known.name }),
    ...(isOther ? { raw: [code, name].filter((text) => text !== '').join(' ') } : {}),
  }
  return {
    part,
    band: priceBand(known.class, known.code),
    unknown: known.flags.includes('W_PRODUCT_UNKNOWN'),
    lost: code !== written,
  }
}

function whole(
  part: ProductPart,
  productClass: string | undefined,
  alias: Alias | undefined,
  decidedCode: string | undefined,
): ProductPart {
  const { code = decidedCode, name, raw } = part
  const kind = productClass ?? part.class
  return {
    ...(kind === undefined ? {} : { class: kind }),
    ...(code === undefined ? {} : { code }),
    ...(alias === undefined ? {} : { ids: [alias] }),
    ...(name === undefined ? {} : { name }),
    ...(raw === undefined ? {} : { raw }),
  }
}
