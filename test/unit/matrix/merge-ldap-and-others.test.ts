import { describeMerge } from '../../matrix/merge/describe-merge.ts';

describeMerge('ldap', 'echo');
