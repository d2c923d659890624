/** Days for which a certificate of a partner is valid, where nothing else is asked for. */
export const DAYS_DEFAULT = 365
export const DAYS_MAX = 825
