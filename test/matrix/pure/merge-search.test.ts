import { describeMerge } from '../merge/describe-merge.ts';

describeMerge('search');
