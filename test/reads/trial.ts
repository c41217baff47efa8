import { expect } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import type { Sent } from '../kit/reads.ts';
import { faultOf, openServers } from './answers.ts';
import { makeReadsWorld } from './world.ts';

export type Refusal = { message: string; extensions?: { code?: string; issues?: { path: string[]; code: string }[] } };

/** Tries what should be refused, on every way there is. */
export type Trial = Awaited<ReturnType<typeof openTrial>>;

export async function openTrial() {
  const { viewers } = await makeReadsWorld();
  const servers = await openServers(viewers);

  /** Asks every server, counts what is said to the database, and answers what they agree on. */
  async function ask(sent: Sent, name = 'administrator') {
    const compiled = await countStatements(() => servers.compiled(name, sent));
    const plain = await countStatements(() => servers.plain(name, sent));
    const http = await servers.http(name, sent);
    const fault = faultOf(name, sent, { compiled: compiled.result, plain: plain.result, http });
    if (fault !== null) throw new Error(fault);
    return {
      ...(JSON.parse(plain.result.text) as { data?: unknown; errors?: Refusal[] }),
      statements: [compiled.statements, plain.statements],
    };
  }

  /** That everybody refuses it in these words, and that the database never heard of it. */
  async function expectRefused(sent: Sent, refusals: string[], name?: string): Promise<void> {
    const { errors = [], data, statements } = await ask(sent, name);
    expect({ errors: errors.map(shown), statements }).toEqual({ errors: refusals, statements: [0, 0] });
    expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
  }

  /** That it is answered, or refused as bad input, but that nothing fails. */
  async function expectTyped(sent: Sent) {
    const answer = await ask(sent);
    const codes = (answer.errors ?? []).map(shown);
    expect(codes.filter((code) => !/^(INVALID_INPUT|LIMIT_REACHED)/.test(code))).toEqual([]);
    return answer;
  }

  // Once before anything is counted: a new connection says more than its statements.
  await ask({ query: '{ orders { totalCount } }' });
  return { ask, expectRefused, expectTyped, close: servers.close };
}

/** What an error says to programs; of what GraphQL itself refuses in variables only the words tell what it is. */
export function shown({ message, extensions: { code, issues } = {} }: Refusal): string {
  if (!code || code === 'BAD_USER_INPUT') return message;
  return issues ? issues.map((issue) => `${code} ${issue.path.join('.')} ${issue.code}`).join() : code;
}
