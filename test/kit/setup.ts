import { afterAll } from 'vitest';
import { closeDatabases } from './db.ts';

// Runs once per test file; the next file opens the same clone again.
afterAll(closeDatabases);
