/** Classes of goods that the rules on certificates, tests and prices tell apart, with their titles. */
export const PRODUCT_CLASSES = {
  pork: ['Pork', '猪肉'],
  beef: ['Beef', '牛肉'],
  mutton: ['Mutton and goat meat', '羊肉'],
  other_livestock: ['Live animals', '活畜'],
  poultry_live: ['Live poultry', '活禽'],
  poultry_meat: ['Poultry meat', '禽肉'],
  egg: ['Eggs', '禽蛋'],
  fish_farmed: ['Farmed fish', '养殖鱼类'],
  fish_wild: ['Wild-caught fish', '捕捞鱼类'],
  shellfish_crustacean: ['Shellfish and crustaceans', '虾蟹贝类'],
  vegetable: ['Vegetables', '蔬菜'],
  mushroom: ['Mushrooms', '食用菌'],
  fruit: ['Fruit', '水果'],
  tea_leaf: ['Fresh tea leaves', '茶鲜叶'],
  grain_oil: ['Grain, pulses and oil', '粮油'],
  soy: ['Soy products', '豆制品'],
  cold_chain_import: ['Imported cold-chain food', '进口冷链食品'],
  other: ['Other', '其他'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>

export type ProductClass = keyof typeof PRODUCT_CLASSES
