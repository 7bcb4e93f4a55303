/** A mistake in what was asked for; its message is one line for the user. */
export class UsageError extends Error {}
