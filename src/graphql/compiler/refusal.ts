/** Why an operation is not compiled. It is then executed plainly, as a whole. */
export class NotCompiled extends Error {}
