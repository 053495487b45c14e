import { expect, it } from 'vitest';
import { readsRunNetwork } from '../../../scripts/lib/programs.ts';

const inspected = (driver: string, version: string) =>
  `Name:   default\nDriver: ${driver}\n\nNodes:\nName:             default\nBuildKit version: ${version}\nPlatforms:        linux/amd64\n`;

it.each([
  ['the engine of Docker 20.10', inspected('docker', 'v0.8+unknown'), '20.10.24+dfsg1', false],
  ['the engine of Debian 13', inspected('docker', 'v0.0.0+unknown'), '26.1.5+dfsg1', true],
  ['a container of its own', inspected('docker-container', 'v0.23.2'), '20.10.24', true],
  ['an old container of its own', inspected('docker-container', 'v0.8.3'), '28.0.4', false],
  ['a builder that says nothing', '', '', false],
])('%s knows RUN --network: what it says of itself decides', (_, text, engine, knows) => {
  expect(readsRunNetwork(text, engine)).toBe(knows);
});
