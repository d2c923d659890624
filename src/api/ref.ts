/** A reference to a component of the OpenAPI document. */
export const ref = (name: string): { $ref: string } => ({ $ref: `${name}#` })
