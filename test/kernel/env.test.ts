import { describe, expect, test } from 'vitest';
import { EnvError, readEnv } from '../../src/kernel/env.ts';

describe('the environment', () => {
  test('has a default for everything but the database', () => {
    const env = readEnv({});
    expect(env.DATABASE_URL).toBeUndefined();
    expect(env).toMatchObject({ HOST: '127.0.0.1', PORT: 4000, LOG_LEVEL: 'info', NODE_ENV: 'development' });
  });

  test('is read as what it means', () => {
    expect(readEnv({ PORT: '0', DATABASE_URL: 'postgres://app@db/engine' })).toMatchObject({
      PORT: 0,
      DATABASE_URL: 'postgres://app@db/engine',
    });
  });

  test('takes an empty variable for an unset one', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: '' }).PORT).toBe(4000);
  });

  test('names every wrong variable in one message, and tells no value', () => {
    const wrong = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://root:geheim@db/engine',
      DATABASE_POOL_SIZE: 'many',
      ENCRYPTION_KEYS: 'one:geheim',
      STRIPE_URL: 'ftp://geheim.example.com',
      STRIPE_TIMEOUT_SECONDS: '0',
    };
    const read = () => readEnv(wrong);
    expect(read).toThrow(EnvError);
    try {
      read();
    } catch (error) {
      const lines = (error as Error).message.split('\n');
      expect(lines[0]).toBe('These environment variables are wrong:');
      expect(
        lines
          .slice(1)
          .map((line) => line.trim().split(':')[0])
          .sort(),
      ).toEqual(Object.keys(wrong).sort());
      expect((error as Error).message).not.toContain('geheim');
    }
  });
});
