import { expect, it } from 'vitest';
import { canonicalUrl, urlSlug } from '../../../scripts/inputs/fetch-git.ts';

it.each([
  ['https://github.com/grpc/grpc', 'github.com_grpc_grpc'],
  ['https://github.com/grpc/grpc.git/', 'github.com_grpc_grpc'],
  ['git@github.com:grpc/grpc.git', 'git_github.com_grpc_grpc'],
  ['../../etc/passwd', 'etc_passwd'],
])('%s has the file name %s, whichever form it is written in', (url, slug) => {
  expect(urlSlug(url)).toBe(slug);
});

it('two forms of an address are one address', () => {
  expect(canonicalUrl('https://example.com/a.git/')).toBe(canonicalUrl('https://example.com/a'));
});
