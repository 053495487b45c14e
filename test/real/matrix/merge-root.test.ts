import { describeReal } from './describe-merge.ts';

describeReal('root');
