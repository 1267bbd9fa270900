// How what an operator asked for ends where it can't be done: told in a message, without a stack, since it is nobody's defect.

/** It was understood and could not be done; the message says what to do. Exit code 1. */
export class Failure extends Error {}

/** It could not be understood. Exit code 2. */
export class Misuse extends Error {}

/** What was thrown, whatever it is, as a text. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
