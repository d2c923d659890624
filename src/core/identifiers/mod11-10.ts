/**
 * Whether the last digit is right by ISO 7064 MOD 11,10 (GB/T 17710), the hybrid system of business registration numbers
 * and food production licences. Expects digits only.
 */
export function mod11By10Ok(digits: string): boolean {
  let product = 10
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (product + digits.charCodeAt(i) - 0x30) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (product + digits.charCodeAt(digits.length - 1) - 0x30) % 10 === 1
}
