import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Both as PEM. */
interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A certificate that is its own authority, and its key: what a test needs to speak TLS. X.509 version 1 (RFC 5280,
 * 4.1).
 */
export function selfSigned(name: string): Pair {
  const keys = keyPair();
  const certificate = certify({ serial: Buffer.of(1), issuer: name, signer: keys.privateKey, subject: name, ...keys });
  return { certificate, key: pemOf(keys.privateKey) };
}

interface Authority {
  readonly certificate: string;
  /**
   * A certificate for a server or a client with these host names (`*.` stands for any first part); each has its own
   * serial number.
   */
  issue(hosts: readonly string[]): Pair & { readonly serial: string };
}

/** An authority that signs certificates (X.509 version 3: basicConstraints, subjectAltName). */
export function authority(name: string): Authority {
  const { privateKey, publicKey } = keyPair();
  const isAuthority = extension(BASIC_CONSTRAINTS, sequence(TRUE), true);
  return {
    certificate: certify({
      serial: Buffer.of(1),
      issuer: name,
      signer: privateKey,
      subject: name,
      publicKey,
      extensions: [isAuthority],
    }),
    issue(hosts) {
      const own = keyPair();
      // The first bit is that of a negative number.
      const serial = Buffer.concat([Buffer.of(1), randomBytes(7)]);
      const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))));
      const extensions = [extension(SUBJECT_ALT_NAME, names, false)];
      const subject = hosts[0] ?? '';
      const certificate = certify({
        serial,
        issuer: name,
        signer: privateKey,
        subject,
        publicKey: own.publicKey,
        extensions,
      });
      return { certificate, key: pemOf(own.privateKey), serial: serial.toString('hex').toUpperCase() };
    },
  };
}

function keyPair(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

interface Wish {
  readonly serial: Buffer;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions?: readonly Buffer[];
}

function certify({ serial, issuer, signer, subject, publicKey, extensions = [] }: Wish): string {
  const validity = sequence(time('200101000000Z'), time('491231235959Z'));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const fields = [der(0x02, serial), ECDSA_WITH_SHA256, nameOf(issuer), validity, nameOf(subject), spki];
  const isThird = extensions.length > 0;
  const toSign = isThird ? sequence(VERSION_3, ...fields, der(0xa3, sequence(...extensions))) : sequence(...fields);
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', toSign, signer)]));
  const lines =
    sequence(toSign, ECDSA_WITH_SHA256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ECDSA_WITH_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const VERSION_3 = Buffer.from('a003020102', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const TRUE = Buffer.from('0101ff', 'hex');

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
}

function extension(id: Buffer, value: Buffer, isCritical: boolean): Buffer {
  return sequence(id, ...(isCritical ? [TRUE] : []), der(0x04, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function time(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

/** Tag, length and content; a length from 128 on has its own length before it. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
