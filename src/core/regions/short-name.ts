const PEOPLES =
  '阿昌 保安 布朗 布依 朝鲜 达斡尔 德昂 东乡 独龙 鄂伦春 鄂温克 高山 哈尼 哈萨克 赫哲 基诺 景颇 柯尔克孜 拉祜 傈僳 珞巴 毛南 蒙古 门巴 仫佬 纳西 普米 撒拉 塔吉克 塔塔尔 土家 维吾尔 乌孜别克 锡伯 仡佬 裕固 佤 各'.split(
    ' ',
  )
/** Peoples of one character: only with 族, or 大理白族自治州 and 长白 could not be told apart. */
const SHORT_PEOPLES = '白 傣 侗 回 京 黎 满 苗 怒 羌 畲 水 土 瑶 彝 藏 壮'.split(' ')
const PEOPLE = new RegExp(`(?:(?:${PEOPLES.join('|')})族?|(?:${SHORT_PEOPLES.join('|')})族)$`)
const AUTONOMOUS = /自治[区州县旗]$/
const SUFFIX = /(?:特别行政区|地区|林区|特区|新区|[省市县区旗盟])$/

function withoutPeoples(name: string): string {
  let rest = name
  for (;;) {
    const shorter = rest.replace(PEOPLE, '')
    if (shorter === rest || shorter.length < 2) return rest.replace(/族$/, '')
    rest = shorter
  }
}

/**
 * Name as people write it without the word for its kind: 余杭区 → 余杭, 景宁畲族自治县 → 景宁, 新疆维吾尔自治区 → 新疆.
 * Undefined when fewer than two characters would be left (沙县) or there is nothing to leave out.
 */
export function shortName(name: string): string | undefined {
  const short = AUTONOMOUS.test(name)
    ? withoutPeoples(name.replace(AUTONOMOUS, ''))
    : name.replace(SUFFIX, '')
  return short.length >= 2 && short !== name ? short : undefined
}
