const CODE = /^\d{6}-IMP-\d{8}-\d{6}(?:-\d{2})*$/

/** Whether a code is built as those of the import cold chain: county, IMP, day, serial, and two digits for each part taken from a lot. */
export const isColdChainShape = (code: string): boolean => CODE.test(code)
