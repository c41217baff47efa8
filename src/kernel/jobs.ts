import { parseCronItems, type Runner, run, runMigrations, runOnce, Logger as WorkerLogger } from 'graphile-worker';
import pg from 'pg';
import type { Log } from './log.ts';

/** Slow, remote or scheduled work, by name. Runs at least once; a failure is retried later with growing delays. */
export type Job = {
  name: string;
  run(payload: unknown): Promise<void>;
  /** When it runs without being asked for: five fields as in a crontab, in UTC. However many workers there are, once. */
  schedule?: string;
};

export function defineJob(name: string, work: Job['run'], { schedule }: Pick<Job, 'schedule'> = {}): Job {
  return { name, run: work, schedule };
}

// graphile-worker guards its tables by row-level security without a policy: these let the app role queue and work.
const grants = `
  grant usage on schema graphile_worker to service_engine_app;
  grant select, insert, update, delete on all tables in schema graphile_worker to service_engine_app;
  grant usage on all sequences in schema graphile_worker to service_engine_app;
  do $$
  declare
    name text;
  begin
    for name in select relname from pg_class
      where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and relrowsecurity loop
      if not exists (select from pg_policies where schemaname = 'graphile_worker' and tablename = name and policyname = 'app') then
        execute format('create policy app on graphile_worker.%I to service_engine_app using (true) with check (true)', name);
      end if;
    end loop;
  end
  $$`;

/** Creates or updates the queue's own schema, as the owner, and lets the app role use it. */
export async function migrateJobs(ownerUrl: string): Promise<void> {
  await runMigrations({ connectionString: ownerUrl, logger: silentLogger() });
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(grants);
  } finally {
    await client.end();
  }
}

/** Works the queue until stopped. Stopping finishes the jobs that run. */
export async function startWorker(pool: pg.Pool, jobs: readonly Job[], log: Log): Promise<{ stop(): Promise<void> }> {
  const runner: Runner = await run({
    pgPool: pool,
    concurrency: 2,
    noHandleSignals: true,
    taskList: taskList(jobs),
    parsedCronItems: timetable(jobs),
    logger: workerLogger(log),
  });
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job worker stopped'));
  return { stop: () => runner.stop() };
}

/** Works the queue until nothing is due of these jobs, also of what they themselves queue, then returns. */
export async function runJobsUntilIdle(pool: pg.Pool, jobs: readonly Job[]): Promise<void> {
  for (;;) {
    await runOnce({ pgPool: pool, taskList: taskList(jobs), noHandleSignals: true, logger: silentLogger() });
    const { rows } = await pool.query<{ due: boolean }>(
      `select exists(
         select from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
           where task.identifier = any($1) and job.run_at <= now() and job.attempts < job.max_attempts
       ) as due`,
      [jobs.map(({ name }) => name)],
    );
    if (!rows[0]?.due) return;
  }
}

function taskList(jobs: readonly Job[]) {
  return Object.fromEntries(jobs.map((job) => [job.name, (payload: unknown) => job.run(payload)]));
}

function timetable(jobs: readonly Job[]) {
  return parseCronItems(jobs.flatMap(({ name: task, schedule }) => (schedule ? [{ task, match: schedule }] : [])));
}

function workerLogger(log: Log): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.error(message);
    else if (level === 'warning') log.warn(message);
    else log.debug(message);
  });
}

function silentLogger(): WorkerLogger {
  return new WorkerLogger(() => () => {});
}
