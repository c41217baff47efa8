-- Roles that every organization has: the one that may do everything, and the clients'.

-- AlterTable
ALTER TABLE "roles" ADD COLUMN     "is_system" BOOLEAN NOT NULL DEFAULT false;

update roles set is_system = true where kind = 'CLIENT' or name = 'Administrator';
