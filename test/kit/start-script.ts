import packageJson from '../../package.json' with { type: 'json' };

/** How `npm start` runs the server: with what in its environment, and with which flags of Node's. */
export function startScript(): { script: string; env: Record<string, string>; flags: string[] } {
  const found = /^(\w+)=(\S+) exec node ((?:--\S+ )*)(\S+)$/.exec(packageJson.scripts.start);
  if (!found) throw new Error('The start script is not what it was.');
  const [, name = '', value = '', flags = '', script = ''] = found;
  return { script, env: { [name]: value }, flags: flags.split(' ').filter(Boolean) };
}
