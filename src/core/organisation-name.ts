/** Whether a name ends as that of an organisation or a place that food labels must name, however short it is; a trader's own name does not. */
export const endsAsOrganisation = endingIn(
  '公司|集团|合作社|联合社|农场|林场|渔场|牧场|养殖场|养猪场|养鸡场|基地|种植园|果园|茶园|肉联厂|屠宰场|屠宰厂|屠宰点|加工厂|食品厂|市场|超市|商场|菜场|食堂|学校|医院|冷库|冷链中心|配送中心|检测中心|检测站|检测所|检测院|检测室|检测点|检验中心|检验站|检验所|检验院|检验室|检验检疫院|快检室|快检站|快检点|化验室|实验室|监测中心|监测站|监测所|控制中心|研究院|研究所|质检中心|质检站|质检所|质检院|监督所|监督局|执法队|执法支队|执法大队|管理局|农业局|农业农村局|检查站|村民委员会|村委会',
)
const SHORTEST = 5

/**
 * Whether a name is plainly that of an organisation: at least five characters, ending as organisations end. Names of persons have
 * two to four characters, households end in 户, shops of sole traders (商行, 摊, 部) often bear the trader's name: none of them
 * passes.
 */
export const isOrganisationName = (name: string): boolean => isLong(name) && endsAsOrganisation(name)

/** Words that end the registered name of a shop, stall or dealer. Households (户) are persons. */
const endsAsShop = endingIn(
  '商行|商店|商号|商贸|经营部|批发部|门市部|营业部|配送部|采购部|加工部|零售部|肉店|鱼店|菜店|鲜肉店|店|铺|摊|摊位|档口|行|坊',
)
/** Names of persons that are longer than four characters have a dot between their parts. */
const PERSON_DOT = /[·•・.]/

/** Whether a name is that of an organisation or, by its ending, of a shop or stall: one under which somebody trades. */
export const isBusinessName = (name: string): boolean =>
  isLong(name) && (endsAsOrganisation(name) || (endsAsShop(name) && !PERSON_DOT.test(name)))

/** Whether a name ends as those of organisations, shops and stalls do, however short it is: what a person would take it for. */
export const endsAsBusiness = (name: string): boolean =>
  endsAsOrganisation(name) ||
  endsAsShop(name) ||
  /(?:面馆|饭馆|餐馆|菜馆|餐厅|食堂|超市|市场|基地)$/u.test(name)

/** Every name of every record is asked for its ending: only the words with the same last character are compared. */
function endingIn(words: string): (text: string) => boolean {
  const byLast = Map.groupBy(words.split('|'), (word) => word.charCodeAt(word.length - 1))
  return (text) => byLast.get(text.charCodeAt(text.length - 1))?.some((word) => text.endsWith(word)) ?? false
}

/** Characters, not UTF-16 units: some of names take two. */
const isLong = (name: string): boolean =>
  name.length >= SHORTEST &&
  (name.length >= 2 * SHORTEST || !PAIRS.test(name) || [...name].length >= SHORTEST)
const PAIRS = /[\ud800-\udbff]/
