import type { ProductClass } from './product-class.ts'

/** Everyday names, one class a line, each with the names that mean the same: `standard=other=other`. */
const TABLE: Readonly<Record<ProductClass, string>> = {
  pork:
    '猪肉=鲜猪肉=冷鲜肉=热鲜肉=大肉 猪白条=白条猪=白条肉=猪胴体 带皮片猪=带皮片猪肉 无皮片猪=无皮片猪肉 带皮胴体猪=带皮胴体猪肉 无皮胴体猪=无皮胴体猪肉 ' +
    '五花肉=五花=三层肉 里脊=里脊肉=猪里脊 前腿肉=猪前腿=夹心肉 后腿肉=猪后腿 排骨=猪排骨=小排=肋排 大排=猪大排 猪蹄=猪脚=猪爪 筒骨=猪筒骨 龙骨 梅花肉=梅肉 肉糜=猪肉糜 猪肝 猪肚 猪心 猪大肠=大肠 猪腰=腰花 猪头 猪舌 猪耳 肥膘=猪板油 冻猪肉 分割猪肉=分割肉 瘦肉=精瘦肉 仔排',
  beef: '牛肉=鲜牛肉=黄牛肉=水牛肉 牛白条 牛腩 牛里脊 牛排 牛肚=牛百叶 牛筋 牛尾 肥牛 牦牛肉=耗牛肉',
  mutton: '羊肉=鲜羊肉=山羊肉=绵羊肉 白条羊=羊白条=羊胴体 羊排 羊腿 羊蝎子 羔羊肉',
  other_livestock:
    '生猪=毛猪=活猪=肥猪=商品猪=大猪 猪 仔猪=小猪=苗猪 种猪 瘦肉型猪 牛=活牛=肉牛 黄牛 水牛 奶牛 牦牛=耗牛 羊=活羊=肉羊 山羊 绵羊 湖羊 兔=活兔=肉兔 马 驴',
  poultry_live:
    '鸡=活鸡=毛鸡 鸭=活鸭=毛鸭 鹅=活鹅 鸽=肉鸽=鸽子 鹌鹑 火鸡 肉鸡 肉鸭 蛋鸡 蛋鸭 雏鸡=鸡苗 雏鸭=鸭苗 三黄鸡 土鸡=草鸡 老母鸡 番鸭 麻鸭',
  poultry_meat:
    '白条鸡=光鸡=鸡肉=净膛鸡 白条鸭=光鸭=鸭肉 白条鹅=光鹅=鹅肉 鸡腿=琵琶腿 鸡翅=鸡中翅=鸡翅中 鸡爪=凤爪 鸡胸=鸡胸肉 鸭腿 鸭翅 鸭掌 鸡胗=鸡肫 鸭胗=鸭肫',
  egg: '鸡蛋=鲜鸡蛋=土鸡蛋=草鸡蛋=洋鸡蛋 鸭蛋=鲜鸭蛋 鹅蛋 鹌鹑蛋 鸽蛋=鸽子蛋',
  fish_farmed:
    '草鱼=草鲩=鲩鱼 鲫鱼=河鲫鱼=鲫瓜子 鲢鱼=白鲢 鳙鱼=花鲢=胖头鱼=包头鱼 鲤鱼 青鱼=螺蛳青 鳊鱼=武昌鱼 鲈鱼=加州鲈=大口黑鲈 黑鱼=乌鳢=财鱼 黄颡鱼=昂刺鱼=昂公=黄辣丁 鳜鱼=桂鱼 鲶鱼=鲇鱼 罗非鱼 黄鳝=鳝鱼 泥鳅 河鳗=鳗鱼 甲鱼=中华鳖=鳖 牛蛙 多宝鱼=大菱鲆 鮰鱼=斑点叉尾鮰 鲟鱼 淡水鱼',
  fish_wild:
    '带鱼=白带鱼 小黄鱼 鲳鱼=白鲳=银鲳 马鲛鱼=鲅鱼 梅鱼 米鱼=鮸鱼 鳓鱼 海鳗 墨鱼=乌贼 鱿鱼 章鱼=八爪鱼 剥皮鱼 青占鱼=鲐鱼 秋刀鱼 龙头鱼=虾潺=豆腐鱼',
  shellfish_crustacean:
    '南美白对虾=白对虾=白虾=基围虾 对虾 罗氏沼虾=罗氏虾 河虾=青虾 小龙虾=龙虾=克氏原螯虾 皮皮虾=虾蛄=濑尿虾 梭子蟹=白蟹 青蟹 大闸蟹=河蟹=中华绒螯蟹=毛蟹 蛤蜊=花蛤=花甲=菲律宾蛤仔 蛏子=缢蛏 牡蛎=生蚝 扇贝 花螺 田螺=螺蛳 河蚌 泥螺 毛蚶=血蚶 贻贝=淡菜',
  vegetable:
    '番茄=西红柿=洋柿子 大白菜=黄芽菜=结球白菜 小白菜=青菜=鸡毛菜=上海青=小青菜=油菜=白菜 黄瓜=青瓜 茄子=长茄=圆茄 辣椒=青椒=尖椒=红椒=小米椒 甜椒=彩椒=柿子椒 芹菜=西芹=香芹=水芹 菠菜 胡萝卜=红萝卜 萝卜=白萝卜=青萝卜 韭菜 韭黄 韭菜花=韭花 韭菜薹=韭薹 生姜=姜=老姜=嫩姜=仔姜 大蒜=蒜头 青蒜=大蒜叶 蒜薹=蒜苔 大葱=葱 细香葱=香葱=小葱 洋葱=葱头 马铃薯=土豆=洋芋 甘薯=番薯=红薯=地瓜 山药=淮山 芋=芋头=芋艿=毛芋 莲藕=藕 荸荠=马蹄 茭白=茭笋 慈菇 莼菜 竹笋=春笋=冬笋=毛笋=笋 结球甘蓝=包心菜=卷心菜=圆白菜=甘蓝=包菜 花椰菜=花菜=菜花=松花菜 青花菜=西兰花=西蓝花 生菜=叶用莴苣 莴笋=莴苣 油麦菜=油荬菜 蕹菜=空心菜=通菜 苋菜 芫荽=香菜 茼蒿=蓬蒿 荠菜 冬瓜 中国南瓜=南瓜 丝瓜 苦瓜 西葫芦 瓠瓜=蒲瓜=葫芦瓜=夜开花 菜用大豆=毛豆 长豇豆=豇豆=长豆角=豆角 菜豆=四季豆=芸豆 豌豆=青豆 豌豆苗=豆苗 荷兰豆 蚕豆 扁豆 绿豆芽 黄豆芽=豆芽 香椿芽=香椿 雪里蕻=雪菜 芥菜=大芥菜 芥蓝 菜薹=菜心=菜苔 乌塌菜=塌菜 紫菜薹=红菜苔 马兰=马兰头 石刁柏=芦笋 黄秋葵=秋葵 甜玉米=玉米=鲜玉米=糯玉米 鲜百合=百合 娃娃菜 木耳菜=落葵 魔芋 豆薯=凉薯 牛蒡 紫苏 樱桃番茄=圣女果=小番茄 蔬菜',
  mushroom:
    '香菇=鲜香菇=花菇 平菇=鲜平菇 金针菇=鲜金针菇 杏鲍菇 蘑菇=双孢蘑菇=口蘑=白蘑菇 草菇 茶树菇 鸡腿菇 蟹味菇=白玉菇 木耳=黑木耳=鲜木耳=干木耳 银耳=白木耳 猴头菇 竹荪 秀珍菇 海鲜菇 鸡枞=鸡棕 羊肚菌 牛肝菌 食用菌=菌菇 灵芝',
  fruit:
    '苹果 梨=香梨=雪梨 桃=桃子=水蜜桃 葡萄=提子 西瓜 甜瓜=哈密瓜=香瓜 香蕉 柑橘=橘子=桔子=蜜桔=蜜橘 柚=柚子=文旦 橙=橙子=脐橙 柠檬 草莓 樱桃=车厘子 杨梅 枇杷 荔枝 龙眼=桂圆 芒果=杧果 菠萝=凤梨 火龙果 猕猴桃=奇异果 蓝莓 桑葚 李=李子 杏=杏子 枣=鲜枣=冬枣 石榴 柿=柿子 甘蔗 榴莲 山竹 椰子 百香果 木瓜 水果',
  tea_leaf: '茶鲜叶=茶青=鲜茶叶',
  grain_oil:
    '大米=米=粳米=籼米 面粉=小麦粉 小麦 稻谷=水稻 糯米 小米 绿豆 红豆=赤豆=红小豆 黄豆=大豆 花生 芝麻 菜籽油 大豆油 花生油 食用油',
  soy: '豆腐=嫩豆腐=老豆腐 豆腐干=豆干=香干 千张=百叶 油豆腐=豆泡 腐竹 豆浆 素鸡 豆腐皮=豆皮',
  cold_chain_import: '牛腱=牛腱子 牛霖 牛板腱 三文鱼 帝王蟹 波士顿龙虾',
  other: '蜂蜜 核桃 瓜子',
}

