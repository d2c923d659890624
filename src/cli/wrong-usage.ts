/** A command was called in a way that it does not know; the command line answers with its usage. */
export class WrongUsage extends Error {}
