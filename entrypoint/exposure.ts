import { textOf } from './bytes.ts';
import { isSetTo, type Settings } from './modules/settings.ts';
import { settingText } from './reach.ts';

/**
 * A server without a password serves other machines: protected mode is off, and it listens on more than loopback. `isProtected`: protected
 * mode is on where nobody sets it.
 */
export function isExposed(settings: Settings, isProtected: boolean): boolean {
  const isUnprotected = settings.has('protected-mode') ? isSetTo(settings, 'protected-mode', 'no') : !isProtected;
  return isUnprotected && listens(settings) && boundTo(settings).some((address) => !LOOPBACK.test(address));
}

/** Whether it listens on loopback, and nowhere else. */
export function isOnLoopbackAlone(settings: Settings): boolean {
  const addresses = boundTo(settings);
  return listens(settings) && addresses.length > 0 && addresses.every((address) => LOOPBACK.test(address));
}

function listens(settings: Settings): boolean {
  const ports = [settingText(settings, 'port') ?? '6379', settingText(settings, 'tls-port') ?? '0'];
  return ports.some((port) => Number(port) !== 0);
}

/** All addresses; a single word is split at blanks as the server does (MULTI_ARG_CONFIG in config.c), and an empty one means none. */
function boundTo(settings: Settings): string[] {
  const words = settings.get('bind')?.args.flatMap((word) => textOf(word).split(' ')) ?? ['*'];
  // A `-` says that the address may be missing (listenToPort in server.c).
  return words.filter((word) => word !== '').map((word) => word.replace(/^-/, ''));
}

/** 127.0.0.0/8 and ::1, however they are written. */
const LOOPBACK = /^(localhost|127(\.\d+){1,3}|[0:]*:0*1|[0:]*:ffff:127(\.\d+){3})$/i;
