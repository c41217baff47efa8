import { AsyncLocalStorage } from 'node:async_hooks';
import { UnavailableError } from './errors.ts';

/** When work is worth nothing any more: its time is over, or nobody waits for it. */
type Deadline = { readonly signal: AbortSignal; suspend(): void; resume(): void };

const deadlines = new AsyncLocalStorage<Deadline | undefined>();

/** Aborted, with the error to throw, when what runs here is to be given up. Undefined where nothing ends. */
export function endOfWork(): AbortSignal | undefined {
  return deadlines.getStore()?.signal;
}

/** Does the work while its caller waits. What it asks of the database is given up when the caller leaves. */
export function whileWaitedFor<Result>(caller: AbortSignal | null, work: () => Result): Result {
  if (!caller) return work();
  return deadlines.run({ signal: caller, suspend() {}, resume() {} }, work);
}

/** Does the work, for so many milliseconds at most, and while its caller waits where there is one who may leave. */
export async function withinTime<Result>(
  milliseconds: number,
  caller: AbortSignal | null,
  work: () => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const leave = () => controller.abort(caller?.reason);
  if (caller?.aborted) leave();
  else caller?.addEventListener('abort', leave);

  let left = milliseconds;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const resume = () => {
    since = performance.now();
    timer = setTimeout(() => controller.abort(new UnavailableError('TIMEOUT')), Math.max(left, 0));
  };
  const suspend = () => {
    clearTimeout(timer);
    left -= performance.now() - since;
  };

  resume();
  try {
    return await deadlines.run({ signal: controller.signal, suspend, resume }, work);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', leave);
  }
}

/** Does the work whoever waits, and however long: what calls out must not be left half done. Its time is nobody else's. */
export async function inItsOwnTime<Result>(work: () => Promise<Result>): Promise<Result> {
  const deadline = deadlines.getStore();
  deadline?.suspend();
  try {
    return await deadlines.run(undefined, work);
  } finally {
    deadline?.resume();
  }
}
