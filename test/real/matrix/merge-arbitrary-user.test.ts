import { describeReal } from './describe-merge.ts';

describeReal('arbitrary user');
