import type { Place, Transaction } from '../../../kernel/db.ts';

/** Whom an account stands behind in one organization. */
export type PersonOfAccount = {
  organizationId: string;
  organizationName: string;
  organizationSlug: string;
  userId: string;
  kind: 'STAFF' | 'CLIENT';
  isActive: boolean;
};

/** Everybody whom the account of the transaction stands behind; who was signed in last first. */
export async function peopleOf(tx: Transaction): Promise<PersonOfAccount[]> {
  return await tx.$queryRaw<PersonOfAccount[]>`
    select organization_id as "organizationId", organization_name as "organizationName",
      organization_slug as "organizationSlug", user_id as "userId", user_kind as kind, is_active as "isActive"
    from people_of_account()`;
}

/** Where the person acts. */
export function placeOf({ organizationId, kind, userId }: PersonOfAccount): Place {
  return { organizationId, actor: { kind, userId } };
}
