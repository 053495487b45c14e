/**
 * A name that the server lets a node announce (config.c, isValidAnnouncedHostname: letters, digits, hyphens and dots, less than 256 of them),
 * and that begins as no option of a program does.
 */
export function isHostName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/.test(name);
}
