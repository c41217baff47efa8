/** What a script has started, stopped in the opposite order on every way out. */
export type Started = { stop(): Promise<void> };

const started: Started[] = [];
let isEnding = false;

/** Remembers to stop it. */
export function keep<One extends Started>(one: One): One {
  started.push(one);
  return one;
}

/** Stops it before the end of the script. */
export async function end(one: Started): Promise<void> {
  const place = started.lastIndexOf(one);
  if (place >= 0) started.splice(place, 1);
  await one.stop();
}

async function endAll(): Promise<void> {
  for (let last = started.pop(); last !== undefined; last = started.pop()) await last.stop();
}

/** Runs a script; its answer is whether it went well. Nothing that it keeps outlives it, also after Ctrl-C. */
export async function runScript(main: () => Promise<boolean>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void endAll().finally(() => process.exit(1));
    });
  }
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    // What is stopped under the script's hands fails, and nobody needs to hear of it.
    if (!isEnding) throw error;
  } finally {
    await endAll();
  }
}
