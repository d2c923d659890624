import { normaliseKey } from '#core/text.ts'

/** What food is tested for, as quick tests and laboratories write it: words that stand for many substances, and substances, by what they are. */
const FAMILIES = {
  pesticide: {
    groups: '有机磷 氨基甲酸酯 拟除虫菊酯 农药残留 农残',
    substances:
      '克百威 毒死蜱 氧乐果 乐果 甲胺磷 甲拌磷 水胺硫磷 三唑磷 敌敌畏 敌百虫 马拉硫磷 对硫磷 甲基对硫磷 辛硫磷 乙酰甲胺磷 久效磷 灭多威 涕灭威 腐霉利 多菌灵 百菌清 啶虫脒 吡虫啉 噻虫嗪 噻虫胺 氟虫腈 阿维菌素 ' +
      '甲氨基阿维菌素苯甲酸盐 灭蝇胺 氯氰菊酯 高效氯氰菊酯 氯氟氰菊酯 氰戊菊酯 溴氰菊酯 联苯菊酯 甲氰菊酯 三氯杀螨醇 苯醚甲环唑 戊唑醇 丙环唑 烯酰吗啉 嘧霉胺 哒螨灵 乙螨唑 6-苄基腺嘌呤 4-氯苯氧乙酸',
  },
  veterinary: {
    groups: '兽药残留 兽残 硝基呋喃 喹诺酮 磺胺 瘦肉精 β-受体激动剂',
    substances:
      '孔雀石绿 隐色孔雀石绿 氯霉素 呋喃唑酮 呋喃西林 呋喃妥因 呋喃它酮 恩诺沙星 环丙沙星 氧氟沙星 诺氟沙星 培氟沙星 洛美沙星 四环素 土霉素 金霉素 多西环素 强力霉素 氟苯尼考 地西泮 五氯酚酸钠 克伦特罗 莱克多巴胺 沙丁胺醇 地塞米松',
  },
  metal: { groups: '重金属', substances: '铅 镉 汞 砷 铬' },
  additive: {
    groups: '',
    substances: '二氧化硫 甲醛 吊白块 硼砂 双氧水 过氧化氢 亚硝酸盐 亚硝酸 苏丹红 罗丹明B 三聚氰胺',
  },
  toxin: { groups: '', substances: '黄曲霉毒素 黄曲霉毒素B1 呕吐毒素' },
  microbe: { groups: '菌落总数 大肠菌群', substances: '大肠杆菌 沙门氏菌' },
  disease: { groups: '', substances: '核酸 非洲猪瘟 非洲猪瘟病毒 口蹄疫 高致病性猪蓝耳病 新冠病毒' },
  quality: { groups: '感官', substances: '水分 蛋白质' },
} as const satisfies Record<string, { readonly groups: string; readonly substances: string }>

type Family = keyof typeof FAMILIES

interface Word {
  readonly text: string
  readonly family: Family
  readonly isGroup: boolean
}

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '')
/** The longest first: 高效氯氰菊酯 is not 氯氰菊酯. */
const WORDS: readonly Word[] = (Object.keys(FAMILIES) as Family[])
  .flatMap((family) => [
    ...wordsOf(FAMILIES[family].groups).map((text) => ({ text, family, isGroup: true })),
    ...wordsOf(FAMILIES[family].substances).map((text) => ({ text, family, isGroup: false })),
  ])
  .map((word) => ({ ...word, text: normaliseKey(word.text) }))
  .sort((a, b) => b.text.length - a.text.length)
const FIND = new RegExp(WORDS.map(({ text }) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'gu')
const BY_TEXT: ReadonlyMap<string, Word> = new Map(WORDS.map((word) => [word.text, word]))

/** Every word of this page as it is written. */
export const TESTED_WORDS: readonly string[] = (Object.keys(FAMILIES) as Family[]).flatMap((family) => [
  ...wordsOf(FAMILIES[family].groups),
  ...wordsOf(FAMILIES[family].substances),
])

const readTested = (item: string): Word[] =>
  [...normaliseKey(item).matchAll(FIND)].flatMap(([text]) => BY_TEXT.get(text) ?? [])

/**
 * Whether a result for one item says something of what failed for another: a laboratory that found no 镉 does not clear what failed for 有机磷. Items of which no
 * word is known say something of all.
 */
export function answersFailure(tested: string | undefined, failed: string | undefined): boolean {
  if (tested === undefined || failed === undefined || normaliseKey(tested) === normaliseKey(failed))
    return true
  const by = readTested(tested)
  const of = readTested(failed)
  if (by.length === 0 || of.length === 0) return true
  return of.every(
    ({ text, family, isGroup }) =>
      by.some((word) => word.text === text) ||
      by.some((word) => word.family === family && (word.isGroup || isGroup)),
  )
}
