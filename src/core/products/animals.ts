/**
 * Codes of GB/T 7635.1 of animals by the everyday names (standard ones of `names.ts`) that the standard has not itself: of live animals, and of the meat of poultry that of the
 * bird, because the class of it says only that it is of one. Names that may be of several stand at the group.
 */
const TABLE: Readonly<Record<string, string>> = {
  '02111': '牛',
  '02112': '羊',
  '02112013': '绵羊 湖羊',
  '02112014': '山羊',
  '02113010': '马',
  '02113100': '驴',
  '02121': '生猪 猪 仔猪 种猪',
  '02122012':
    '肉鸡 蛋鸡 雏鸡 三黄鸡 土鸡 老母鸡 乌鸡 童子鸡 麻鸡 公鸡 母鸡 ' +
    '白条鸡 鸡腿 鸡翅 鸡爪 鸡胸 鸡胗 鸡架 鸡心 鸡肝 鸡脖 鸡全翅 翅根 老鸡肉 冰鲜鸡',
  '02122013': '肉鸭 蛋鸭 雏鸭 番鸭 麻鸭 老鸭 土鸭 白鸭 白条鸭 鸭腿 鸭翅 鸭掌 鸭胗 鸭脖 鸭舌 鸭血 冰鲜鸭',
  '02122014': '白鹅 白条鹅',
  '02129018': '鸽',
}

const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(TABLE).flatMap(([code, names]) => names.split(' ').map((name) => [name, code] as const)),
)

/** Code of the animal that goods are or come of, by the standard name of these; undefined where it does not tell one, or has a code of its own. */
export const animalCode = (standardName: string): string | undefined => CODES.get(standardName)

/** Every name of the table. */
export const animalNames = (): Iterable<string> => CODES.keys()

/** Beginnings of codes of live animals that tell the species; what follows tells what the animal is kept for. The longest that fits. */
const SPECIES = /^(?:0211201[34]|02122(?!011)\d{3}|02129\d{3}|02113[0-2]|02111|02112|02113|02121|02122|02129)/

/**
 * The species in a code of GB/T 7635.1 of live animals: the digits of it that tell one. Of two species neither begins with the other; sheep begin with what may be sheep or goats.
 * Undefined for other codes.
 */
export const speciesIn = (code: string): string | undefined => SPECIES.exec(code)?.[0]
