let made = 0;

/** A number that no other row of this run has, for names that must differ. */
export function unique(): number {
  made += 1;
  return made;
}
