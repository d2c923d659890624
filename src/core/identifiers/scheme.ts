import type { Bilingual } from '#core/model/field.ts'

/** Every scheme of fixed name, with its title in English and Chinese. */
export const SCHEME_TITLES = {
  'cn.uscc': ['Unified social credit code', '统一社会信用代码'],
  'cn.orgcode9': ['Organisation code', '组织机构代码'],
  'cn.bizreg15': ['Business registration number', '工商注册号'],
  'cn.idcard.hash': ['Citizen identity number, keyed hash', '公民身份号码（加密摘要）'],
  'cn.mofcom.node9': ['Commerce trace: node code', '流通追溯节点编码'],
  'cn.mofcom.operator13': ['Commerce trace: operator code', '流通追溯经营者编码'],
  'cn.mofcom.tran20a': ['Commerce trace: transaction number (operator and serial)', '流通追溯交易凭证号'],
  'cn.mofcom.trace20b': ['Commerce trace: trace code (node, date and serial)', '流通追溯码'],
  'cn.mofcom.trace20.ambiguous': ['Commerce trace: 20 digits of either form', '流通追溯 20 位码（形式未定）'],
  'cn.mofcom.batch16': ['Commerce trace: batch code', '流通追溯批次码'],
  'cn.moa.subject': ['National agricultural trace: subject code', '国家农产品追溯主体码'],
  'cn.moa.trace': ['National agricultural trace: trace code', '国家农产品追溯码'],
  'cn.quarantine.animalA': ['Animal quarantine certificate, animals A', '动物检疫合格证明（动物A）'],
  'cn.quarantine.animalB': ['Animal quarantine certificate, animals B', '动物检疫合格证明（动物B）'],
  'cn.quarantine.productA': ['Animal quarantine certificate, products A', '动物检疫合格证明（产品A）'],
  'cn.quarantine.productB': ['Animal quarantine certificate, products B', '动物检疫合格证明（产品B）'],
  'cn.eartag15': ['Ear tag', '畜禽标识（耳标）'],
  'cn.eartag.tail3': ['Ear tag, last three digits', '畜禽标识末三位'],
  'cn.sc14': ['Food production licence', '食品生产许可证编号'],
  'cn.organic17': ['Organic code', '有机码'],
  'cn.zsl.record': ['Zhejiang food chain record', '浙食链报备编号'],
  'cn.customs.decl18': ['Customs declaration', '报关单号'],
  'cn.customs.hs10': ['Customs commodity code', '海关商品编号'],
  'gs1.gtin': ['GTIN', '商品条码'],
  'gs1.gln': ['GLN', '全球位置码'],
  'gs1.sgtin': ['Serialised GTIN', '系列化商品条码'],
} as const satisfies Record<string, Bilingual>

export type FixedScheme = keyof typeof SCHEME_TITLES

/** Numbers that are unique within a platform, a province or a system, which the last part names. */
export type OpenScheme = `cn.hgz.${string}` | `cn.coldchain.${string}` | `local.${string}`

/** Names what a code is a code of, and so within which set of codes it is unique. */
export type IdScheme = FixedScheme | OpenScheme

/** The schemes of fixed name, in the order of the documentation. */
export const FIXED_SCHEMES = Object.keys(SCHEME_TITLES) as readonly FixedScheme[]

const OPEN_TITLES: readonly (readonly [prefix: string, title: Bilingual])[] = [
  ['cn.hgz.', ['Promise certificate number of platform', '承诺达标合格证编号']],
  ['cn.coldchain.', ['Cold chain trace code of province', '冷链食品追溯码']],
  ['local.', ['Own code of system', '本地编码']],
]
const OPEN = /^(cn\.hgz\.|cn\.coldchain\.|local\.)([a-z0-9]+(?:[-.][a-z0-9]+)*)$/

/** Whether the text names a scheme; the open part is lower-case letters, digits, single hyphens and points. */
export function isIdScheme(text: string): text is IdScheme {
  return Object.hasOwn(SCHEME_TITLES, text) || OPEN.test(text)
}

/** Title of the scheme, English and Chinese; of an open scheme with the name of its platform, province or system. */
export function schemeTitle(scheme: IdScheme): Bilingual {
  if (Object.hasOwn(SCHEME_TITLES, scheme)) return SCHEME_TITLES[scheme as FixedScheme]
  const found = OPEN_TITLES.find(([prefix]) => scheme.startsWith(prefix))
  if (!found) return [scheme, scheme]
  const name = scheme.slice(found[0].length)
  return [`${found[1][0]} ${name}`, `${found[1][1]}（${name}）`]
}
