/** Surnames of some nineteen in twenty people, and the common ones of two characters. */
const SINGLE =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪季俞章鲁葛伍申尤毕聂柴焦庞樊殷翟欧耿关兰焉左柳甘祝包宁尚符舒阮柯纪梅童凌单盛牟岳齐庄辛管祁车倪裴应鲍屠楼诸娄骆蓝边虞㛃'
const DOUBLE = '欧阳|夏侯|上官|司马|诸葛|司徒|皇甫|尉迟|公孙|慕容|令狐|东方|端木|南宫'
const PERSON = new RegExp(`^(?:${DOUBLE}|[${SINGLE}])(?![氏记])\\p{Script=Han}{1,2}$`, 'u')

/** What a name of an organisation ends with, taken off from behind until its own word is left. */
const TRADE =
  /(股份有限公司|有限责任公司|有限公司|分公司|公司|集团|专业合作社|合作社|联合社|家庭农场|农场|林场|渔场|牧场|养殖场|养猪场|养鸡场|基地|种植园|果园|茶园|加工厂|食品厂|屠宰场|屠宰厂|屠宰点|超市|冷库|配送中心|个体|家庭|生态|生猪|肉猪|家禽|畜禽|蔬菜|果蔬|水果|粮油|茶叶|水产|水产品|农产品|畜牧|养殖|种植|农业|食品|肉类|肉制品|商贸|贸易|科技|发展|开发|实业|投资|物流|冷链|连锁|鲜肉|生鲜)$/
/** Places that are named after places, as market names are (陈家桥农贸市场). */
const PLACE =
  /(市场|商场|菜场|食堂|学校|医院|检测中心|检测站|检测所|检验所|监督所|管理局|农业局|农业农村局|检查站|村民委员会|村委会|肉联厂)$/
const COMPANY = /(公司|集团)$/
const REGION = /^.{2,12}?(?:省|市|县|区|镇|乡|街道|村)(?=.{2})/u

/**
 * Whether the name of an organisation is, but for what it trades in, the name of a person: 王建国家庭农场, 龙游县李秀英养殖场. A company is
 * taken for one from three characters on, because short company names look alike.
 */
export function isNamedAfterPerson(name: string): boolean {
  if (PLACE.test(name)) return false
  let own = name.replace(/[（(].*?[)）]/gu, '')
  while (REGION.test(own)) own = own.replace(REGION, '')
  for (let next = own.replace(TRADE, ''); next !== own; next = own.replace(TRADE, '')) own = next
  return PERSON.test(own) && ([...own].length > 2 || !COMPANY.test(name))
}
