import { catalogue } from './diagnostics/catalogue.ts';
import { type Diagnostic, diagnose } from './diagnostics.ts';
import type { Configuration } from './inputs.ts';
import type { ExtraDirective } from './modules/merge.ts';
import { isSetTo } from './modules/settings.ts';

/** VB510 where the image turned protected mode off, nobody set a password, and the port is not bound to loopback. */
export function openWarning(
  conf: Configuration,
  image: readonly ExtraDirective[],
  extra: readonly ExtraDirective[],
): Diagnostic[] {
  const opened = image.some(({ name, value }) => name === 'protected-mode' && value === 'no');
  const hasPassword = ['requirepass', 'user', 'aclfile'].some(
    (name) => conf.settings.has(name) || extra.some((directive) => directive.name === name),
  );
  const isLocal = isSetTo(conf.settings, 'bind', '127.0.0.1') || isSetTo(conf.settings, 'port', '0');
  return opened && !hasPassword && !isLocal ? [diagnose('VB510', 'no password is set, and protected mode is off')] : [];
}

/** VB513: Debian's packaged configuration daemonizes, and a container that ends with 0 and no word is hard to understand. */
export function backgroundWarning({ settings }: Configuration): Diagnostic[] {
  const setting = settings.get('daemonize');
  if (setting === undefined || !isSetTo(settings, 'daemonize', 'yes')) return [];
  return [diagnose('VB513', 'daemonize yes', { at: setting.at })];
}

/** VB504, with the fix that fits where the text came from. */
export function effectiveNotice(conf: Configuration, path: string): Diagnostic {
  const source = conf.commandLine.readsStdin ? 'standard input' : (conf.confFile ?? 'the command line');
  const message = `the server reads ${path}, made from ${source}; CONFIG REWRITE will fail on it`;
  const hint = conf.commandLine.readsStdin
    ? 'Mount the configuration as a file to make it writable.'
    : catalogue.VB504.fix;
  return diagnose('VB504', message, { hint });
}
