/** The target of a path, and what stands in the place of its named segments, as it was sent. */
export type Found<Target> = { target: Target; segments: Readonly<Record<string, string>> };

/** Finds the target of a path: `/healthz`, or with a segment that says which, `/invoices/:number`. */
export function createPaths<Target>(targets: Readonly<Record<string, Target>>): (path: string) => Found<Target> | null {
  const known = Object.entries(targets).map(([path, target]) => ({ pattern: path.split('/'), target }));
  return (path) => {
    const sent = path.split('/');
    for (const { pattern, target } of known) {
      const segments = segmentsOf(pattern, sent);
      if (segments) return { target, segments };
    }
    return null;
  };
}

// Compared before anything is decoded: an encoded slash is no slash.
function segmentsOf(pattern: readonly string[], sent: readonly string[]): Record<string, string> | null {
  if (pattern.length !== sent.length) return null;
  const segments: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const given = sent[index] as string;
    if (expected.startsWith(':') && given !== '') segments[expected.slice(1)] = given;
    else if (expected !== given) return null;
  }
  return segments;
}

/** The text that a percent-encoded segment stands for; null when it stands for none. */
export function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
