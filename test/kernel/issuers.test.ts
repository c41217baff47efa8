import { describe, expect, test } from 'vitest';
import { parseIssuers } from '../../src/kernel/issuers.ts';

const google = { id: 'google', applicationId: 'us', applicationSecret: 'geheim' };
const company = { id: 'company', name: 'Company', address: 'https://login.company.example/realm', applicationId: 'us' };
const read = (...entries: unknown[]) => parseIssuers(JSON.stringify(entries));

describe('OIDC_ISSUERS', () => {
  test('is a list of issuers; Google needs no more than what it calls us', () => {
    expect(read(google, company)).toEqual([
      {
        id: 'google',
        name: 'Google',
        address: 'https://accounts.google.com',
        applicationId: 'us',
        applicationSecret: 'geheim',
      },
      { ...company, applicationSecret: null },
    ]);
    expect(parseIssuers('[]')).toEqual([]);
  });

  test.each<[string, string]>([
    ['no JSON: geheim', 'must be a JSON list of objects'],
    ['{"id":"google"}', 'must be a JSON list of objects'],
    ['["geheim"]', 'entry 1: Invalid input'],
    [JSON.stringify([google, google]), 'the id google is there twice'],
    [JSON.stringify([google, { ...company, name: undefined }]), 'entry 2, name: is missing'],
    [JSON.stringify([{ ...company, address: undefined }]), 'entry 1, address: is missing'],
    [JSON.stringify([{ ...company, address: 'http://geheim.example' }]), 'entry 1, address: must be an https address'],
    [JSON.stringify([{ ...company, id: 'Geheim' }]), 'entry 1, id: must be lower-case letters'],
    [JSON.stringify([{ ...company, id: 'a/b' }]), 'entry 1, id: must be lower-case letters'],
    [JSON.stringify([{ ...google, applicationId: '' }]), 'entry 1, applicationId:'],
  ])('is not %s', (text, message) => {
    try {
      parseIssuers(text);
    } catch (error) {
      expect((error as Error).message).toContain(message);
      expect((error as Error).message.toLowerCase()).not.toContain('geheim');
      return;
    }
    throw new Error('It was read.');
  });

  test('has nothing in it that is not known', () => {
    expect(() => read({ ...google, secret: 'x' })).toThrow('entry 1: Unrecognized key: "secret"');
  });
});
