import { describeMerge } from '../merge/describe-merge.ts';

describeMerge('ldap', 'echo');
