import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '..'),
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/kit/global.ts',
    setupFiles: ['test/kit/setup.ts'],
    env: { TZ: 'UTC', NODE_ENV: 'test' },
    // Node runs the tests as it runs the server: by type stripping, with no bundler between.
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    // Each test has an organization of its own, so files need no fresh process, only a database per process.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
