import { codeName } from '#core/products/code-table.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { bareProductName, cleanProductName, readProductName } from '#core/products/read-product-name.ts'

/** What is read of a product. */
export interface Goods {
  readonly code?: string | undefined
  readonly name?: string | undefined
  readonly class?: string | undefined
}

/**
 * What the goods are, in words that the hub knows: an everyday name as it was written, else the name of the code, else the title of
 * the class. Anything else that a source wrote as a name may be a person's, and is not shown.
 */
export function publicGoods(goods: Goods | undefined): string | undefined {
  if (!goods) return undefined
  const name = bareProductName(cleanProductName(goods.name ?? ''))
  if (name !== '' && readProductName(name) !== undefined) return name
  return (goods.code ? codeName(goods.code) : undefined) ?? classTitle(goods.class)
}

const classTitle = (productClass: string | undefined): string | undefined =>
  productClass !== undefined && Object.hasOwn(PRODUCT_CLASSES, productClass) && productClass !== 'other'
    ? PRODUCT_CLASSES[productClass as ProductClass][1]
    : undefined

/** What food is tested for, as quick tests and laboratories write it. */
const TESTED = (
  '有机磷和氨基甲酸酯类 有机磷 氨基甲酸酯 拟除虫菊酯 农药残留 农残 兽药残留 兽残 重金属 检疫检验 市场检测 检疫 检验 检测 快检 抽检 快速检测 定性 定量 核酸 菌落总数 大肠菌群 大肠杆菌 沙门氏菌 ' +
  '水分 蛋白质 感官 孔雀石绿 隐色孔雀石绿 氯霉素 呋喃唑酮 呋喃西林 呋喃妥因 呋喃它酮 硝基呋喃 代谢物 恩诺沙星 环丙沙星 氧氟沙星 诺氟沙星 培氟沙星 洛美沙星 喹诺酮 磺胺 磺胺类 四环素 土霉素 金霉素 多西环素 强力霉素 氟苯尼考 地西泮 五氯酚酸钠 ' +
  '克伦特罗 莱克多巴胺 沙丁胺醇 瘦肉精 β-受体激动剂 地塞米松 二氧化硫 甲醛 吊白块 硼砂 双氧水 过氧化氢 亚硝酸盐 亚硝酸 苏丹红 罗丹明B 三聚氰胺 黄曲霉毒素 黄曲霉毒素B1 呕吐毒素 铅 镉 汞 砷 铬 ' +
  '克百威 毒死蜱 氧乐果 乐果 甲胺磷 甲拌磷 水胺硫磷 三唑磷 敌敌畏 敌百虫 马拉硫磷 对硫磷 甲基对硫磷 辛硫磷 乙酰甲胺磷 久效磷 灭多威 涕灭威 腐霉利 多菌灵 百菌清 啶虫脒 吡虫啉 噻虫嗪 噻虫胺 氟虫腈 阿维菌素 甲氨基阿维菌素苯甲酸盐 灭蝇胺 ' +
  '氯氰菊酯 高效氯氰菊酯 氯氟氰菊酯 氰戊菊酯 溴氰菊酯 联苯菊酯 甲氰菊酯 三氯杀螨醇 苯醚甲环唑 戊唑醇 丙环唑 烯酰吗啉 嘧霉胺 哒螨灵 乙螨唑 6-苄基腺嘌呤 4-氯苯氧乙酸 非洲猪瘟 非洲猪瘟病毒 口蹄疫 高致病性猪蓝耳病 新冠病毒'
)
  .split(' ')
  .sort((a, b) => b.length - a.length)
const KNOWN = new RegExp(TESTED.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'giu')
const BETWEEN = /^[\s、，,;；/()（）+\-和及与类项目残留总量]*$/u

/** What was tested for, where all of it is known words. */
export function publicItem(text: string | undefined): string | undefined {
  const written = text?.trim() ?? ''
  return written !== '' && written.length <= 40 && BETWEEN.test(written.replace(KNOWN, ''))
    ? written
    : undefined
}
