import { describeMerge } from '../merge/describe-merge.ts';

describeMerge('json', 'bloom');
