/** Kilograms as exact decimal text, above zero. */
const POSITIVE = /^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/
export const isPositiveDecimal = (text: string): boolean => POSITIVE.test(text)
