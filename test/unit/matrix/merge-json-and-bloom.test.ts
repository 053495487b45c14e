import { describeMerge } from '../../matrix/merge/describe-merge.ts';

describeMerge('json', 'bloom');
