/** Names that forms are filled in with when they are tried out. */
const STAND_INS = new Set(['张三', '李四', '王五', '赵六', '某某', '某某某', '无名氏'])
/** What keyboards and programmers write where a name should stand. */
const TYPED = /^(?:test|demo|abc|aaa+|xxx+|asdf?|qwer(?:ty)?|foo|bar)[\s_-]?\d*$/i
/** 测试 at the beginning or end of a name: 测试摊位, 番茄测试2. */
const TRIED = /^测试|测试\d*$/u
/** Places that do test: their names begin with the word, too. */
const TESTER = /^测试(?:中心|站|院|所|技术|服务|仪器|设备)/u

/** Whether the name of a party, a place or a product looks like one with which a system was tried out. */
export const looksLikeTestData = (name: string): boolean =>
  STAND_INS.has(name) || TYPED.test(name) || (TRIED.test(name) && !TESTER.test(name))
