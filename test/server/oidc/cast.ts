import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { createOpenId } from '../../../src/identity/issuers/openid/jobs.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import type { OfferedIssuer } from '../../../src/kernel/issuers.ts';
import { oidcRoutes } from '../../../src/server/oidc/routes.ts';
import { landings } from '../../../src/server/portals.ts';
import { settings } from '../../kit/client.ts';
import { testDatabase } from '../../kit/db.ts';
import { issuerForThisFile } from '../../kit/issuer.ts';
import { toolsOf } from '../../kit/tools.ts';
import type { World } from '../../kit/world.ts';
import { type Listening, listen } from '../listening.ts';
import { openBrowser } from './browser.ts';

/** A server that offers an issuer to everybody, for the tests of a file. */
export function oidcForThisFile() {
  const issuer = issuerForThisFile();
  const logged: string[] = [];
  let server: Listening;
  // What the issuer is told of is known once it listens.
  const offered: OfferedIssuer[] = [];

  beforeAll(async () => {
    const { database } = await testDatabase();
    const tools = toolsOf(database);
    const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
    offered.push({
      id: 'google',
      name: 'Google & Co',
      address: issuer.url,
      applicationId: issuer.client.id,
      applicationSecret: issuer.client.secret,
    });
    const openId = createOpenId(tools.fetchOutbound);
    const landing = landings(database, true);
    server = await listen(settings, { log, routes: oidcRoutes({ tools, settings, offered, openId, log, landing }) });
  });
  afterAll(() => server.close());

  return {
    issuer,
    logged,
    browser: () => openBrowser(server.url),
    /** An issuer of the organization's own, as our addresses name it. */
    ownIssuer: async (world: World, fields: Parameters<World['issuer']>[0] = {}) => {
      const made = await world.issuer({
        address: issuer.url,
        applicationId: issuer.client.id,
        applicationSecret: issuer.client.secret,
        ...fields,
      });
      return { ...made, key: encodeId('Issuer', made.id) };
    },
  };
}