/**
 * Products whose juice disturbs the enzyme of the rapid pesticide test, so that a harmless sample may fail (GB/T 5009.199: 葱、蒜、
 * 萝卜、韭菜、芹菜、香菜、茭白、蘑菇、番茄).
 */
const FALSE_POSITIVE_PRONE: ReadonlySet<string> = new Set(
  '韭菜 韭黄 韭菜花 韭菜薹 茭白 大蒜 青蒜 蒜薹 大葱 细香葱 洋葱 萝卜 芹菜 芫荽 番茄 樱桃番茄 蘑菇'.split(' '),
)

export interface NamedProduct {
  /** Name that its other names mean the same as. */
  readonly standard: string
  readonly class: ProductClass
}

function build(): ReadonlyMap<string, NamedProduct> {
  const products = new Map<string, NamedProduct>()
  for (const productClass of Object.keys(TABLE) as ProductClass[]) {
    for (const group of TABLE[productClass].split(' ')) {
      const [standard = '', ...others] = group.split('=')
      for (const name of [standard, ...others]) products.set(name, { standard, class: productClass })
    }
  }
  return products
}

const PRODUCTS = build()

/** A product by one of its everyday names, exactly as written. */
export function namedProduct(name: string): NamedProduct | undefined {
  return PRODUCTS.get(name)
}

/** Whether rapid tests of this product (its standard name) give false positives more often than others. */
export function isFalsePositiveProne(standardName: string): boolean {
  return FALSE_POSITIVE_PRONE.has(standardName)
}
