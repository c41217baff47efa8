import { mutation } from '../../graphql/mutations.ts';
import * as magicLinks from './commands.ts';

mutation('magicLinkCreate', {
  description:
    'Makes a link that lets a client in without a password, once, within two hours. While the client has one that is good, that one is answered again. Refused for team members (NOT_A_CLIENT), inactive clients (INACTIVE) and those who sign in with two factors (TWO_FACTOR), and by a server without a secret (MAGIC_LINKS_NOT_CONFIGURED). SPP: create login link (6.1).',
  command: magicLinks.create,
  provide: ({ settings }) => ({ settings }),
  input: (t) => ({ clientId: t.id({ required: true, description: 'The client to let in.' }) }),
  ids: { clientId: ['Client', 'TeamMember'] },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  extra: (t) => ({
    link: t.string({
      nullable: false,
      description: 'Where the client opens it. Whoever has it may act as the client: tell it to nobody else.',
      resolve: (result) => result.link,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'Until when it is good.',
      resolve: (result) => result.expiresAt,
    }),
  }),
});
