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

  test('has an origin for links, whatever is behind it', () => {
    for (const url of ['https://Engine.example', 'https://engine.example/', 'https://engine.example:443']) {
      expect(readEnv({ PUBLIC_URL: url }).PUBLIC_URL).toBe('https://engine.example');
    }
    expect(readEnv({ PUBLIC_URL: 'http://localhost:4000/' }).PUBLIC_URL).toBe('http://localhost:4000');
    for (const url of [
      'engine.example',
      'ftp://engine.example',
      'https://engine.example/path',
      'https://engine.example/?a=b',
      'https://user@engine.example',
    ]) {
      expect(() => readEnv({ PUBLIC_URL: url })).toThrow('PUBLIC_URL: must');
    }
  });

  test('has a secret of 32 characters or more, and never tells a shorter one', () => {
    expect(readEnv({}).SECRET).toBeUndefined();
    expect(readEnv({ SECRET: 'x'.repeat(32) }).SECRET).toBe('x'.repeat(32));
    expect(() => readEnv({ SECRET: 'geheim' })).toThrow(/SECRET: must have at least 32 characters$/);
  });

  test('has the origins of pages to the letter, and no others', () => {
    expect(readEnv({}).ALLOWED_ORIGINS).toEqual([]);
    const origins = 'https://Dashboard.example/, http://localhost:5173';
    expect(readEnv({ ALLOWED_ORIGINS: origins }).ALLOWED_ORIGINS).toEqual([
      'https://dashboard.example',
      'http://localhost:5173',
    ]);
    for (const wrong of [
      '*',
      'null',
      'dashboard.example',
      'https://*.example',
      'https://a.example/b',
      'https://a.example,',
    ]) {
      expect(() => readEnv({ ALLOWED_ORIGINS: wrong })).toThrow(/ALLOWED_ORIGINS: entry \d must be/);
    }
  });

  test('has hosts of a private network that may be called, by name and port', () => {
    expect(readEnv({}).OUTBOUND_PRIVATE_HOSTS).toEqual([]);
    const hosts = ['login.internal', '10.0.0.7:8443', '[fd00::7]:80'];
    expect(
      readEnv({ OUTBOUND_PRIVATE_HOSTS: 'Login.internal, 10.0.0.7:8443,[fd00::7]:80' }).OUTBOUND_PRIVATE_HOSTS,
    ).toEqual(hosts);
    expect(() => readEnv({ OUTBOUND_PRIVATE_HOSTS: 'login.internal,https://x' })).toThrow(
      'OUTBOUND_PRIVATE_HOSTS: entry 2 is no host',
    );
  });

  test('has an address for mail that goes out, which is not made up', () => {
    expect(readEnv({ SMTP_URL: 'smtps://user:word@mail.example', MAIL_FROM: 'no-reply@engine.example' })).toMatchObject(
      {
        SMTP_URL: 'smtps://user:word@mail.example',
        MAIL_FROM: 'no-reply@engine.example',
      },
    );
    expect(() => readEnv({ SMTP_URL: 'smtp://mail.example' })).toThrow('MAIL_FROM: must be there when SMTP_URL is');
    expect(() => readEnv({ SMTP_URL: 'https://mail.example', MAIL_FROM: 'nobody' })).toThrow(
      /SMTP_URL: must be a smtp:\/\/ or smtps:\/\/ URL\n +MAIL_FROM: must be an e-mail address$/,
    );
  });

  test('has as many proxies before it as it is told, and none by itself', () => {
    expect(readEnv({}).TRUST_PROXY).toBe(0);
    expect(readEnv({ TRUST_PROXY: '2' }).TRUST_PROXY).toBe(2);
    for (const wrong of ['true', '-1', '1.5', '11'])
      expect(() => readEnv({ TRUST_PROXY: wrong })).toThrow('TRUST_PROXY: ');
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
      OUTBOUND_PRIVATE_HOSTS: 'https://geheim',
      OIDC_ISSUERS: '[{"id":"google","applicationId":"a","applicationSecret":"geheim","more":1}]',
      ALLOWED_ORIGINS: '*',
      MAX_CONNECTIONS: '0',
      MAX_BODY_BYTES: '1',
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
