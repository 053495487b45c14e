import type { ProblemEntry } from './entry.ts';

/** VP6xx: 60x the list of components, 61x the scan, 62x signatures and attestations. Retired: VP610 and VP623. */
export const supplyProblems = {
  VP601: {
    title: 'a build record is missing',
    exitCode: 65,
    meaning: 'The list of components is made from what the build wrote down: build.json of each module and base.json.',
    fix: 'npm run build -- --line <line> --platform <platform>',
  },
  VP602: {
    title: 'a build record cannot be read',
    exitCode: 65,
    meaning:
      'The file under dist/artifacts is not what `npm run build` writes: damaged, edited, or of another version of the pipeline.',
    fix: 'Remove the file, and run npm run build again.',
  },
  VP603: {
    title: 'an artifact is not what the lock says',
    exitCode: 65,
    meaning:
      'The artifact was built from another commit or version than modules/lock.json names now. Its list of components would lie.',
    fix: 'npm run build -- --line <line>',
  },
  VP604: {
    title: 'the list of components is not valid CycloneDX',
    exitCode: 70,
    meaning: 'The document was made and does not pass the strict schema of CycloneDX 1.6. It was not written.',
    fix: 'Look at the named field: a licence or URL in a manifest or build.json may have an odd form; else it is a defect to report.',
  },
  VP605: {
    title: 'the image holds no list of components',
    exitCode: 65,
    meaning:
      'An image that is built from source has its list of components at /usr/local/share/valkey-bundle/sbom.cdx.json, and below build/ there a record of each module; the one that npm start makes of binary packages has none.',
    fix: 'Name an image of a line that was built from source: npm run image -- --line <line>',
  },
  VP611: {
    title: 'known vulnerabilities',
    exitCode: 1,
    meaning: 'Grype found vulnerabilities at or above the severity that fails, and no waiver covers them.',
    fix: 'Take a newer base or module; or, if it does not apply, add a waiver with a reason and a date to modules/waivers.yaml.',
  },
  VP612: {
    title: 'a waiver has expired',
    exitCode: 1,
    meaning: 'A waiver holds until its date, and not longer: somebody has to look again.',
    fix: 'Remove it; or look at the vulnerability again, and renew its date and reason.',
  },
  VP613: {
    title: 'grype failed',
    exitCode: 69,
    meaning:
      'Grype ended without a result: nobody knows what vulnerabilities the image has. That is never a clean result.',
    fix: 'Its own words above say why. It needs the image, and a network for its database; a grype before 0.92 ends like this for findings, too.',
  },
  VP620: {
    title: 'not a digest in a registry',
    exitCode: 64,
    meaning: 'A tag can be moved, so only a digest is signed.',
    fix: 'Write registry/repository@sha256:...',
  },
  VP621: {
    title: 'cosign failed',
    exitCode: 1,
    meaning: 'Signing and attesting is done by cosign. Steps before this one are done, and can be repeated.',
    fix: 'Its own words above say why. Run the same verb again: signatures and attestations that are there do no harm.',
  },
  VP622: {
    title: 'no identity to sign with',
    exitCode: 77,
    meaning:
      'Keyless signing needs the identity of a GitHub Actions job (permission id-token: write); elsewhere a key is needed.',
    fix: 'Add --key FILE, or run it in the release workflow; --dry-run shows the commands.',
  },
  VP624: {
    title: 'what is to be attested is not of this image',
    exitCode: 65,
    meaning:
      'The list of components in the image is for another architecture or has other modules than the records of their builds; or the workflow runs for another commit than the image was assembled from.',
    fix: 'Sign in the run that assembled the image, at its commit; an image that contradicts itself has to be built again.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;
