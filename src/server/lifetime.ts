import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/log.ts';

/** Why the process can't start, for the person who starts it: a message is all they need. */
export class StartError extends Error {}

export type Lifetime = {
  readonly isEnding: boolean;
  /** What to do at the end; the last that was added comes first. One that may be cut off gets what is left of the time. */
  onEnd(what: string, stop: () => Promise<unknown>, options?: { mayBeCutOff: boolean }): void;
  /** Does all that; answers whether it went well. */
  end(): Promise<boolean>;
};

type Step = { what: string; stop: () => Promise<unknown>; mayBeCutOff: boolean };

// npm passes on a Ctrl-C that the terminal has already sent to the whole group: the echo is not a second request.
const echoMs = 1_000;

/** From here on SIGTERM and SIGINT end the process in order; a second signal ends it at once. */
export function beginLifetime(log: Log, secondsToEnd: number): Lifetime {
  const steps: Step[] = [];
  let ending: Promise<boolean> | undefined;
  let signalledAt = Number.NEGATIVE_INFINITY;

  const end = () => {
    ending ??= endAll(steps, log, secondsToEnd);
    return ending;
  };

  const receive = (signal: 'SIGTERM' | 'SIGINT') => {
    const first = ending === undefined;
    if (!first && performance.now() - signalledAt > echoMs) process.exit(128 + constants.signals[signal]);
    if (!first) return;
    signalledAt = performance.now();
    log.info({ signal }, 'shutting down');
    void end().then((well) => process.exit(well ? 0 : 1));
  };
  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);

  return {
    get isEnding() {
      return ending !== undefined;
    },
    onEnd(what, stop, { mayBeCutOff } = { mayBeCutOff: true }) {
      if (ending === undefined) {
        steps.push({ what, stop, mayBeCutOff });
        return;
      }
      // It came into being while everything else was being stopped.
      void stop().catch(() => undefined);
      throw new StartError('The process was told to end.');
    },
    end,
  };
}

async function endAll(steps: Step[], log: Log, seconds: number): Promise<boolean> {
  const late = sleep(seconds * 1_000, 'late' as const);
  let well = true;
  for (const { what, stop, mayBeCutOff } of steps.reverse()) {
    try {
      const outcome = await (mayBeCutOff ? Promise.race([stop(), late]) : stop());
      if (outcome === 'late') log.warn({ what, seconds }, 'not finished in SHUTDOWN_SECONDS: cut off');
    } catch (error) {
      well = false;
      log.error({ err: error, what }, 'could not be stopped in order');
    }
  }
  return well;
}
